// productOrder: what it takes, its idempotency key, and many at once.
import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';
import { test } from 'node:test';
import { manage, startTestServer, TestClock, temporaryDirectory } from '../../../test/support.ts';
import { ACCOUNT, APP, call, MOBILE, post, query, type Reply, submit } from '../../../test/ytx.ts';
import { newRequestId } from './request-id.ts';

const server = await startTestServer();
const read = async (id: string) => (await manage(server, 'GET', `/orders/ytx/${id}`)).body;

test('the reply has statusCode 0, 提交成功 and a requestId (settled.md, Y14): 16 digits that begin with the day', async () => {
  const fresh = await startTestServer({ clock: new TestClock('2016-01-02T16:00:00Z') });
  const text = await post(fresh, JSON.stringify(submit('po-1')));
  assert.match(text, /^\{"statusCode":"0","statusMsg":"提交成功","requestId":"20160103\d{8}"\}$/);
});

test("it then waits for its result: 充值中, with the product's price as oriAmount", async () => {
  const { requestId } = await call(server, submit('po-2', 'VIP-MONTH'));
  assert.deepEqual(await call(server, query(requestId)), {
    requestId,
    appid: APP,
    orderSts: '0',
    remark: '充值中',
    mobile: '188****0804',
    oriAmount: '15.00',
    customParm: 'po-2',
  });
});

test('customParm as idempotency key: the same requestId, statusCode 0, one order', async () => {
  const first = await call(server, submit('po-3'));
  assert.deepEqual(await call(server, submit('po-3')), first);
  const order = await read(first.requestId);
  assert.deepEqual([order.version, order.history.length], [1, 1]);
});

test('"per app": another app has customParms of its own', async () => {
  const other = 'cbc6ceb21fd34664b6e452ca2aa40b3f';
  const mine = await call(server, submit('po-4'));
  const theirs = await call(server, submit('po-4', 'P1', MOBILE, other));
  assert.deepEqual([mine.statusCode, theirs.statusCode], ['0', '0']);
  assert.notEqual(mine.requestId, theirs.requestId);
});

for (const [what, body] of [
  ['product', submit('po-5', 'VIP-MONTH')],
  ['account', submit('po-5', 'P1', '18812340805')],
] as const) {
  test(`the same customParm with another ${what} is a mistake: -101, and changes nothing [ours]`, async () => {
    const { requestId } = await call(server, submit('po-5'));
    const reply = await call(server, body);
    assert.deepEqual([reply.statusCode, reply.statusMsg], ['-101', '请求报文格式错误']);
    assert.equal((await read(requestId)).version, 1);
  });
}

test('again after its product has gone: what was submitted stays submitted', async () => {
  await manage(server, 'PUT', '/catalog/ytx/product/P2', { amountFen: 100 });
  const first = await call(server, submit('po-6', 'P2'));
  await manage(server, 'DELETE', '/catalog/ytx/product/P2');
  assert.deepEqual(await call(server, submit('po-6', 'P2')), first);
  assert.equal((await call(server, submit('po-7', 'P2'))).statusCode, '-301');
});

test('again after its result has come: the same requestId still', async () => {
  const first = await call(server, submit('po-8'));
  await manage(server, 'POST', `/orders/ytx/${first.requestId}/transitions`, { to: '1' });
  assert.deepEqual(await call(server, submit('po-8')), first);
});

test('200 equal submissions at once: one order, all get the same requestId', async () => {
  const body = JSON.stringify(submit('po-9'));
  const texts = await Promise.all(Array.from({ length: 200 }, () => post(server, body)));
  const replies: Reply[] = texts.map((text) => JSON.parse(text));
  assert.ok(replies.every((reply) => reply.statusCode === '0'));
  assert.equal(new Set(replies.map((reply) => reply.requestId)).size, 1);
  const found = await manage(server, 'GET', '/orders?platform=ytx&q=po-9');
  assert.equal(found.body.items.length, 1);
});

test('200 different submissions at once: 200 orders', async () => {
  const texts = await Promise.all(
    Array.from({ length: 200 }, (_, i) => post(server, JSON.stringify(submit(`po-many-${i}`)))),
  );
  const ids = texts.map((text) => JSON.parse(text).requestId);
  assert.equal(new Set(ids).size, 200);
});

test('support finds the order by mobile number and customParm, and the call that made it', async () => {
  const { requestId } = await call(server, submit('po-10', 'P1', '13800001111'));
  for (const q of ['13800001111', 'po-10', requestId]) {
    const { body } = await manage(server, 'GET', `/orders?platform=ytx&q=${q}`);
    assert.deepEqual(
      body.items.map((order: { orderId: string }) => order.orderId),
      [requestId],
    );
  }
  const { history } = await read(requestId);
  assert.equal(history[0].actor, `party:${ACCOUNT}`);
  const logged = await manage(server, 'GET', `/requests?orderId=${requestId}`);
  assert.deepEqual(
    logged.body.items.map((item: { id: number; method: string }) => [item.id, item.method]),
    [[history[0].requestId, 'productOrder']],
  );
});

test('what a fresh process knows: the same customParm after a restart, the same requestId', async () => {
  const config = { dataDirectory: temporaryDirectory() };
  const first = await startTestServer({ config });
  const submitted = await call(first, submit('po-11'));
  await first.close();
  const again = await startTestServer({ config });
  assert.deepEqual(await call(again, submit('po-11')), submitted);
});

test('a requestId is the day in Shanghai and 8 digits', () => {
  assert.match(newRequestId(Date.UTC(2016, 0, 1, 15, 59, 59)), /^20160101\d{8}$/);
  assert.match(newRequestId(Date.UTC(2016, 0, 1, 16)), /^20160102\d{8}$/);
});

test('an id that is taken is drawn again, whoever took it', async () => {
  const drawn = [7, 7, 7, 8];
  const { randomInt } = crypto;
  crypto.randomInt = (() => drawn.shift() ?? 9) as typeof randomInt;
  syncBuiltinESMExports();
  try {
    const first = await call(server, submit('clash-1'));
    const second = await call(server, submit('clash-2'));
    assert.match(first.requestId, /00000007$/);
    assert.match(second.requestId, /00000008$/);
    assert.deepEqual(await call(server, submit('clash-1')), first);
  } finally {
    crypto.randomInt = randomInt;
    syncBuiltinESMExports();
  }
});
