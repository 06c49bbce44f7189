// Tests HastenOrder and OperateCancelOrder: every state, the ten minutes, the repeated success, and
// simultaneous calls.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { call, cancel, detail, document, form, hasten } from '../../../test/jintong.ts';
import { manage, startTestServer, TestClock } from '../../../test/support.ts';
import { MINUTE } from '../../core/clock.ts';
import { STATES, type State } from './states.ts';

/**
 * The sandbox contains one order of jane88 in each state: 151101000 and the state's character code.
 */
const orderIn = (state: string): string => `151101000${state.charCodeAt(0)}`;
const states = Object.keys(STATES) as State[];

const clock = new TestClock();
const server = await startTestServer({ clock });
const read = async (orderId: string) =>
  (await manage(server, 'GET', `/orders/jintong/${orderId}`)).body;

test('the sandbox has an order in each of the 22 states', async () => {
  assert.equal(states.length, 22);
  for (const state of states) assert.equal((await read(orderIn(state))).state, state);
});

const HASTEN_ALLOWED = 'A B D K L M Q R S U V W Z'.split(' ');
for (const state of states) {
  const allowed = HASTEN_ALLOWED.includes(state);
  test(`HastenOrder in ${state} ${STATES[state]}: ${allowed ? 'allowed, the state stays' : 'CallFail, naming the state'}`, async () => {
    const reply = await call(server, form(hasten(orderIn(state))));
    assert.equal(reply.code, allowed ? 'CallSuccess' : 'CallFail');
    assert.ok(reply.description.includes(allowed ? '催单成功' : STATES[state]));
    const order = await read(orderIn(state));
    assert.equal(order.state, state);
    assert.equal(order.version, allowed ? 2 : 1);
  });
}

const CANCELLED: Readonly<Record<string, State>> = {
  A: 'G',
  B: 'G',
  C: 'G',
  I: 'G',
  J: 'G',
  W: 'G',
  D: 'S',
  K: 'S',
  L: 'S',
};
for (const state of states) {
  const to = CANCELLED[state];
  test(`OperateCancelOrder in ${state} ${STATES[state]}: ${to ? `→ ${to} ${STATES[to]}` : 'CallFail, naming the state'}`, async () => {
    const before = await read(orderIn(state));
    const reply = await call(server, form(cancel(orderIn(state))));
    const order = await read(orderIn(state));
    if (!to) {
      assert.equal(reply.code, 'CallFail');
      assert.ok(reply.description.includes(STATES[state]));
      assert.deepEqual(order, before);
      return;
    }
    assert.deepEqual([reply.code, reply.description], ['CallSuccess', '操作成功']);
    assert.equal(order.state, to);
    const last = order.history.at(-1);
    assert.deepEqual(
      [last.action, last.from, last.to, last.note, last.actor],
      ['cancelled', state, to, '取消', 'party:jane88'],
    );
  });
}

test('"10分钟内才刚催单，不能再催单!": refused to the last millisecond, allowed at exactly ten minutes', async () => {
  const own = new TestClock();
  const fresh = await startTestServer({ clock: own });
  const again = async () => (await call(fresh, form(hasten('15112480268')))).description;
  assert.equal(await again(), '催单成功');
  own.advance(10 * MINUTE - 1);
  assert.equal(await again(), '10分钟内才刚催单，不能再催单!');
  own.advance(1);
  // A refused call did not restart the ten minutes.
  assert.equal(await again(), '催单成功');
  assert.equal(await again(), '10分钟内才刚催单，不能再催单!');
});

test('the sandbox clock: hasten, refused, move it ten minutes, hasten', async () => {
  const fresh = await startTestServer();
  const again = async () => (await call(fresh, form(hasten('15112480268')))).code;
  assert.deepEqual([await again(), await again()], ['CallSuccess', 'CallFail']);
  await manage(fresh, 'POST', '/clock', { advanceSeconds: 600 });
  assert.deepEqual([await again(), await again()], ['CallSuccess', 'CallFail']);
});

