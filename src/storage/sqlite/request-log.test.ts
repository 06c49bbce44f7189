// Tests the request log on SQLite: newest first, in batches, limited, and without delaying calls.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { requestRecord, suiteDirectory, T0 } from '../../../test/storage/fixtures.ts';
import { MINUTE } from '../../core/clock.ts';
import {
  type RequestLog,
  type RequestQuery,
  type RequestRecord,
  requestIds,
} from '../../core/request-log.ts';
import { Sealer } from '../seal.ts';
import type { OpenStorage } from '../storage.ts';
import { openSqlite } from './open.ts';

const open = (directory = suiteDirectory()): Promise<OpenStorage> =>
  openSqlite(directory, new Sealer(Buffer.alloc(32, 7)));

/** A record of minute `n` after T0. */
function record(n: number, fields?: Partial<RequestRecord>): RequestRecord {
  return requestRecord(T0 + n * MINUTE, fields);
}

function append(log: RequestLog, records: readonly RequestRecord[]): void {
  for (const one of records) log.append(one);
}

const many = (count: number): RequestRecord[] => Array.from({ length: count }, (_, i) => record(i));

async function minutes(log: RequestLog, query: Partial<RequestQuery> = {}): Promise<number[]> {
  const { items } = await log.list({ limit: 1000, ...query });
  return items.map(({ at }) => (at - T0) / MINUTE);
}

/** Waits for a condition that must come true; fails after a generous time. */
async function until(condition: () => boolean): Promise<void> {
  for (let i = 0; !condition(); i++) {
    assert.ok(i < 3000, 'it never came');
    await sleep(5);
  }
}

/** Runs on a log of its own. */
function logTest(
  name: string,
  run: (log: RequestLog, storage: OpenStorage) => Promise<void>,
): void {
  test(name, async () => {
    const storage = await open();
    try {
      await run(storage.requests, storage);
    } finally {
      await storage.close();
    }
  });
}

logTest(
  'the words of a reply are found as they were said, and the body as it was sent',
  async (log) => {
    const words = '催单成功 \u{1F600} "quoted" \ud800';
    append(log, [
      record(1, { words }),
      record(2, { words: null, body: '催单成功' }),
      record(3, { words: 'OK' }),
    ]);
    assert.deepEqual(await minutes(log, { texts: ['单成功'] }), [2, 1]);
    assert.deepEqual(await minutes(log, { texts: ['\u{1F600} "quoted"'] }), [1]);
    assert.deepEqual(await minutes(log, { texts: ['OK'] }), [3]);
    const { items } = await log.list({ limit: 10 });
    assert.deepEqual(
      items.map((item) => item.words),
      ['OK', null, words],
    );
  },
);

describe('list', () => {
  let storage: OpenStorage;
  before(async () => {
    storage = await open();
    append(storage.requests, [
      record(1, { platform: 'ytx' }),
      record(2, { party: null, method: null }),
      record(3, { outcome: 'SignFail', refusedBy: 'checkSignature' }),
      record(4, { orderId: '151' }),
      record(5, { party: 'wang01', orderId: '152' }),
      record(6, { method: 'GetOrderDetail', orderId: '151' }),
    ]);
  });
  after(() => storage.close());

  test('the list contains every record appended before the call, newest first', async () => {
    assert.deepEqual(await minutes(storage.requests), [6, 5, 4, 3, 2, 1]);
    storage.requests.append(record(7, { platform: 'suning' }));
    assert.deepEqual(await minutes(storage.requests), [7, 6, 5, 4, 3, 2, 1]);
  });

  test('each filter leaves out what it does not name, and filters combine', async () => {
    const log = storage.requests;
    assert.deepEqual(await minutes(log, { platform: 'ytx' }), [1]);
    assert.deepEqual(await minutes(log, { party: 'wang01' }), [5]);
    assert.deepEqual(await minutes(log, { method: 'GetOrderDetail' }), [6]);
    assert.deepEqual(await minutes(log, { outcome: 'SignFail' }), [3]);
    assert.deepEqual(await minutes(log, { orderId: '151' }), [6, 4]);
    assert.deepEqual(await minutes(log, { orderId: '151', method: 'HastenOrder' }), [4]);
    assert.deepEqual(await minutes(log, { orderId: '15' }), []);
    const jintong = { platform: 'jintong', party: 'jane88' };
    assert.deepEqual(await minutes(log, jintong), [6, 4, 3]);
  });

  test('`from` is inclusive and `to` is exclusive', async () => {
    const between = { from: T0 + 2 * MINUTE, to: T0 + 4 * MINUTE };
    assert.deepEqual(await minutes(storage.requests, between), [3, 2]);
  });

  test('reading by cursor has neither gaps nor duplicates while records are added', async () => {
    const log = storage.requests;
    const seen: string[] = [];
    let cursor: string | undefined;
    let pages = 0;
    do {
      const page = await log.list({ platform: 'jintong', limit: 2, cursor });
      seen.push(...page.items.map(({ at }) => String((at - T0) / MINUTE)));
      cursor = page.nextCursor ?? undefined;
      log.append(record(100 + pages++));
    } while (cursor !== undefined && pages < 100);
    assert.deepEqual(seen, ['6', '5', '4', '3', '2']);
    assert.equal(pages, 3);
  });
});

