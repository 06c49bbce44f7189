// One process a data directory: a lock that the operating system drops however the process ends.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { createPrivately } from './database.ts';

export class DataDirectoryInUseError extends Error {
  readonly code = 'ERR_DATA_DIRECTORY_IN_USE';
  override readonly name = 'DataDirectoryInUseError';
}

/**
 * Takes the directory for this process. Node has no file lock of its own; SQLite's is one.
 *
 * @returns a function that gives it back
 * @throws {DataDirectoryInUseError}
 */
export function lockDataDirectory(directory: string): () => void {
  const pidFile = join(directory, 'ordergate.pid');
  const lockFile = join(directory, 'ordergate.lock');
  createPrivately(lockFile);
  const lock = new DatabaseSync(lockFile);
  try {
    lock.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE');
  } catch {
    lock.close();
    throw new DataDirectoryInUseError(
      `${directory} is in use by another process${holder(pidFile)}. Nothing was changed. Stop that process, or choose another directory with --data or ORDERGATE_DATA.`,
    );
  }
  writeFileSync(pidFile, `${process.pid}\n`, { mode: 0o600 });
  return () => lock.close();
}

function holder(pidFile: string): string {
  try {
    return ` (pid ${readFileSync(pidFile, 'utf8').trim()})`;
  } catch {
    return '';
  }
}
