// The help texts and flags of the commands for those who write a program against a gateway, apart from their code.

import type { CommandText } from '../command.ts';
import { JSON_FLAG, NDJSON_FLAG, PAGE_FLAGS, SERVER_FLAGS } from '../common-flags.ts';

export { callbacks, listen } from './callbacks.ts';

export const call = {
  name: 'call',
  usage: ['call METHOD [NAME=VALUE]... [--platform P] [--as PARTY] [--url URL]'],
  about:
    "Fields: name=text; name=@FILE or name=@- for a file or standard input; name:=JSON; group.name=text, list[0].name=text; a list of texts takes its name several times. METHOD may be the end of a long name, such as leaguerstatus.add. Without --as the call is that of the method's sample. The key comes from --secret-file or --secret-variable; for the server of the data directory from its ledger; else from the fixtures of the sandbox. What is printed holds no secret, except with --dry-run --raw.",
  flags: {
    platform: { type: 'string', value: 'P', text: 'needed only where platforms share a name' },
    as: { type: 'string', value: 'PARTY', text: 'who calls: a partner, an appKey, an account SID' },
    'secret-file': { type: 'string', value: 'FILE', text: "the party's key; - is standard input" },
    'secret-variable': { type: 'string', value: 'NAME', text: "the variable with the party's key" },
    credential: {
      type: 'string',
      value: 'NAME=VALUE',
      multiple: true,
      text: 'a further setting of the client, such as format=xml or accessToken=@FILE (Suning), acceptUnsigned=true (Jintong)',
    },
    client: {
      type: 'string',
      value: 'FILE',
      text: 'a module that exports the client of a platform from outside, if the one of --platforms does not',
    },
    raw: { type: 'boolean', default: false, text: 'print the reply as it came, and nothing else' },
    'dry-run': {
      type: 'boolean',
      default: false,
      text: 'sign the call, print it, and do not send it',
    },
    ...SERVER_FLAGS,
    ...JSON_FLAG,
  },
  takesSettings: true,
  examples: [
    ['call HastenOrder OrderID=15112480268 UserName=jane88', 'a call to the sandbox of ./data'],
    [
      'call leaguerstatus.add --credential format=xml iqStatus=180 orderId=1000531507 orderItemId=00000208117603',
      'Suning, in XML',
    ],
    [
      'call getOrderResult appid=ff8080813fc70a7b013fc72312324213 requestId=2016010000000219 --json',
      'ytx, for a program',
    ],
    [
      'call HastenOrder OrderID=1 UserName=me --as me --secret-file key.txt --url https://open.example.cn',
      'the real platform',
    ],
    ['call HastenOrder OrderID=15112480268 UserName=jane88 --dry-run --raw', 'a curl line'],
  ],
} as const satisfies CommandText;

export const requests = {
  name: 'requests',
  usage: [
    'requests [list|tail] [--platform P] [--party PARTY] [--method M] [--outcome CODE] [--order ID] [--refused] [--why]',
    'requests show ID',
  ],
  about:
    '`tail` prints each call as it comes. `show` prints one call; if its signature is wrong, the detective says why.',
  words: ['list', 'tail', 'show'],
  flags: {
    platform: { type: 'string', value: 'P', text: 'calls of this platform alone' },
    party: { type: 'string', value: 'PARTY', text: 'calls of this caller alone' },
    method: { type: 'string', value: 'M', text: 'calls of this method alone' },
    outcome: { type: 'string', value: 'CODE', text: 'calls with this answer alone' },
    order: { type: 'string', value: 'ID', text: 'calls for this order alone' },
    refused: { type: 'boolean', default: false, text: 'refused calls alone' },
    why: {
      type: 'boolean',
      default: false,
      text: 'say below each refused call why it was refused',
    },
    ...PAGE_FLAGS,
    ...SERVER_FLAGS,
    ...NDJSON_FLAG,
  },
  takesSettings: true,
  examples: [
    ['requests --refused --why', 'the last refused calls, each with its reason'],
    ['requests tail --party jane88 --why', 'what a client does wrong, as it does it'],
  ],
} as const satisfies CommandText;

