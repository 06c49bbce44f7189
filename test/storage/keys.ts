// The suite of unique keys, many orders at once, and sealed texts.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Ledger, orderId, ownerId } from '../../src/core/ledger.ts';
import { anOrder, asNew, change, create, newPlatform, T0 } from './fixtures.ts';

export function keyRules(open: () => Ledger): void {
  test('a unique key finds its order, for its owner only', async () => {
    const ledger = open();
    const platform = newPlatform();
    const order = anOrder(platform, 'a', { attributes: { n: 1 } });
    await create(ledger, [asNew(order, { uniqueKeys: [['customParm', '1']] })]);
    const find = (owner: string, name: string, value: string) =>
      ledger.findByKey(platform, ownerId(owner), [name, value]);
    assert.deepEqual(await find('owner1', 'customParm', '1'), order);
    assert.equal(await find('owner2', 'customParm', '1'), null);
    assert.equal(await find('owner1', 'customParm', '2'), null);
    assert.equal(await find('owner1', 'other', '1'), null);
  });

  test('of orders with one unique key the first is created; the others are refused, and the refusal names the first', async () => {
    const ledger = open();
    const platform = newPlatform();
    const withKey = (id: string, owner = 'owner1') =>
      asNew(anOrder(platform, id, { owner }), { uniqueKeys: [['customParm', 'x']] });
    const outcomes = await Promise.all(
      Array.from({ length: 50 }, (_, i) =>
        ledger.createOrders({ orders: [withKey(`o${i}`)], existing: 'refuse', now: T0 }),
      ),
    );
    assert.equal(outcomes.filter(({ result }) => result === 'created').length, 1);
    const holder = await ledger.findByKey(platform, ownerId('owner1'), ['customParm', 'x']);
    for (const outcome of outcomes) {
      if (outcome.result === 'exists') assert.deepEqual(outcome.existing, [holder!.orderId]);
    }
    const { items } = await ledger.listOrders({ platform, limit: 100 });
    assert.equal(items.length, 1);
    await create(ledger, [withKey('of-another', 'owner2')]);
    await create(ledger, [withKey('again')], { existing: 'skip' });
    assert.deepEqual(await ledger.loadMany(platform, [orderId('again')]), [null]);
  });

  test('two orders of one request with one unique key: none is created, or the first', async () => {
    const ledger = open();
    const platform = newPlatform();
    const orders = ['a', 'b'].map((id) =>
      asNew(anOrder(platform, id), { uniqueKeys: [['k', 'same']] }),
    );
    const refused = await ledger.createOrders({ orders, existing: 'refuse', now: T0 });
    assert.deepEqual(refused, { result: 'exists', existing: ['a'] });
    assert.equal((await ledger.listOrders({ platform, limit: 9 })).items.length, 0);
    const created = await ledger.createOrders({ orders, existing: 'skip', now: T0 });
    assert.deepEqual(created, { result: 'created', created: 1, existing: ['a'] });
  });

  test('an order whose id is taken leaves its unique keys to others', async () => {
    const ledger = open();
    const platform = newPlatform();
    await create(ledger, [anOrder(platform, 'a')]);
    const again = asNew(anOrder(platform, 'a'), { uniqueKeys: [['customParm', 'x']] });
    const refused = await ledger.createOrders({ orders: [again], existing: 'refuse', now: T0 });
    assert.deepEqual(refused, { result: 'exists', existing: ['a'] });
    await create(ledger, [again], { existing: 'skip' });
    assert.equal(await ledger.findByKey(platform, ownerId('owner1'), ['customParm', 'x']), null);
    await create(ledger, [asNew(anOrder(platform, 'b'), { uniqueKeys: [['customParm', 'x']] })]);
  });

  test('many orders are loaded in the requested sequence, with null for a missing order', async () => {
    const ledger = open();
    const platform = newPlatform();
    const [a, b] = [anOrder(platform, 'a'), anOrder(platform, 'b')];
    await create(ledger, [a, b]);
    const ids = ['b', 'none', 'a', 'b'].map(orderId);
    assert.deepEqual(await ledger.loadMany(platform, ids), [b, null, a, b]);
    assert.deepEqual(await ledger.loadMany(platform, []), []);
    assert.deepEqual(await ledger.loadMany(newPlatform(), [orderId('a')]), [null]);
  });

  test('a sealed text is read by its name, shown as its mask, and replaced by the next', async () => {
    const ledger = open();
    const platform = newPlatform();
    const order = anOrder(platform, 'a');
    await create(ledger, [order]);
    const seal = (text: string, mask: string) => ({ name: 'cards', text, mask: [mask] });
    await ledger.commit(change(order, 'x', { sealed: [seal('卡密-1', '1**')] }));
    const read = (name: string) => ledger.readSealed(platform, order.orderId, name);
    assert.equal(await read('cards'), '卡密-1');
    assert.equal(await read('other'), null);
    assert.equal(await ledger.readSealed(platform, orderId('none'), 'cards'), null);
    const next = { ...order, version: 2, state: 'x' };
    const both = [seal('second', '2**'), { name: 'b', text: '', mask: null }];
    await ledger.commit(change(next, 'x', { sealed: both }));
    assert.equal(await read('cards'), 'second');
    const found = await ledger.readHistory(platform, order.orderId);
    assert.deepEqual(found!.sealed, [
      { name: 'b', mask: null },
      { name: 'cards', mask: ['2**'] },
    ]);
  });

  test('a change that is not made seals nothing', async () => {
    const ledger = open();
    const platform = newPlatform();
    const order = anOrder(platform, 'a');
    await create(ledger, [order]);
    const stale = change({ ...order, version: 7 }, 'x', {
      sealed: [{ name: 'cards', text: 'secret', mask: null }],
    });
    assert.equal(await ledger.commit(stale), 'stale');
    assert.equal(await ledger.readSealed(platform, order.orderId, 'cards'), null);
  });
}
