// Authorization and Sign (003): a public SDK's request byte for byte, separators, cases, and how long they hold.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { manage, startTestServer, TestClock } from '../../../test/support.ts';
import { ACCOUNT, call, post, query, signOf, stamp, TOKENS } from '../../../test/ytx.ts';
import { DAY, MINUTE, SECOND } from '../../core/clock.ts';
import { buildRequest } from './client.ts';
import { formatTimestamp, parseTimestamp, readAuthorization } from './signature.ts';

interface Captured {
  readonly method: string;
  readonly path: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: string;
}

const vectors = JSON.parse(
  readFileSync(new URL('./vectors/python-sdk.json', import.meta.url), 'utf8'),
) as { readonly provenance: string; readonly requests: readonly Captured[] };

for (const { method, path, headers, body } of vectors.requests) {
  const authorization = headers.find(([name]) => name === 'Authorization')![1];
  const { at } = readAuthorization(authorization)!;

  test(`a public Python SDK's request (${path.slice(0, 40)}…), as it was sent at its time`, async () => {
    const server = await startTestServer({ clock: new TestClock(at) });
    const response = await fetch(server.url + path, {
      method,
      headers: [...headers] as never,
      body,
    });
    assert.equal(response.status, 200);
    assert.match(response.headers.get('content-type')!, /^application\/json/);
    assert.equal(
      await response.text(),
      '[{"requestId":"2016010000000219","appid":"ff8080813fc70a7b013fc72312324213","orderSts":"1","remark":"成功","mobile":"188****0804","oriAmount":"2.94","customParm":"123456"},' +
        '{"requestId":"2016010000000220","appid":"ff8080813fc70a7b013fc72312324213","orderSts":"-1","remark":"充值失败","mobile":"188****0804","oriAmount":"2.94","customParm":"123457"}]',
    );
  });

  test('our client signs the same URL and header at that time', () => {
    const built = buildRequest(ACCOUNT, TOKENS[ACCOUNT], JSON.parse(body), at);
    assert.equal(built.url, path);
    assert.equal(built.headers.authorization, authorization);
  });
}

const order = query('2016010000000221');
const signAt = (at: number): string => signOf(ACCOUNT, TOKENS[ACCOUNT], stamp(at));

for (const separator of ['|', ':']) {
  for (const upper of [false, true]) {
    const where = separator === '|' ? 'as prescribed' : "as in the document's own sample";
    test(`"账户Id + "${separator}" + 时间戳" ${where}, "无论大小写": ${upper ? 'upper' : 'lower'} case`, async () => {
      const server = await startTestServer({ clock: new TestClock() });
      const sign = signAt(server.clock.now());
      const given = `?Sign=${upper ? sign.toUpperCase() : sign}`;
      const reply = await call(server, order, { separator, query: given });
      assert.equal(reply.orderSts, '0');
    });
  }
}

for (const [rule, offset, code] of [
  ['"时间戳有效时间为24小时": exactly 24 hours old', -DAY, undefined],
  ['24 hours and a second old', -DAY - SECOND, '-203'],
  ['"no more than 10 minutes ahead": exactly 10 minutes', 10 * MINUTE, undefined],
  ['10 minutes and a second ahead', 10 * MINUTE + SECOND, '-203'],
] as const) {
  test(`${rule}: ${code ?? 'good'}`, async () => {
    const server = await startTestServer({ clock: new TestClock('2026-01-02T03:04:05Z') });
    const reply = await call(server, order, { at: server.clock.now() + offset });
    assert.equal(reply.statusCode, code);
  });
}

test('Several calls within one second share a Sign: it is no replay', async () => {
  const server = await startTestServer({ clock: new TestClock() });
  for (const id of ['219', '220', '221']) {
    assert.equal((await call(server, query(`2016010000000${id}`))).requestId, `2016010000000${id}`);
  }
});

test('"JSON whatever the Content-Type", and other parameters of the URL do not matter', async () => {
  const server = await startTestServer();
  const given = `?a=1&Sign=${signAt(server.clock.now())}&sign=x`;
  const headers = { 'content-type': 'text/xml' };
  assert.equal((await call(server, order, { query: given, headers })).orderSts, '0');
});

test('a rotated authToken: both sign until the older one ends', async () => {
  const clock = new TestClock();
  const server = await startTestServer({ clock });
  const rotated = await manage(server, 'POST', `/parties/ytx/${ACCOUNT}/keys`, {
    overlapSeconds: 3600,
  });
  const unknown = query('404');
  const codeWith = async (token: string) => (await call(server, unknown, { token })).statusCode;
  assert.equal(await codeWith(TOKENS[ACCOUNT]), '-704');
  assert.equal(await codeWith(rotated.body.secret), '-704');
  clock.advance(3600 * SECOND);
  assert.equal(await codeWith(TOKENS[ACCOUNT]), '-201');
  assert.equal(await codeWith(rotated.body.secret), '-704');
});

test('timestamps are Shanghai time, and an invalid timestamp is refused', () => {
  const instant = Date.UTC(2014, 3, 16, 6, 20, 30);
  assert.equal(formatTimestamp(instant + 999), '20140416142030');
  assert.equal(parseTimestamp('20140416142030'), instant);
  for (const text of ['20140431000000', '20141301000000', '20140416242030', '2014041614203', '']) {
    assert.equal(parseTimestamp(text), null, text);
  }
});

test('the reply is JSON with the type that the document names', async () => {
  const server = await startTestServer();
  const text = await post(server, JSON.stringify(order));
  assert.equal(
    text,
    '{"requestId":"2016010000000221","appid":"ff8080813fc70a7b013fc72312324213","orderSts":"0","remark":"充值中","mobile":"188****0804","oriAmount":"2.94","customParm":"123458"}',
  );
});
