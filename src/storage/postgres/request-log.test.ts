// Tests the request log on PostgreSQL: any bytes survive the round trip, and no batch is stored
// twice.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { databaseOf, query, skip } from '../../../test/postgres.ts';
import { requestRecord, T0 } from '../../../test/storage/fixtures.ts';
import { temporaryDirectory } from '../../../test/support.ts';
import type { RequestRecord } from '../../core/request-log.ts';
import { Sealer } from '../seal.ts';
import { Lender } from './lender.ts';
import { openPostgres } from './open.ts';
import { Pool } from './pool.ts';
import { PostgresRequestLog } from './request-log.ts';

const record = (n: number, fields?: Partial<RequestRecord>): RequestRecord =>
  requestRecord(T0 + n, fields);

describe('on a server', { skip, timeout: 60_000 }, () => {
  test('characters with a meaning for the database survive unchanged', async () => {
    const url = await databaseOf(temporaryDirectory());
    const { requests, close } = await openPostgres(url, new Sealer(Buffer.alloc(32, 7)));
    const bodies = [
      '',
      '\\N',
      '\\.',
      '\\',
      'a\tb\\tc\nd\r\ne',
      '{"a":"\\u0000"}',
      '订单 😀',
      "'$1;--",
    ];
    const sent = bodies.map((body, n) => record(n, { body, party: body, detail: body || null }));
    for (const one of sent) requests.append(one);
    const { items } = await requests.list({ limit: 100 });
    assert.deepEqual(items.toReversed(), sent);
    requests.append(record(100, { body: 'a\0b\ud800c' }));
    assert.equal((await requests.list({ limit: 1 })).items[0]!.body, 'a\u2400b\ufffdc');
    assert.equal(requests.dropped, 0);
    await close();
  });

  test('a batch whose answer was lost is neither written twice nor counted as dropped', async () => {
    const url = await databaseOf(temporaryDirectory());
    const { close } = await openPostgres(url, new Sealer(Buffer.alloc(32, 7)));
    const pool = new Pool(new Lender({ url, node: 'test', size: 1 }));
    const log = new PostgresRequestLog(pool, 'test');
    for (let again = 0; again < 2; again++) {
      for (let n = 0; n < 3; n++) log.append(record(n));
      assert.equal((await log.list({ limit: 100 })).items.length, 3);
    }
    assert.equal(log.dropped, 0);
    await log.close();
    await pool.close();
    await close();
  });

  test('calls of maximum length are written in several batches, none is cut', async () => {
    const url = await databaseOf(temporaryDirectory());
    const { requests, close } = await openPostgres(url, new Sealer(Buffer.alloc(32, 7)));
    const long = '订\t'.repeat(8 * 1024);
    const sent = Array.from({ length: 40 }, (_, n) =>
      record(n, { body: long, stringToSign: long }),
    );
    for (const one of sent) requests.append(one);
    const { items } = await requests.list({ limit: 100 });
    assert.deepEqual(items.toReversed(), sent);
    await close();
  });

  const MIB = 1024 * 1024;
  /** The number of stored calls, and roughly their bytes in the form of COPY. */
  const heldIn = async (url: string) => {
    const [[calls, bytes, newest, oldest]] = (await query(
      `SELECT count(*)::int, coalesce(sum(octet_length(body)), 0)::int, max(at)::float8, min(at)::float8 FROM requests`,
      url,
    )) as [[number, number, number, number]];
    return { calls, bytes, newest, oldest };
  };

  test('two nodes together stay within the limit in bytes: the oldest minutes are deleted, and the newest calls stay', async () => {
    const url = await databaseOf(temporaryDirectory());
    const requestLog = { maxBytes: 8 * MIB };
    const nodes = await Promise.all(
      [0, 1].map(() => openPostgres(url, new Sealer(Buffer.alloc(32, 7)), { requestLog })),
    );
    const body = 'x'.repeat(16 * 1024);
    const MINUTES = 24;
    for (let minute = 0; minute < MINUTES; minute++) {
      for (let n = 0; n < 64; n++)
        nodes[n % 2]!.requests.append(record(minute * 60_000 + n, { body }));
      // Each node writes one batch after the other, and counts each before the next.
      for (const { requests } of nodes) await requests.list({ limit: 1 });
      // Each node counts up to 1 MiB in memory, and writes a batch before it counts it.
      const { bytes } = await heldIn(url);
      assert.ok(bytes <= requestLog.maxBytes + 4 * MIB, `minute ${minute}: ${bytes} bytes`);
    }
    for (const { requests } of nodes) await requests.prune(T0 - 60_000);
    const held = await heldIn(url);
    assert.ok(held.bytes <= requestLog.maxBytes && held.calls > 64, JSON.stringify(held));
    assert.equal(held.newest, T0 + (MINUTES - 1) * 60_000 + 63);
    assert.ok(held.oldest > T0 + (MINUTES / 2) * 60_000, 'the oldest went first');
    assert.deepEqual(
      nodes.map(({ requests }) => requests.dropped),
      [0, 0],
      'what is let go is not dropped',
    );
    await Promise.all(nodes.map((node) => node.close()));
  });

  test('a flood within one minute is limited, too', async () => {
    const url = await databaseOf(temporaryDirectory());
    const requestLog = { maxBytes: 4 * MIB };
    const { requests, close } = await openPostgres(url, new Sealer(Buffer.alloc(32, 7)), {
      requestLog,
    });
    const body = 'x'.repeat(16 * 1024);
    for (let round = 0; round < 20; round++) {
      for (let n = 0; n < 64; n++) requests.append(record(round * 64 + n, { body }));
      await requests.list({ limit: 1 });
      assert.ok((await heldIn(url)).bytes <= requestLog.maxBytes + 3 * MIB);
    }
    await close();
  });

  test('a refused batch is counted as dropped, and the next batch is written', async () => {
    const url = await databaseOf(temporaryDirectory());
    const { requests, close } = await openPostgres(url, new Sealer(Buffer.alloc(32, 7)));
    requests.append(record(1, { durationMicros: Number.NaN }));
    assert.equal((await requests.list({ limit: 100 })).items.length, 0);
    requests.append(record(2));
    assert.equal((await requests.list({ limit: 100 })).items.length, 1);
    assert.equal(requests.dropped, 1);
    await close();
  });
});
