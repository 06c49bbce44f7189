// The suite of createOrders and load: what is skipped, refused, replayed, and comes back as it was.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CreateRequest, Ledger } from '../../src/core/ledger.ts';
import { orderId } from '../../src/core/ledger.ts';
import type { Order } from '../../src/core/order.ts';
import { anOrder, asNew, create, newPlatform, snapshot, T0 } from './fixtures.ts';

const request = (orders: readonly Order[], fields: Partial<CreateRequest> = {}): CreateRequest => ({
  orders: orders.map((order) => asNew(order)),
  existing: 'refuse',
  now: T0,
  ...fields,
});

const once = (key: string, fingerprint = 'print', expiresAt = T0 + 100) => ({
  once: { key, fingerprint, expiresAt },
});

async function exists(ledger: Ledger, order: Order): Promise<boolean> {
  return (await ledger.load(order.platform, order.orderId)).order !== null;
}

export function createRules(open: () => Ledger): void {
  test('a created order is version 1, with one history row and one event', async () => {
    const ledger = open();
    const order = anOrder(newPlatform(), '1', { createdAt: T0 - 5000 });
    const before = await ledger.audit();
    await create(ledger, [asNew(order, { actor: 'operator', note: '备注' })]);

    const loaded = await ledger.load(order.platform, order.orderId);
    assert.deepEqual([loaded.order, loaded.replay], [order, null]);
    const found = await ledger.readHistory(order.platform, order.orderId);
    assert.deepEqual(found?.order, order);
    assert.deepEqual(
      found?.history.map((entry) => ({ ...entry })),
      [
        {
          version: 1,
          at: T0,
          action: 'created',
          line: null,
          from: null,
          to: 'open',
          actor: 'operator',
          note: '备注',
          requestId: null,
        },
      ],
    );
    const after = await ledger.audit();
    assert.equal(after.orders, before.orders + 1);
    assert.equal(after.changes, before.changes + 1);
    assert.equal(after.changesWithoutEvent, 0);
  });

  test('attributes and lines come back as they were given', async () => {
    const ledger = open();
    const order = anOrder(newPlatform(), 'AB-01', {
      owner: '分销商 1',
      attributes: {
        amountFen: 9_007_199_254_740_991,
        name: '张三 😀 "quoted" \\ \u0001',
        nothing: null,
        nested: { list: [1, 'two', false, { three: 3 }] },
      },
      lines: [
        { lineId: 'l2', state: '30', attributes: { price: 1 } },
        { lineId: 'l1', state: '10', attributes: {} },
      ],
    });
    await create(ledger, [order]);
    assert.deepEqual((await ledger.load(order.platform, order.orderId)).order, order);
  });

  test('an order that is not there loads as null and has no history', async () => {
    const ledger = open();
    const platform = newPlatform();
    assert.deepEqual(await ledger.load(platform, orderId('1')), { order: null, replay: null });
    assert.equal(await ledger.readHistory(platform, orderId('1')), null);
  });

  test('the same id on another platform is another order', async () => {
    const ledger = open();
    const [one, other] = [anOrder(newPlatform(), '1'), anOrder(newPlatform(), '1', { state: 'x' })];
    await create(ledger, [one, other]);
    assert.equal((await ledger.load(one.platform, one.orderId)).order?.state, 'open');
    assert.equal((await ledger.load(other.platform, other.orderId)).order?.state, 'x');
  });

  test('skip leaves an order that exists as it is, creates the rest, and names what was there', async () => {
    const ledger = open();
    const platform = newPlatform();
    const there = anOrder(platform, '1', { attributes: { first: true } });
    await create(ledger, [there]);

    const again = anOrder(platform, '1', { state: 'other', attributes: { first: false } });
    const fresh = anOrder(platform, '2');
    const result = await ledger.createOrders(request([again, fresh], { existing: 'skip' }));
    assert.deepEqual(result, { result: 'created', created: 1, existing: ['1'] });
    const found = await ledger.readHistory(platform, there.orderId);
    assert.deepEqual(found?.order, there);
    assert.equal(found?.history.length, 1);
    assert.deepEqual((await ledger.load(platform, fresh.orderId)).order, fresh);
  });

  test('refuse creates none of them when one exists, and names all that exist', async () => {
    const ledger = open();
    const platform = newPlatform();
    const [a, b, c] = ['a', 'b', 'c'].map((id) => anOrder(platform, id)) as [Order, Order, Order];
    await create(ledger, [b, c]);
    const before = await snapshot(ledger, b);
    assert.deepEqual(await ledger.createOrders(request([a, b, c])), {
      result: 'exists',
      existing: ['b', 'c'],
    });
    assert.equal(await exists(ledger, a), false);
    assert.deepEqual(await snapshot(ledger, b), before);
  });

  test('refuse creates none when one id is given twice', async () => {
    const ledger = open();
    const order = anOrder(newPlatform(), '1');
    const result = await ledger.createOrders(request([order, { ...order, state: 'other' }]));
    assert.deepEqual(result, { result: 'exists', existing: ['1'] });
    assert.equal(await exists(ledger, order), false);
  });

  test('the same key and fingerprint create nothing again and answer as the first time', async () => {
    const ledger = open();
    const platform = newPlatform();
    const orders = ['1', '2'].map((id) => anOrder(platform, id));
    const first = await ledger.createOrders(request(orders, once(platform)));
    assert.deepEqual(first, { result: 'created', created: 2, existing: [] });
    const before = await snapshot(ledger, orders[0]!);
    for (const now of [T0, T0 + 99]) {
      const again = await ledger.createOrders(request(orders, { ...once(platform), now }));
      assert.deepEqual(again, { result: 'replayed', created: 2 });
    }
    assert.deepEqual(await snapshot(ledger, orders[0]!), before);
  });

  test('a key with another fingerprint is refused and creates nothing', async () => {
    const ledger = open();
    const platform = newPlatform();
    await create(ledger, [anOrder(platform, '1')], once(platform));
    const other = anOrder(platform, '2');
    assert.deepEqual(await ledger.createOrders(request([other], once(platform, 'other'))), {
      result: 'key-reused',
    });
    assert.equal(await exists(ledger, other), false);
  });

  test('a key of creation ends at exactly expiresAt; it then is free for another request', async () => {
    const ledger = open();
    const platform = newPlatform();
    const end = T0 + 100;
    await create(ledger, [anOrder(platform, '1')], once(platform, 'one', end));
    const next = anOrder(platform, '2');
    const later = request([next], once(platform, 'two', end + 100));
    const justBefore = await ledger.createOrders({ ...later, now: end - 1 });
    assert.equal(justBefore.result, 'key-reused');
    assert.equal((await ledger.createOrders({ ...later, now: end })).result, 'created');
    // Now it is kept for the second request, until the second's end.
    assert.equal((await ledger.createOrders({ ...later, now: end + 99 })).result, 'replayed');
  });

  test('a creation that was refused keeps no key', async () => {
    const ledger = open();
    const platform = newPlatform();
    const there = anOrder(platform, '1');
    await create(ledger, [there]);
    const refused = await ledger.createOrders(request([there], once(platform, 'one')));
    assert.equal(refused.result, 'exists');
    const other = request([anOrder(platform, '2')], once(platform, 'two'));
    assert.equal((await ledger.createOrders(other)).result, 'created');
  });

  test('50 equal creations at the same time create once, and 49 get the same answer', async () => {
    const ledger = open();
    const platform = newPlatform();
    const orders = [anOrder(platform, '1'), anOrder(platform, '2')];
    const results = await Promise.all(
      Array.from({ length: 50 }, () => ledger.createOrders(request(orders, once(platform)))),
    );
    assert.equal(results.filter(({ result }) => result === 'created').length, 1);
    const replayed = results.filter((r) => r.result === 'replayed' && r.created === 2);
    assert.equal(replayed.length, 49);
    const found = await ledger.readHistory(platform, orders[0]!.orderId);
    assert.equal(found?.history.length, 1);
  });
}
