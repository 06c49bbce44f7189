// Opens a ledger on PostgreSQL: migrates the schema, checks the master key, connects.

import { randomBytes } from 'node:crypto';
import { LedgerUnavailableError } from '../../core/errors.ts';
import { type Sealer, WrongMasterKeyError } from '../seal.ts';
import type { OpenStorage } from '../storage.ts';
import { callbackStore } from './callback-store.ts';
import { DatabaseClock } from './clock.ts';
import { refuseTransactionPooling } from './connect.ts';
import { prepareDatabase, prepareMonths } from './database.ts';
import { readDatabaseUrl } from './database-url.ts';
import { deskStore } from './desk-store.ts';
import { readEntries } from './entries.ts';
import { UnusableDatabaseError } from './errors.ts';
import { PostgresLedger } from './ledger.ts';
import { PostgresLimits } from './limits.ts';
import { listenerStore } from './listener-store.ts';
import { auditStore, peopleStore } from './people-store.ts';
import { Pool } from './pool.ts';
import { PostgresRequestLog, type RequestLogOptions } from './request-log.ts';
import { emptyLedger } from './reset.ts';
import { isVerified } from './server-tls.ts';
import { Shared } from './shared.ts';
import { statements } from './statements.ts';
import { alarmStore, catalogStore, sealedTexts, tokenStore } from './stores.ts';
import { TRANSFERRING } from './transfer-tables.ts';
import { postgresUsage } from './usage.ts';

/**
 * Two for reads, two for changes, one for all else. The database is faster with few connections
 * than with many.
 */
const CONNECTIONS = 5;
const KEY_CHECK = 'key-check';
/** Partitions of future months are created long before their first order. */
const MONTHS_EVERY_MS = 6 * 3_600_000;

export interface PostgresOptions {
  /** False if the caller passed a clock, which then takes precedence. */
  readonly databaseTime?: boolean;
  readonly requestLog?: Pick<RequestLogOptions, 'maxBytes' | 'idsTellTime'> | undefined;
}

/**
 * @throws {UnusableDatabaseError} if the schema is newer or the server too old
 * @throws {WrongMasterKeyError} if the secrets were sealed with another master key
 * @throws {LedgerUnavailableError} if the server cannot be reached
 */
export async function openPostgres(
  url: string,
  sealer: Sealer,
  { databaseTime = true, requestLog }: PostgresOptions = {},
): Promise<OpenStorage> {
  const node = `ordergate-${randomBytes(6).toString('hex')}`;
  const clock = new DatabaseClock();
  let pool: Pool | undefined;
  let shared: Shared | undefined;
  try {
    await refuseTransactionPooling({ url, name: `${node}.probe` });
    const schema = await prepareDatabase(url, `${node}.migrate`);
    pool = new Pool({ url, node, schema, size: CONNECTIONS });
    await refuseUnfinishedCopy(pool);
    shared = await Shared.start({ url, node, schema }, clock);
    await prepareMonths(url, `${node}.months`, clock.now());
    const started = shared;
    const opened = pool;
    const { usage, committed } = postgresUsage(opened);
    const callbacks = callbackStore(pool, node, sealer);
    const ledger = new PostgresLedger(pool, sealer, {
      onChange(seconds) {
        callbacks.changed();
        committed(seconds);
      },
      url,
      node,
      databaseTime,
      onTime(now, offsetSeconds, sentAt) {
        clock.measure(now, sentAt);
        started.seeOffset(offsetSeconds);
      },
    });
    const known = await ledger.setOnce(KEY_CHECK, sealer.seal(KEY_CHECK, KEY_CHECK));
    if (sealer.open(known, KEY_CHECK) !== KEY_CHECK) throw new WrongMasterKeyError(KEY_CHECK);

    const requests = new PostgresRequestLog(pool, node, requestLog);
    const limits = new PostgresLimits(pool, node);
    const months = setInterval(() => {
      prepareMonths(url, `${node}.months`, clock.now()).catch(() => {}); // The next run will create them.
      limits.forget(clock.now()).catch(() => {});
    }, MONTHS_EVERY_MS);
    months.unref();
    let closed: Promise<void> | undefined;
    const close = (): Promise<void> => {
      closed ??= (async () => {
        clearInterval(months);
        await requests.close();
        await limits.close();
        await started.close();
        await ledger.close();
      })();
      return closed;
    };
    const keepKeyCheck = async (): Promise<void> => {
      await opened.run(statements.set, [KEY_CHECK, sealer.seal(KEY_CHECK, KEY_CHECK)]);
    };
    const stores = {
      tokens: tokenStore(pool),
      catalog: catalogStore(pool),
      sealedTexts: sealedTexts(pool, keepKeyCheck),
      people: peopleStore(pool),
      audit: auditStore(pool),
      desk: deskStore(pool),
      listeners: listenerStore(pool),
      usage,
      alarms: alarmStore(pool),
    };
    return {
      ledger,
      requests,
      ...stores,
      limits,
      callbacks,
      ...(databaseTime && { clock }),
      shared,
      countStandbys: async () => Number((await opened.run(STANDBYS))[0]![0]),
      ordersWithEntries: () => readEntries({ url, name: `${node}.entries`, kind: 'long' }),
      reset: () => emptyLedger(url, `${node}.reset`),
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
function warningsOf(url: string): string[] {
  if (isVerified(readDatabaseUrl(url))) return [];
  return [
    'the connection to the database is encrypted, and nobody verifies the server (sslmode=require without sslrootcert): name the certificate of its CA in sslrootcert',
  ];
}

/** An incomplete ledger must not be served, because a change to it would be missing in the rest. */
async function refuseUnfinishedCopy(pool: Pool): Promise<void> {
  if ((await pool.run(statements.setting, [TRANSFERRING])).length === 0) return;
  throw new UnusableDatabaseError(
    'a ledger is being brought into the database, or that was cut off. Nothing was changed. Run the migration again, which goes on where it was, or the restore, which empties the database and begins anew.',
  );
}
