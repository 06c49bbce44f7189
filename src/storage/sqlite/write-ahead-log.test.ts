// Tests, with a disk that the test controls, that data is on disk before it is acknowledged or
// shown.
import assert from 'node:assert/strict';
import fs, { fstatSync, statSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { mock, test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { runModule } from '../../../test/server-process.ts';
import {
  anOrder,
  assertSound,
  change,
  create,
  suiteDirectory,
} from '../../../test/storage/fixtures.ts';
import { LedgerUnavailableError } from '../../core/errors.ts';
import { Sealer } from '../seal.ts';
import type { OpenStorage } from '../storage.ts';
import { openSqlite } from './open.ts';
import type { Disk } from './write-ahead-log.ts';

const open = (directory: string, disk?: Disk): Promise<OpenStorage> =>
  openSqlite(directory, new Sealer(Buffer.alloc(32, 7)), disk);

/** A disk that syncs at once, until the test makes it wait. */
class HeldDisk {
  #held: { resolve(): void; reject(error: Error): void }[] | undefined;
  syncs = 0;

  readonly sync = (): Promise<void> => {
    this.syncs++;
    const held = this.#held;
    if (!held) return Promise.resolve();
    return new Promise((resolve, reject) => held.push({ resolve, reject }));
  };

  hold(): void {
    this.#held = [];
  }

  /** Ends all waiting syncs: with success, or with `error`. */
  release(error?: Error): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    for (const { resolve, reject } of held) error ? reject(error) : resolve();
  }

  /** Waits until a sync is held. */
  async reached(): Promise<void> {
    while (this.#held?.length === 0) await setImmediate();
  }
}

/** The state of a promise after all runnable tasks have run. */
async function stateOf(promise: Promise<unknown>): Promise<'pending' | 'resolved' | 'rejected'> {
  let state: 'pending' | 'resolved' | 'rejected' = 'pending';
  promise.then(
    () => (state = 'resolved'),
    () => (state = 'rejected'),
  );
  for (let turn = 0; turn < 20; turn++) await setImmediate();
  return state;
}

async function withOrders(disk: HeldDisk) {
  const directory = suiteDirectory();
  const storage = await open(directory, disk);
  const [one, other] = [anOrder('p', 'one'), anOrder('p', 'other')];
  await create(storage.ledger, [one, other]);
  return { directory, storage, ledger: storage.ledger, one, other };
}

test('a change is acknowledged only when it is on disk', async () => {
  const disk = new HeldDisk();
  const { storage, ledger, one } = await withOrders(disk);
  disk.hold();
  const committed = ledger.commit(change(one, 'paid'));
  await disk.reached();
  assert.equal(await stateOf(committed), 'pending');
  disk.release();
  assert.equal(await committed, 'committed');
  await storage.close();
});

test('a change that is not on disk is shown to nobody; queries for other orders do not wait', async () => {
  const disk = new HeldDisk();
  const { storage, ledger, one, other } = await withOrders(disk);
  disk.hold();
  const committed = ledger.commit(change(one, 'paid'));
  await disk.reached();
  const waiting = {
    order: ledger.load('p', one.orderId),
    history: ledger.readHistory('p', one.orderId),
    both: ledger.loadMany('p', [other.orderId, one.orderId]),
    list: ledger.listOrders({ platform: 'p', limit: 10 }),
    events: storage.callbacks.readEvents(10, []),
  };
  assert.equal((await ledger.load('p', other.orderId)).order!.version, 1);
  for (const [name, promise] of Object.entries(waiting)) {
    assert.equal(await stateOf(promise), 'pending', name);
  }
  disk.release();
  assert.equal(await committed, 'committed');
  assert.equal((await waiting.order).order!.state, 'paid');
  assert.equal((await waiting.history)!.history.length, 2);
  await Promise.all(Object.values(waiting));
  await storage.close();
});

test('changes that arrive during a sync share the next sync', async () => {
  const disk = new HeldDisk();
  const { storage, ledger } = await withOrders(disk);
  const orders = Array.from({ length: 200 }, (_, i) => anOrder('p', `many${i}`));
  await create(ledger, orders);
  disk.hold();
  const before = disk.syncs;
  const first = ledger.commit(change(orders[0]!, 'paid'));
  await disk.reached();
  const others = orders.slice(1).map((order) => ledger.commit(change(order, 'paid')));
  assert.equal(await stateOf(Promise.race(others)), 'pending');
  disk.release();
  const results = await Promise.all([first, ...others]);
  assert.ok(results.every((result) => result === 'committed'));
  assert.equal(disk.syncs - before, 2);
  await storage.close();
});

test('a call that changes nothing does not wait for the disk', async () => {
  const disk = new HeldDisk();
  const { storage, ledger, one } = await withOrders(disk);
  await ledger.commit(change(one, 'paid'));
  const before = disk.syncs;
  assert.equal(await ledger.commit(change(one, 'paid')), 'stale');
  assert.equal(disk.syncs, before);
  await storage.close();
});

test('after a disk error nothing is acknowledged or shown, and the next start shows what is on disk', async () => {
  const disk = new HeldDisk();
  const { directory, storage, ledger, one, other } = await withOrders(disk);
  disk.hold();
  const committed = ledger.commit(change(one, 'paid'));
  await disk.reached();
  const reading = ledger.load('p', one.orderId);
  const listing = ledger.listOrders({ platform: 'p', limit: 10 });
  assert.equal(await stateOf(listing), 'pending');
  disk.release(new Error('EIO: i/o error, fdatasync'));
  const refused = (error: Error): boolean => {
    assert.ok(error instanceof LedgerUnavailableError);
    assert.match(error.message, /EIO.*starts again/);
    return true;
  };
  await assert.rejects(committed, refused);
  await assert.rejects(reading, refused);
  await assert.rejects(listing, refused);
  // The disk reports success again, which it may do although it has dropped data.
  await assert.rejects(ledger.commit(change(other, 'paid')), refused);
  await assert.rejects(ledger.load('p', other.orderId), refused);
  await assert.rejects(ledger.listOrders({ platform: 'p', limit: 10 }), refused);
  await assert.rejects(ledger.checkReady(), refused);
  await storage.close();

  const again = await open(directory);
  await assertSound(again.ledger);
  assert.equal((await again.ledger.load('p', other.orderId)).order!.version, 1);
  assert.equal(await again.ledger.commit(change(other, 'paid')), 'committed');
  await again.close();
});

for (const at of ['beside changes', 'between two groups'] as const) {
  test(`a checkpoint that fails ${at} also ends reads and changes, because only the log contains what the file has lost`, async () => {
    const directory = suiteDirectory();
    let folds = 0;
    const fold = async (): Promise<void> => {
      if (++folds === (at === 'beside changes' ? 1 : 2)) throw new Error('disk I/O error');
    };
    const storage = await open(directory, { fold });
    const acknowledged: number[] = [];
    const refused: string[] = [];
    for (let batch = 0; batch < 20; batch++) {
      const orders = Array.from({ length: 400 }, (_, i) => anOrder('p', `${batch}-${i}`));
      await create(storage.ledger, orders).then(
        () => acknowledged.push(batch),
        (error: Error) => refused.push(error.message),
      );
    }
    assert.match(refused[0]!, /checkpoint: disk I\/O error/);
    assert.ok(
      acknowledged.length >= 5 && refused.length >= 5,
      `${acknowledged.length} acknowledged`,
    );
    await assert.rejects(storage.ledger.checkReady(), /checkpoint: disk I\/O error/);
    await storage.close();
    const again = await open(directory);
    const { orders } = await again.ledger.audit();
    assert.ok(orders >= 400 * acknowledged.length, `${orders} orders`);
    await assertSound(again.ledger);
    await again.close();
  });
}

test('after a failed sync no checkpoint runs', async () => {
  const directory = suiteDirectory();
  const disk = new HeldDisk();
  let folds = 0;
  const fold = async () => folds++;
  const storage = await open(directory, { sync: disk.sync, fold });
  disk.hold();
  const orders = Array.from({ length: 5000 }, (_, i) => anOrder('p', String(i)));
  const created = create(storage.ledger, orders);
  await disk.reached();
  disk.release(new Error('EIO'));
  await assert.rejects(created, LedgerUnavailableError);
  await assert.rejects(create(storage.ledger, [anOrder('p', 'x')]), LedgerUnavailableError);
  assert.equal(folds, 0);
  await storage.close();
});

test('the start copies the log of a killed process to the file before it serves calls', async () => {
  const directory = suiteDirectory();
  const module = (name: string): string => JSON.stringify(new URL(name, import.meta.url));
  const { signal, stderr } = await runModule(`
    const { openSqlite } = await import(${module('./open.ts')});
    const { Sealer } = await import(${module('../seal.ts')});
    const { anOrder, create } = await import(${module('../../../test/storage/fixtures.ts')});
    const storage = await openSqlite(${JSON.stringify(directory)}, new Sealer(Buffer.alloc(32, 7)));
    await create(storage.ledger, [anOrder('p', '1')]);
    process.kill(process.pid, 'SIGKILL');`);
  assert.equal(signal, 'SIGKILL', stderr);
  const log = join(directory, 'ledger.db-wal');
  assert.ok(statSync(log).size > 0);
  const storage = await open(directory);
  assert.equal(statSync(log).size, 0);
  assert.equal((await storage.ledger.load('p', anOrder('p', '1').orderId)).order!.version, 1);
  await storage.close();
});

test('a lock of another process delays changes but not reads', async () => {
  const directory = suiteDirectory();
  const storage = await open(directory);
  const order = anOrder('p', '1');
  await create(storage.ledger, [order]);
  const other = new DatabaseSync(join(directory, 'ledger.db'));
  other.exec('BEGIN IMMEDIATE');
  const committed = storage.ledger.commit(change(order, 'paid'));
  for (let i = 0; i < 5; i++) await storage.ledger.load('p', order.orderId);
  assert.equal(await stateOf(committed), 'pending');
  other.exec('ROLLBACK');
  assert.equal(await committed, 'committed');
  other.close();
  await storage.close();
});

test('the write-ahead log itself is synced, once per commit', async () => {
  const directory = suiteDirectory();
  const spy = mock.method(fs, 'fdatasync');
  syncBuiltinESMExports();
  const storage = await open(directory);
  try {
    const order = anOrder('p', '1');
    await create(storage.ledger, [order]);
    const before = spy.mock.callCount();
    assert.equal(await storage.ledger.commit(change(order, 'paid')), 'committed');
    assert.equal(spy.mock.callCount() - before, 1);
    const [file] = spy.mock.calls.at(-1)!.arguments as unknown as [number];
    const log = statSync(join(directory, 'ledger.db-wal'));
    assert.equal(fstatSync(file).ino, log.ino);
    assert.ok(log.size > 0);
  } finally {
    await storage.close();
    spy.mock.restore();
    syncBuiltinESMExports();
  }
});

test('the log restarts during changes, so that it does not grow', async () => {
  const directory = suiteDirectory();
  const storage = await open(directory, { sync: async () => {} }); // What is measured is a size, not a disk.
  const log = join(directory, 'ledger.db-wal');
  const attributes = { filler: 'x'.repeat(2000) };
  let largest = 0;
  for (let batch = 0; batch < 100; batch++) {
    const orders = Array.from({ length: 300 }, (_, i) =>
      anOrder('p', `${batch}-${i}`, { attributes }),
    );
    // Several at once, without a pause in which the log could restart by itself.
    await Promise.all(
      [0, 100, 200].map((at) => create(storage.ledger, orders.slice(at, at + 100))),
    );
    if (batch === 49) largest = statSync(log).size;
  }
  assert.ok(statSync(log).size <= 1.5 * largest, `${largest}, then ${statSync(log).size}`);
  await assertSound(storage.ledger);
  await storage.close();
});
