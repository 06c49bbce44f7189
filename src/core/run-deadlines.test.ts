// Tests deadlines on a real ledger: each one takes effect exactly once, even if a worker fails.
import assert from 'node:assert/strict';
import { afterEach, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { byParty, openShop, SHOP } from '../../test/shop.ts';
import { type ChangeRequest, changeOrder, type Decide } from './change-order.ts';
import type { DeadlineClaim, DeadlineSource } from './deadlines.ts';
import type { Ledger } from './ledger.ts';
import type { OrderId } from './order.ts';
import {
  type DeadlineHandler,
  type DeadlineHandlers,
  DeadlineWorker,
  LEASE_MS,
  runDueDeadlines,
} from './run-deadlines.ts';

const HOUR = 3_600_000;

/** Closes an order that is still open. */
const close: Decide<null> = (order) =>
  order.state === 'open'
    ? { ok: true, action: 'closed', state: 'closed', reply: null }
    : { ok: false, code: 'state-refuses', state: order.state };

const noError = (error: unknown): never => assert.fail(String(error));

/** Waits for a condition that must come true; fails after a generous time. */
async function until(condition: () => Promise<boolean>): Promise<void> {
  for (let i = 0; !(await condition()); i++) {
    assert.ok(i < 3000, 'it never came');
    await sleep(5);
  }
}

describe('runDueDeadlines', () => {
  const shop = openShop();
  const request = (id: OrderId, completes: DeadlineClaim): ChangeRequest =>
    byParty(id, { actor: 'deadline:close', completes });
  const closeOrder: DeadlineHandler = async ({ orderId }, claim) =>
    (await changeOrder(shop().ledger, shop().clock, request(orderId, claim), close)).ok;

  const run = (handler: DeadlineHandler, onError: (error: unknown) => void = noError) => {
    const handlers: DeadlineHandlers = { [SHOP]: { close: handler } };
    return runDueDeadlines(shop().ledger, shop().clock, handlers, onError);
  };
  const createDue = async (...due: number[]): Promise<OrderId[]> => {
    const ids: OrderId[] = [];
    for (const ms of due) {
      const deadlines = [{ kind: 'close', dueAt: shop().clock.now() + ms }];
      ids.push(await shop().create({ deadlines }));
    }
    return ids;
  };
  const closings = async (id: OrderId): Promise<number> =>
    (await shop().history(id)).filter(({ action }) => action === 'closed').length;

  afterEach(async () => {
    // Each test carries out its own deadlines, so that none is left for the next test.
    shop().clock.advance(1000 * HOUR);
    await run(async () => false);
    assert.equal(await shop().ledger.nextDeadline(shop().clock.now()), null);
  });

  test('a deadline is carried out once when it is due, and not again', async () => {
    const [id] = await createDue(1000);
    shop().clock.advance(999);
    assert.equal(await run(closeOrder), 0);
    shop().clock.advance(1);
    assert.equal(await run(closeOrder), 1);
    assert.equal(await run(closeOrder), 0);
    assert.equal((await shop().order(id!)).state, 'closed');
    assert.equal((await shop().history(id!))[1]?.actor, 'deadline:close');
  });

  test('a handler receives the due deadline', async () => {
    const [id] = await createDue(1000);
    shop().clock.advance(5000);
    const now = shop().clock.now();
    await run(async ({ deadlineId, ...due }, claim) => {
      const leaseUntil = now + LEASE_MS;
      assert.deepEqual(claim, { deadlineId, leaseUntil });
      const dueAt = now - 4000;
      assert.deepEqual(due, { platform: SHOP, orderId: id, kind: 'close', dueAt, leaseUntil });
      return false;
    });
  });

  test('one run carries out all due deadlines, whatever their number', async () => {
    const ids = await createDue(...Array<number>(250).fill(1));
    shop().clock.advance(1);
    assert.equal(await run(closeOrder), 250);
    for (const id of ids) assert.equal(await closings(id), 1);
  });

  test('if a handler sets a deadline that is already due, the same run carries it out', async () => {
    const [id] = await createDue(HOUR);
    shop().clock.advance(3 * HOUR);
    const { ledger, clock } = shop();
    let reminders = 0;
    // Reminders are one hour apart; the clock was moved past three of them.
    const done = await run(async (due, claim) => {
      const outcome = await changeOrder(
        ledger,
        clock,
        request(due.orderId, claim),
        ({ state }) => ({
          ok: true,
          action: 'reminded',
          state,
          deadlines: [{ kind: 'close', dueAt: due.dueAt + HOUR }],
          reply: null,
        }),
      );
      reminders++;
      return outcome.ok;
    });
    assert.equal(await ledger.nextDeadline(clock.now()), clock.now() + HOUR);
    assert.deepEqual([done, reminders], [3, 3]);
    assert.equal((await shop().order(id!)).version, 4);
  });

  test('two workers at the same time carry out each deadline exactly once', async () => {
    const ids = await createDue(...Array<number>(150).fill(1));
    shop().clock.advance(1);
    const [a, b] = await Promise.all([run(closeOrder), run(closeOrder)]);
    assert.equal(a + b, 150);
    for (const id of ids) assert.equal(await closings(id), 1);
  });

  test('a worker that is slower than its lease has no effect; the next worker carries the deadline out', async () => {
    const [id] = await createDue(0);
    let slowIsThere = () => {};
    let letSlowGo = () => {};
    const there = new Promise<void>((resolve) => {
      slowIsThere = resolve;
    });
    const go = new Promise<void>((resolve) => {
      letSlowGo = resolve;
    });
    const effects: string[] = [];
    const handler =
      (name: string): DeadlineHandler =>
      async ({ orderId }, claim) => {
        if (name === 'slow') {
          slowIsThere();
          await go;
        }
        // Every state allows this rule, so only the lease prevents a second effect.
        const { ledger, clock } = shop();
        const outcome = await changeOrder(ledger, clock, request(orderId, claim), () => ({
          ok: true,
          action: 'closed',
          state: 'closed',
          note: name,
          reply: null,
        }));
        effects.push(`${name} ${outcome.ok}`);
        return outcome.ok;
      };
    const slow = run(handler('slow'));
    await there;
    shop().clock.advance(LEASE_MS - 1);
    assert.equal(await run(handler('early')), 0);
    shop().clock.advance(1);
    assert.equal(await run(handler('next')), 1);
    letSlowGo();
    await slow;
    assert.deepEqual(effects, ['next true', 'slow false']);
    assert.equal(await closings(id!), 1);
    assert.equal((await shop().history(id!)).at(-1)?.note, 'next');
  });

  test('if two workers hold one deadline, the first past its lease, the deadline takes effect once', async () => {
    const [id] = await createDue(0);
    const { ledger, clock } = shop();
    const [first] = await ledger.claimDeadlines(clock.now(), 1, LEASE_MS);
    clock.advance(LEASE_MS);
    const outcomes = await Promise.all([closeOrder(first!, first!), run(closeOrder)]);
    assert.equal(outcomes[1], 1);
    assert.equal(await closings(id!), 1);
  });

  test('a handler that throws is reported, stops no other handler, and runs again when its lease has ended', async () => {
    const [bad, good] = (await createDue(0, 0)) as [OrderId, OrderId];
    const reported: unknown[] = [];
    const failure = new Error('no connection');
    const failing: DeadlineHandler = async (due, claim) => {
      if (due.orderId === bad) throw failure;
      return closeOrder(due, claim);
    };
    assert.equal(await run(failing, (error) => reported.push(error)), 1);
    assert.deepEqual(reported, [failure]);
    assert.equal(await closings(good), 1);

    shop().clock.advance(LEASE_MS - 1);
    assert.equal(await run(closeOrder), 0);
    assert.equal(await closings(bad), 0);
    shop().clock.advance(1);
    assert.equal(await run(closeOrder), 1);
    assert.equal(await closings(bad), 1);
  });

  test('a deadline whose handler returns false is dropped', async () => {
    const [id] = await createDue(0);
    assert.equal(await run(async () => false), 1);
    shop().clock.advance(LEASE_MS);
    assert.equal(await run(closeOrder), 0);
    assert.equal((await shop().order(id!)).state, 'open');
  });

  test('a deadline without a handler is reported and kept', async () => {
    const { create, clock, ledger } = shop();
    const id = await create({ deadlines: [{ kind: 'unknown', dueAt: clock.now() }] });
    const reported: string[] = [];
    const handlers = { [SHOP]: { close: closeOrder } };
    await runDueDeadlines(ledger, clock, handlers, (error, due) =>
      reported.push(`${(error as Error).message} (${due.orderId})`),
    );
    assert.deepEqual(reported, [`no handler for deadline ${SHOP}/unknown (${id})`]);
    assert.equal(await ledger.nextDeadline(clock.now() + LEASE_MS), clock.now());
    clock.advance(LEASE_MS);
    await runDueDeadlines(ledger, clock, { [SHOP]: { unknown: async () => false } }, noError);
  });

  test('a worker carries out due deadlines when it is woken; a stopped worker does nothing', async () => {
    const { ledger, clock } = shop();
    const worker = new DeadlineWorker(ledger, clock, () => run(closeOrder));
    const [first] = await createDue(0);
    worker.wake();
    await until(async () => (await shop().order(first!)).state === 'closed');
    // This deadline is due later. Nobody wakes the worker, which polls by itself.
    const [second] = await createDue(HOUR);
    clock.advance(HOUR);
    await until(async () => (await shop().order(second!)).state === 'closed');
    await worker.stop();
    const [third] = await createDue(0);
    worker.wake();
    await worker.stop();
    assert.equal((await shop().order(third!)).state, 'open');
  });

  test('a part that waits holds up no other, and its own rounds never overlap', async () => {
    const { clock } = shop();
    const part = (): DeadlineSource => ({
      claimDeadlines: async () => [],
      dropDeadline: async () => false,
      nextDeadline: async () => null,
    });
    const [stuck, free] = [part(), part()];
    const runs = new Map([stuck, free].map((one) => [one, 0]));
    let unlock = (): void => {};
    const locked = new Promise<void>((resolve) => {
      unlock = resolve;
    });
    const ledger = { deadlineParts: () => [stuck, free] } as unknown as Ledger;
    let atOnce = 0;
    const worker = new DeadlineWorker(ledger, clock, async (one) => {
      runs.set(one, runs.get(one)! + 1);
      if (one !== stuck) return;
      assert.equal(++atOnce, 1);
      await locked;
      atOnce--;
    });
    worker.wake();
    await until(async () => runs.get(free)! >= 3);
    assert.equal(runs.get(stuck), 1);
    const all = worker.runAll();
    unlock();
    await all;
    assert.ok(runs.get(stuck)! >= 2, 'who asks for all waits for the part');
    await worker.stop();
  });

  test('parts whose rounds are late are not asked more often', async () => {
    const { clock } = shop();
    const parts = Array.from(
      { length: 40 },
      (): DeadlineSource => ({
        claimDeadlines: async () => [],
        dropDeadline: async () => false,
        nextDeadline: async () => null,
      }),
    );
    const ledger = { deadlineParts: () => parts } as unknown as Ledger;
    let runs = 0;
    let before: Promise<unknown> = Promise.resolve();
    // One after the other, so that most parts are late.
    const worker = new DeadlineWorker(ledger, clock, () => {
      runs++;
      before = before.then(() => sleep(10));
      return before as Promise<void>;
    });
    const begun = performance.now();
    worker.wake();
    await sleep(2500);
    const atMost = parts.length * (2 + (performance.now() - begun) / 1000);
    assert.ok(runs < atMost, `${runs} rounds, and each part at most once a second: ${atMost}`);
    await worker.stop();
  });

  test('a failed run does not end the worker', async () => {
    let runs = 0;
    const worker = new DeadlineWorker(shop().ledger, shop().clock, async () => {
      if (runs++ === 0) throw new Error('the ledger is away');
    });
    worker.wake();
    await until(async () => runs >= 2);
    await worker.stop();
  });
});
