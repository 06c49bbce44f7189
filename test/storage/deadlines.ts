// The suite of deadlines: who gets one, for how long, and that its effect happens once.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DAY, HOUR } from '../../src/core/clock.ts';
import type { DueDeadline } from '../../src/core/deadlines.ts';
import type { Ledger } from '../../src/core/ledger.ts';
import type { Order } from '../../src/core/order.ts';
import { anOrder, asNew, change, create, newPlatform, snapshot, T0 } from './fixtures.ts';

const LEASE = 1000;
const LATER = T0 + DAY;

/** An order for each pair of id and due time, with a deadline of kind `refund`. */
async function createDue(ledger: Ledger, due: Record<string, number>): Promise<Order[]> {
  const platform = newPlatform();
  const orders = Object.keys(due).map((id) => anOrder(platform, id));
  const rows = orders.map((order) =>
    asNew(order, { deadlines: [{ kind: 'refund', dueAt: T0 + due[order.orderId]! }] }),
  );
  await create(ledger, rows);
  return orders;
}

const claimOf = ({ deadlineId, leaseUntil }: DueDeadline) => ({ deadlineId, leaseUntil });
const idsOf = (due: readonly DueDeadline[]) => due.map(({ orderId }) => orderId as string);

async function claimOne(ledger: Ledger, now: number): Promise<DueDeadline> {
  const claimed = await ledger.claimDeadlines(now, 10, LEASE);
  assert.equal(claimed.length, 1);
  return claimed[0]!;
}

