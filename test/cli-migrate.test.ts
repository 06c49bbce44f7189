// `ordergate migrate sqlite-to-postgres` in real processes: all of it arrives, also when it is killed on the way.
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import { TABLES } from '../src/storage/transfer/tables.ts';
import {
  isExplained,
  keepSecret,
  nothingWasBetrayed,
  readSecrets,
  run,
  serve,
  start,
  stop,
} from './cli-process.ts';
import { databaseOf, query, skip } from './postgres.ts';
import { temporaryDirectory } from './support.ts';
import { HASTENED, NOTE, useLedger } from './used-ledger.ts';

/** Long enough that a kill comes in the middle. */
const SEEDED = 20_000;
const MOVE = ['migrate', 'sqlite-to-postgres'];

async function done(args: readonly string[], env: Record<string, string> = {}): Promise<string> {
  const { code, stdout, stderr } = await run(args, env);
  deepEqual([code, stderr], [0, ''], stdout);
  return stdout;
}

async function place() {
  const data = temporaryDirectory();
  await useLedger(data);
  const [token, key] = readSecrets(data) as [string, string];
  const url = await databaseOf(temporaryDirectory());
  const env = { ORDERGATE_DATABASE_URL: url };
  return { data, url, env, node: { ...env, ORDERGATE_KEY: key, ORDERGATE_ADMIN_TOKEN: token } };
}

/** Counts and digests of each table, as a backup of it has them. */
async function tables(args: readonly string[], env: Record<string, string> = {}): Promise<unknown> {
  const file = join(temporaryDirectory(), 'backup.gz');
  await done(['backup', file, ...args], env);
  return JSON.parse(gunzipSync(readFileSync(file)).toString().split('\n').at(-2)!).tables;
}

const progressOf = async (url: string): Promise<{ table: string; rows: number } | undefined> => {
  const rows = await query("SELECT value FROM settings WHERE name = 'copying'", url).catch(
    () => [],
  );
  return rows[0] && JSON.parse(String(rows[0][0]));
};

