// A database of its own on the PostgreSQL server of the tests, for one run of the bench, and the CPU that it takes.
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import pg from 'pg';

const SERVER =
  process.env.ORDERGATE_TEST_DATABASE_URL ?? 'postgres://postgres@127.0.0.1:5432/postgres';

export const POSTGRES_TOKEN = 'the-admin-token-of-the-bench';

/** Runs with the settings of servers on a new database, which is dropped afterwards. */
export async function withDatabase(
  run: (settings: Readonly<Record<string, string>>) => Promise<void>,
): Promise<void> {
  const name = `ordergate_bench_${randomBytes(4).toString('hex')}`;
  await onServer(`CREATE DATABASE ${name}`);
  const url = new URL(SERVER);
  url.pathname = `/${name}`;
  try {
    await run({
      ORDERGATE_DATABASE_URL: url.href,
      ORDERGATE_KEY: '07'.repeat(32),
      ORDERGATE_ADMIN_TOKEN: POSTGRES_TOKEN,
    });
  } finally {
    await onServer(`DROP DATABASE ${name} WITH (FORCE)`);
  }
}

/** CPU so far, in microseconds, of the database's processes that serve the server under test; 0 on SQLite. */
export async function watchDatabase(url: string | undefined): Promise<() => number> {
  if (url === undefined) return () => 0;
  const client = new pg.Client(url);
  await client.connect();
  const { rows } = await client.query<{ pid: number }>(
    'SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()',
  );
  await client.end();
  // A database elsewhere has no processes here.
  const files = rows.map(({ pid }) => `/proc/${pid}/schedstat`).filter((path) => existsSync(path));
  return () =>
    files.reduce((sum, path) => {
      const nanos = existsSync(path) ? Number(readFileSync(path, 'utf8').split(' ', 1)[0]) : 0;
      return sum + nanos / 1000;
    }, 0);
}

/** As autovacuum leaves a ledger: seeding leaves a hundred dead versions behind each count of a list. */
export const vacuum = (url: string): Promise<void> => onServer('VACUUM ANALYZE', url);

async function onServer(text: string, url = SERVER): Promise<void> {
  const client = new pg.Client(url);
  await client.connect();
  await client.query(text);
  await client.end();
}
