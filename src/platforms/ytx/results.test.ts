// Results come from outside: operators, the sandbox's products; and what is pushed to the app of it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { manage, startTestServer, TestClock } from '../../../test/support.ts';
import { ACCOUNT, APP, call, query, submit } from '../../../test/ytx.ts';
import { MINUTE, SECOND } from '../../core/clock.ts';
import { orderId, ownerId } from '../../core/ledger.ts';
import type { JsonObject } from '../../core/order.ts';
import type { Ordergate } from '../../main.ts';
import { callbackBody, callbackUrl } from './callback.ts';
import { readCallback } from './client.ts';
import { orderResult } from './result.ts';
import { moved } from './rules.ts';
import { SANDBOX_PRODUCTS } from './sandbox-products.ts';
import { STATES } from './states.ts';

const server = await startTestServer();
const read = async (id: string, from: Ordergate = server) =>
  (await manage(from, 'GET', `/orders/ytx/${id}`)).body;
const move = (id: string, to: string, note?: string) =>
  manage(server, 'POST', `/orders/ytx/${id}/transitions`, {
    to,
    ...(note !== undefined && { note }),
  });

for (const [word, orderSts] of [
  ['succeeded', '1'],
  ['failed', '-1'],
  ['refunded', '-2'],
] as const) {
  for (const to of [word, orderSts]) {
    test(`an operator sets it to ${to}: orderSts ${orderSts} ${STATES[orderSts]}, the note is the remark`, async () => {
      const { requestId } = await call(server, submit(`operator-${to}`));
      const answer = await move(requestId, to, 'SN20160102');
      assert.deepEqual([answer.status, answer.body.state], [200, orderSts]);
      const reply = await call(server, query(requestId));
      // "交易成功时候,remark表示是运营商流水号"
      assert.deepEqual([reply.orderSts, reply.remark], [orderSts, 'SN20160102']);
    });
  }
}

test('if an operator gives no note, the remark says what happened', async () => {
  for (const [to, remark] of [
    ['1', '成功'],
    ['-1', '充值失败'],
    ['-2', '已退款'],
  ] as const) {
    const { requestId } = await call(server, submit(`plain-${to}`));
    await move(requestId, to);
    assert.equal((await call(server, query(requestId))).remark, remark);
  }
});

test('a succeeded order can be refunded, and a second result is refused', async () => {
  const { requestId } = await call(server, submit('twice'));
  assert.equal((await move(requestId, 'succeeded', 'SN1')).status, 200);
  const again = await move(requestId, 'failed');
  assert.deepEqual([again.status, again.body.error.code], [409, 'state-refuses']);
  assert.equal((await move(requestId, 'refunded')).status, 200);
  assert.equal((await move(requestId, 'succeeded')).status, 409);
  assert.deepEqual([(await move(requestId, 'nowhere')).status], [400]);
});

test('of 20 operators who set a result at once, one succeeds', async () => {
  const { requestId } = await call(server, submit('crowd'));
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, i) => move(requestId, i % 2 ? '1' : '-1', `SN${i}`)),
  );
  assert.equal(answers.filter((answer) => answer.status === 200).length, 1);
  assert.equal((await read(requestId)).version, 2);
});

const EXPECTED = {
  'SANDBOX-SUCCESS': [[10 * SECOND, '1']],
  'SANDBOX-FAILURE': [[10 * SECOND, '-1']],
  'SANDBOX-NEVER': [],
  'SANDBOX-REFUND': [
    [10 * SECOND, '1'],
    [5 * MINUTE, '-2'],
  ],
} as const;

test('the products of the sandbox are those that README.md promises', () => {
  const steps = Object.entries(SANDBOX_PRODUCTS).map(([code, product]) => [
    code,
    product.steps.map((step) => [step.afterMs, step.to]),
  ]);
  assert.deepEqual(Object.fromEntries(steps), EXPECTED);
});

