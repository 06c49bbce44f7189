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

/** Whether the given database itself holds the ledgers, a schema each: a test cannot make a database of Citus. */
const inSchemas = process.env.ORDERGATE_TEST_SCHEMAS === '1';
/** Of this process: two test files may name one directory. */
const own = randomBytes(6).toString('hex');

function atExit(statements: string): void {
  process.once('exit', () => {
    const run = `import pg from 'pg';
      const client = new pg.Client(process.argv[1]);
      await client.connect();
      await client.query(process.argv[2]);
      await client.end();`;
    const cwd = new URL('..', import.meta.url);
    const args = ['--input-type=module', '-e', run, server!, statements];
    spawnSync(process.execPath, args, { cwd });
  });
}

let database: Promise<string> | undefined;

/** The URL of this file's own database; it goes when the process does. */
function ownDatabase(): Promise<string> {
  database ??= (async () => {
    const url = new URL(server!);
    if (inSchemas) return url.href;
    const name = `ordergate_test_${own}`;
    await query(`CREATE DATABASE ${name} ENCODING 'UTF8' TEMPLATE template0`);
    atExit(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    url.pathname = `/${name}`;
    return url.href;
  })();
  return database;
}

/** The URL of the ledger that `directory` stands for: the same directory, the same ledger. */
export async function databaseOf(directory: string): Promise<string> {
  const url = new URL(await ownDatabase());
  const schema = `${inSchemas ? `ordergate_test_${own}_` : 's'}${hash('sha1', directory).slice(0, 16)}`;
  const [made] = await query(`SELECT to_regnamespace('${schema}') IS NOT NULL`, url.href);
  if (!made![0]) {
    await query(`CREATE SCHEMA IF NOT EXISTS ${schema}`, url.href);
    if (inSchemas) atExit(`DROP SCHEMA IF EXISTS ${schema} CASCADE`);
  }
  // Settings that the given URL has stay: processes that a test starts get them with the URL.
  const settings = url.searchParams.get('options');
  url.searchParams.set('options', `${settings ? `${settings} ` : ''}-c search_path=${schema}`);
  return url.href.replaceAll('+', '%20');
}
