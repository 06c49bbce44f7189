// The storage of one schema: its ledger and its stores, on a pool whose connections are in that schema.
import type { Instant } from '../../core/clock.ts';
import type { OrderQuery } from '../../core/ledger.ts';
import { type Sealer, WrongMasterKeyError } from '../seal.ts';
import type { OpenStorage } from '../storage.ts';
import { callbackStore } from './callback-store.ts';
import { deskStore } from './desk-store.ts';
import { readEntries } from './entries.ts';
import { UnusableDatabaseError } from './errors.ts';
import { PostgresLedger } from './ledger.ts';
import { PostgresLimits } from './limits.ts';
import { listenerStore } from './listener-store.ts';
import { auditStore, peopleStore } from './people-store.ts';
import type { Pool } from './pool.ts';
import { listSplit } from './queries.ts';
import { PostgresRequestLog, type RequestLogOptions } from './request-log.ts';
import { emptyLedger } from './reset.ts';
import { statements } from './statements.ts';
import { alarmStore, catalogStore, sealedTexts, tokenStore } from './stores.ts';
import { TRANSFERRING } from './transfer-tables.ts';
import { postgresUsage } from './usage.ts';

const KEY_CHECK = 'key-check';
/** Windows and pauses that have ended are deleted this often. */
const FORGET_EVERY_MS = 6 * 3_600_000;

export interface SchemaOptions {
  /** Leads to the schema, for work that needs a connection of its own. Asked each time: it may move. */
  readonly url: string;
  readonly node: string;
  readonly sealer: Sealer;
  /** Whether rules read the database's time; false if the caller passed a clock. */
  readonly databaseTime: boolean;
  readonly requestLog?: Pick<RequestLogOptions, 'maxBytes' | 'idsTellTime' | 'logs'> | undefined;
  now(): Instant;
  /** Receives the database's time and the sandbox's offset with each load. */
  onTime(now: Instant, offsetSeconds: number, sentAt: number): void;
}

export interface SchemaStorage extends Omit<OpenStorage, 'close' | 'ledger'> {
  readonly ledger: PostgresLedger;
  /** As the ledger's `listOrders`, with the cursor that goes on behind each order. */
  listSplit(query: OrderQuery): ReturnType<typeof listSplit>;
  /** @param before runs when nothing is written any more, before the connections are closed */
  close(before?: () => Promise<void>): Promise<void>;
}

/** @throws {WrongMasterKeyError} if the secrets were sealed with another master key */
export async function storageOf(pool: Pool, options: SchemaOptions): Promise<SchemaStorage> {
  const { node, sealer, databaseTime, requestLog, now, onTime } = options;
  const { usage, committed } = postgresUsage(pool);
  const callbacks = callbackStore(pool, node, sealer);
  const ledger = new PostgresLedger(pool, sealer, {
    onChange(seconds) {
      callbacks.changed();
      committed(seconds);
    },
    get url() {
      return options.url;
    },
    ...{ node, databaseTime, onTime },
  });
  const known = await ledger.setOnce(KEY_CHECK, sealer.seal(KEY_CHECK, KEY_CHECK));
  if (sealer.open(known, KEY_CHECK) !== KEY_CHECK) throw new WrongMasterKeyError(KEY_CHECK);

  const requests = new PostgresRequestLog(pool, node, requestLog);
  const limits = new PostgresLimits(pool, node);
  const forgetting = setInterval(() => {
    limits.forget(now()).catch(() => {}); // The next run will delete them.
  }, FORGET_EVERY_MS);
  forgetting.unref();
  const keepKeyCheck = async (): Promise<void> => {
    await pool.run(statements.set, [KEY_CHECK, sealer.seal(KEY_CHECK, KEY_CHECK)]);
  };
  return {
    ...{ ledger, requests, limits, callbacks, usage },
    tokens: tokenStore(pool),
    catalog: catalogStore(pool),
    sealedTexts: sealedTexts(pool, keepKeyCheck),
    people: peopleStore(pool),
    audit: auditStore(pool),
    desk: deskStore(pool),
    listeners: listenerStore(pool),
    alarms: alarmStore(pool),
    listSplit: (query) => listSplit(pool, query),
    ordersWithEntries: () =>
      readEntries({ url: options.url, name: `${node}.entries`, kind: 'long' }),
    reset: () => emptyLedger(options.url, `${node}.reset`),
    async close(before) {
      clearInterval(forgetting);
      await requests.close();
      await limits.close();
      await before?.();
      await ledger.close();
    },
  };
}

/** An incomplete ledger must not be served, because a change to it would be missing in the rest. */
export async function refuseUnfinishedCopy(pool: Pool): Promise<void> {
  if ((await pool.run(statements.setting, [TRANSFERRING])).length === 0) return;
  throw new UnusableDatabaseError(
    'a ledger is being brought into the database, or that was cut off. Nothing was changed. Run the migration again, which goes on where it was, or the restore, which empties the database and begins anew.',
  );
}