logTest('a record comes back as it was appended', async (log) => {
  const whole = record(1, {
    refusedBy: 'checkSignature',
    detail: 'Sign is not … 签名',
    outcome: 'SignFail',
    orderId: '15112480268',
    address: '2001:db8::7',
    stringToSign: 'Action=HastenOrder&Param=OrderID=1',
    body: '<Request>张三 😀\u0001</Request>',
  });
  append(log, [whole, record(2)]);
  const { items } = await log.list({ limit: 10 });
  assert.deepEqual(
    items.map((item) => ({ ...item })),
    [record(2), whole],
  );
});

logTest('requests of the same millisecond are all kept, in their order', async (log) => {
  const nextId = requestIds(() => T0);
  const ids = Array.from({ length: 20 }, nextId);
  append(
    log,
    ids.map((id) => record(0, { id })),
  );
  const { items } = await log.list({ limit: 100 });
  assert.deepEqual(
    items.map(({ id }) => id),
    ids.toReversed(),
  );
});

logTest('prune removes what is older, only that, and says how many', async (log) => {
  append(log, many(12_000)); // More than one step of it.
  assert.equal(await log.prune(T0 + 11_000 * MINUTE), 11_000);
  assert.equal(await log.prune(T0 + 11_000 * MINUTE), 0);
  const left = await minutes(log);
  assert.deepEqual([left.length, left[0], left.at(-1)], [1000, 11_999, 11_000]);
});

test('a batch is written after a while, even without a query', async () => {
  const directory = suiteDirectory();
  const storage = await open(directory);
  storage.requests.append(record(1));
  const reader = new DatabaseSync(join(directory, 'requests.db'), { readOnly: true });
  const count = reader.prepare('SELECT coalesce(sum(count), 0) AS n FROM batches');
  await until(() => count.get()!.n === 1);
  reader.close();
  await storage.close();
});

test('closing the log first writes all waiting records', async () => {
  const directory = suiteDirectory();
  const storage = await open(directory);
  append(storage.requests, many(2500));
  await storage.close();
  const again = await open(directory);
  const { items } = await again.requests.list({ limit: 5000 });
  assert.equal(items.length, 2500);
  assert.equal(again.requests.dropped, 0);
  await again.close();
});

logTest('a full queue drops the newest and counts them', async (log) => {
  append(log, many(20_500)); // In one turn: nothing of it can be written meanwhile.
  assert.equal(log.dropped, 500);
  const { items } = await log.list({ limit: 30_000 });
  assert.equal(items.length, 20_000);
  assert.equal(items[0]?.at, T0 + 19_999 * MINUTE);
  // Written records make room.
  log.append(record(30_000));
  assert.equal((await minutes(log, { limit: 1 }))[0], 30_000);
  assert.equal(log.dropped, 500);
});

logTest(
  'append never throws, even when the log is closed: it drops and counts',
  async (log, storage) => {
    await storage.close();
    append(log, many(1500)); // One full batch and one that waits for its time.
    await until(() => log.dropped === 1500);
  },
);

test('calls that come one by one share rows, are found over a restart, and by their order', async () => {
  const directory = suiteDirectory();
  let storage = await open(directory);
  for (let i = 0; i < 250; i++) {
    storage.requests.append(record(i, { orderId: `1511${i % 50}`, body: 'x'.repeat(1000) }));
    await storage.requests.list({ limit: 1 }); // Sends it off.
    if (i !== 100) continue;
    await storage.close();
    storage = await open(directory);
  }
  const everything = await minutes(storage.requests);
  assert.deepEqual(
    everything,
    Array.from({ length: 250 }, (_, i) => 249 - i),
  );
  assert.deepEqual(await minutes(storage.requests, { orderId: '15117' }), [207, 157, 107, 57, 7]);
  const { items, nextCursor } = await storage.requests.list({ limit: 120 });
  const rest = await storage.requests.list({ limit: 1000, cursor: nextCursor! });
  assert.deepEqual(
    [...items, ...rest.items].map(({ at }) => (at - T0) / MINUTE),
    everything,
  );
  const reader = new DatabaseSync(join(directory, 'requests.db'), { readOnly: true });
  const { n } = reader.prepare('SELECT count(*) AS n FROM batches').get()!;
  reader.close();
  assert.ok(Number(n) < 10, `${n} rows`);
  await storage.close();
});

logTest('a value is found as it is, whatever it has in common with others', async (log) => {
  const outcome = 'a"b\\c\n王';
  append(log, [
    record(1, { outcome, body: 'jane88' }),
    record(2, { party: 'b', body: JSON.stringify(outcome) }),
    record(3, { party: 'a', method: 'b' }),
  ]);
  assert.deepEqual(await minutes(log, { outcome }), [1]);
  assert.deepEqual(await minutes(log, { party: 'b' }), [2]);
  assert.deepEqual(await minutes(log, { party: 'b', method: 'b' }), []);
});
