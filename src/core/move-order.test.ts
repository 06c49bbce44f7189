// Tests moveOrder on a real ledger: an operator moves orders only along the platform's table.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { model, openShop, SHOP } from '../../test/shop.ts';
import { orderId } from './ledger.ts';
import { moveOrder } from './move-order.ts';

const shop = openShop();
const move = (id: string, to: string, note: string | null = null) =>
  moveOrder(shop().ledger, shop().clock, model, {
    platform: SHOP,
    orderId: orderId(id),
    to,
    line: null,
    note,
  });

test('an operator moves an order along the table of the platform, with a note', async () => {
  const { create, order, history } = shop();
  const id = await create();
  assert.deepEqual(await move(id, 'paid', '已收款'), { ok: true, value: 2 });
  assert.deepEqual(await move(id, 'shipped'), { ok: true, value: 3 });
  assert.equal((await order(id)).state, 'shipped');
  const moves = (await history(id)).slice(1);
  assert.deepEqual(
    moves.map(({ action, actor, from, to, note }) => [action, actor, from, to, note]),
    [
      ['moved', 'operator', 'open', 'paid', '已收款'],
      ['moved', 'operator', 'paid', 'shipped', null],
    ],
  );
});

test('a move that the table lacks is refused, with the state', async () => {
  const { create, history } = shop();
  const id = await create();
  for (const to of ['shipped', 'open', 'nowhere', 'toString']) {
    assert.deepEqual(await move(id, to), { ok: false, code: 'state-refuses', state: 'open' });
  }
  // A state that the table does not name has no transitions, even if its name is a property of
  // every object.
  const odd = await create({}, { state: 'constructor' });
  assert.equal((await move(odd, 'paid')).ok, false);
  assert.equal((await history(id)).length, 1);
});

test('if two operators make the same move at once, one learns that the order has already moved', async () => {
  const { create, order } = shop();
  const id = await create();
  const outcomes = await Promise.all([move(id, 'paid'), move(id, 'paid'), move(id, 'paid')]);
  assert.equal(outcomes.filter(({ ok }) => ok).length, 1);
  const refused = { ok: false, code: 'state-refuses', state: 'paid' };
  assert.deepEqual(
    outcomes.filter(({ ok }) => !ok),
    [refused, refused],
  );
  assert.equal((await order(id)).version, 2);
});

test('a missing order gives unknown-order', async () => {
  assert.deepEqual(await move('none', 'paid'), { ok: false, code: 'unknown-order' });
});

test('one line moves; the platform computes the new states of the line and of the order', async () => {
  const { create, order, history, ledger, clock } = shop();
  const lines = ['a', 'b'].map((lineId) => ({
    lineId,
    state: 'open',
    attributes: { paid: false },
  }));
  const id = await create({}, { lines });
  const move = (line: string, to: string) =>
    moveOrder(
      ledger,
      clock,
      {
        ...model,
        moved: ({ line: moving, to: asked }) =>
          asked === 'closed'
            ? { lineState: 'open', lineAttributes: { ...moving!.attributes, closing: true } }
            : { state: 'partly', lineAttributes: { paid: true } },
      },
      { platform: SHOP, orderId: id, line, to, note: null },
    );
  assert.deepEqual(await move('a', 'paid'), { ok: true, value: 2 });
  assert.deepEqual(await move('b', 'closed'), { ok: true, value: 3 });
  const { state, lines: after } = await order(id);
  assert.equal(state, 'partly');
  assert.deepEqual(after, [
    { lineId: 'a', state: 'paid', attributes: { paid: true } },
    { lineId: 'b', state: 'open', attributes: { paid: false, closing: true } },
  ]);
  // The history shows the state that the operator asked for.
  assert.deepEqual(
    (await history(id)).slice(1).map(({ line, from, to }) => [line, from, to]),
    [
      ['a', 'open', 'paid'],
      ['b', 'open', 'closed'],
    ],
  );
});
