// Opens a SQLite file: checks it before anything is written, and runs its migrations.
import { closeSync, existsSync, openSync, readSync, statSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { readMigrations } from '../migrations.ts';
import { MAGIC } from './data-directory.ts';
import { damaged, explain, UnusableFileError } from './errors.ts';

export { UnusableFileError };

/** "ordergat" shortened to the four bytes of SQLite's application_id: `ogat`. */
const APPLICATION_ID = 0x6f676174;
/**
 * A bit in user_version, set in the file from a process's first commit until the ledger is closed
 * in order. A file with this bit is incomplete without its write-ahead log.
 */
const OPEN_BIT = 0x4000_0000;
const HEADER_BYTES = 100;
const VERSION_AT = 60;
/** A start checks every page of files up to this size; `ordergate verify` checks larger files. */
const QUICK_CHECK_BYTES = 16 * 1024 * 1024;

/**
 * How long a connection waits for a lock. It is set when the connection is opened, because even the
 * first pragma may meet a lock of another connection.
 */
export const BUSY_TIMEOUT_MS = 5000;
/** How long a start waits for readers, such as a backup. */
const FOLD_TIMEOUT_MS = 200;
/** How long the serving thread waits for a lock. */
const BUSY_ON_SERVER_MS = 5;

/**
 * Ensures that `path` is a sound file of ours, and migrates it to the newest version. The header is
 * checked before the file is opened, and the file is checked read-only before it is written to.
 *
 * @param finish the program's own work after the migrations, in their transaction
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
    // This is the first write, within one page, so that a killed start leaves a file that is
    // recognised as ours.
    if (current === 0)
      db.exec(`PRAGMA synchronous = FULL; PRAGMA application_id = ${APPLICATION_ID}`);
    db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL');
    db.exec('BEGIN IMMEDIATE');
    for (const { version, sql } of migrations) if (version > current) db.exec(sql);
    finish(db);
    db.exec(`PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${newest}; COMMIT`);
    // Brings the header, which the next start checks, into the file itself.
    db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  } finally {
    db.close();
  }
}

/**
 * Checks, without changing it, that `path` is a sound file of ours in this version.
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

/** Only the owner can read the file; SQLite gives the accompanying files the same mode. */
export function createPrivately(path: string): void {
  closeSync(openSync(path, 'a', 0o600));
}

/** The file's schema version, if the file is usable. */
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

/** Whether the file alone, without its log, was in use and not closed in order. */
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
 * Checks the first bytes of the file before anything opens it.
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
  // If a write-ahead log exists, it may contain pages that the header counts.
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
 * Opens the connection that reads and writes the served ledger. Its commits are durable only after
 * a later sync of the write-ahead log, and another thread makes its checkpoints. It does not wait
 * for locks of other processes, because waiting would delay all answers.
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
 * Opens the connection of a thread that writes while the serving connection waits. What it commits
 * is on disk before another connection can read it (FULL). All its writes stay in memory until the
 * commit, so that the log never holds a part of them for long.
 */
export function openApart(path: string): DatabaseSync {
  const db = new DatabaseSync(path, { timeout: BUSY_TIMEOUT_MS });
  db.exec(`
    PRAGMA synchronous = FULL;
    PRAGMA wal_autocheckpoint = 0;
    PRAGMA cache_size = -16384;
    PRAGMA cache_spill = OFF;
    PRAGMA temp_store = MEMORY;
  `);
  return db;
}

/**
 * Copies to the file what a killed process has left in the write-ahead log, and empties the log. If
 * that process had seen a failed sync, the readable log may exist only in the system's memory, and
 * appended data would follow a gap.
 *
 * @returns whether the file now contains the whole log
 */
export function foldLog(path: string): boolean {
  const db = new DatabaseSync(path, { timeout: FOLD_TIMEOUT_MS });
  try {
    db.exec('PRAGMA synchronous = FULL');
    setOpenBit(db, false);
    // If a backup is reading, the log is copied but not emptied.
    const { log, checkpointed } = db.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get()!;
    return log === checkpointed;
  } finally {
    db.close();
  }
}

/**
 * Marks the file as incomplete without its log. Called before a process's first commit; returns
 * when the mark is on disk. A reading backup may delay the bit for a while, but the mark beside the
 * ledger also records the log.
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

/** Closes the writing connection in order: the file is complete and marked as such. */
export function closeInOrder(db: DatabaseSync): void {
  try {
    setOpenBit(db, false);
  } finally {
    db.close(); // Closing the last connection copies the write-ahead log to the file.
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
