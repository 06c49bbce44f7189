// Migrations of PostgreSQL expand first and contract a version later, so that nodes of two versions serve together.
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { describe, test } from 'node:test';
import { prepareDatabase, readMigrations } from '../src/storage/postgres/database.ts';
import { openPostgres } from '../src/storage/postgres/open.ts';
import { Sealer } from '../src/storage/seal.ts';
import { anOrder, change, create } from '../test/storage/fixtures.ts';
import { databaseOf, query, skip } from './postgres.ts';
import { temporaryDirectory } from './support.ts';

/** Statements after which what a running node uses may not be there any more, or not be the same. */
const CONTRACTS =
  /^\s*(DROP|ALTER TABLE \S+ (DROP|RENAME|ALTER)|ALTER \S+ \S+ RENAME|CREATE OR REPLACE|TRUNCATE)\b/im;

interface Migration {
  readonly version: number;
  readonly sql: string;
}

function refused({ version, sql }: Migration): boolean {
  if (!CONTRACTS.test(sql)) return false;
  const named = /^-- .*\bcontracts (\d{4})\b/.exec(sql.split('\n', 1)[0]!);
  return !named || Number(named[1]) > version - 2;
}

test('no migration takes away what the version before it uses', () => {
  for (const migration of readMigrations()) assert.equal(refused(migration), false);
  const contracting = (sql: string) => refused({ version: 9, sql });
  assert.equal(contracting('-- x\nDROP FUNCTION commit_changes_1;'), true);
  assert.equal(contracting('-- x, contracts 0008\nDROP FUNCTION commit_changes_1;'), true);
  assert.equal(contracting('-- x, contracts 0007\nDROP FUNCTION commit_changes_1;'), false);
  assert.equal(contracting('-- x\nALTER TABLE orders DROP COLUMN lines;'), true);
  assert.equal(contracting('-- x\nALTER TABLE orders ADD COLUMN more text;'), false);
});

test('each number belongs to one migration of an engine, and none is left out', () => {
  for (const engine of ['sqlite', 'postgres']) {
    const folder = new URL(`../src/storage/${engine}/migrations/`, import.meta.url);
    const numbers = readdirSync(folder).map((file) => Number(file.slice(0, 4)));
    const expected = numbers.map((_, i) => i + 1);
    // A database that has one of two migrations under a number would never get the other.
    assert.deepEqual(
      numbers.sort((a, b) => a - b),
      expected,
      `the migrations of ${engine}`,
    );
  }
});

describe('on a server', { skip }, () => {
  const sealer = new Sealer(Buffer.alloc(32, 7));
  const next = {
    version: 9999,
    sql: `ALTER TABLE orders ADD COLUMN more text NOT NULL DEFAULT '';
      CREATE TABLE of_the_next (id bigint PRIMARY KEY);`,
  };

  test('several nodes that start at once migrate once', async () => {
    const url = await databaseOf(temporaryDirectory());
    const nodes = await Promise.all(Array.from({ length: 6 }, () => openPostgres(url, sealer)));
    await Promise.all(nodes.map((node) => node.close()));
    const [[version]] = (await query('SELECT version FROM schema_version', url)) as [[number]];
    assert.equal(version, readMigrations().at(-1)!.version);
  });

  test('a node goes on serving while the next version migrates, and one of it refuses to start anew', async () => {
    const url = await databaseOf(temporaryDirectory());
    const { ledger, close } = await openPostgres(url, sealer);
    const order = anOrder('shop', '1');
    await create(ledger, [order]);
    assert.equal(await ledger.commit(change(order, 's2')), 'committed');
    await prepareDatabase(url, 'test', [...readMigrations(), next]);
    await create(ledger, [anOrder('shop', '2')]);
    const { order: before } = await ledger.load('shop', order.orderId);
    assert.equal(await ledger.commit(change(before!, 's3')), 'committed');
    assert.equal((await ledger.listOrders({ limit: 9 })).items.length, 2);
    await close();
    await assert.rejects(openPostgres(url, sealer), {
      code: 'ERR_UNUSABLE_DATABASE',
      message: /schema version 9999; this Ordergate knows versions up to \d+\. Nothing was changed/,
    });
  });

  test('rows from before the sums are added up once, beside a node that goes on writing', async () => {
    const url = await databaseOf(temporaryDirectory());
    const before = readMigrations().filter(({ version }) => version < 10);
    await prepareDatabase(url, 'test', before);
    const ours = "SET ordergate.session = 'a node of the version before';";
    const insert = (key: string): Promise<unknown> =>
      query(
        `${ours} INSERT INTO kept_replies VALUES ('${key}', '"a"', NULL, 9e15::bigint, 0)`,
        url,
      );
    await insert('from before');
    await query("INSERT INTO settings VALUES ('mine', '1')", url);
    // The upgrade, by another node; this one serves on and starts later.
    await prepareDatabase(url, 'test');
    await insert('of the node before');
    const storage = await openPostgres(url, sealer);
    await insert('beside it');
    assert.deepEqual((await storage.ledger.audit()).damage, []);
    await query("DELETE FROM kept_replies WHERE key = 'from before'", url);
    assert.deepEqual((await storage.ledger.audit()).damage, [
      'table kept_replies: it holds 2 rows, and 3 were written by Ordergate',
    ]);
    await storage.close();
    await (await openPostgres(url, sealer)).close();
    const again = await openPostgres(url, sealer);
    assert.equal((await again.ledger.audit()).damage.length, 1, 'a start adds up nothing anew');
    await again.close();
  });

  test('a migration that fails changes nothing', async () => {
    const url = await databaseOf(temporaryDirectory());
    const broken = { version: 9999, sql: 'CREATE TABLE half (id bigint); SELECT 1 / 0;' };
    await assert.rejects(prepareDatabase(url, 'test', [...readMigrations(), broken]));
    const tables = await query(
      "SELECT relname FROM pg_class WHERE relname IN ('half', 'orders') AND relnamespace = current_schema()::regnamespace",
      url,
    );
    assert.deepEqual(tables, []);
    await (await openPostgres(url, sealer)).close();
  });
});
