// Tests the typed client against the real server in both formats, and that signatures of different
// requests differ.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { APPS, cards, HISTORY, LEAGUER, sandboxLine, TOKEN } from '../../../test/suning.ts';
import { startTestServer, TestClock } from '../../../test/support.ts';
import { createClient } from '../../client/client.ts';
import { RefusedError, UnreadableReplyError } from '../../client/errors.ts';
import { buildRequest, readReply, suning } from './client.ts';
import { isAppKey, isMethod } from './methods.ts';
import { type Signed, signInfo } from './signature.ts';
import { writeDocument } from './wire.ts';

const server = await startTestServer({ clock: new TestClock() });
const now = () => server.clock.now();
const [appKey, appSecret] = APPS.plain;

for (const format of ['xml', 'json'] as const) {
  const credentials = { appKey, appSecret, format };
  const client = createClient(suning, { baseUrl: server.url, credentials, now });

  test(`${format}: a line is shipped with its cards, and a refusal is an error`, async () => {
    const [orderId, orderItemId] = sandboxLine(format === 'xml' ? 1 : 2);
    const cardList = cards(format === 'xml' ? 1 : 3);
    const ship = () => client.call(LEAGUER, { iqStatus: '180', orderId, orderItemId, cardList });
    assert.deepEqual(await ship(), { result: 'Y', orderId, orderItemId });
    const failed = await client.try(LEAGUER, { iqStatus: '210', orderId, orderItemId });
    assert.ok(!failed.ok && failed.error instanceof RefusedError);
    const { code, words } = failed.error.refused;
    assert.equal(code, 'biz.selfmarket.addleaguerstatus.invalid-biz:109');
    assert.equal(words, '该订单类型不支持充值失败状态');
  });

  test(`${format}: a page of orders, with every name`, async () => {
    const time = { startTime: '2015-01-01 00:00:00', endTime: '2015-02-01 00:00:00' };
    const page = await client.call(HISTORY, { ...time, pageSize: 2, chargeId: 'S01234567890' });
    const { items: orders, ...head } = page;
    assert.deepEqual([head.pageTotal, head.pageNo, head.pageSize], [1, 1, 2]);
    assert.deepEqual(
      orders.map((order) => [order.orderId, order.shopName, order.orderDetail.length]),
      [
        ['S01234567890', '农夫山泉', 2],
        ['S01234567891', '农夫山泉', 1],
      ],
    );
    assert.equal(orders[0]!.orderDetail[1]!.realPaymentTotal, '20.00');
  });
}

test('the client reads the longest possible page, in both formats', () => {
  // 100 orders of 100 lines, whose names have 200 characters of three bytes.
  const name = '检'.repeat(200);
  const names = { serviceName: name, chargeName: name, orderDetailId: 'D'.repeat(32) };
  const order = { orderId: 'S1', orderDetail: Array.from({ length: 100 }, () => names) };
  const head = { pageTotal: '1', pageNo: '1', pageSize: '100' };
  const body = { queryHistoryOrder: Array.from({ length: 100 }, () => order) };
  const document = { sn_responseContent: { sn_head: head, sn_body: body } };
  for (const format of ['xml', 'json'] as const) {
    const reply = readReply(writeDocument(document, format), HISTORY, format);
    assert.ok(reply.ok && reply.value.orders.length === 100, format);
    assert.equal(reply.value.orders[99]!.orderDetail[99]!.chargeName, name);
  }
});

test('an app that needs OAuth gives its accessToken', async () => {
  const [key, secret] = APPS.oauth;
  const time = { startTime: '2015-01-01 00:00:00', endTime: '2015-02-01 00:00:00' };
  const as = (more: object) =>
    createClient(suning, {
      baseUrl: server.url,
      credentials: { appKey: key, appSecret: secret, ...more },
      now,
    }).try(HISTORY, time);
  assert.equal((await as({ accessToken: TOKEN })).ok, true);
  assert.equal((await as({})).ok, false);
});

test('without a server: a request is built, and a reply read', () => {
  const params = { startTime: '2015-01-01 00:00:00', endTime: '2015-02-01 00:00:00' };
  const { headers, body } = buildRequest(
    { appKey, appSecret },
    HISTORY,
    params,
    Date.parse('2026-11-22T12:06:55Z'),
  );
  assert.equal(headers.AppRequestTime, '2026-11-22 20:06:55');
  assert.equal(body, `{"sn_request":{"sn_body":{"queryHistoryOrder":${JSON.stringify(params)}}}}`);
  for (const text of ['', 'x', '{}', '<html></html>', '{"sn_responseContent":{}}']) {
    assert.throws(() => readReply(text, HISTORY), UnreadableReplyError);
  }
});

test('"nothing can slide from one part into the next": two accepted requests that differ never share a string to sign', () => {
  // Accepted values: an existing method, a valid time, an existing key, the one version.
  const methods = fc.constantFrom(LEAGUER, HISTORY).filter(isMethod);
  const keys = fc
    .constantFrom('abcdef', 'abcdefv1', 'abcdefv12', '2abcdef', APPS.plain[0])
    .filter(isAppKey);
  const time = fc.constantFrom('2026-01-02 03:04:05', '2026-01-02 03:04:52', '1926-01-02 03:04:05');
  const body = fc.uint8Array({ maxLength: 12 }).map((bytes) => Buffer.from(bytes));
  const request: fc.Arbitrary<Signed> = fc.record({
    appMethod: methods,
    appRequestTime: time,
    appKey: keys,
    versionNo: fc.constant('v1.2'),
    body,
  });
  const secrets: Record<string, string> = {};
  const meaning = (one: Signed) =>
    JSON.stringify({ ...one, body: Buffer.from(one.body).toString('hex') });
  fc.assert(
    fc.property(request, request, (a, b) => {
      fc.pre(meaning(a) !== meaning(b));
      // Each app has its own secret, so that the secret identifies the app.
      const sign = (one: Signed) => {
        secrets[one.appKey] ??= `secret of ${one.appKey}`;
        return signInfo(secrets[one.appKey]!, one);
      };
      assert.notEqual(sign(a), sign(b));
    }),
    { numRuns: 2000 },
  );
});