describe('migrate sqlite-to-postgres', { skip }, () => {
  test('a migration that is killed in three of its tables and run again continues, and copies everything', async () => {
    const { data, url, env, node } = await place();
    const key = 'the-key-of-the-migration';
    keepSecret(key);
    const seed = ['seed', '--platform', 'jintong', '--orders', String(SEEDED), '--secret', key];
    await done([...seed, '--data', data]);
    const before = await tables(['--data', data]);
    const reached: string[] = [];
    for (const table of ['orders', 'order_keys', 'history']) {
      const moving = start([...MOVE, '--data', data], env);
      let found: Awaited<ReturnType<typeof progressOf>>;
      for (let i = 0; i < 3000; i++) {
        found = await progressOf(url);
        if (found?.table === table && found.rows >= 3000) break;
        await sleep(3);
      }
      equal((await stop(moving, 'SIGKILL')).signal, 'SIGKILL', 'it was under way');
      reached.push(found!.table);
    }
    deepEqual(reached, ['orders', 'order_keys', 'history']);

    // Neither half serves meanwhile, and no other ledger comes into the database.
    isExplained(await run(['verify', '--data', data]), /is being moved to PostgreSQL/);
    isExplained(await run(['verify'], node), /is being brought into the database/);
    const other = temporaryDirectory();
    await useLedger(other);
    isExplained(await run([...MOVE, '--data', other], env), /a part of another copy/);

    const { rows } = (await progressOf(url))!;
    ok(rows > 0 && rows < SEEDED, 'what is in is not brought in again');
    match(
      await done([...MOVE, '--data', data], env),
      new RegExp(
        `^moved \\d+ orders and \\d+ changes; ${TABLES.length} tables agree in counts and digests`,
      ),
    );
    deepEqual(await tables([], node), before);
    isExplained(await run([...MOVE, '--data', data], env), /was moved already/);
    isExplained(await run(['serve', '--data', data]), /was moved to PostgreSQL/);
    const elsewhere = { ORDERGATE_DATABASE_URL: await databaseOf(temporaryDirectory()) };
    isExplained(await run([...MOVE, '--data', data], elsewhere), /was moved already/);

    // As a kill between the mark and the database's release leaves it.
    const { id } = JSON.parse(readFileSync(join(data, 'moved-to-postgres.json'), 'utf8'));
    const note = JSON.stringify({ id, table: 'fan_out', rows: 1 });
    // By a session of Ordergate: the sums count what it writes.
    await query(
      `SET ordergate.session = 'test'; INSERT INTO settings VALUES ('copying', '${note}')`,
      url,
    );
    isExplained(await run(['verify'], node), /Run the migration again/);
    match(await done([...MOVE, '--data', data], env), /^moved \d+ orders/);
    // The receiver of the used ledger listens at 127.0.0.1; else `verify` names its endpoint.
    const allowed = { ...node, ORDERGATE_CALLBACK_ALLOW: '127.0.0.0/8' };
    match(await done(['verify'], allowed), /"ordersOutOfStep":0.*"queuesStuck":0/);
  });

  test('nodes serve the migrated ledger: the same keys, order and history, and new numbers after the old ones', async () => {
    const { data, env, node, url } = await place();
    await done([...MOVE, '--data', data], env);
    const server = await serve([], node);
    const headers = { authorization: `Bearer ${node.ORDERGATE_ADMIN_TOKEN}` };
    const read = async (path: string) =>
      (await fetch(`${server.url}/manage/v1${path}`, { headers })).json() as Promise<
        Record<string, never>
      >;
    const { history } = (await read('/orders/jintong/15110100068')) as unknown as {
      history: { note: string | null }[];
    };
    ok(history.some(({ note }) => note === NOTE));
    const [[newest]] = (await query('SELECT max(seq) FROM history', url)) as [[string]];
    const moved = await fetch(`${server.url}/manage/v1/orders/jintong/${HASTENED}/transitions`, {
      method: 'POST',
      headers,
      body: '{"to":"N"}',
    });
    equal(moved.status, 200, await moved.text());
    const [[next]] = (await query('SELECT max(seq) FROM history', url)) as [[string]];
    equal(Number(next), Number(newest) + 1);
    const [[parts]] = (await query(
      "SELECT count(*) FROM orders WHERE tableoid = 'orders_other'::regclass",
      url,
    )) as [[string]];
    equal(Number(parts), 0, 'each order lies in the partition of its month');
    await stop(server);
  });

  test('what is refused: a running server, a database with a ledger, another key, no ledger', async () => {
    const { data, env, node } = await place();
    const server = await serve(['--data', data]);
    isExplained(await run([...MOVE, '--data', data], env), /is in use by another process/);
    await stop(server);
    const wrong = { ...env, ORDERGATE_KEY: '08'.repeat(32) };
    isExplained(await run([...MOVE, '--data', data], wrong), /is not the key it was sealed with/);
    isExplained(await run([...MOVE, '--data', data]), /ORDERGATE_DATABASE_URL has to name/, 2);
    isExplained(await run([...MOVE, '--data', temporaryDirectory()], env), /holds no/);
    isExplained(
      await run(['migrate', 'postgres-to-sqlite'], env),
      /migrate has no "postgres-to-sqlite"; it has: sqlite-to-postgres/,
      2,
    );
    // Which makes a ledger there.
    await stop(await serve([], { ...node, ORDERGATE_ENV: 'production' }));
    isExplained(await run([...MOVE, '--data', data], env), /holds a ledger already/);
    // Nothing had begun, and the directory serves on.
    const allowed = { ORDERGATE_CALLBACK_ALLOW: '127.0.0.0/8' };
    match(await done(['verify', '--data', data], allowed), /"queuesStuck":0/);
  });
});

test('no secret was printed', { skip }, () => nothingWasBetrayed({ texts: 20, secrets: 5 }));
