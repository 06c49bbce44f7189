// Tests the request log's file: limited in bytes, never preventing a start, and not written while
// space is low.
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { form, hasten, post } from '../../../test/jintong.ts';
import { requestRecord, suiteDirectory, T0 } from '../../../test/storage/fixtures.ts';
import { manage, startTestServer, temporaryDirectory } from '../../../test/support.ts';
import { Sealer } from '../seal.ts';
import { openSqlite } from './open.ts';

const MIB = 1024 * 1024;
const open = (directory: string, maxBytes = 4 * MIB, reserveBytes = 0) =>
  openSqlite(
    directory,
    new Sealer(Buffer.alloc(32, 7)),
    {},
    { requestLog: { maxBytes, reserveBytes } },
  );

test('the file stays within its bytes; the oldest calls go first', async () => {
  const directory = suiteDirectory();
  const storage = await open(directory);
  const body = 'x'.repeat(8000);
  for (let n = 0; n < 2000; n++) {
    storage.requests.append(requestRecord(T0 + n, { body }));
    if (n % 100 === 0) await storage.requests.list({ limit: 1 });
  }
  const { items } = await storage.requests.list({ limit: 3000 });
  ok(items.length > 300 && items.length < 600, `${items.length} calls`);
  equal(items[0]!.at, T0 + 1999);
  await storage.close();
  ok(statSync(join(directory, 'requests.db')).size <= 5 * MIB);
  equal(storage.requests.dropped, 0);
});

test('a damaged requests.db is moved aside, and the server starts and says so', async () => {
  for (const damage of [Buffer.from('garbage'), Buffer.alloc(40_000, 7)]) {
    const dataDirectory = temporaryDirectory();
    writeFileSync(join(dataDirectory, 'requests.db'), damage);
    const server = await startTestServer({ config: { dataDirectory, databaseUrl: undefined } });
    match(
      server.storage.notices?.[0] ?? '',
      /^the request log was moved to .*damaged-\d{8}T\d{6}Z/,
    );
    const aside = readdirSync(dataDirectory).filter((name) => name.includes('.damaged-'));
    equal(aside.length, 1);
    await post(server, form(hasten('404')));
    equal((await manage(server, 'GET', '/requests')).body.items.length, 1);
    await server.close();
  }
});

test('while space is low, calls are served and counted but not logged', async () => {
  const requestLog = { maxBytes: 64 * MIB, reserveBytes: Number.MAX_SAFE_INTEGER };
  const config = { databaseUrl: undefined };
  const server = await startTestServer({ config, requestLog });
  match(await post(server, form(hasten('404'))), /CallFail/);
  equal((await manage(server, 'GET', '/requests')).body.items.length, 0);
  equal(server.storage.requests.dropped, 1);
  match(server.storage.requests.problem ?? '', /the disk is nearly full/);
});

test('a page that is not full says where to go on, and a walk sees each call once in the order of ids', async () => {
  const storage = await open(suiteDirectory(), 64 * MIB);
  // Slow calls are logged after later calls, possibly in later batches.
  const ids = Array.from({ length: 500 }, (_, n) => T0 + (n % 50 === 0 ? n - 40 : n));
  for (const [n, at] of ids.entries()) {
    storage.requests.append(requestRecord(at + n / 4096, { at: n, body: 'x'.repeat(5000) }));
    if (n % 7 === 0) await storage.requests.list({ limit: 1 });
  }
  const seen: number[] = [];
  for (let cursor: string | undefined; ; ) {
    const page = await storage.requests.list({ limit: 30, cursor });
    seen.push(...page.items.map(({ id }) => id));
    if (page.nextCursor === null) break;
    cursor = page.nextCursor;
  }
  equal(seen.length, 500);
  deepEqual(
    seen,
    seen.toSorted((a, b) => b - a),
  );
  equal((await storage.requests.find(seen[17]!))?.id, seen[17]);
  equal(await storage.requests.find(1), null);
  await storage.close();
});
