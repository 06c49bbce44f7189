// Opens a data directory on SQLite: locks it, checks and migrates its files, starts its threads.
import { join } from 'node:path';
import { type Sealer, WrongMasterKeyError } from '../seal.ts';
import type { OpenStorage } from '../storage.ts';
import type { BackgroundOperations } from './background-thread.ts';
import { callbackStore } from './callback-store.ts';
import { chainUp } from './chain-rows.ts';
import { Damage } from './damage.ts';
import { makeDataDirectory } from './data-directory.ts';
import {
  closeInOrder,
  foldLog,
  openConnection,
  openReader,
  prepareDatabase,
  UnusableFileError,
} from './database.ts';
import { deskStore } from './desk-store.ts';
import { ordersWithEntries } from './entries.ts';
import { explain } from './errors.ts';
import { SqliteLedger } from './ledger.ts';
import { SqliteLimits } from './limits.ts';
import { listenerStore } from './listener-store.ts';
import { lockDataDirectory } from './lock.ts';
import { judgeLog } from './log-judge.ts';
import { auditStore, peopleStore } from './people-store.ts';
import { readProgress } from './progress.ts';
import { Reader } from './reader.ts';
import { SqliteRequestLog } from './request-log.ts';
import { prepareRequests } from './requests-file.ts';
import type { RequestLogBounds } from './requests-keeper.ts';
import { emptyLedger } from './reset.ts';
import { alarmStore, catalogStore, sealedTexts, tokenStore } from './stores.ts';
import { type Background, Thread } from './thread.ts';
import { readTransferMark, transferMarkPath } from './transfer-mark.ts';
import { sqliteUsage } from './usage.ts';
import { type Disk, WriteAheadLog } from './write-ahead-log.ts';
import { Writer } from './writer.ts';

const KEY_CHECK = 'key-check';
/**
 * The background thread takes the CPU of 1.5 starts of Node. In a server it starts this long after the
 * ledger is opened, or at the first call; a server that listens has no need of it before.
 */
const FIRST_CHECK_MS = 1000;

export interface SqliteOptions {
  /** Continues although acknowledged changes are known to be lost. */
  readonly acceptLoss?: boolean | undefined;
  readonly requestLog?: RequestLogBounds | undefined;
}

const MIB = 1024 * 1024;
const DEFAULT_BOUNDS: RequestLogBounds = { maxBytes: 2048 * MIB, reserveBytes: 512 * MIB };

/**
 * @param options acceptLoss: continues although acknowledged changes are known to be lost
 * @throws {UnusableFileError} if a file is damaged, newer, or not ours
 * @throws {LostChangesError} if acknowledged changes are missing
 * @throws {DataDirectoryInUseError} if another process uses the directory
 * @throws {WrongMasterKeyError} if the secrets were sealed with another master key
 */
