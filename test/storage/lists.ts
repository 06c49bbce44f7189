// The suite of listOrders: filters, newest first, and walks that miss nothing.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Ledger, OrderQuery } from '../../src/core/ledger.ts';
import type { Order } from '../../src/core/order.ts';
import { anOrder, asNew, change, create, newPlatform, T0 } from './fixtures.ts';

async function ids(ledger: Ledger, query: Partial<OrderQuery>): Promise<string[]> {
  const { items } = await ledger.listOrders({ limit: 1000, ...query });
  return items.map(({ orderId }) => orderId);
}

async function walk(ledger: Ledger, query: OrderQuery): Promise<Order[][]> {
  const pages: Order[][] = [];
  let cursor: string | undefined;
  do {
    const page = await ledger.listOrders({ ...query, cursor });
    pages.push([...page.items]);
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined && pages.length < 1000);
  return pages;
}

export function listRules(open: () => Ledger): void {
  test('orders are listed newest first, whole', async () => {
    const ledger = open();
    const platform = newPlatform();
    const orders = [2, 5, 1, 4, 3].map((n) =>
      anOrder(platform, `id${n}`, { createdAt: T0 + n, attributes: { n }, owner: `o${n}` }),
    );
    await create(ledger, orders);
    const { items, nextCursor } = await ledger.listOrders({ platform, limit: 10 });
    assert.deepEqual(
      items,
      orders.toSorted((a, b) => b.createdAt - a.createdAt),
    );
    assert.equal(nextCursor, null);
  });

  test('the first keys are found whatever the number of orders that begin so, on one page', async () => {
    const ledger = open();
    const platform = newPlatform();
    const names = ['71', '70', '7', '72', '8'];
    const orders = names.map((n, i) => anOrder(platform, `${platform}${n}`, { createdAt: T0 + i }));
    await create(ledger, orders);
    const query = { q: `${platform}7`, platform, isFirstKeys: true } as const;
    const { items, nextCursor } = await ledger.listOrders({ ...query, limit: 2 });
    assert.deepEqual(items.map(({ orderId }) => orderId.slice(platform.length)).sort(), [
      '7',
      '70',
    ]);
    assert.equal(nextCursor, null);
    assert.equal((await ids(ledger, query)).length, 4);
  });

  test('each filter leaves out what it does not name, and filters combine', async () => {
    const ledger = open();
    const [platform, other] = [newPlatform(), newPlatform()];
    await create(ledger, [
      anOrder(platform, 'a', { state: 'open', owner: 'x', createdAt: T0 + 1 }),
      anOrder(platform, 'b', { state: 'paid', owner: 'x', createdAt: T0 + 2 }),
      anOrder(platform, 'c', { state: 'open', owner: 'y', createdAt: T0 + 3 }),
      anOrder(other, 'd', { state: 'open', owner: 'x', createdAt: T0 + 4 }),
    ]);
    assert.deepEqual(await ids(ledger, { platform }), ['c', 'b', 'a']);
    assert.deepEqual(await ids(ledger, { platform: other }), ['d']);
    assert.deepEqual(await ids(ledger, { platform, state: 'open' }), ['c', 'a']);
    assert.deepEqual(await ids(ledger, { platform, owner: 'x' }), ['b', 'a']);
    assert.deepEqual(await ids(ledger, { platform, owner: 'x', state: 'paid' }), ['b']);
    assert.deepEqual(await ids(ledger, { owner: 'y' }), ['c']);
    assert.deepEqual(await ids(ledger, { state: 'paid', owner: 'x' }), ['b']);
    assert.deepEqual(await ids(ledger, { platform, owner: 'nobody' }), []);
    assert.deepEqual(await ids(ledger, { platform, q: 'a', state: 'paid' }), []);
  });

  test('from is included and to is not', async () => {
    const ledger = open();
    const platform = newPlatform();
    const at = (n: number) => anOrder(platform, `t${n}`, { createdAt: T0 + n });
    await create(ledger, [1, 2, 3, 4].map(at));
    assert.deepEqual(await ids(ledger, { platform, from: T0 + 2 }), ['t4', 't3', 't2']);
    assert.deepEqual(await ids(ledger, { platform, to: T0 + 3 }), ['t2', 't1']);
    assert.deepEqual(await ids(ledger, { platform, from: T0 + 2, to: T0 + 4 }), ['t3', 't2']);
    assert.deepEqual(await ids(ledger, { platform, from: T0 + 2, to: T0 + 2 }), []);
  });

  test('q finds an order by its id or the beginning of it, and by nothing inside it', async () => {
    const ledger = open();
    const platform = newPlatform();
    await create(
      ledger,
      ['1511', '15112', '25112', 'a%b', 'a_b', 'axb'].map((id) => anOrder(platform, id)),
    );
    const found = async (q: string) => (await ids(ledger, { platform, q })).sort();
    assert.deepEqual(await found('1511'), ['1511', '15112']);
    assert.deepEqual(await found('15112'), ['15112']);
    assert.deepEqual(await found('511'), []);
    assert.deepEqual(await found('151123'), []);
    // Nothing in it is a wildcard.
    assert.deepEqual(await found('a%'), ['a%b']);
    assert.deepEqual(await found('a_'), ['a_b']);
    assert.deepEqual(await found('*'), []);
  });

  test('q finds an order by a look-up key or the beginning of it, and lists it once', async () => {
    const ledger = open();
    const platform = newPlatform();
    const keyed = (id: string, keys: [string, string][]) => asNew(anOrder(platform, id), { keys });
    await create(ledger, [
      keyed('1', [
        ['userName', 'jane88'],
        ['pnr', 'JX8K2P'],
      ]),
      keyed('2', [
        ['userName', 'jane89'],
        ['phone', ''],
      ]),
      keyed('3', [
        ['userName', '张三'],
        ['phone', '13800138000'],
      ]),
      keyed('jane1', [
        ['userName', 'jane1'],
        ['nick', 'jane1'],
      ]),
    ]);
    const found = async (q: string) => (await ids(ledger, { platform, q })).sort();
    assert.deepEqual(await found('JX8K2P'), ['1']);
    assert.deepEqual(await found('JX'), ['1']);
    assert.deepEqual(await found('jane8'), ['1', '2']);
    assert.deepEqual(await found('jane'), ['1', '2', 'jane1']);
    assert.deepEqual(await found('张'), ['3']);
    assert.deepEqual(await found('138'), ['3']);
    assert.deepEqual(await found('K2P'), []);
  });

  test('a walk by cursor has neither gap nor double where orders share their time', async () => {
    const ledger = open();
    const platform = newPlatform();
    const orders = Array.from({ length: 50 }, (_, i) =>
      anOrder(platform, `w${i}`, { createdAt: T0 + (i % 3), owner: i < 40 ? 'x' : 'y' }),
    );
    await create(ledger, orders);
    for (const limit of [1, 7, 25, 50, 51]) {
      const pages = await walk(ledger, { platform, limit });
      assert.equal(pages.length, Math.ceil(50 / limit), `pages of ${limit}`);
      for (const page of pages.slice(0, -1)) assert.equal(page.length, limit);
      const all = pages.flat();
      assert.equal(new Set(all.map(({ orderId }) => orderId)).size, 50);
      const times = all.map(({ createdAt }) => createdAt);
      assert.deepEqual(
        times,
        times.toSorted((a, b) => b - a),
      );
    }
    const mine = (await walk(ledger, { platform, owner: 'x', limit: 7 })).flat();
    assert.equal(new Set(mine.map(({ orderId }) => orderId)).size, 40);
  });

  test('an order created during a walk moves nothing that is still to come', async () => {
    const ledger = open();
    const platform = newPlatform();
    await create(
      ledger,
      ['a', 'b', 'c', 'd'].map((id) => anOrder(platform, id)),
    );
    const first = await ledger.listOrders({ platform, limit: 2 });
    await create(ledger, [anOrder(platform, 'newer', { createdAt: T0 + 1 })]);
    const rest = await ledger.listOrders({ platform, limit: 2, cursor: first.nextCursor! });
    const seen = [...first.items, ...rest.items].map(({ orderId }) => orderId);
    assert.deepEqual(seen.sort(), ['a', 'b', 'c', 'd']);
    assert.equal(rest.nextCursor, null);
  });

  test('a list shows every change that was acknowledged before it was asked for', async () => {
    const ledger = open();
    const platform = newPlatform();
    const order = anOrder(platform, '1');
    await create(ledger, [order]);
    for (let current = order, n = 0; n < 20; n++) {
      const next = change(current, `s${n}`);
      await ledger.commit(next);
      const { items } = await ledger.listOrders({ platform, limit: 1 });
      assert.deepEqual(items, [next.order]);
      current = next.order;
    }
  });
}