/** @param open a ledger of the test's own: deadlines are claimed whosever they are. */
export function deadlineRules(open: () => Ledger): void {
  test('a deadline is claimed with its order, kind and time, once it is due', async () => {
    const ledger = open();
    const [order] = await createDue(ledger, { a: 50 });
    assert.deepEqual(await ledger.claimDeadlines(T0 + 49, 10, LEASE), []);
    const { deadlineId, ...rest } = await claimOne(ledger, T0 + 50);
    assert.ok(Number.isSafeInteger(deadlineId));
    assert.deepEqual(rest, {
      platform: order!.platform,
      orderId: 'a',
      kind: 'refund',
      dueAt: T0 + 50,
      leaseUntil: T0 + 50 + LEASE,
    });
  });

  test('a lease that was begun while the clock was five hours ahead lasts no longer than a lease', async () => {
    const ledger = open();
    await createDue(ledger, { a: 50 });
    const ahead = await claimOne(ledger, T0 + 5 * HOUR);
    const again = await claimOne(ledger, T0 + 60);
    assert.equal(again.leaseUntil, T0 + 60 + LEASE);
    assert.deepEqual(await ledger.claimDeadlines(T0 + 61, 10, LEASE), [], 'it is leased anew');
    assert.equal(await ledger.dropDeadline(claimOf(ahead)), false, 'the first has lost it');
    assert.equal(await ledger.dropDeadline(claimOf(again)), true);
  });

  test('of more deadlines than the limit the soonest are claimed, then the others', async () => {
    const ledger = open();
    await createDue(ledger, { d: 40, b: 20, e: 50, a: 10, c: 30 });
    const first = await ledger.claimDeadlines(LATER, 2, LEASE);
    const second = await ledger.claimDeadlines(LATER, 2, LEASE);
    const third = await ledger.claimDeadlines(LATER, 2, LEASE);
    const batches = [first, second, third].map((due) => idsOf(due).sort());
    assert.deepEqual(batches, [['a', 'b'], ['c', 'd'], ['e']]);
  });

  test('claimed deadlines come soonest first', async () => {
    const ledger = open();
    await createDue(ledger, { d: 40, b: 20, e: 50, a: 10, c: 30 });
    const claimed = await ledger.claimDeadlines(LATER, 10, LEASE);
    assert.deepEqual(idsOf(claimed), ['a', 'b', 'c', 'd', 'e']);
  });

  test('a leased deadline is not claimed again before leaseUntil; then it is, with another token', async () => {
    const ledger = open();
    await createDue(ledger, { a: 0 });
    const first = await claimOne(ledger, LATER);
    assert.deepEqual(await ledger.claimDeadlines(LATER, 10, LEASE), []);
    assert.deepEqual(await ledger.claimDeadlines(first.leaseUntil - 1, 10, LEASE), []);
    const second = await claimOne(ledger, first.leaseUntil);
    assert.equal(second.orderId, first.orderId);
    assert.notDeepEqual(claimOf(second), claimOf(first));
  });

  test('claims at the same time share no deadline', async () => {
    const ledger = open();
    const due = Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`d${i}`, i]));
    await createDue(ledger, due);
    const claims = await Promise.all(
      Array.from({ length: 8 }, () => ledger.claimDeadlines(LATER, 10, LEASE)),
    );
    const claimed = claims.flatMap(idsOf);
    assert.equal(claimed.length, 40);
    assert.equal(new Set(claimed).size, 40);
  });

  test('a change that completes a deadline ends it', async () => {
    const ledger = open();
    const [order] = await createDue(ledger, { a: 0 });
    const due = await claimOne(ledger, LATER);
    const completes = claimOf(due);
    assert.equal(await ledger.commit(change(order!, 'refunded', { completes })), 'committed');
    assert.deepEqual(await ledger.claimDeadlines(LATER + DAY, 10, LEASE), []);
    assert.equal((await ledger.load(order!.platform, order!.orderId)).order?.state, 'refunded');
  });

  test('a change whose lease is lost is refused as lease-lost and writes nothing', async () => {
    const ledger = open();
    const [order] = await createDue(ledger, { a: 0 });
    const lost = claimOf(await claimOne(ledger, LATER));
    const held = await claimOne(ledger, lost.leaseUntil);
    const before = await snapshot(ledger, order!);
    const once = { key: 'key', reply: 1, expiresAt: LATER };
    const late = change(order!, 'refunded', { completes: lost, once });
    assert.equal(await ledger.commit(late), 'lease-lost');
    assert.deepEqual(await snapshot(ledger, order!), before);
    const loaded = await ledger.load(order!.platform, order!.orderId, { key: 'key', now: T0 });
    assert.equal(loaded.replay, null);
    // Whoever has the lease now still can.
    const change2 = change(order!, 'refunded', { completes: claimOf(held) });
    assert.equal(await ledger.commit(change2), 'committed');
  });

  test('a stale change leaves the deadline that it would have completed', async () => {
    const ledger = open();
    const [order] = await createDue(ledger, { a: 0 });
    const due = await claimOne(ledger, LATER);
    const moved = change(order!, 'paid');
    assert.equal(await ledger.commit(moved), 'committed');
    const completes = claimOf(due);
    assert.equal(await ledger.commit(change(order!, 'refunded', { completes })), 'stale');
    assert.equal(await ledger.commit(change(moved.order, 'refunded', { completes })), 'committed');
  });

  test('two workers that hold one deadline one after the other have one effect', async () => {
    const ledger = open();
    const [order] = await createDue(ledger, { a: 0 });
    const first = claimOf(await claimOne(ledger, LATER));
    const second = claimOf(await claimOne(ledger, first.leaseUntil));
    /** Like a worker that decides again until its change is taken or its lease is lost. */
    const work = async (completes: typeof first) => {
      for (;;) {
        const { order: current } = await ledger.load(order!.platform, order!.orderId);
        const result = await ledger.commit(change(current!, 'refunded', { completes }));
        if (result !== 'stale') return result;
      }
    };
    const results = await Promise.all([work(first), work(second), work(second), work(first)]);
    assert.equal(results.filter((r) => r === 'committed').length, 1);
    assert.equal(results.filter((r) => r === 'lease-lost').length, 3);
    const found = await ledger.readHistory(order!.platform, order!.orderId);
    assert.equal(found?.history.filter(({ to }) => to === 'refunded').length, 1);
  });

  test('a change sets deadlines, sets one again, and clears one', async () => {
    const ledger = open();
    const order = anOrder(newPlatform(), '1');
    await create(ledger, [order]);
    assert.equal(await ledger.nextDeadline(T0), null);

    const set = change(order, 's2', {
      deadlines: [
        { kind: 'pay', dueAt: T0 + 10 },
        { kind: 'ship', dueAt: T0 + 20 },
      ],
    });
    await ledger.commit(set);
    assert.equal(await ledger.nextDeadline(T0), T0 + 10);
    const again = change(set.order, 's3', { deadlines: [{ kind: 'pay', dueAt: T0 + 30 }] });
    await ledger.commit(again);
    assert.equal(await ledger.nextDeadline(T0), T0 + 20);
    const clear = change(again.order, 's4', {
      deadlines: [
        { kind: 'ship', dueAt: null },
        { kind: 'never', dueAt: null },
      ],
    });
    assert.equal(await ledger.commit(clear), 'committed');
    assert.equal(await ledger.nextDeadline(T0), T0 + 30);
    const claimed = await ledger.claimDeadlines(LATER, 10, LEASE);
    assert.deepEqual(
      claimed.map(({ kind, dueAt }) => [kind, dueAt]),
      [['pay', T0 + 30]],
    );
  });

  test('a deadline that is set again is free of its lease, and the lease is lost', async () => {
    const ledger = open();
    const [order] = await createDue(ledger, { a: 0 });
    const lost = claimOf(await claimOne(ledger, LATER));
    const moved = change(order!, 'paid', { deadlines: [{ kind: 'refund', dueAt: LATER + 5 }] });
    await ledger.commit(moved);
    assert.equal(await ledger.dropDeadline(lost), false);
    const late = change(moved.order, 'refunded', { completes: lost });
    assert.equal(await ledger.commit(late), 'lease-lost');
    assert.equal((await claimOne(ledger, LATER + 5)).dueAt, LATER + 5);
  });

  test('a change that completes a deadline may set the next of its kind', async () => {
    const ledger = open();
    const [order] = await createDue(ledger, { a: 0 });
    const completes = claimOf(await claimOne(ledger, LATER));
    const deadlines = [{ kind: 'refund', dueAt: LATER + 7 }];
    await ledger.commit(change(order!, 'reminded', { completes, deadlines }));
    assert.deepEqual(await ledger.claimDeadlines(LATER + 6, 10, LEASE), []);
    assert.equal((await claimOne(ledger, LATER + 7)).dueAt, LATER + 7);
  });

  test('dropDeadline ends a deadline that is still leased, once', async () => {
    const ledger = open();
    await createDue(ledger, { a: 0 });
    const lost = claimOf(await claimOne(ledger, LATER));
    const held = claimOf(await claimOne(ledger, lost.leaseUntil));
    assert.equal(await ledger.dropDeadline(lost), false);
    assert.equal(await ledger.dropDeadline(held), true);
    assert.equal(await ledger.dropDeadline(held), false);
    assert.deepEqual(await ledger.claimDeadlines(LATER + DAY, 10, LEASE), []);
  });

  test('the deadlines of an order, and those of all orders before a time, are listed soonest first', async () => {
    const ledger = open();
    const order = anOrder(newPlatform(), '1');
    await create(ledger, [order]);
    assert.deepEqual(await ledger.readDeadlines(order), []);
    const { platform, orderId } = order;
    const set = change(order, 's2', {
      deadlines: [
        { kind: 'ship', dueAt: T0 + 20 },
        { kind: 'pay', dueAt: T0 + 10 },
      ],
    });
    await ledger.commit(set);
    const pay = { platform, orderId, kind: 'pay', dueAt: T0 + 10 };
    const ship = { platform, orderId, kind: 'ship', dueAt: T0 + 20 };
    assert.deepEqual(await ledger.readDeadlines(order), [pay, ship]);
    assert.deepEqual(await ledger.listDeadlines(T0 + 20, 10), [pay]);
    assert.deepEqual(await ledger.listDeadlines(T0 + 21, 10), [pay, ship]);
    assert.deepEqual(await ledger.listDeadlines(T0 + 21, 1), [pay]);
    assert.deepEqual(await ledger.listDeadlines(T0 + 10, 10), []);
    // A deadline that a worker has leased still stands: it has not happened yet.
    await ledger.claimDeadlines(T0 + 10, 10, LEASE);
    assert.deepEqual(await ledger.readDeadlines(order), [pay, ship]);
  });

  test('nextDeadline is the soonest that nobody holds, due or not', async () => {
    const ledger = open();
    assert.equal(await ledger.nextDeadline(T0), null);
    await createDue(ledger, { late: 20, soon: 10 });
    assert.equal(await ledger.nextDeadline(T0), T0 + 10);
    assert.equal(await ledger.nextDeadline(LATER), T0 + 10);
    const { leaseUntil } = await claimOne(ledger, T0 + 10);
    assert.equal(await ledger.nextDeadline(leaseUntil - 1), T0 + 20);
    assert.equal(await ledger.nextDeadline(leaseUntil), T0 + 10);
  });

  test('orders that were skipped or refused get no deadline', async () => {
    const ledger = open();
    const order = anOrder(newPlatform(), '1');
    await create(ledger, [order]);
    const rows = [anOrder(order.platform, '2'), order].map((o) =>
      asNew(o, { deadlines: [{ kind: 'refund', dueAt: T0 }] }),
    );
    await ledger.createOrders({ orders: rows, existing: 'refuse', now: T0 });
    await ledger.createOrders({ orders: rows.slice(1), existing: 'skip', now: T0 });
    assert.equal(await ledger.nextDeadline(T0), null);
  });
}