export async function openSqlite(
  directory: string,
  sealer: Sealer,
  disk: Disk = {},
  { acceptLoss = false, requestLog = DEFAULT_BOUNDS }: SqliteOptions = {},
): Promise<OpenStorage> {
  makeDataDirectory(directory);
  const unlock = lockDataDirectory(directory);
  refuseMoved(directory, unlock);
  const ledgerPath = join(directory, 'ledger.db');
  const requestsPath = join(directory, 'requests.db');
  let opened: ReturnType<typeof openFiles>;
  try {
    judgeLog(ledgerPath, acceptLoss);
    opened = openFiles(ledgerPath, requestsPath, sealer, disk);
  } catch (error) {
    unlock();
    throw explain(error, ledgerPath);
  }
  const { keyIsKnown, db, log, notices } = opened;
  const paths = { ledgerPath, requestsPath };
  const thread = new Thread<BackgroundOperations>(
    'background-thread',
    { ...paths, requestLog },
    { restarts: true },
  );
  const background: Background = {
    call: (op, ...given) => log.shown(thread.call(op, ...given)),
  };
  const damage = new Damage();
  thread.onReport = (problem) => damage.report(problem);
  const reader = new Reader(db, log, damage);
  const writer = new Writer(ledgerPath, db, log, { fold: disk.fold, damage });
  const ledger = new SqliteLedger(reader, writer, background, { sealer, damage });
  const limits = await SqliteLimits.load(reader, writer);
  const requests = new SqliteRequestLog(thread);
  let firstCheck: NodeJS.Timeout | undefined;
  let closed: Promise<void> | undefined;
  const close = (): Promise<void> => {
    closed ??= (async () => {
      clearTimeout(firstCheck);
      await requests.close();
      await thread.close();
      await limits.close();
      await ledger.close();
      // This comes last, because closing the last connection copies the write-ahead log to the
      // file. After a failed sync the log stays, as far as possible: Node closes open files when a
      // process ends normally.
      if (log.failure === undefined) closeInOrder(db);
      log.close();
      unlock();
    })();
    return closed;
  };
  const keepKeyCheck = () => ledger.writeSetting(KEY_CHECK, sealer.seal(KEY_CHECK, KEY_CHECK));
  try {
    if (!keyIsKnown) await keepKeyCheck();
  } catch (error) {
    await close();
    throw error;
  }
  const tokens = tokenStore(reader, writer);
  const catalog = catalogStore(reader, writer);
  const sealed = sealedTexts(reader, writer, keepKeyCheck);
  const callbacks = callbackStore({ reader, writer, background, sealer });
  const watchFile = (onDamage: (problem: string) => void): void => {
    damage.onFound(onDamage);
    firstCheck = setTimeout(() => thread.call('checkFile').catch(() => {}), FIRST_CHECK_MS);
    firstCheck.unref();
  };
  const reset = async (): Promise<number> => {
    limits.forgetAll();
    return writer.run((tx) => {
      ledger.forgetWindows();
      return emptyLedger(db, tx);
    });
  };
  const people = peopleStore(reader, writer);
  const audit = auditStore(reader, writer);
  const stores = {
    ...{ ledger, requests, tokens, catalog, sealedTexts: sealed, limits, callbacks },
    desk: deskStore(reader, writer),
    listeners: listenerStore(reader, writer),
    ...{ people, audit, alarms: alarmStore(reader, writer) },
    usage: sqliteUsage(directory, paths, writer),
  };
  const entries = () => ordersWithEntries(db);
  return { ...stores, ordersWithEntries: entries, notices, watchFile, reset, close };
}

function openFiles(ledgerPath: string, requestsPath: string, sealer: Sealer, disk: Disk) {
  prepareDatabase(ledgerPath, new URL('./migrations/', import.meta.url), chainUp);
  const notice = prepareRequests(requestsPath);
  const notices = notice === undefined ? [] : [notice];
  const keyIsKnown = checkKey(ledgerPath, sealer);
  const isFolded = foldLog(ledgerPath);
  const db = openConnection(ledgerPath);
  try {
    const left = isFolded ? undefined : readProgress(db);
    return { keyIsKnown, db, notices, log: new WriteAheadLog(ledgerPath, disk.sync, left) };
  } catch (error) {
    db.close();
    throw error;
  }
}

/** If a ledger continued in two places, each would answer calls that the other does not know. */
function refuseMoved(directory: string, unlock: () => void): void {
  const mark = readTransferMark(directory);
  if (mark === null) return;
  unlock();
  throw new UnusableFileError(
    `${directory} ${mark.finishedAt ? 'was moved' : 'is being moved'} to PostgreSQL (${mark.finishedAt ?? mark.startedAt}). Nothing was changed. Serve from that database; to serve from here after all, remove ${transferMarkPath(directory)} and that database.`,
  );
}

/**
 * A wrong master key is found before anything that writes is open. Returns false if the ledger has
 * no key check yet.
 */
function checkKey(ledgerPath: string, sealer: Sealer): boolean {
  const db = openReader(ledgerPath, 1024);
  try {
    const row = db.prepare('SELECT value FROM settings WHERE name = ?').get(KEY_CHECK);
    if (row && sealer.open(String(row.value), KEY_CHECK) !== KEY_CHECK)
      throw new WrongMasterKeyError(KEY_CHECK);
    return row !== undefined;
  } finally {
    db.close();
  }
}

/** @throws {WrongMasterKeyError} if the directory's ledger has another master key */
export function requireKey(directory: string, sealer: Sealer): void {
  checkKey(join(directory, 'ledger.db'), sealer);
}
