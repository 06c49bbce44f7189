// Ensures that one process uses a data directory, by a lock that the operating system releases at
// the process's end.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { createPrivately, UnusableFileError } from './database.ts';
import { explain, FullDiskError, fullDisk, isFullDisk } from './errors.ts';

/** Another process holds the lock: https://sqlite.org/rescode.html#busy */
const SQLITE_BUSY = 5;

export class DataDirectoryInUseError extends Error {
  readonly code = 'ERR_DATA_DIRECTORY_IN_USE';
  override readonly name = 'DataDirectoryInUseError';
}

/**
 * Locks the directory for this process. Node has no file locks, so SQLite's are used.
 *
 * @returns a function that unlocks the directory
 * @throws {DataDirectoryInUseError}
 */
export function lockDataDirectory(directory: string): () => void {
  const pidFile = join(directory, 'ordergate.pid');
  const lockFile = join(directory, 'ordergate.lock');
  // Only once, because closing a file drops this process's locks on it (POSIX).
  if (!existsSync(lockFile)) createPrivately(lockFile);
  const lock = new DatabaseSync(lockFile);
  try {
    lock.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE');
  } catch (error) {
    lock.close();
    if ((error as { errcode?: number }).errcode !== SQLITE_BUSY) {
      if (isFullDisk(error, lockFile)) throw new FullDiskError(fullDisk(lockFile));
      const why = (error as Error).message;
      throw new UnusableFileError(
        `${lockFile} cannot be locked (${why}). Nothing was changed. Remove that file if no other process uses the directory.`,
      );
    }
    throw new DataDirectoryInUseError(
      `${directory} is in use by another process${holder(pidFile)}. Nothing was changed. Stop that process, or choose another directory with --data or ORDERGATE_DATA.`,
    );
  }
  try {
    writeFileSync(pidFile, `${process.pid}\n`, { mode: 0o600 });
  } catch (error) {
    lock.close();
    throw explain(error, pidFile);
  }
  return () => lock.close();
}

function holder(pidFile: string): string {
  try {
    return ` (pid ${readFileSync(pidFile, 'utf8').trim()})`;
  } catch {
    return '';
  }
}
