// Opens a ledger on PostgreSQL: migrates the schema, checks the master key, connects.
import { randomBytes } from 'node:crypto';
import type { Instant } from '../../core/clock.ts';
import { LedgerUnavailableError } from '../../core/errors.ts';
import { type Sealer, WrongMasterKeyError } from '../seal.ts';
import type { OpenStorage } from '../storage.ts';
import { DatabaseClock } from './clock.ts';
import { refuseTransactionPooling } from './connect.ts';
import { prepareDatabase, prepareMonths } from './database.ts';
import { readDatabaseUrl } from './database-url.ts';
import { UnusableDatabaseError } from './errors.ts';
import type { PostgresLedger } from './ledger.ts';
import { Lender } from './lender.ts';
import { Pool } from './pool.ts';
import type { RequestLogOptions } from './request-log.ts';
import { SchemaLending } from './schema-lending.ts';
import { refuseUnfinishedCopy, type SchemaStorage, storageOf } from './schema-storage.ts';
import { refuseHome } from './served.ts';
import { isVerified } from './server-tls.ts';
import { Shared } from './shared.ts';

/**
 * Two for reads, two for changes, one for all else. The database is faster with few connections
 * than with many.
 */
export const CONNECTIONS = 5;
/** Partitions of future months are created long before their first order. */
export const MONTHS_EVERY_MS = 6 * 3_600_000;

export interface PostgresOptions {
  /** False if the caller passed a clock, which then takes precedence. */
  readonly databaseTime?: boolean;
  readonly requestLog?: Pick<RequestLogOptions, 'maxBytes' | 'idsTellTime'> | undefined;
  /** The unique name of this gateway; one is made if it is absent. */
  readonly node?: string;
  /** Lends the server's connections, which other schemas use, too; else the ledger has its own. */
  readonly lender?: Lender;
}

/** What groups of owners need of their home in addition. */
export interface OpenPostgres extends OpenStorage {
  readonly ledger: PostgresLedger;
  readonly shared: Shared;
  readonly pool: Pool;
  readonly listSplit: SchemaStorage['listSplit'];
  now(): Instant;
  seeOffset(seconds: number): void;
}

/**
 * @throws {UnusableDatabaseError} if the schema is newer or the server too old
 * @throws {WrongMasterKeyError} if the secrets were sealed with another master key
 * @throws {LedgerUnavailableError} if the server cannot be reached
 */
export async function openPostgres(
  url: string,
  sealer: Sealer,
  options: PostgresOptions = {},
): Promise<OpenPostgres> {
  const { databaseTime = true, requestLog, lender } = options;
  const { node = `ordergate-${randomBytes(6).toString('hex')}` } = options;
  const clock = new DatabaseClock();
  let pool: Pool | undefined;
  let shared: Shared | undefined;
  try {
    await refuseTransactionPooling({ url, name: `${node}.probe` });
    const schema = await prepareDatabase(url, `${node}.migrate`);
    const own = lender
      ? new SchemaLending(() => ({ lender, schema }))
      : new Lender({ url, node, schema, size: CONNECTIONS });
    pool = new Pool(own);
    await refuseUnfinishedCopy(pool);
    shared = await Shared.start({ url, node, schema }, clock);
    if (!lender) await refuseHome(pool);
    await prepareMonths(url, `${node}.months`, clock.now());
    const started = shared;
    const opened = pool;
    const storage = await storageOf(pool, {
      ...{ url, node, sealer, databaseTime, requestLog, now: () => clock.now() },
      onTime(now, offsetSeconds, sentAt) {
        clock.measure(now, sentAt);
        started.seeOffset(offsetSeconds);
      },
    });
    const months = setInterval(() => {
      prepareMonths(url, `${node}.months`, clock.now()).catch(() => {}); // The next run will create them.
    }, MONTHS_EVERY_MS);
    months.unref();
    let closed: Promise<void> | undefined;
    const close = (): Promise<void> => {
      closed ??= (async () => {
        clearInterval(months);
        await storage.close(() => started.close());
      })();
      return closed;
    };
    return {
      ...storage,
      ...(databaseTime && { clock }),
      ...{ shared, pool },
      now: () => clock.now(),
      seeOffset: (seconds) => started.seeOffset(seconds),
      countStandbys: async () => Number((await opened.run(STANDBYS))[0]![0]),
      warnings: warningsOf(url),
      close,
    };
  } catch (error) {
    await shared?.close();
    await pool?.close();
    if (error instanceof UnusableDatabaseError || error instanceof WrongMasterKeyError) throw error;
    if (error instanceof LedgerUnavailableError) throw error;
    throw new LedgerUnavailableError(`the database cannot be used: ${(error as Error).message}`);
  }
}

const STANDBYS = {
  name: 'count-standbys',
  text: 'SELECT count(*) FROM pg_stat_replication',
};

/** Warnings about the way to the database. */
export function warningsOf(url: string): string[] {
  if (isVerified(readDatabaseUrl(url))) return [];
  return [
    'the connection to the database is encrypted, and nobody verifies the server (sslmode=require without sslrootcert): name the certificate of its CA in sslrootcert',
  ];
}