for (const [code, steps] of Object.entries(EXPECTED)) {
  test(`${code}: ${steps.map(([after, to]) => `${STATES[to]} after ${after / SECOND} s`).join(', ') || 'stays 充值中'}, on the sandbox's clock`, async () => {
    const clock = new TestClock();
    const fresh = await startTestServer({ clock });
    const { requestId } = await call(fresh, submit('magic', code));
    const advance = (seconds: number) =>
      manage(fresh, 'POST', '/clock', { advanceSeconds: seconds });
    let elapsed = 0;
    let state = '0';
    for (const [after, to] of steps) {
      await advance((after - elapsed) / SECOND - 1);
      assert.equal((await read(requestId, fresh)).state, state);
      await advance(1);
      const order = await read(requestId, fresh);
      assert.deepEqual([order.state, order.history.at(-1).actor], [to, 'deadline:resolve']);
      [elapsed, state] = [after, to];
    }
    await advance(86_400);
    const order = await read(requestId, fresh);
    assert.deepEqual([order.state, order.version], [state, 1 + steps.length]);
    const reply = await call(fresh, query(requestId));
    if (state === '1') assert.equal(reply.remark, `S${requestId}`);
    assert.equal(reply.oriAmount, '2.94');
  });
}

test('if the clock jumps over all steps of an order, all steps happen at once', async () => {
  const fresh = await startTestServer();
  const { requestId } = await call(fresh, submit('jump', 'SANDBOX-REFUND'));
  await manage(fresh, 'POST', '/clock', { advanceSeconds: 3600 });
  const { history } = await read(requestId, fresh);
  assert.deepEqual(
    history.map((entry: { to: string }) => entry.to),
    ['0', '1', '-2'],
  );
});

test('an operator who is faster wins; the sandbox does not change it again, but refunds what he let succeed', async () => {
  const fresh = await startTestServer();
  const ids: string[] = [];
  for (const [parm, code, to] of [
    ['faster-1', 'SANDBOX-SUCCESS', 'failed'],
    ['faster-2', 'SANDBOX-REFUND', 'succeeded'],
  ] as const) {
    const { requestId } = await call(fresh, submit(parm, code));
    await manage(fresh, 'POST', `/orders/ytx/${requestId}/transitions`, { to, note: 'SN' });
    ids.push(requestId);
  }
  await manage(fresh, 'POST', '/clock', { advanceSeconds: 299 });
  const states = async () => [
    (await read(ids[0]!, fresh)).state,
    (await read(ids[1]!, fresh)).state,
  ];
  assert.deepEqual(await states(), ['-1', '1']);
  await manage(fresh, 'POST', '/clock', { advanceSeconds: 1 });
  assert.deepEqual(await states(), ['-1', '-2']);
});

test('the sandbox keeps its codes to itself: no import and no catalog entry takes one', async () => {
  const saved = await manage(server, 'PUT', '/catalog/ytx/product/SANDBOX-NEVER', { amountFen: 1 });
  assert.equal(saved.status, 400);
});

test("the callback's body: requestId, appid, orderSts, remark, mobile, oriAmount, customParm", () => {
  const order = {
    platform: 'ytx',
    orderId: orderId('2016010000000205'),
    owner: ownerId('cbc6ceb21fd34664b6e452ca2aa40b3f'),
    state: '0',
    version: 1,
    createdAt: 0,
    updatedAt: 0,
    attributes: {
      accountSID: ACCOUNT,
      mobile: '18812340804',
      productCode: 'P1',
      amountFen: 294,
      customParm: '123456',
      remark: '充值中',
    },
    lines: [],
  };
  const effects = moved({ order, line: null, to: '1', note: '成功', now: 0 });
  const body = callbackBody(effects.eventPayload as JsonObject);
  // 003, 响应示例, whose blank behind a comma is the page's own.
  assert.equal(
    body,
    '{"requestId":"2016010000000205","appid":"cbc6ceb21fd34664b6e452ca2aa40b3f","orderSts":"1","remark":"成功","mobile":"188****0804","oriAmount":"2.94","customParm":"123456"}',
  );
  // What is read from it is the order as its app may see it, and not the number.
  const after = { ...order, state: '1', attributes: effects.attributes! };
  assert.deepEqual(readCallback(body), orderResult(after));
});

test('"没有相关设置": a callback URL counts in production only', () => {
  const url = (
    appid: string,
    environment: 'sandbox' | 'production',
    accountSID: string = ACCOUNT,
  ) => callbackUrl({ appid, accountSID }, server.parties, environment);
  const production = '3215ad6a7d0247ae8b39728b854fa59c';
  assert.equal(url(production, 'production'), 'https://shop.example/ytx');
  assert.equal(url(production, 'sandbox'), undefined);
  assert.equal(url(APP, 'sandbox'), undefined);
  assert.equal(url(APP, 'production'), undefined);
  assert.equal(url('nosuchapp', 'production'), undefined);
  assert.equal(url(production, 'production', 'nobody'), undefined);
});
