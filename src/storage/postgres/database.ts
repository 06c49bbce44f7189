// The schema: checks it before anything is written, migrates it, and creates partitions for months.
import { LedgerUnavailableError } from '../../core/errors.ts';
import { type Migration, readMigrations as readFolder } from '../migrations.ts';
import { CannotConnectError } from './connect-errors.ts';
import { Connection } from './connection.ts';
import { addUpOnce } from './covers.ts';
import { StatementError, UnusableDatabaseError } from './errors.ts';

/** The first version with `row_security` and the partitioning that the schema uses. */
const OLDEST_SERVER = 150_000;
/**
 * Gateways that start at once migrate one after the other; "ogat", which SQLite's files also carry.
 */
export const MIGRATION_LOCK = 0x6f676174;
/**
 * A function of Ordergate runs statements of its own, which Citus allows on its coordinator only. So
 * the other servers get those functions alone that a trigger needs. Without Citus this setting has
 * no effect.
 */
const FUNCTIONS_STAY = "SET LOCAL citus.create_object_propagation = 'deferred'";
/** The migration that introduces checksums over the tables beside the orders. */
const COVERS = 10;

export const readMigrations = (): Migration[] =>
  readFolder(new URL('./migrations/', import.meta.url));

/**
 * Brings the schema of the URL's search_path to the newest version, in one transaction.
 *
 * @returns the name of the schema
 * @throws {UnusableDatabaseError}
 */
export async function prepareDatabase(
  url: string,
  name: string,
  migrations: readonly Migration[] = readMigrations(),
): Promise<string> {
  const newest = migrations.at(-1)?.version ?? 0;
  const connection = await Connection.open({ url, name, kind: 'long' });
  const schema = requireSchema(connection);
  try {
    if ((await versionOf(connection)) === newest) {
      if (newest >= COVERS) await addUpOnce(connection);
      return schema;
    }
    await connection.runEach(
      `BEGIN; SET LOCAL lock_timeout = 0; ${FUNCTIONS_STAY}; SELECT pg_advisory_xact_lock(${MIGRATION_LOCK}, hashtext(current_schema()))`,
    );
    const current = await versionOf(connection);
    if (current > newest) {
      throw new UnusableDatabaseError(
        `the database has schema version ${current}; this Ordergate knows versions up to ${newest}. Nothing was changed. Start the newer Ordergate that wrote it.`,
      );
    }
    await connection.runText(
      'CREATE TABLE IF NOT EXISTS schema_version (version integer NOT NULL)',
    );
    for (const { version, sql } of migrations) if (version > current) await connection.runEach(sql);
    await connection.runEach(
      `DELETE FROM schema_version; INSERT INTO schema_version VALUES (${newest}); COMMIT`,
    );
    if (newest >= COVERS) await addUpOnce(connection);
    return schema;
  } catch (error) {
    throw explainRights(error, schema);
  } finally {
    await connection.close(); // Closing rolls back what was not committed.
  }
}

/**
 * The session's schema.
 * @throws {UnusableDatabaseError} if there is none, or if the server is too old
 */
function requireSchema({ session }: Connection): string {
  const { serverVersion, schema, searchPath } = session;
  if (serverVersion < OLDEST_SERVER) {
    throw new UnusableDatabaseError(
      `the PostgreSQL server is of version ${Math.floor(serverVersion / 10_000)}, and Ordergate needs 15 or later; upgrade it`,
    );
  }
  if (schema !== null) return schema;
  throw new UnusableDatabaseError(
    `none of the schemas of search_path (${searchPath}) exists in the database, or the role may not use it; make one with CREATE SCHEMA, or correct options in ORDERGATE_DATABASE_URL`,
  );
}

const NO_RIGHT = '42501';

function explainRights(error: unknown, schema: string): unknown {
  if (!(error instanceof StatementError) || error.sqlState !== NO_RIGHT) return error;
  return new UnusableDatabaseError(
    `the role of ORDERGATE_DATABASE_URL lacks a right in the schema "${schema}": ${error.message}; make it the owner of the database, or GRANT USAGE, CREATE ON SCHEMA "${schema}" and the rights of the owner on the tables in it`,
  );
}

/**
 * Whether the schema of the URL's search_path contains a ledger of any version.
 *
 * @throws {LedgerUnavailableError} if the database cannot be connected to
 */
export async function hasSchema(url: string, name: string): Promise<boolean> {
  const connection = await Connection.open({ url, name, kind: 'long' }).catch((error: unknown) => {
    if (!(error instanceof CannotConnectError)) throw error;
    throw new LedgerUnavailableError(`the database cannot be used: ${error.message}`);
  });
  try {
    return (await versionOf(connection)) > 0;
  } finally {
    await connection.close();
  }
}

/** Changes nothing. @throws {UnusableDatabaseError} if the schema has another version */
export async function requireNewest(url: string, name: string): Promise<void> {
  const newest = readMigrations().at(-1)?.version ?? 0;
  const connection = await Connection.open({ url, name, kind: 'long' });
  try {
    const found = await versionOf(connection);
    if (found === newest) return;
    throw new UnusableDatabaseError(
      found === 0
        ? 'the database holds no ledger'
        : `the database has schema version ${found}, and this Ordergate works with ${newest}. Nothing was changed.`,
    );
  } finally {
    await connection.close();
  }
}

async function versionOf(connection: Connection): Promise<number> {
  // to_regclass is unsuitable here: what it did not find before the lock, it does not look up again
  // after the lock.
  const [found] = await connection.runText(
    "SELECT EXISTS (SELECT FROM pg_class WHERE relname = 'schema_version' AND relnamespace = current_schema()::regnamespace)",
  );
  if (!found![0]) return 0;
  const [row] = await connection.runText('SELECT max(version) FROM schema_version');
  return Number(row?.[0] ?? 0);
}

const MONTHLY = ['orders', 'order_keys', 'history', 'sealed_texts'] as const;

/** The first instant of the month `ahead` months after that of `now`. */
function monthStart(now: number, ahead: number): Date {
  const date = new Date(now);
  return new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + ahead, 1));
}

/**
 * Ensures that this month and the next have partitions for orders. Orders of a month without a
 * partition go to the default partition.
 */
export async function prepareMonths(url: string, name: string, now: number): Promise<void> {
  const connection = await Connection.open({ url, name, kind: 'long' });
  try {
    for (const ahead of [0, 1]) {
      const start = monthStart(now, ahead);
      const end = monthStart(now, ahead + 1);
      const month = start.toISOString().slice(0, 7).replace('-', '_');
      const [found] = await connection.runText(`SELECT to_regclass('orders_${month}') IS NOT NULL`);
      if (found![0]) continue;
      const parts = MONTHLY.map(
        (table) =>
          `CREATE TABLE IF NOT EXISTS ${table}_${month} PARTITION OF ${table} FOR VALUES FROM (${start.getTime()}) TO (${end.getTime()})${table === 'orders' ? ' WITH (fillfactor = 80)' : ''}`,
      );
      await connection
        .runEach(
          `BEGIN; SELECT pg_advisory_xact_lock(${MIGRATION_LOCK}, hashtext(current_schema())); ${parts.join(';')}; COMMIT`,
        )
        // If the default partition already contains orders of the month, they and later ones stay
        // there.
        .catch(() => connection.runText('ROLLBACK'));
    }
  } finally {
    await connection.close();
  }
}
