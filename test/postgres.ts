// A PostgreSQL for tests: a database for each test file, and in it a schema for each directory that stands for a ledger.
import { spawnSync } from 'node:child_process';
import { hash, randomBytes } from 'node:crypto';
import { connect } from 'node:net';

const DEFAULT_SERVER = 'postgres://postgres@127.0.0.1:5432/postgres';

/** ORDERGATE_TEST_DATABASE_URL, or what listens at 127.0.0.1:5432; a user who may create databases. */
async function findServer(): Promise<string | null> {
  const given = process.env.ORDERGATE_TEST_DATABASE_URL;
  if (given) return given;
  const listens = await new Promise<boolean>((resolve) => {
    const socket = connect(5432, '127.0.0.1', () => resolve(socket.destroy() !== undefined));
    socket.once('error', () => resolve(false));
  });
  return listens ? DEFAULT_SERVER : null;
}

export const server = await findServer();

/** Why tests that need a PostgreSQL are skipped; false where there is one. */
export const skip: string | false =
  server === null &&
  'no PostgreSQL: ORDERGATE_TEST_DATABASE_URL is not set, and nothing listens at 127.0.0.1:5432';

/** Runs statements on the server itself. */
export async function query(text: string, url = server!): Promise<unknown[][]> {
  const { default: pg } = await import('pg'); // 36 modules, which most test files do not need
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query({ text, rowMode: 'array' })).rows;
  } finally {
    await client.end();
  }
}

let database: Promise<string> | undefined;

/** The URL of this file's own database; it goes when the process does. */
function ownDatabase(): Promise<string> {
  database ??= (async () => {
    const name = `ordergate_test_${randomBytes(6).toString('hex')}`;
    await query(`CREATE DATABASE ${name} ENCODING 'UTF8' TEMPLATE template0`);
    process.once('exit', () => {
      const drop = `import pg from 'pg';
        const client = new pg.Client(process.argv[1]);
        await client.connect();
        await client.query('DROP DATABASE IF EXISTS ${name} WITH (FORCE)');
        await client.end();`;
      const cwd = new URL('..', import.meta.url);
      spawnSync(process.execPath, ['--input-type=module', '-e', drop, server!], { cwd });
    });
    const url = new URL(server!);
    url.pathname = `/${name}`;
    return url.href;
  })();
  return database;
}

/** The URL of the ledger that `directory` stands for: the same directory, the same ledger. */
export async function databaseOf(directory: string): Promise<string> {
  const url = new URL(await ownDatabase());
  const schema = `s${hash('sha1', directory).slice(0, 16)}`;
  await query(`CREATE SCHEMA IF NOT EXISTS ${schema}`, url.href);
  url.searchParams.set('options', `-c search_path=${schema}`);
  return url.href.replaceAll('+', '%20');
}
