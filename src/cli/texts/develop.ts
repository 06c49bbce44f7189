// The help texts and flags of the commands for those who write a program against a gateway, apart from their code.

import type { CommandText } from '../command.ts';
import { JSON_FLAG, SERVER_FLAGS } from '../common-flags.ts';

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
    'conformance --platform P --list',
  ],
  about:
    'The verdicts are pass, fail, differs (from a choice of this project where no document says anything) and skip (with the reason). Without --target, the command judges the sandbox of --data or --url. The exit code is 4 if a clause fails.',
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
    ["conformance --platform ytx --clause 'sign-*' --lang zh", 'some clauses, in Chinese'],
  ],
} as const satisfies CommandText;