export const clock = {
  name: 'clock',
  usage: ['clock [show]', 'clock move TIME'],
  about:
    'Everything that becomes due on the way has run when `move` ends. The clock never goes back, except by `ordergate reset`.',
  words: ['show', 'move'],
  flags: { ...SERVER_FLAGS, ...JSON_FLAG },
  takesSettings: true,
  examples: [['clock move 10m', 'ten minutes later: 90s, 30m, 2h and 1d are time spans']],
} as const satisfies CommandText;

export const docs = {
  name: 'docs',
  usage: ['docs [METHOD|CODE] [--platform P] [--lang en|zh]'],
  about:
    'Without a name it lists all methods and codes. METHOD and CODE may be the end of a long name, such as invalid-biz:107. It needs no server.',
  flags: {
    platform: { type: 'string', value: 'P', text: 'this platform alone' },
    lang: {
      type: 'string',
      value: 'LANG',
      text: 'en or zh; default: as the terminal',
      choices: ['en', 'zh'],
    },
    ...JSON_FLAG,
  },
  takesSettings: true,
  examples: [
    ['docs SignFail', 'what a code means, and what to do'],
    ['docs leaguerstatus.add --lang zh', 'a method with its fields and codes, in Chinese'],
  ],
} as const satisfies CommandText;

export const debug = {
  name: 'debug',
  usage: [
    'debug signature --platform P --request ID',
    'debug signature --platform P --raw FILE | --curl FILE',
    'debug signature --platform P --string FILE --digest D [--party ID]',
  ],
  about: 'The exit code is 0 if the signature is right and 1 if it is wrong.',
  words: ['signature'],
  flags: {
    platform: { type: 'string', value: 'P', text: 'the platform whose rules judge the call' },
    request: { type: 'string', value: 'ID', text: 'a row of the request log' },
    raw: { type: 'string', value: 'FILE', text: 'HTTP text of the call; - is standard input' },
    curl: { type: 'string', value: 'FILE', text: 'a curl line; - is standard input' },
    string: { type: 'string', value: 'FILE', text: 'a string that was signed, with --digest' },
    digest: { type: 'string', value: 'D', text: 'the digest of --string' },
    party: {
      type: 'string',
      value: 'ID',
      text: 'whose key signed, where the call does not say it',
    },
    'secret-file': { type: 'string', value: 'FILE', text: "a file with the caller's key" },
    address: { type: 'string', value: 'IP', text: 'where the call came from' },
    ...SERVER_FLAGS,
    ...JSON_FLAG,
  },
  takesSettings: true,
  examples: [
    ['debug signature --platform jintong --request 18c2f6', 'a call of the request log'],
    ['debug signature --platform ytx --curl - < call.txt', 'a curl line that was copied'],
  ],
} as const satisfies CommandText;

export const conformance = {
  name: 'conformance',
  usage: [
    'conformance --platform P [--target FILE] [--clause GLOB]... [--read-only]',
    "conformance --platform P --command 'CMD' [--clause GLOB]...",
    'conformance --platform P --as-platform [--callback-url URL]',
    'conformance --platform P --list',
  ],
  about:
    'The verdicts are pass, fail, differs (from a choice of this project where no document says anything) and skip (with the reason). Without --target, the command judges the sandbox of --data or --url. With --command or --as-platform it plays the platform and judges a caller. The exit code is 4 if a clause fails.',
  flags: {
    platform: { type: 'string', value: 'P', text: 'the platform whose clauses judge' },
    target: {
      type: 'string',
      value: 'FILE',
      text: 'what the server has: docs/conformance.md explains it',
    },
    clause: {
      type: 'string',
      multiple: true,
      value: 'GLOB',
      text: 'the clauses whose ids fit; may be given several times',
    },
    'read-only': {
      type: 'boolean',
      default: false,
      text: 'send nothing that changes the server, nor what reaches a limit',
    },
    command: {
      type: 'string',
      value: 'CMD',
      text: 'run a caller, once for each trial; its variables begin with CONFORMANCE_',
    },
    'as-platform': {
      type: 'boolean',
      default: false,
      text: 'play the platform at --port until it is stopped, and judge who calls',
    },
    'callback-url': { type: 'string', value: 'URL', text: 'where that caller takes callbacks' },
    'callback-secret': { type: 'string', value: 'SECRET', text: 'whsec_…; default: a new one' },
    timeout: { type: 'string', value: 'SECONDS', text: 'for one trial of --command; default: 60' },
    baseline: { type: 'string', value: 'FILE', text: 'failures that are known; stale ones fail' },
    'write-baseline': { type: 'string', value: 'FILE', text: 'write the failures of this run' },
    list: { type: 'boolean', default: false, text: 'print the ids of the clauses' },
    lang: {
      type: 'string',
      default: 'en',
      value: 'LANGUAGE',
      text: 'the language of the report',
      choices: ['zh', 'en'],
    },
    junit: { type: 'string', value: 'FILE', text: 'write the report as JUnit XML, too' },
    html: { type: 'string', value: 'FILE', text: 'write the report as one HTML file, too' },
    ...SERVER_FLAGS,
    ...JSON_FLAG,
  },
  takesSettings: true,
  examples: [
    ['conformance --platform jintong', 'the sandbox of this data directory'],
    ['conformance --platform suning --target shop.json --read-only', 'a server in production'],
    ["conformance --platform ytx --command 'php submit.php'", 'a program that calls ytx'],
    ["conformance --platform ytx --clause 'sign-*' --lang zh", 'some clauses, in Chinese'],
  ],
} as const satisfies CommandText;

