// The numbers of events never go back behind what callbacks have read: what is acknowledged is posted, after any move.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { openPostgres } from '../src/storage/postgres/open.ts';
import { Sealer } from '../src/storage/seal.ts';
import { openSqlite } from '../src/storage/sqlite/open.ts';
import type { OpenStorage } from '../src/storage/storage.ts';
import { anEndpoint, assertCallbacksSound, hands } from '../test/storage/callback-fixtures.ts';
import { databaseOf, query, skip } from './postgres.ts';
import { temporaryDirectory } from './support.ts';

const sealer = new Sealer(Buffer.alloc(32, 7));
const GENERATION = 2 ** 42;

/** An order whose creation and first change have been fanned out to an endpoint. */
async function withCallbacks(storage: OpenStorage) {
  const h = hands(storage);
  await h.callbacks.createEndpoint(anEndpoint());
  const [order] = await h.orders('a');
  const changed = await h.changes(order!);
  assert.equal(await h.fanOut(), 2);
  return changed;
}

/**
 * Fans out until `expected` events are, at least twice. PostgreSQL reads past a gap only when every
 * transaction of the server that was under way has ended, those of other databases among them.
 */
async function fanOut(storage: OpenStorage, expected: number): Promise<number> {
  const h = hands(storage);
  let found = (await h.fanOut()) + (await h.fanOut());
  for (let look = 0; look < 250 && found < expected; look++) {
    await sleep(20);
    found += await h.fanOut();
  }
  return found;
}

describe('on PostgreSQL', { skip }, () => {
  const setup = async () => {
    const url = await databaseOf(temporaryDirectory());
    const storage = await openPostgres(url, sealer);
    return { url, storage, order: await withCallbacks(storage) };
  };
  const reset = (url: string) => query('ALTER SEQUENCE history_numbers RESTART WITH 1', url);

  test('a ledger whose sequence did not come along: the next change is posted', async () => {
    const { url, storage, order } = await setup();
    await storage.close();
    await reset(url);
    const moved = await openPostgres(url, sealer);
    await hands(moved).changes(order);
    assert.equal(await fanOut(moved, 1), 1);
    await assertCallbacksSound(moved);
    await moved.close();
    const [[newest]] = (await query('SELECT max(seq) FROM history', url)) as [[string]];
    assert.ok(Number(newest) > GENERATION && Number(newest) < 2 ** 53, newest);
    // It goes on from there, however often it is opened, and jumps again when it is lost again.
    await (await openPostgres(url, sealer)).close();
    await reset(url);
    await (await openPostgres(url, sealer)).close();
    const [[next]] = (await query("SELECT nextval('history_numbers')", url)) as [[string]];
    assert.equal(Number(next), 2 * GENERATION + 1);
  });

  test('a program that pulls callbacks gets the next one behind a gap at once', async () => {
    const { storage, url, order } = await setup();
    const listener = { name: 'l', platform: 'p', party: order.owner, endpointId: null };
    await storage.listeners.open({ ...listener, session: 's', since: null, now: 1 });
    await query(`SELECT setval('history_numbers', ${GENERATION})`, url);
    await hands(storage).changes(order);
    assert.equal(await fanOut(storage, 1), 1);
    const pulled = await storage.listeners.pull('l', 's', Number.MIN_SAFE_INTEGER, 10);
    assert.deepEqual(
      pulled!.events.map(({ version }) => version),
      [3],
    );
    await storage.close();
  });

  test('under a running node: readiness tells it, what was passed over is counted, the next is posted', async () => {
    const { url, storage, order } = await setup();
    await storage.ledger.checkReady();
    await reset(url);
    const passed = await hands(storage).changes(order);
    assert.equal(await fanOut(storage, 0), 0, 'its number is one that callbacks have read');
    await assert.rejects(storage.ledger.checkReady(), /numbers of events had gone back/);
    await storage.ledger.checkReady();
    await hands(storage).changes(passed);
    assert.equal(await fanOut(storage, 1), 1);
    const { eventsPassedOver, cursorBeyondEvents } = await storage.callbacks.audit();
    assert.deepEqual(
      { eventsPassedOver, cursorBeyondEvents },
      { eventsPassedOver: 1, cursorBeyondEvents: 0 },
    );
    await storage.close();
  });

  test('a cursor beyond the events is reported, and the next change is posted', async () => {
    const { url, storage, order } = await setup();
    await storage.close();
    await query('UPDATE fan_out SET cursor = cursor + 1000', url);
    const again = await openPostgres(url, sealer);
    assert.equal((await again.callbacks.audit()).cursorBeyondEvents, 1);
    await hands(again).changes(order);
    assert.equal(await fanOut(again, 1), 1);
    await assertCallbacksSound(again);
    await again.close();
  });
});

test('on SQLite a cursor beyond the events is reported, and the next change is posted', async () => {
  const directory = temporaryDirectory();
  const storage = await openSqlite(directory, sealer);
  const order = await withCallbacks(storage);
  await storage.close();
  const db = new DatabaseSync(join(directory, 'ledger.db'));
  db.exec('UPDATE fan_out SET cursor = cursor + 1000');
  db.close();
  const again = await openSqlite(directory, sealer);
  assert.equal((await again.callbacks.audit()).cursorBeyondEvents, 1);
  await hands(again).changes(order);
  assert.equal(await fanOut(again, 1), 1);
  await assertCallbacksSound(again);
  await again.close();
});
