// The suite of commit: all of a change or nothing, one winner a version, and replies that are kept.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LedgerUnavailableError } from '../../src/core/errors.ts';
import { type Ledger, orderId } from '../../src/core/ledger.ts';
import type { Order } from '../../src/core/order.ts';
import {
  anOrder,
  asNew,
  assertSound,
  change,
  create,
  newPlatform,
  snapshot,
  T0,
} from './fixtures.ts';

/** More than one group commit holds, so that several follow each other. */
const MANY = 300;

async function createMany(ledger: Ledger, count: number): Promise<Order[]> {
  const platform = newPlatform();
  const orders = Array.from({ length: count }, (_, i) => anOrder(platform, String(i)));
  await create(ledger, orders);
  return orders;
}

const createOne = async (ledger: Ledger): Promise<Order> => (await createMany(ledger, 1))[0]!;

export function commitRules(open: () => Ledger): void {
  test('a change writes the order, one history row and one event', async () => {
    const ledger = open();
    const order = anOrder(newPlatform(), '1', { createdAt: T0 - 9, attributes: { kept: 1 } });
    await create(ledger, [order]);
    const before = await ledger.audit();
    const changed: Order = {
      ...order,
      state: 'paid',
      version: 2,
      updatedAt: T0 + 7,
      attributes: { kept: 1, added: '加' },
      lines: [{ lineId: 'l1', state: '20', attributes: {} }],
    };
    const history = {
      action: 'line-moved',
      line: 'l1',
      from: '10',
      to: '20',
      actor: 'party:jane88',
      note: '备注',
      requestId: 9_007_199_254_740_991,
    } as const;
    const event = { type: 'order.line-moved', payload: { any: ['json'] } };
    assert.equal(await ledger.commit({ order: changed, history, event }), 'committed');

    assert.deepEqual((await ledger.load(order.platform, order.orderId)).order, changed);
    const found = await ledger.readHistory(order.platform, order.orderId);
    assert.deepEqual(found?.order, changed);
    assert.deepEqual({ ...found?.history[1] }, { version: 2, at: T0 + 7, ...history });
    const { orders, changes, changesWithoutEvent } = await ledger.audit();
    assert.equal(orders, before.orders);
    assert.equal(changes, before.changes + 1);
    assert.equal(changesWithoutEvent, 0);
  });

  test('a history is read oldest first, even if other orders changed in between', async () => {
    const ledger = open();
    const [one, other] = (await createMany(ledger, 2)) as [Order, Order];
    let [a, b] = [change(one, 's2'), change(other, 's2')];
    for (const state of ['s3', 's4', 's5']) {
      assert.equal(await ledger.commit(a), 'committed');
      assert.equal(await ledger.commit(b), 'committed');
      [a, b] = [change(a.order, state), change(b.order, state)];
    }
    const found = await ledger.readHistory(one.platform, one.orderId);
    assert.deepEqual(
      found?.history.map(({ version, from, to }) => [version, from, to]),
      [
        [1, null, 'open'],
        [2, 'open', 's2'],
        [3, 's2', 's3'],
        [4, 's3', 's4'],
      ],
    );
  });

  test('a change decided upon another version is stale and writes nothing', async () => {
    const ledger = open();
    const order = await createOne(ledger);
    const winner = change(order, 'paid');
    assert.equal(await ledger.commit(winner), 'committed');
    const before = await snapshot(ledger, order);
    const once = { key: order.platform, reply: 1, expiresAt: T0 + 100 };
    const deadlines = [{ kind: 'k', dueAt: T0 }];
    assert.equal(await ledger.commit(change(order, 'closed', { once, deadlines })), 'stale');
    const ahead = change({ ...winner.order, version: 3 }, 'closed', { once, deadlines });
    assert.equal(await ledger.commit(ahead), 'stale');
    assert.deepEqual(await snapshot(ledger, order), before);
    const { replay } = await ledger.load(order.platform, order.orderId, { ...once, now: T0 });
    assert.equal(replay, null);
  });

  test('where load found the order leads to it, and never past a newer version', async () => {
    const ledger = open();
    const order = await createOne(ledger);
    const { place } = await ledger.load(order.platform, order.orderId);
    const paid = change(order, 'paid', { place });
    assert.equal(await ledger.commit(paid), 'committed');
    assert.equal(await ledger.commit(change(order, 'closed', { place })), 'stale');
    const next = await ledger.load(order.platform, order.orderId);
    assert.deepEqual(next.order, paid.order);
    assert.equal(
      await ledger.commit(change(next.order!, 'open', { place: next.place })),
      'committed',
    );
    const found = await ledger.readHistory(order.platform, order.orderId);
    assert.deepEqual(
      found?.history.map(({ to }) => to),
      ['open', 'paid', 'open'],
    );
    await assertSound(ledger);
  });

  test('a change of an order that is not there is stale and writes nothing', async () => {
    const ledger = open();
    const order = await createOne(ledger);
    const before = await snapshot(ledger, order);
    const unknown = { ...order, orderId: orderId('unknown') };
    assert.equal(await ledger.commit(change(unknown, 'paid')), 'stale');
    assert.equal(await ledger.commit(change({ ...order, platform: 'no' }, 'paid')), 'stale');
    assert.deepEqual(await snapshot(ledger, order), before);
  });

  test('a kept reply loads with its key until expiresAt, and not at it', async () => {
    const ledger = open();
    const order = await createOne(ledger);
    const key = order.platform;
    const reply = { 描述: '操作成功', list: [1, null] };
    const once = { key, reply, expiresAt: T0 + 100 };
    assert.equal(await ledger.commit(change(order, 'paid', { once })), 'committed');

    const load = async (once?: { key: string; now: number }) =>
      (await ledger.load(order.platform, order.orderId, once)).replay;
    assert.deepEqual(await load({ key, now: T0 }), { reply });
    assert.deepEqual(await load({ key, now: T0 + 99 }), { reply });
    assert.equal(await load({ key, now: T0 + 100 }), null);
    assert.equal(await load({ key: `${key}-other`, now: T0 }), null);
    assert.equal(await load(), null);
    const whole = await ledger.load(order.platform, order.orderId, { key, now: T0 });
    assert.equal(whole.order?.version, 2);
  });

  test('null is a reply that can be kept', async () => {
    const ledger = open();
    const order = await createOne(ledger);
    const once = { key: order.platform, reply: null, expiresAt: T0 + 100 };
    await ledger.commit(change(order, 'paid', { once }));
    const { replay } = await ledger.load(order.platform, order.orderId, { ...once, now: T0 });
    assert.deepEqual(replay, { reply: null });
  });

  test('a change whose once-key is taken is stale and writes nothing, until the key has ended', async () => {
    const ledger = open();
    const [one, other] = (await createMany(ledger, 2)) as [Order, Order];
    const end = T0 + 100;
    const once = { key: one.platform, reply: 'first', expiresAt: end };
    assert.equal(await ledger.commit(change(one, 'paid', { once })), 'committed');
    const before = await snapshot(ledger, other);
    const second = (at: number) => {
      const { order, ...rest } = change(other, 'paid', {
        once: { ...once, reply: 'second', expiresAt: end + 100 },
        deadlines: [{ kind: 'k', dueAt: T0 }],
      });
      return { ...rest, order: { ...order, updatedAt: at } };
    };
    assert.equal(await ledger.commit(second(end - 1)), 'stale');
    assert.deepEqual(await snapshot(ledger, other), before);
    const load = (now: number) =>
      ledger.load(other.platform, other.orderId, { key: once.key, now });
    assert.deepEqual((await load(T0)).replay, { reply: 'first' });

    assert.equal(await ledger.commit(second(end)), 'committed');
    assert.deepEqual((await load(end)).replay, { reply: 'second' });
  });

  test('forgetReplies removes those that have ended, only those, and says how many', async () => {
    const ledger = open();
    const orders = await createMany(ledger, 3);
    const platform = orders[0]!.platform;
    for (const [i, order] of orders.entries()) {
      const once = { key: `${platform}-${i}`, reply: i, expiresAt: T0 + 10 * (i + 1) };
      await ledger.commit(change(order, 'paid', { once }));
    }
    await ledger.forgetReplies(T0 + 1); // What other tests have left.
    assert.equal(await ledger.forgetReplies(T0 + 25), 2);
    assert.equal(await ledger.forgetReplies(T0 + 25), 0);
    const key = (i: number) => ({ key: `${platform}-${i}`, now: T0 + 5 });
    const load = async (i: number) =>
      (await ledger.load(platform, orderId(String(i)), key(i))).replay;
    assert.deepEqual([await load(0), await load(1), await load(2)], [null, null, { reply: 2 }]);
  });

  test('forgetReplies removes all that have ended, however many there are', async () => {
    const ledger = open();
    const platform = newPlatform();
    await ledger.forgetReplies(Number.MAX_SAFE_INTEGER);
    const keys = Array.from({ length: 2100 }, (_, i) => `${platform}-${i}`);
    const once = (key: string) => ({ key, fingerprint: '', expiresAt: T0 + 10 });
    await Promise.all(keys.map((key) => create(ledger, [], { once: once(key) })));
    assert.equal(await ledger.forgetReplies(T0 + 11), 2100);
  });

  test('300 changes of 300 orders at the same time are all committed', async () => {
    const ledger = open();
    const orders = await createMany(ledger, MANY);
    const results = await Promise.all(orders.map((order) => ledger.commit(change(order, 'paid'))));
    assert.deepEqual(results, Array(MANY).fill('committed'));
    for (const { platform, orderId } of orders) {
      const found = await ledger.readHistory(platform, orderId);
      assert.equal(found?.order.state, 'paid');
      assert.deepEqual(
        found?.history.map(({ to }) => to),
        ['open', 'paid'],
      );
    }
  });

  test('of 300 changes of one order at the same time exactly one is committed', async () => {
    const ledger = open();
    const order = await createOne(ledger);
    const changes = Array.from({ length: MANY }, (_, i) => change(order, `state${i}`));
    const results = await Promise.all(changes.map((c) => ledger.commit(c)));
    assert.equal(results.filter((result) => result === 'committed').length, 1);
    assert.equal(results.filter((result) => result === 'stale').length, MANY - 1);
    const found = await ledger.readHistory(order.platform, order.orderId);
    assert.equal(found?.order.state, `state${results.indexOf('committed')}`);
    assert.equal(found?.history.length, 2);
  });

  test('changes that fail spoil no neighbour in the same group', async () => {
    const ledger = open();
    const [a, b, c, d, taken, leased, broken, refused] = (await createMany(ledger, 8)) as [
      Order,
      Order,
      Order,
      Order,
      Order,
      Order,
      Order,
      Order,
    ];
    const once = { key: a.platform, reply: null, expiresAt: T0 + 100 };
    const claim = { deadlineId: 999_999, leaseUntil: T0 };
    const results = await Promise.allSettled([
      ledger.commit(change(a, 'paid', { once })),
      ledger.commit(change(a, 'closed')), // the version is taken
      ledger.commit(change(b, 'paid')),
      ledger.commit(change(taken, 'paid', { once })), // the key is taken
      ledger.commit(change(c, 'paid')),
      ledger.commit(change(leased, 'paid', { completes: claim })), // no such lease
      ledger.commit(change(broken, null as unknown as string)), // the database refuses it
      ledger.createOrders({ orders: [asNew(refused)], existing: 'refuse', now: T0 }),
      ledger.commit(change(d, 'paid')),
    ]);
    assert.deepEqual(
      results.map((r) => (r.status === 'fulfilled' ? r.value : r.reason.constructor)),
      [
        'committed',
        'stale',
        'committed',
        'stale',
        'committed',
        'lease-lost',
        LedgerUnavailableError,
        { result: 'exists', existing: [refused.orderId] },
        'committed',
      ],
    );
    for (const { platform, orderId } of [a, b, c, d]) {
      const found = await ledger.readHistory(platform, orderId);
      assert.deepEqual(
        found?.history.map(({ to }) => to),
        ['open', 'paid'],
      );
    }
    for (const order of [taken, leased, broken, refused]) {
      assert.deepEqual((await ledger.load(order.platform, order.orderId)).order, order);
    }
    await assertSound(ledger);
  });
}
