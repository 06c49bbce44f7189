// Tests orders with lines, effects of an operator's move, and reading of sealed texts, on a real
// ledger.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { byParty, model, openShop, SHOP } from '../../test/shop.ts';
import { changeOrder } from './change-order.ts';
import { orderId } from './ledger.ts';
import { moveOrder } from './move-order.ts';
import type { OrderModel } from './order.ts';
import { revealSealed } from './reveal-sealed.ts';

const shop = openShop();
const lines = ['l1', 'l2'].map((lineId) => ({ lineId, state: 'open', attributes: { n: 1 } }));
const move = (id: string, to: string, line: string | null, using: OrderModel = model) =>
  moveOrder(shop().ledger, shop().clock, using, {
    platform: SHOP,
    orderId: orderId(id),
    line,
    to,
    note: 'n',
  });

test('one line moves, and the history names that line', async () => {
  const { create, order, history } = shop();
  const id = await create({}, { lines });
  assert.deepEqual(await move(id, 'paid', 'l2'), { ok: true, value: 2 });
  const moved = await order(id);
  assert.equal(moved.state, 'open');
  assert.deepEqual(moved.lines, [lines[0], { ...lines[1], state: 'paid' }]);
  const { line, from, to } = (await history(id))[1]!;
  assert.deepEqual([line, from, to], ['l2', 'open', 'paid']);
  const refused = { ok: false, code: 'state-refuses', state: 'paid' };
  assert.deepEqual(await move(id, 'open', 'l2'), refused);
  assert.deepEqual(await move(id, 'shipped', 'l1'), { ...refused, state: 'open' });
});

test('an order with lines moves by one of its lines; an order without lines moves as a whole', async () => {
  const { create } = shop();
  const [withLines, plain] = [await create({}, { lines }), await create()];
  const refused = { ok: false, code: 'unknown-line' };
  assert.deepEqual(await move(withLines, 'paid', null), refused);
  assert.deepEqual(await move(withLines, 'paid', 'l3'), refused);
  assert.deepEqual(await move(plain, 'paid', 'l1'), refused);
});

test("a platform's hook adds attributes and deadlines to a move", async () => {
  const { create, order, ledger, clock } = shop();
  const dueAt = clock.now() + 5000;
  const hooked: OrderModel = {
    ...model,
    moved: ({ order: { attributes }, line, note, now }) => ({
      attributes: { ...attributes, remark: note },
      ...(line && { lineAttributes: { ...line.attributes, at: now } }),
      deadlines: [{ kind: 'close', dueAt }],
    }),
  };
  const id = await create({}, { lines });
  await move(id, 'paid', 'l1', hooked);
  const moved = await order(id);
  assert.deepEqual(moved.attributes, { remark: 'n' });
  assert.deepEqual(moved.lines[0]!.attributes, { n: 1, at: clock.now() });
  assert.equal(await ledger.nextDeadline(clock.now()), dueAt);
});

test('a sealed text is returned only after the history records the reading', async () => {
  const { create, history, ledger, clock } = shop();
  const id = await create();
  const sealed = [{ name: 'cards', text: '["1","2"]', mask: ['*', '*'] }];
  await changeOrder(ledger, clock, byParty(id), (order) => ({
    ok: true,
    action: 'filled',
    state: order.state,
    sealed,
    reply: null,
  }));
  const reveal = (name: string, of: string = id) =>
    revealSealed(ledger, clock, {
      platform: SHOP,
      orderId: orderId(of),
      name,
      note: '客诉',
      actor: 'operator',
    });
  assert.deepEqual(await reveal('cards'), { ok: true, value: '["1","2"]' });
  const { action, actor, note, to } = (await history(id)).at(-1)!;
  assert.deepEqual([action, actor, note, to], ['revealed', 'operator', 'cards: 客诉', 'open']);
  assert.deepEqual(await reveal('other'), { ok: true, value: null });
  assert.deepEqual(await reveal('cards', 'none'), { ok: false, code: 'unknown-order' });
  assert.equal((await history(id)).length, 3);
});
