// Tests the search in the request log on PostgreSQL: it ends when its time is over, says how far it
// came, and goes on there; a list by time reads only the calls of that time.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { databaseOf, query, skip } from '../../../test/postgres.ts';
import { requestRecord, T0 } from '../../../test/storage/fixtures.ts';
import { temporaryDirectory } from '../../../test/support.ts';
import { MINUTE } from '../../core/clock.ts';
import {
  type RequestQuery,
  type RequestRecord,
  requestIdAt,
  SEARCH_MS,
} from '../../core/request-log.ts';
import { Sealer } from '../seal.ts';
import { Lender } from './lender.ts';
import { openPostgres } from './open.ts';
import { Pool } from './pool.ts';
import { PostgresRequestLog } from './request-log.ts';

const record = (n: number, fields?: Partial<RequestRecord>): RequestRecord =>
  requestRecord(T0 + n, fields);

describe('on a server', { skip, timeout: 60_000 }, () => {
  /** Calls `apart` milliseconds after each other; two in 20,000 hold the text 退票. */
  const write = (url: string, count: number, apart: number): Promise<unknown> =>
    query(
      `INSERT INTO requests (id, node, at, platform, outcome, address, micros, body)
        SELECT ${requestIdAt(T0)} + n * ${apart} * 4096::bigint, 'test', ${T0} + n * ${apart}::bigint, 'jintong',
          'CallSuccess', '127.0.0.1', 1, CASE n % 10000 WHEN 5 THEN '退票' ELSE 'x' END
        FROM generate_series(0, ${count - 1}) AS n`,
      url,
    );

  test('a search ends when its time is over, says how far it came, and goes on there', async (t) => {
    const url = await databaseOf(temporaryDirectory());
    await (await openPostgres(url, new Sealer(Buffer.alloc(32, 7)))).close();
    const pool = new Pool(new Lender({ url, node: 'test', size: 1 }));
    t.after(() => pool.close());
    let now = 0;
    // Each look at the time costs half of a search: it reads two steps of 4,000 calls.
    const log = new PostgresRequestLog(pool, 'test', { now: () => (now += SEARCH_MS / 2) });
    await write(url, 20_000, 1);
    const wanted: RequestQuery = { texts: ['退票'], limit: 10 };
    const first = await log.list(wanted);
    assert.deepEqual(first.items, []);
    assert.deepEqual(first.searchedTo, { id: record(12_000).id, at: T0 + 12_000 });
    const second = await log.list({ ...wanted, cursor: first.nextCursor! });
    assert.deepEqual(
      second.items.map(({ at }) => at - T0),
      [10_005],
    );
    assert.deepEqual(second.searchedTo?.at, T0 + 4000);
    const last = await log.list({ ...wanted, cursor: second.nextCursor! });
    assert.deepEqual(
      last.items.map(({ at }) => at - T0),
      [5],
    );
    assert.deepEqual([last.nextCursor, last.searchedTo], [null, null]);
    const full = await log.list({ texts: ['x'], limit: 2 });
    assert.deepEqual([full.nextCursor, full.searchedTo], [String(record(19_998).id), null]);
  });

  test('where ids tell the time, a list by time reads only the ids of that time', async (t) => {
    const url = await databaseOf(temporaryDirectory());
    await (await openPostgres(url, new Sealer(Buffer.alloc(32, 7)))).close();
    const pool = new Pool(new Lender({ url, node: 'test', size: 1 }));
    t.after(() => pool.close());
    let now = 0;
    const open = (idsTellTime: boolean) =>
      new PostgresRequestLog(pool, 'test', { idsTellTime, now: () => (now += SEARCH_MS) });
    const [production, sandbox] = [open(true), open(false)];
    await write(url, 13_000, MINUTE);
    const window = { from: T0 + 1000 * MINUTE, to: T0 + 1003 * MINUTE, limit: 10 };
    const { items, nextCursor } = await production.list(window);
    assert.deepEqual(
      items.map(({ at }) => (at - T0) / MINUTE),
      [1002, 1001, 1000],
    );
    assert.equal(nextCursor, null);
    // A clock that was moved says nothing of ids: the search begins with the newest call.
    const searched = await sandbox.list(window);
    assert.deepEqual([searched.items, searched.searchedTo?.at], [[], T0 + 9000 * MINUTE]);
    // A clock that is behind or ahead by minutes leaves nothing out.
    production.append(requestRecord(T0 + 500 * MINUTE, { id: requestIdAt(T0 + 540 * MINUTE) + 1 }));
    const late = await production.list({
      from: T0 + 500 * MINUTE,
      to: T0 + 501 * MINUTE,
      limit: 10,
    });
    assert.equal(late.items.length, 2);
  });
});
