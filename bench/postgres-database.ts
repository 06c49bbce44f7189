// A database of its own on the PostgreSQL server of the tests, for one run of the bench.
import { randomBytes } from 'node:crypto';
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

async function onServer(text: string): Promise<void> {
  const client = new pg.Client(SERVER);
  await client.connect();
  await client.query(text);
  await client.end();
}
