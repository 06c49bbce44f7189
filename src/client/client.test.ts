// The shared client against a running server, and against servers that break off, wait, or answer nonsense.
import assert from 'node:assert/strict';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, test } from 'node:test';
import { startTestServer } from '../../test/support.ts';
import { suning } from '../platforms/suning/client.ts';
import { ytx } from '../platforms/ytx/client.ts';
import type { RefusedItem } from '../protocol/contract.ts';
import { createClient } from './client.ts';
import { NetworkError, RefusedError, UnreadableReplyError } from './errors.ts';

const SUNING = {
  appKey: 'b0c332a133c102765f39de0a1b2c3d4e',
  appSecret: '460d7ff15b073e463125b40f1e2d3c4b',
};
const YTX = {
  accountSID: 'abcdefghijklmnopqrstuvwxyz012345',
  authToken: '9f8e7d6c5b4a39281706f5e4d3c2b1a0',
};
const APP = 'ff8080813fc70a7b013fc72312324213';
const JANUARY = { startTime: '2015-01-01 00:00:00', endTime: '2015-02-01 00:00:00' } as const;

const server = await startTestServer();
const toSuning = createClient(suning, { baseUrl: server.url, credentials: SUNING });
const toYtx = createClient(ytx, { baseUrl: `${server.url}/`, credentials: YTX });

/** A server of the test's own that answers as `listener` says. */
async function serve(listener: RequestListener): Promise<string> {
  const own = createServer(listener).listen(0, '127.0.0.1');
  await new Promise((listening) => own.once('listening', listening));
  after(() => own.close().closeAllConnections());
  return `http://127.0.0.1:${(own.address() as AddressInfo).port}`;
}

async function closedPort(): Promise<string> {
  const own = createServer().listen(0, '127.0.0.1');
  await new Promise((listening) => own.once('listening', listening));
  const { port } = own.address() as AddressInfo;
  await new Promise((closed) => own.close(closed));
  return `http://127.0.0.1:${port}`;
}

test('a page of a history has its items and its numbers, in either format', async () => {
  for (const format of ['json', 'xml'] as const) {
    const client = createClient(suning, {
      baseUrl: server.url,
      credentials: { ...SUNING, format },
    });
    const page = await client.call('suning.fws.historyorder.query', { ...JANUARY, pageSize: 2 });
    assert.deepEqual([page.pageTotal, page.pageNo, page.pageSize], [2, 1, 2]);
    assert.equal(page.items.length, 2);
    assert.ok(page.items[0]!.orderDetail.length > 0);
  }
});

test('a refusal is an error with cause, remedy, clause and the server’s request id', async () => {
  const before = createClient(suning, {
    baseUrl: server.url,
    credentials: { ...SUNING, appSecret: 'another secret' },
  });
  const result = await before.try('suning.fws.historyorder.query', JANUARY);
  assert.ok(!result.ok);
  assert.ok(result.error instanceof RefusedError);
  const { refused, requestId, message } = result.error;
  assert.equal(refused.code, 'sys.check.app-sign:error');
  assert.equal(refused.words, '签名信息错误');
  assert.equal(refused.retry, 'after-a-new-signature');
  assert.match(refused.remedy!.en, /appSecret/);
  assert.match(message, /sys\.check\.app-sign:error.*Check the appSecret/);
  assert.match(requestId!, /^\d+$/);
});

test('a code with a parameter finds its row of the table', async () => {
  const call = toSuning.call('suning.selfmarket.leaguerstatus.add', {
    iqStatus: '180',
    orderId: '',
    orderItemId: '1',
  });
  await assert.rejects(call, ({ refused }: RefusedError) => {
    assert.equal(refused.code, 'biz.selfmarket.addleaguerstatus.missing-parameter:orderId');
    return refused.remedy?.en === 'Send the field.';
  });
});

test('if a single id is refused, the call throws; in a list the refusal is at the place of the id', async () => {
  const none = '2016999999999999';
  await assert.rejects(toYtx.call('getOrderResult', { appid: APP, requestId: [none] }), {
    code: 'ERR_REFUSED',
  });
  const requestId = ['2016010000000219', none];
  const { items } = await toYtx.call('getOrderResult', { appid: APP, requestId });
  assert.deepEqual(
    items.map((item) => ('refused' in item ? item.refused.code : item.orderSts)),
    ['1', '-704'],
  );
  const { refused } = items[1] as RefusedItem;
  assert.equal(refused.id, none);
  assert.match(refused.remedy!.en, /./);
  assert.equal(refused.retry, ytx.contract.codes['-704'].retry);
});

