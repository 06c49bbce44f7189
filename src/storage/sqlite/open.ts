// Opens a data directory on SQLite: takes it, checks its files, migrates them, starts the threads.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Sealer, WrongMasterKeyError } from '../seal.ts';
import type { OpenStorage } from '../storage.ts';
import { prepareDatabase } from './database.ts';
import { SqliteLedger } from './ledger.ts';
import { lockDataDirectory } from './lock.ts';
import { SqliteRequestLog } from './request-log.ts';
import { Thread } from './thread.ts';

const KEY_CHECK = 'key-check';

/**
 * @throws {UnusableFileError} a file that is damaged, newer, or not ours
 * @throws {DataDirectoryInUseError} a second process
 * @throws {WrongMasterKeyError} another master key than the one the secrets were sealed with
 */
export async function openSqlite(directory: string, sealer: Sealer): Promise<OpenStorage> {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const unlock = lockDataDirectory(directory);
  const ledgerPath = join(directory, 'ledger.db');
  const requestsPath = join(directory, 'requests.db');
  try {
    prepareDatabase(ledgerPath, new URL('./migrations/', import.meta.url));
    prepareDatabase(requestsPath, new URL('./requests-migrations/', import.meta.url));
  } catch (error) {
    unlock();
    throw error;
  }
  const background = new Thread('background-thread', { ledgerPath, requestsPath });
  const ledger = new SqliteLedger(ledgerPath, background, sealer);
  const requests = new SqliteRequestLog(background);
  let closed: Promise<void> | undefined;
  const close = (): Promise<void> => {
    closed ??= (async () => {
      await requests.close();
      await background.close();
      await ledger.close();
      unlock();
    })();
    return closed;
  };
  try {
    await checkKey(ledger, sealer);
  } catch (error) {
    await close();
    throw error;
  }
  return { ledger, requests, close };
}

/** A wrong master key shows at once, not when the first secret is needed. */
async function checkKey(ledger: SqliteLedger, sealer: Sealer): Promise<void> {
  const sealed = await ledger.readSetting(KEY_CHECK);
  if (sealed === null) await ledger.writeSetting(KEY_CHECK, sealer.seal(KEY_CHECK, KEY_CHECK));
  else if (sealer.open(sealed, KEY_CHECK) !== KEY_CHECK) throw new WrongMasterKeyError(KEY_CHECK);
}