export const scenario = {
  name: 'scenario',
  usage: ['scenario run FILE|NAME...', 'scenario run --all', 'scenario list', 'scenario show NAME'],
  about:
    'A scenario is a YAML or JSON file of signed calls, moves of the clock, forces, and what has to come of them (docs/scenarios.md). Without --url or --profile, each scenario gets a fresh sandbox in this process. The exit code is 1 if a step is not as it has to be.',
  words: ['run', 'list', 'show'],
  flags: {
    all: { type: 'boolean', default: false, text: 'run every scenario that comes with Ordergate' },
    reset: {
      type: 'boolean',
      default: false,
      text: 'make the sandbox of --url anew before each scenario',
    },
    gateway: {
      type: 'string',
      value: 'URL',
      text: 'where the gateways listen, if not where the management API of --url does',
    },
    keys: {
      type: 'string',
      value: 'FILE',
      text: 'JSON with the keys of parties that are not among the fixtures: {"jintong/jane88": "…"}',
    },
    client: {
      type: 'string',
      value: 'FILE',
      text: 'a module that exports the clients of platforms from outside; see --platforms',
    },
    ...SERVER_FLAGS,
    ...NDJSON_FLAG,
  },
  takesSettings: true,
  examples: [
    ['scenario list', 'the scenarios that come with Ordergate'],
    ['scenario run suning-hundred-minutes', 'one of them, on a sandbox of its own'],
    ['scenario show ytx-top-up-fails > mine.yaml', 'a beginning for one of your own'],
    ['scenario run mine.yaml --url http://127.0.0.1:8787 --reset', 'against a server that runs'],
  ],
} as const satisfies CommandText;

export const exportTo = {
  name: 'export',
  usage: ['export --to postman [--out DIR]', 'export --to bruno|http --out DIR'],
  about:
    'Each sample of each method is a request with a script that signs it before it is sent. postman is a collection (2.1.0); bruno a folder of a collection; http are .http files for JetBrains IDEs and httpyac. The keys are the public ones of the sandbox; put your own into the variables key_… of the tool.',
  flags: {
    to: {
      type: 'string',
      value: 'TOOL',
      text: 'the tool that sends the requests',
      choices: ['postman', 'bruno', 'http'],
    },
    out: { type: 'string', value: 'DIR', text: 'the directory for the files; made if need be' },
    server: {
      type: 'string',
      default: 'http://127.0.0.1:8787',
      value: 'URL',
      text: 'the address of the gateways',
    },
    lang: {
      type: 'string',
      default: 'en',
      value: 'LANGUAGE',
      text: 'the language of the names',
      choices: ['zh', 'en'],
    },
    force: { type: 'boolean', default: false, text: 'write over files that are there' },
    ...JSON_FLAG,
  },
  takesSettings: true,
  examples: [
    ['export --to postman > ordergate.json', 'import it into Postman, and send'],
    ['export --to bruno --out collection --lang zh', 'a folder that Bruno opens, in Chinese'],
  ],
} as const satisfies CommandText;
