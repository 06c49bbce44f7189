// getOrderResult (003): object or array, the forms of a list, customParm, and once a minute.
import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { manage, startTestServer, TestClock } from '../../../test/support.ts';
import { APP, call, post, query, type Reply } from '../../../test/ytx.ts';
import { MINUTE } from '../../core/clock.ts';

const A = '2016010000000219';
const B = '2016010000000220';
/** For the tests that need a minute each, and no server of their own. */
const shared = new TestClock();
const server = await startTestServer({ clock: shared });
beforeEach(() => shared.advance(MINUTE));
const idsOf = (replies: Reply): string[] => replies.map((reply: Reply) => reply.requestId);

for (const [id, orderSts, remark, name] of [
  ['2016010000000219', '1', '成功', '充值成功'],
  ['2016010000000220', '-1', '充值失败', '充值失败'],
  ['2016010000000221', '0', '充值中', '充值中'],
  ['2016010000000222', '-2', '已退款', '已退款'],
] as const) {
  test(`orderSts ${orderSts}: ${name}; every field of 响应参数, in its order, all strings`, async () => {
    const reply = await call(server, query(id));
    assert.deepEqual(Object.entries(reply), [
      ['requestId', id],
      ['appid', APP],
      ['orderSts', orderSts],
      ['remark', remark],
      ['mobile', '188****0804'],
      ['oriAmount', '2.94'],
      ['customParm', reply.customParm],
    ]);
    assert.match(reply.customParm, /^12345\d$/);
  });
}

for (const [form, requestId, expected] of [
  ['传多个requestId: "a,b", as in the 报文示例', `${A},${B}`, [A, B]],
  ['the string "[a,b]", as in the .Net 请求示例', `[${A},${B}]`, [A, B]],
  ['a JSON array', [A, B], [A, B]],
  ['a JSON array of numbers [ours]', [Number(A), Number(B)], [A, B]],
  ['the string of a JSON array [ours]', `["${A}", "${B}"]`, [A, B]],
  ['blanks around, and a comma too many [ours]', ` ${A} , ${B} ,`, [A, B]],
  ['"any list → an array": of one, "[a]"', `[${A}]`, [A]],
  ['"any list → an array": of one, a JSON array', [A], [A]],
  ['in the order that was asked for', [B, A], [B, A]],
  ['an id given twice is asked once, answered in both places [ours]', [A, B, A], [A, B, A]],
] as const) {
  test(`${form} → array`, async () => {
    const replies = await call(server, query(requestId));
    assert.ok(Array.isArray(replies));
    assert.deepEqual(idsOf(replies), expected);
    for (const reply of replies) assert.equal(reply.mobile, '188****0804');
  });
}

for (const [form, requestId] of [
  ['传一个requestId', A],
  ['a number [ours]', Number(A)],
] as const) {
  test(`${form} → object`, async () => {
    assert.equal((await call(server, query(requestId))).requestId, A);
  });
}

test('"没收到requestId才选择customParm参数查询": customParm alone, unique per app → object', async () => {
  const ask = (appid: string) =>
    call(server, { action: 'getOrderResult', appid, customParm: '123456' });
  assert.equal((await ask(APP)).requestId, A);
  assert.equal((await ask('cbc6ceb21fd34664b6e452ca2aa40b3f')).requestId, '2016010000000205');
  // A minute per order, however it is asked for.
  assert.equal((await call(server, query(A))).statusCode, '-705');
});

test('"提交订单时若有响应requestId,调用此接口必传": with both, requestId counts', async () => {
  const reply = await call(server, { ...query(B), customParm: '123456' });
  assert.equal(reply.requestId, B);
  const empty = await call(server, { ...query(''), customParm: '123456' });
  assert.equal(empty.requestId, A);
});

test('names that the action does not define are ignored (settled.md, Y6)', async () => {
  const reply = await call(server, { ...query(A), rechargeAccount: 5, productCode: [], more: {} });
  assert.equal(reply.requestId, A);
});

test('in a list, an id that is missing or asked too soon is answered in its place (settled.md, Y23)', async () => {
  await call(server, query(A));
  const replies = await call(server, query([A, '404', B, '2016010000000205', '订单']));
  assert.deepEqual(replies[0], {
    statusCode: '-705',
    statusMsg: '查询过于频繁，每分钟限1次',
    requestId: A,
  });
  for (const [i, id] of [
    [1, '404'],
    [3, '2016010000000205'],
    [4, '订单'],
  ] as const) {
    assert.deepEqual(replies[i], {
      statusCode: '-704',
      statusMsg: '未查询到订单信息，稍后再试',
      requestId: id,
    });
  }
  assert.equal(replies[2].orderSts, '-1');
});

test('100 ids in one call are answered, each in its place', async () => {
  const ids = [...Array.from({ length: 99 }, (_, i) => `x${i}`), A];
  const replies = await call(server, query(ids));
  assert.deepEqual(idsOf(replies), ids);
  assert.equal(replies[99].orderSts, '1');
});

test('"查询频率限制为每分钟1次": refused at 59.999 s, allowed at exactly 60 s; a refused query does not count', async () => {
  const clock = new TestClock();
  const server = await startTestServer({ clock });
  const ask = async () => (await call(server, query(A))).statusCode;
  assert.equal(await ask(), undefined);
  clock.advance(MINUTE - 1);
  assert.equal(await ask(), '-705');
  clock.advance(1);
  assert.equal(await ask(), undefined);
  assert.equal(await ask(), '-705');
  // Another order has its own minute, and a list of both answers each by its own.
  const [a, b] = await call(server, query([A, B]));
  assert.deepEqual([a.statusCode, b.orderSts], ['-705', '-1']);
});

test('a clock that was set ahead by five hours and back refuses no query for five hours', async () => {
  const clock = new TestClock();
  const server = await startTestServer({ clock });
  const ask = async () => (await call(server, query(A))).statusCode;
  clock.advance(300 * MINUTE);
  assert.deepEqual([await ask(), await ask()], [undefined, '-705']);
  clock.advance(-300 * MINUTE);
  assert.deepEqual([await ask(), await ask()], [undefined, '-705']);
});

test('after a refused query, moving the sandbox’s clock by a minute allows the next query', async () => {
  const server = await startTestServer();
  const ask = async () => (await call(server, query(A))).statusCode;
  assert.deepEqual([await ask(), await ask()], [undefined, '-705']);
  await manage(server, 'POST', '/clock', { advanceSeconds: 60 });
  assert.deepEqual([await ask(), await ask()], [undefined, '-705']);
});

test('200 equal queries at once: exactly one is answered, 199 × -705', async () => {
  const server = await startTestServer({ clock: new TestClock() });
  const body = JSON.stringify(query(A));
  const texts = await Promise.all(Array.from({ length: 200 }, () => post(server, body)));
  const codes = texts.map((text) => JSON.parse(text).statusCode);
  assert.equal(codes.filter((code) => code === undefined).length, 1);
  assert.equal(codes.filter((code) => code === '-705').length, 199);
});

test("queries that find nothing do not count against another app's order", async () => {
  const server = await startTestServer();
  const other = '2016010000000205';
  assert.equal((await call(server, query(other))).statusCode, '-704');
  assert.equal((await call(server, query(other))).statusCode, '-704');
  const own = await call(server, query(other, 'cbc6ceb21fd34664b6e452ca2aa40b3f'));
  assert.equal(own.orderSts, '1');
});
