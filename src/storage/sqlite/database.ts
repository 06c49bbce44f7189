// Opening a SQLite file: what it must be before anything is written to it, and its migrations.
import { closeSync, existsSync, openSync, readSync, statSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { readMigrations } from '../migrations.ts';
import { damaged, explain, UnusableFileError } from './errors.ts';

export { UnusableFileError };

/** "ordergat", as SQLite's application_id has room for four bytes: `ogat`. */
const APPLICATION_ID = 0x6f676174;
/**
 * Set in user_version, in the file itself, from the first commit of a process until the ledger is closed in order. A
 * file that has it is not whole without its write-ahead log.
 */
const OPEN_BIT = 0x4000_0000;
const HEADER_BYTES = 100;
const VERSION_AT = 60;
const MAGIC = 'SQLite format 3\0';
/** Checked page by page at start up to this size; a larger file with `ordergate verify`. */
const QUICK_CHECK_BYTES = 16 * 1024 * 1024;

/**
 * How long a connection waits for another's lock. Given when it is opened, not by a pragma behind
 * others: the first of those may meet a connection beside it that is opening or closing.
 */
export const BUSY_TIMEOUT_MS = 5000;
/** How long a start waits for who reads beside it, such as a backup. */
const FOLD_TIMEOUT_MS = 200;
/** How long the thread that serves may wait for another's lock. */
const BUSY_ON_SERVER_MS = 5;

/**
 * Makes sure that `path` is a sound file of ours, and brings it to the newest version. The file
 * is judged by its header before it is opened, and read-only before it is written to.
 *
 * @param finish what a program has to do after the migrations, in their transaction
 * @throws {UnusableFileError}
 */
export function prepareDatabase(
  path: string,
  migrationsFolder: URL,
  finish: (db: DatabaseSync) => void = () => {},
): void {
  const migrations = readMigrations(migrationsFolder);
  const newest = migrations.at(-1)?.version ?? 0;
  const current = existsSync(path) && statSync(path).size > 0 ? inspect(path, newest) : 0;
  if (current === newest) return;

  createPrivately(path);
  const db = new DatabaseSync(path);
  try {
    // First of all, and in one page: a start that is killed from here on leaves a file of ours.
    if (current === 0)
      db.exec(`PRAGMA synchronous = FULL; PRAGMA application_id = ${APPLICATION_ID}`);
    db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL');
    db.exec('BEGIN IMMEDIATE');
    for (const { version, sql } of migrations) if (version > current) db.exec(sql);
    finish(db);
    db.exec(`PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${newest}; COMMIT`);
    // So that the header by which the file is judged next time is in the file itself.
    db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  } finally {
    db.close();
  }
}

/**
 * Makes sure that `path` is a sound file of ours and of this version, without a change to it.
 *
 * @throws {UnusableFileError}
 */
export function inspectDatabase(path: string, migrationsFolder: URL): void {
  const newest = readMigrations(migrationsFolder).at(-1)?.version ?? 0;
  const found = inspect(path, newest);
  if (found !== newest) {
    throw new UnusableFileError(
      `${path} has schema version ${found}, and this Ordergate works with ${newest}. Nothing was changed. Start the server of this version once, which migrates it.`,
    );
  }
}

/** For its owner's eyes; SQLite gives the files beside it the same mode. */
export function createPrivately(path: string): void {
  closeSync(openSync(path, 'a', 0o600));
}

/** The file's schema version, once it is known to be usable. */
function inspect(path: string, newest: number): number {
  refuseByHeader(path, newest);
  let db: DatabaseSync | undefined;
  try {
    db = new DatabaseSync(path, { readOnly: true });
    const value = (pragma: string) => Object.values(db!.prepare(`PRAGMA ${pragma}`).get()!)[0];
    if (value('application_id') !== APPLICATION_ID) throw new UnusableFileError(notOurs(path));
    const version = Number(value('user_version')) & ~OPEN_BIT;
    if (version > newest) throw new UnusableFileError(newer(path, version, newest));
    if (statSync(path).size <= QUICK_CHECK_BYTES) {
      const found = String(value('quick_check(1)')).replaceAll('\n', ' ');
      if (found !== 'ok') throw new UnusableFileError(damaged(path, found));
    }
    return version;
  } catch (error) {
    throw explain(error, path);
  } finally {
    db?.close();
  }
}

/** Whether the file, as it is without its log, was in use and not closed in order. */
export function hasOpenBit(path: string): boolean {
  const { header, read } = readHeader(path);
  return read === HEADER_BYTES && (header.readUInt32BE(VERSION_AT) & OPEN_BIT) !== 0;
}

function readHeader(path: string): { header: Buffer; read: number } {
  const header = Buffer.alloc(HEADER_BYTES);
  const file = openSync(path, 'r');
  const read = readSync(file, header, 0, HEADER_BYTES, 0);
  closeSync(file);
  return { header, read };
}

/**
 * What the first bytes of the file tell, before anything opens it.
 *
 * @throws {UnusableFileError}
 */
export function refuseByHeader(path: string, newest: number): void {
  const { header, read } = readHeader(path);
  if (read < HEADER_BYTES || header.toString('latin1', 0, 16) !== MAGIC) {
    throw new UnusableFileError(damaged(path, 'it does not begin as a SQLite file'));
  }
  if (header.readUInt32BE(68) !== APPLICATION_ID) throw new UnusableFileError(notOurs(path));
  const version = header.readUInt32BE(VERSION_AT) & ~OPEN_BIT;
  if (version > newest) throw new UnusableFileError(newer(path, version, newest));
  const rawPageSize = header.readUInt16BE(16);
  const pageSize = rawPageSize === 1 ? 65536 : rawPageSize;
  const expected = header.readUInt32BE(28) * pageSize;
  // With a write-ahead log beside it, pages that the header counts may still be there.
  if (statSync(path).size < expected && !existsSync(`${path}-wal`)) {
    throw new UnusableFileError(
      damaged(path, `${expected} bytes expected, ${statSync(path).size} found`),
    );
  }
}

const notOurs = (path: string) =>
  `${path} is a SQLite file, but not one of Ordergate's. Nothing was changed. Choose another data directory.`;
const newer = (path: string, version: number, newest: number) =>
  `${path} has schema version ${version}; this Ordergate knows versions up to ${newest}. Nothing was changed. Start the newer Ordergate that wrote it.`;

/**
 * The one connection that reads and writes the ledger while it is served. Its commits are on disk when
 * the write-ahead log is synced behind them, and its checkpoints are made elsewhere. Of a lock of
 * another process it is told at once, since to wait here would be to answer nobody.
 */
export function openConnection(path: string): DatabaseSync {
  const db = new DatabaseSync(path, { timeout: BUSY_TIMEOUT_MS });
  db.exec(`
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = NORMAL;
    PRAGMA wal_autocheckpoint = 0;
    PRAGMA journal_size_limit = 67108864;
    PRAGMA cache_size = -65536;
    PRAGMA temp_store = MEMORY;
    PRAGMA busy_timeout = ${BUSY_ON_SERVER_MS};
  `);
  return db;
}

/**
 * Brings what a killed process has left in the write-ahead log to the file, and the log to nothing.
 * Where that process had seen a sync fail, the log as it reads may be in the system's memory alone,
 * and what is appended to it would follow a gap.
 *
 * @returns whether all of the log is in the file now
 */
export function foldLog(path: string): boolean {
  const db = new DatabaseSync(path, { timeout: FOLD_TIMEOUT_MS });
  try {
    db.exec('PRAGMA synchronous = FULL');
    setOpenBit(db, false);
    // Where a backup reads beside this, the log is folded back and stays.
    const { log, checkpointed } = db.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get()!;
    return log === checkpointed;
  } finally {
    db.close();
  }
}

/**
 * From now on the file is not whole without its log. Called before the first commit of a process, and returns when the
 * file says so on disk. A backup that reads beside this may keep the bit out of the file for a while; the mark beside
 * the ledger knows of the log all the same.
 */
export function markOpen(path: string): void {
  const db = new DatabaseSync(path, { timeout: BUSY_ON_SERVER_MS });
  try {
    db.exec('PRAGMA synchronous = FULL');
    setOpenBit(db, true);
    db.exec('PRAGMA wal_checkpoint(PASSIVE)');
  } finally {
    db.close();
  }
}

/** Closes the connection that wrote the ledger: the file is whole again, and says so. */
export function closeInOrder(db: DatabaseSync): void {
  try {
    setOpenBit(db, false);
  } finally {
    db.close(); // The last connection folds the write-ahead log into the file.
  }
}

function setOpenBit(db: DatabaseSync, isOpen: boolean): void {
  const version = Number(db.prepare('PRAGMA user_version').get()!.user_version);
  const wanted = isOpen ? version | OPEN_BIT : version & ~OPEN_BIT;
  if (wanted !== version) db.exec(`PRAGMA user_version = ${wanted}`);
}

export function openReader(path: string, cacheKiB: number): DatabaseSync {
  const db = new DatabaseSync(path, { readOnly: true, timeout: BUSY_TIMEOUT_MS });
  db.exec(`PRAGMA cache_size = -${cacheKiB}`);
  return db;
}
