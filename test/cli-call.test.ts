// `ordergate call` in real processes: against our server, and against a server that is not ours.
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import {
  isExplained,
  keepSecret,
  nothingWasBetrayed,
  readSecrets,
  run,
  serve,
  stop,
} from './cli-process.ts';
import { temporaryDirectory } from './support.ts';

const data = temporaryDirectory();
const server = await serve(['--data', data], { ORDERGATE_LOG_LEVEL: 'error' });
after(() => stop(server));
readSecrets(data);
const own = ['--data', data, '--port', new URL(server.url).port];
const call = (...args: string[]) => run(['call', ...args, ...own]);
const file = (text: string): string => {
  const path = join(temporaryDirectory(), 'file');
  writeFileSync(path, text);
  return path;
};
const HASTEN = ['HastenOrder', 'OrderID=15112480268', 'UserName=jane88'];

const OWN = ['OrderID=15112480268', 'UserName=jane88', '--as', 'jane88'];

describe('against our server', () => {
  test('a call of each platform is signed, carried out and shown, without a secret', async () => {
    const hasten = await call(...HASTEN);
    equal(hasten.code, 0, hasten.stderr);
    match(hasten.stdout, /^POST http.*\/Api\/OrderOpenApi\.ashx$/m);
    match(hasten.stdout, /<OrderID>15112480268<\/OrderID>/);
    match(hasten.stdout, /<Sign>\*\*\*<\/Sign>/);
    match(hasten.stdout, /^Done, as jane88 \(key: the ledger\)\.$/m);

    const ship = ['iqStatus=180', 'orderId=1000531507', 'orderItemId=00000208117603'];
    const suning = await call('leaguerstatus.add', '--credential', 'format=xml', ...ship);
    equal(suning.code, 0, suning.stdout);
    match(suning.stdout, /<result>Y<\/result>/);

    const ids = ['requestId=2016010000000219', 'requestId=2016010000000218'];
    const ytx = await call(
      'getOrderResult',
      'appid=ff8080813fc70a7b013fc72312324213',
      ...ids,
      '--json',
    );
    equal(ytx.code, 0, ytx.stdout);
    const { ok: isOk, value, requestId } = JSON.parse(ytx.stdout);
    deepEqual([isOk, value.items.length], [true, 2]);
    match(requestId, /^\d+$/);
  });

  test('a refusal says the place, the cause and the remedy, and ends with 1', async () => {
    const { code, stdout } = await call(...HASTEN);
    equal(code, 1);
    match(stdout, /^Refused with CallFail: 10分钟内才刚催单/m);
    match(stdout, /^ {2}too-soon/m);
    match(stdout, /^ {2}Remedy: /m);
    const other = await call('HastenOrder', 'OrderID=404', 'UserName=jane88', '--json');
    equal(other.code, 1);
    const { ok: isOk, refused, why } = JSON.parse(other.stdout);
    deepEqual([isOk, refused.code, why.signature], [false, 'CallFail', null]);
    ok(why.detail.length > 0);
  });

  test('a wrong key: the detective says that the signature is wrong', async () => {
    keepSecret('a-wrong-key-of-somebody');
    const { code, stdout } = await call(
      ...HASTEN,
      '--secret-file',
      file('a-wrong-key-of-somebody'),
    );
    equal(code, 1);
    match(stdout, /^Refused with SignFail: 签名验证失败/m);
    match(stdout, /^The signature is wrong\.$/m);
    match(stdout, /does not fit the key/);
  });

  test('a field from a file, in a list, and as JSON', async () => {
    const cards = [
      'cardList[0].cardCode=1',
      `cardList[0].cardSec=@${file('second-card-secret\n')}`,
    ];
    keepSecret('second-card-secret');
    const shown = await call('leaguerstatus.add', ...cards, 'cardList[1].cardCode=2', '--dry-run');
    equal(shown.code, 0);
    match(
      shown.stdout,
      /"cardList": \[\s+\{\s+"cardCode": "\*\*\*",\s+"cardSec": "\*\*\*"\s+\},\s+\{/,
    );
    const json = await call(
      'leaguerstatus.add',
      'cardList:=[{"cardCode":"123456"}]',
      '--dry-run',
      '--json',
    );
    equal(JSON.parse(json.stdout).request.body.includes('123456'), false);
  });

  test('--dry-run --raw is a curl line whose bytes the server accepts; --raw is the reply alone', async () => {
    const line = await call('GetOrderDetail', ...OWN, '--dry-run', '--raw');
    match(line.stdout, /^curl -sS -X POST 'http:/);
    const body = /--data-binary '([^']*)'/.exec(line.stdout)![1]!;
    const reply = await fetch(`${server.url}/Api/OrderOpenApi.ashx`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body,
    });
    match(decodeURIComponent(await reply.text()), /CallSuccess/);
    const raw = await call('GetOrderDetail', ...OWN, '--raw');
    match(raw.stdout, /^%3c%3fxml[^\n]*\n$/i);
  });
});