test('a result has the server’s request id', async () => {
  const result = await toSuning.try('suning.fws.historyorder.query', JANUARY);
  assert.ok(result.ok);
  assert.match(result.requestId!, /^\d+$/);
});

test("a caller's abort stays the caller's abort", async () => {
  const baseUrl = await serve(() => {});
  const client = createClient(ytx, { baseUrl, credentials: YTX });
  const abort = new AbortController();
  const reason = new Error('the user left');
  const call = client.try('getOrderResult', { appid: APP, customParm: '1' }, abort);
  setImmediate(() => abort.abort(reason));
  await assert.rejects(call, reason);
  await assert.rejects(
    client.call('getOrderResult', { appid: APP, customParm: '1' }, abort),
    reason,
  );
});

const NO_REPLY = 'no reply in time';
const OUTCOMES: readonly [what: string, listener: RequestListener | null, error: object][] = [
  ['a server that is not there', null, { outcome: 'not-sent', status: null }],
  ['a connection broken off', (request) => request.socket.destroy(), { outcome: 'unknown' }],
  [NO_REPLY, () => {}, { outcome: 'unknown', status: null }],
  [
    'a reply that breaks off',
    (_, response) => {
      response.writeHead(200, { 'content-length': '10' }).write('{');
      setImmediate(() => response.destroy());
    },
    { outcome: 'unknown' },
  ],
  [
    'an unknown path',
    (_, response) => response.writeHead(404).end(),
    { outcome: 'not-sent', status: 404 },
  ],
  [
    'a server that stops',
    (_, response) => response.writeHead(503).end(),
    { outcome: 'unknown', status: 503 },
  ],
];
for (const [what, listener, expected] of OUTCOMES) {
  test(`${what}: a network error that says whether the call may have been carried out`, async () => {
    const baseUrl = listener ? await serve(listener) : await closedPort();
    // A busy machine may take a second to answer what is answered at once.
    const timeoutMs = what === NO_REPLY ? 300 : 30_000;
    const client = createClient(ytx, { baseUrl, credentials: YTX, timeoutMs });
    const result = await client.try('getOrderResult', { appid: APP, customParm: '1' });
    assert.ok(!result.ok);
    assert.ok(result.error instanceof NetworkError, String(result.error));
    const { outcome, status } = result.error;
    assert.deepEqual({ outcome, status, ...expected }, { outcome, status });
  });
}

test('a reply that is not the platform’s is unreadable', async () => {
  const baseUrl = await serve((_, response) => response.end('<html>Log in</html>'));
  for (const client of [
    createClient(ytx, { baseUrl, credentials: YTX }).call('getOrderResult', {
      appid: APP,
      customParm: '1',
    }),
    createClient(suning, { baseUrl, credentials: SUNING }).call(
      'suning.fws.historyorder.query',
      JANUARY,
    ),
  ]) {
    await assert.rejects(client, UnreadableReplyError);
  }
});

test('an invalid baseUrl is refused before anything is signed', () => {
  for (const baseUrl of ['', 'open.example.cn', 'ftp://x', 'http://u:p@x', 'http://x/?a=1']) {
    assert.throws(() => createClient(ytx, { baseUrl, credentials: YTX }), /^TypeError: baseUrl/);
  }
});

test('a repeated call ends at its own time limit, even if the attempts would take longer', async () => {
  let calls = 0;
  const baseUrl = await serve(() => calls++);
  const options = { baseUrl, credentials: SUNING, timeoutMs: 2500, attempts: 20 };
  const client = createClient(suning, { ...options, attemptTimeoutMs: 100 });
  const result = await client.try('suning.fws.historyorder.query', JANUARY);
  assert.ok(!result.ok && result.error instanceof NetworkError);
  assert.equal(result.error.outcome, 'unknown');
  assert.equal(result.error.attempts, calls);
  assert.ok(calls > 1 && calls < 10, `${calls} attempts`);
});
