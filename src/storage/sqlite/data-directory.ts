// Creates and checks the data directory before anything in it is opened.
import {
  closeSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  type Stats,
  statSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { UnusableFileError } from './errors.ts';

/** The files that Ordergate opens. Opening a pipe would wait for a writer for ever. */
const OURS =
  /^(ledger|requests)\.db(-wal|-shm|-journal|-mark)?$|^(master\.key|admin\.token|ordergate\.(lock|pid)|moved-to-postgres\.json)$/;

const ANOTHER = 'Nothing was changed. Name a directory with --data or ORDERGATE_DATA.';

/** The kind of thing at the path, such as "a pipe"; null if there is nothing. */
function kindOf(path: string): string | null {
  const stats: Stats | undefined = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined) return null;
  if (stats.isDirectory()) return 'a directory';
  if (stats.isFile()) return 'a file';
  if (stats.isFIFO()) return 'a pipe';
  return stats.isSocket() ? 'a socket' : 'a device';
}

/** Whether the path exists and is not a symbolic link to nothing. */
function kindOrRefuse(path: string): string | null {
  try {
    return kindOf(path);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code !== 'ELOOP' && code !== 'ENOTDIR') throw error;
    if (code === 'ENOTDIR') return null; // The check of the parent directory reports this.
    throw new UnusableFileError(`${path} cannot be reached (${message}). ${ANOTHER}`);
  }
}

/**
 * Creates the directory and its parents, accessible only to the owner. `mkdir` with `recursive` is
 * unsuitable, because it never ends on a file system without directories, such as /proc.
 *
 * @throws {UnusableFileError} if something else is in its place
 */
export function makeDataDirectory(directory: string): void {
  const missing: string[] = [];
  for (let path = resolve(directory); ; path = dirname(path)) {
    const kind = kindOrRefuse(path);
    if (kind === 'a directory') break;
    if (kind !== null)
      throw new UnusableFileError(
        `${path} is ${kind}, and a directory has to be there. ${ANOTHER}`,
      );
    missing.unshift(path);
  }
  for (const path of missing) {
    try {
      mkdirSync(path, { mode: 0o700 });
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'EEXIST' && kindOrRefuse(path) === 'a directory') continue;
      if (code !== 'ENOENT' && code !== 'EEXIST') throw error;
      const why =
        code === 'EEXIST' ? 'a link to nothing stands there' : 'its file system takes no directory';
      throw new UnusableFileError(`${path} cannot be made: ${why} (${code}). ${ANOTHER}`);
    }
  }
  requireFiles(directory);
}

/** @throws {UnusableFileError} if one of Ordergate's files in the directory is not a file */
export function requireFiles(directory: string): void {
  const kind = kindOrRefuse(directory);
  if (kind !== 'a directory') return;
  for (const name of readdirSync(directory)) {
    if (!OURS.test(name)) continue;
    const path = join(directory, name);
    const its = kindOrRefuse(path);
    if (its === 'a file') continue;
    throw new UnusableFileError(
      `${path} is ${its ?? 'a link to nothing'}, and a file has to be there. Nothing was changed. Remove it, or name another directory with --data or ORDERGATE_DATA.`,
    );
  }
}

/** What each file of SQLite begins with. */
export const MAGIC = 'SQLite format 3\0';

/** Whether the directory's `ledger.db` is a file of SQLite; it may be another program's, or damaged. */
export function hasLedgerFile(directory: string): boolean {
  const path = join(directory, 'ledger.db');
  if (kindOf(path) !== 'a file') return false;
  const file = openSync(path, 'r');
  try {
    const start = Buffer.alloc(MAGIC.length);
    return readSync(file, start) === start.length && start.toString('latin1') === MAGIC;
  } finally {
    closeSync(file);
  }
}