test('200 concurrent hastens of one order: exactly one success', async () => {
  const fresh = await startTestServer();
  const body = form(hasten('15112480268'));
  const replies = await Promise.all(Array.from({ length: 200 }, () => call(fresh, body)));
  const count = (description: string) =>
    replies.filter((r) => r.description === description).length;
  assert.equal(count('催单成功'), 1);
  assert.equal(count('10分钟内才刚催单，不能再催单!'), 199);
  const order = (await manage(fresh, 'GET', '/orders/jintong/15112480268')).body;
  assert.equal(order.version, 2);
  assert.equal(order.history.length, 2);
});

test('after the clock was set five hours ahead and back, a hasten is not refused for five hours', async () => {
  const own = new TestClock();
  const fresh = await startTestServer({ clock: own });
  const tell = async () => (await call(fresh, form(hasten('15112480268')))).description;
  own.advance(300 * MINUTE);
  assert.equal(await tell(), '催单成功');
  assert.equal(await tell(), '10分钟内才刚催单，不能再催单!');
  own.advance(-300 * MINUTE);
  assert.equal(await tell(), '催单成功');
  own.advance(10 * MINUTE - 1);
  assert.equal(await tell(), '10分钟内才刚催单，不能再催单!');
  own.advance(1);
  assert.equal(await tell(), '催单成功');
});

test('200 concurrent equal cancels: one change, and every caller gets its success', async () => {
  const fresh = await startTestServer();
  const body = form(cancel('151103654827'));
  const replies = await Promise.all(Array.from({ length: 200 }, () => call(fresh, body)));
  assert.ok(replies.every((reply) => reply.description === '操作成功'));
  const order = (await manage(fresh, 'GET', '/orders/jintong/151103654827')).body;
  assert.deepEqual([order.version, order.state, order.history.length], [2, 'G', 2]);
});

test('the same signed cancel within 24 hours gets the first reply and changes nothing; later it is judged again', async () => {
  const own = new TestClock();
  const fresh = await startTestServer({ clock: own });
  const body = form(cancel('15110100068'));
  const first = await call(fresh, body);
  // This holds even if the order has changed its state in between.
  await manage(fresh, 'POST', '/orders/jintong/15110100068/transitions', { to: 'M' });
  own.advance(24 * 60 * MINUTE - 1);
  assert.deepEqual(await call(fresh, body), first);
  const order = (await manage(fresh, 'GET', '/orders/jintong/15110100068')).body;
  assert.deepEqual([order.state, order.version], ['M', 3]);
  assert.equal((await call(fresh, form(cancel('15110100068', '另一个')))).code, 'CallFail');
  own.advance(1);
  assert.equal((await call(fresh, body)).code, 'CallFail');
});

test('the same cancel with its Remark encoded is the same request', async () => {
  const fresh = await startTestServer();
  assert.equal((await call(fresh, form(cancel('151103654827', '取消')))).code, 'CallSuccess');
  const encoded = form(cancel('151103654827', '%e5%8f%96%e6%b6%88'));
  assert.equal((await call(fresh, encoded)).code, 'CallSuccess');
});

test('the management API continues the refund, S → M → N, and hastens depend on the state', async () => {
  const fresh = await startTestServer();
  assert.equal((await call(fresh, form(cancel('15110100068')))).code, 'CallSuccess');
  for (const to of ['M', 'N']) {
    const moved = await manage(fresh, 'POST', '/orders/jintong/15110100068/transitions', { to });
    assert.deepEqual([moved.status, moved.body.state], [200, to]);
  }
  assert.equal(
    (await call(fresh, form(hasten('15110100068')))).description,
    '订单状态为退款完成，不允许此操作',
  );
  assert.equal((await call(fresh, form(detail('15110100068')))).body.Order instanceof Object, true);
});

test('user names may repeat across partners: the order belongs to (partner, user name)', async () => {
  const fresh = await startTestServer();
  await manage(fresh, 'PATCH', '/parties/jintong/989457552', { users: ['jinrigoji7', 'jane88'] });
  const body = document(989457552, 'HastenOrder', {
    param: { OrderID: '15112480268', UserName: 'jane88' },
  });
  assert.equal((await call(fresh, form(body), { partner: 989457552 })).code, 'Unauthorized');
});
