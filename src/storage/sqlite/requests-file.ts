// The request log's file. A damaged file is moved aside and replaced by a new one, because no call
// depends on it.
import { existsSync, renameSync, rmSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { BUSY_TIMEOUT_MS, prepareDatabase, UnusableFileError } from './database.ts';
import { isDamage } from './errors.ts';

const MIGRATIONS = new URL('./requests-migrations/', import.meta.url);

/**
 * Ensures that the file is sound and of the newest version. A damaged, newer or foreign file is
 * moved aside, because it must not prevent a start.
 *
 * @returns what was moved and why, for the log; undefined if nothing was
 */
export function prepareRequests(path: string): string | undefined {
  try {
    prepareDatabase(path, MIGRATIONS);
    return undefined;
  } catch (error) {
    if (!(error instanceof UnusableFileError) && !isDamage(error)) throw error;
    const aside = setAside(path);
    prepareDatabase(path, MIGRATIONS);
    const reason = (error as Error).message.split('. ', 1)[0];
    return `the request log was moved to ${aside} and a new one begun, since it cannot be used: ${reason}`;
  }
}

export function openRequests(path: string): DatabaseSync {
  const db = new DatabaseSync(path, { timeout: BUSY_TIMEOUT_MS });
  // NORMAL: after a power failure the request log may lose its last second; the ledger may not, and
  // is in another file.
  db.exec(`
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = NORMAL;
    PRAGMA wal_autocheckpoint = 4000;
    PRAGMA journal_size_limit = 67108864;
    PRAGMA cache_size = -16384;
  `);
  return db;
}

/** @returns the new path */
export function setAside(path: string): string {
  const stamp = new Date().toISOString().replace(/[-:]|\.\d+/g, '');
  let aside = `${path}.damaged-${stamp}`;
  for (let n = 2; existsSync(aside); n++) aside = `${path}.damaged-${stamp}-${n}`;
  renameSync(path, aside);
  // The damaged file's log is useless without it.
  for (const ending of ['-wal', '-shm']) rmSync(path + ending, { force: true });
  return aside;
}