describe('a mistake is explained, and nothing is sent', () => {
  const cases: readonly (readonly [string[], RegExp])[] = [
    [['HastenOrdr', 'OrderID=1'], /no method "HastenOrdr"; .*The nearest is: HastenOrder$/m],
    [[...HASTEN, 'UserNam=a'], /no field "UserNam"; .*The nearest is: UserName$/m],
    [['HastenOrder', 'OrderID'], /"OrderID" has to be name=value, such as OrderID=/],
    [
      [...HASTEN, '--platform', 'jintog'],
      /no client for the platform "jintog"; .*nearest is: jintong/,
    ],
    [['HastenOrder', 'OrderID.x=1'], /what stands before "\.x" has no fields/],
    [['leaguerstatus.add', 'cardList[1].cardCode=1'], /the list has no \[0\] yet/],
    [['leaguerstatus.add', 'cardList:=[{'], /is no JSON/],
    [[...HASTEN, '--secret-variable', 'NOT_SET'], /the variable NOT_SET is not set/],
  ];
  for (const [args, problem] of cases) {
    test(args.join(' '), async () => isExplained(await call(...args), problem, 2));
  }

  test('a party that nobody knows', async () => {
    isExplained(
      await call(...HASTEN, '--as', 'nobody'),
      /neither the ledger nor the fixtures have a party/,
    );
  });
});

const KEY = 'key-of-the-other-server';
keepSecret(KEY);
const sign = (code: string, words: string, key: string): string =>
  createHash('md5')
    .update(`MessageModel=Description=${words}&MessageCode=${code}${key}`)
    .digest('hex');
const model = (code: string, words: string, key = KEY): string =>
  `<Response><MessageModel><MessageCode>${code}</MessageCode><Description>${words}</Description></MessageModel><Sign>${sign(code, words, key)}</Sign></Response>`;
const answers: Record<string, (response: ServerResponse) => void> = {
  right: (r) => r.end(model('CallSuccess', '催单成功')),
  refused: (r) => r.end(model('Unauthorized', '没有权限')),
  'wrong-sign': (r) => r.end(model('CallSuccess', '催单成功', 'another')),
  'no-sign': (r) => r.end(model('CallSuccess', '催单成功').replace(/<Sign>.*<\/Sign>/, '')),
  garbage: (r) => r.end('<html>\x1b[2Jbusy</html>'),
  'status-502': (r) => void r.writeHead(502).end('bad gateway'),
  redirect: (r) => void r.writeHead(302, { location: 'http://127.0.0.1:2/' }).end(),
  reset: (r) => r.socket!.resetAndDestroy(),
};
const asked: string[] = [];
const other = createServer((request: IncomingMessage, response) => {
  asked.push(`${request.method} ${request.url}`);
  let body = '';
  request.on('data', (text) => {
    body += text;
  });
  request.on('end', () => answers[/OrderID%3E([^%]+)/.exec(body)![1]!]!(response));
});
await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
after(() => other.close());
const url = `http://127.0.0.1:${(other.address() as AddressInfo).port}`;
const ask = (id: string, ...args: string[]) =>
  run(
    [
      'call',
      'HastenOrder',
      `OrderID=${id}`,
      'UserName=me',
      '--as',
      'me',
      '--secret-variable',
      'KEY',
      '--url',
      url,
      ...args,
    ],
    { KEY, ORDERGATE_DATA: data },
  );
describe('against a server that is not ours', () => {
  const results: readonly (readonly [string, number, RegExp])[] = [
    ['right', 0, /^Done, as me \(key: the variable KEY\)\.$/m],
    ['refused', 1, /^Refused with Unauthorized: 没有权限$/m],
    ['wrong-sign', 3, /does not fit the key/],
    ['no-sign', 3, /a success without Sign, which anybody/],
    ['garbage', 3, /the reply is not Jintong's/],
    ['status-502', 3, /HTTP status 502, which is no reply of the platform/],
    ['redirect', 3, /It leads to http:\/\/127\.0\.0\.1:2\//],
    ['reset', 3, /broke the connection off/],
  ];
  for (const [id, exit, says] of results) {
    test(id, async () => {
      const { code, stdout, stderr } = await ask(id);
      match(stdout + stderr, says);
      equal(code, exit);
      ok(!(stdout + stderr).includes('\x1b'));
    });
  }

  test('only the gateway was asked: no token of ours went to it', () => {
    deepEqual([...new Set(asked)], ['POST /Api/OrderOpenApi.ashx']);
    equal(asked.length, results.length);
  });

  test('nobody there: the exit code is 3', async () => {
    const gone = ['--url', 'http://127.0.0.1:2', '--secret-variable', 'KEY'];
    isExplained(await run(['call', ...HASTEN, ...gone], { KEY }), /could not be reached/, 3);
  });

  test('nobody at our own port: the command says how to start the server', async () => {
    const own = ['--port', '2', '--secret-variable', 'KEY'];
    isExplained(await run(['call', ...HASTEN, ...own], { KEY }), /`ordergate serve` starts/, 3);
  });
});

test('none of all this has printed a secret', () => nothingWasBetrayed({ texts: 50, secrets: 8 }));
