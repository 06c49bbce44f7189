// Tests the search in the request log's table: it ends when its time is over, says how far it came,
// and goes on there; filters leave out the batches that lack an order or a party.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { requestRecord, suiteDirectory, T0 } from '../../../test/storage/fixtures.ts';
import { MINUTE } from '../../core/clock.ts';
import { type RequestQuery, type RequestRecord, SEARCH_MS } from '../../core/request-log.ts';
import { addToFilter, newFilter, partyKey } from './key-filter.ts';
import { toLine } from './request-lines.ts';
import { type Batch, RequestTable } from './request-table.ts';
import { openRequests, prepareRequests } from './requests-file.ts';

/** As large as a batch that no other joins. */
const FULL = 'x'.repeat(64 * 1024);

const record = (n: number, fields?: Partial<RequestRecord>): RequestRecord =>
  requestRecord(T0 + n * MINUTE, fields);

function batchOf(...records: readonly RequestRecord[]): Batch {
  const keys = newFilter();
  for (const { orderId, party } of records) {
    if (orderId !== null) addToFilter(keys, orderId);
    if (party !== null) addToFilter(keys, partyKey(party));
  }
  const ids = records.map(({ id }) => id);
  const times = records.map(({ at }) => at);
  return {
    firstId: Math.min(...ids),
    lastId: Math.max(...ids),
    firstAt: Math.min(...times),
    lastAt: Math.max(...times),
    count: records.length,
    keys,
    lines: Buffer.from(records.map(toLine).join('')),
  };
}

function newTable(now?: () => number): { table: RequestTable; db: DatabaseSync } {
  const path = join(suiteDirectory(), 'requests.db');
  prepareRequests(path);
  const db = openRequests(path);
  return { table: new RequestTable(db, Number.POSITIVE_INFINITY, now), db };
}

const minutes = (items: readonly RequestRecord[]): number[] =>
  items.map(({ at }) => (at - T0) / MINUTE);

test('a search ends when its time is over, says how far it came, and goes on there', () => {
  let now = 0;
  // Each look at the time costs half of a search. After two batches of 2 MiB it looks before each.
  const { table, db } = newTable(() => (now += SEARCH_MS / 2));
  const body = 'x'.repeat(2 * 1024 * 1024);
  for (let n = 0; n < 10; n++) table.append(batchOf(record(n, { body: `${n} ${body}` })));
  const wanted: RequestQuery = { texts: ['3 x', '9 x'], limit: 10 };
  const first = table.list(wanted);
  assert.deepEqual(minutes(first.items), [9]);
  const { id } = record(6);
  assert.deepEqual(first.searchedTo, { id: id + 1, at: T0 + 6 * MINUTE });
  assert.equal(first.nextCursor, String(id + 1));
  const found: number[] = [];
  let cursor: string | null | undefined = first.nextCursor;
  let questions = 1;
  while (cursor !== null) {
    const page = table.list({ ...wanted, cursor });
    found.push(...minutes(page.items));
    assert.equal(page.searchedTo === null, page.nextCursor === null);
    cursor = page.nextCursor;
    questions++;
  }
  assert.deepEqual([found, questions], [[3], 4]);
  db.close();
});

test('a page that is full says nothing of a search', () => {
  const { table, db } = newTable();
  for (let n = 0; n < 5; n++) table.append(batchOf(record(n, { body: FULL })));
  const { items, nextCursor, searchedTo } = table.list({ texts: ['xx'], limit: 2 });
  assert.deepEqual(minutes(items), [4, 3]);
  assert.deepEqual([nextCursor, searchedTo], [String(record(3).id), null]);
  db.close();
});

test('calls of an order and of a party are found without reading the batches that lack them', () => {
  const { table, db } = newTable();
  for (let n = 0; n < 3000; n++) {
    const rare = n === 700 ? { orderId: '151', party: 'rare' } : { orderId: `9${n}` };
    table.append(batchOf(record(n, { ...rare, body: n % 30 === 0 ? FULL : '' })));
  }
  // What is not among the candidates would not parse.
  db.exec(`UPDATE batches SET lines = x'2261' WHERE id NOT IN (
    SELECT id FROM batches WHERE first_id <= ${record(700).id} AND last_id >= ${record(700).id})`);
  for (const query of [{ orderId: '151' }, { party: 'rare' }, { orderId: '151', party: 'rare' }]) {
    assert.deepEqual(minutes(table.list({ ...query, limit: 10 }).items), [700]);
  }
  assert.deepEqual(minutes(table.list({ orderId: '151', party: 'b', limit: 10 }).items), []);
  const plan = db
    .prepare('EXPLAIN QUERY PLAN SELECT id, last_id, last_at FROM batches ORDER BY last_id DESC')
    .all();
  assert.match(JSON.stringify(plan), /USING COVERING INDEX batches_newest/);
  db.close();
});

test('filters go with their batches, and the number of a removed batch is used again', () => {
  const { table, db } = newTable();
  const count = (): unknown => db.prepare('SELECT count(*) AS n FROM batch_filters').get()!.n;
  const fill = (from: number, to: number): void => {
    for (let n = from; n < to; n++) {
      const calls = Array.from({ length: 400 }, (_, i) =>
        record(n, { id: record(n).id + i, orderId: `${n}-${i}` }),
      );
      table.append(batchOf({ ...calls[0]!, body: FULL }, ...calls.slice(1)));
    }
  };
  const ofOrder = (orderId: string): number[] => minutes(table.list({ orderId, limit: 9 }).items);
  fill(0, 40);
  assert.equal(count(), 20);
  while (table.prune(record(30).id) > 0);
  assert.equal(count(), 5);
  assert.deepEqual([ofOrder('29-7'), ofOrder('30-7'), ofOrder('39-399')], [[], [30], [39]]);
  while (table.prune(Number.MAX_SAFE_INTEGER) > 0);
  fill(50, 55);
  assert.deepEqual([ofOrder('39-399'), ofOrder('50-7'), ofOrder('54-1')], [[], [50], [54]]);
  db.close();
});

test('calls that an earlier version logged are found by order and by party', () => {
  const path = join(suiteDirectory(), 'requests.db');
  prepareRequests(path);
  const old = new DatabaseSync(path);
  // As the schema was before the filters had a table of their own.
  old.exec(`DROP TABLE batch_filters; DROP INDEX batches_newest;
    CREATE INDEX batches_last ON batches (last_id); PRAGMA user_version = 2`);
  const insert = old.prepare('INSERT INTO batches VALUES (?, ?, ?, ?, ?, ?, ?, ?)');
  for (let n = 0; n < 3; n++) {
    const call = record(n, { orderId: `15${n}`, party: `p${n}` });
    const keys = newFilter();
    addToFilter(keys, call.orderId!);
    insert.run(n + 1, call.id, call.id, call.at, call.at, 1, keys, Buffer.from(toLine(call)));
  }
  old.close();
  assert.equal(prepareRequests(path), undefined);
  const db = openRequests(path);
  const table = new RequestTable(db);
  table.append(batchOf(record(3, { orderId: '151', party: 'p1' })));
  for (const query of [{ orderId: '151' }, { party: 'p1' }, { orderId: '151', party: 'p1' }]) {
    assert.deepEqual(minutes(table.list({ ...query, limit: 10 }).items), [3, 1]);
  }
  assert.equal(table.find(record(2).id)?.orderId, '152');
  db.close();
});
