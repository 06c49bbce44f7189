// Copies data out of SQLite while a server runs, and into a new data directory.
import { existsSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { headText } from '../chain.ts';
import { AUDIT_HEAD, readAuditHead } from '../people-rows.ts';
import {
  BATCH_CHARACTERS,
  BATCH_ROWS,
  TransferError,
  type TransferSource,
  type TransferTarget,
} from '../transfer/port.ts';
import { auditCallbacks } from './callback-queries.ts';
import { ledgerHead } from './chain-groups.ts';
import { chainUp } from './chain-rows.ts';
import { makeDataDirectory, requireFiles } from './data-directory.ts';
import { BUSY_TIMEOUT_MS, inspectDatabase, openReader, prepareDatabase } from './database.ts';
import { damaged, explain, isDamage, UnusableFileError } from './errors.ts';
import { lockDataDirectory } from './lock.ts';
import { judgeLog } from './log-judge.ts';
import { audit } from './queries.ts';
import { insertsOf, selectOf } from './transfer-tables.ts';
import { syncFile } from './write-ahead-log.ts';

const MIGRATIONS = new URL('./migrations/', import.meta.url);
const CACHE_KIB = 65_536;

/**
 * One read transaction over all tables. In WAL mode readers and writers do not block each other,
 * and no lock of the directory is needed. Meanwhile the write-ahead log cannot restart, so it grows
 * by the server's writes.
 */
export function sqliteSource(directory: string, file = 'ledger.db'): TransferSource {
  requireFiles(directory);
  const path = join(directory, file);
  if (!existsSync(path)) throw new TransferError(`${directory} holds no ledger`);
  judgeUnlessServed(directory, path);
  inspectDatabase(path, MIGRATIONS);
  const db = told(path, () => openReader(path, CACHE_KIB));
  told(path, () => {
    db.exec('BEGIN');
    db.prepare('SELECT count(*) FROM fan_out').get(); // The first read fixes the moment of the snapshot.
  });
  return {
    engine: 'sqlite',
    async *rows(table, skip = 0) {
      const rows = db.prepare(`${selectOf(table)} LIMIT -1 OFFSET ?`);
      rows.setReturnArrays(true);
      let batch: string[] = [];
      let size = 0;
      const found = rows.iterate(skip);
      for (;;) {
        const { done, value: row } = told(path, () => found.next(), table.name);
        if (done) break;
        const line = JSON.stringify(row);
        batch.push(line);
        size += line.length;
        if (size < BATCH_CHARACTERS && batch.length < BATCH_ROWS) continue;
        yield batch;
        [batch, size] = [[], 0];
      }
      if (batch.length > 0) yield batch;
    },
    async setting(name) {
      const row = db.prepare('SELECT value FROM settings WHERE name = ?').get(name);
      return row ? String(row.value) : null;
    },
    async head() {
      const audit = readAuditHead(await this.setting(AUDIT_HEAD));
      return headText({ ...ledgerHead(db), ...audit });
    },
    async audit() {
      return { ...audit(db), ...auditCallbacks(db) };
    },
    async close() {
      db.close();
    },
  };
}

/** Reports an unreadable page as damage, with the table. */
function told<T>(path: string, read: () => T, table?: string): T {
  try {
    return read();
  } catch (error) {
    if (table === undefined || !isDamage(error)) throw explain(error, path);
    throw new UnusableFileError(
      damaged(path, `table ${table}: ${(error as Error).message}`).concat(
        ' No backup was made. "ordergate verify" says more.',
      ),
    );
  }
}

/** While a server runs, its log is in use. Otherwise the log is judged as at a start. */
function judgeUnlessServed(directory: string, path: string): void {
  let unlock: () => void;
  try {
    unlock = lockDataDirectory(directory);
  } catch {
    return; // A server has the lock, or the disk is read-only.
  }
  try {
    judgeLog(path);
  } finally {
    unlock();
  }
}

/**
 * Files that may exist before a transfer into the directory: secrets, and remains of an earlier
 * attempt.
 */
const HARMLESS = /^(master\.key|admin\.token|ordergate\.(lock|pid)|restoring\.db.*)$/;
const RESTORING = 'restoring.db';

/**
 * A ledger under a temporary name, which is renamed at the end, so that a killed attempt leaves
 * nothing that looks like a ledger.
 *
 * @throws {TransferError} if the directory contains anything else
 * @throws {DataDirectoryInUseError}
 */
export function sqliteTarget(directory: string): TransferTarget {
  makeDataDirectory(directory);
  const there = readdirSync(directory).filter((name) => !HARMLESS.test(name));
  if (there.length > 0) {
    throw new TransferError(
      `${directory} is not empty (${there.slice(0, 3).join(', ')}). Nothing was changed. Name a fresh directory with --data.`,
    );
  }
  const unlock = lockDataDirectory(directory);
  const path = join(directory, RESTORING);
  const remove = (): void => {
    for (const end of ['', '-wal', '-shm', '-journal']) rmSync(path + end, { force: true });
  };
  remove();
  prepareDatabase(path, MIGRATIONS);
  const db = new DatabaseSync(path, {
    timeout: BUSY_TIMEOUT_MS,
    enableForeignKeyConstraints: false, // The audit checks all foreign keys at once.
  });
  // No journal is needed, because a failed transfer is deleted as a whole.
  db.exec(`PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -${CACHE_KIB}`);
  const prepared = new Map<string, StatementSync[]>();
  let released = false;
  return {
    progress: null,
    storable: (line) => line,
    async add(table, batch) {
      const texts = insertsOf(table);
      if (texts === null) {
        throw new TransferError(
          'it knows ids of orders whose months were dropped, for which SQLite has no place: bring it into a PostgreSQL database (--database)',
        );
      }
      const statements = prepared.get(table.name) ?? texts.map((text) => db.prepare(text));
      prepared.set(table.name, statements);
      db.exec('BEGIN');
      for (const line of batch) {
        const row = JSON.parse(line) as (string | number | null)[];
        const isIn = statements.map((statement) => run(table.name, statement, row) === 1);
        if (!isIn[0]) throw new TransferError(`a row of ${table.name} belongs to no order or list`);
      }
      db.exec('COMMIT');
    },
    async finish() {
      db.exec('PRAGMA journal_mode = WAL; PRAGMA wal_checkpoint(TRUNCATE)');
    },
    async chain() {
      db.exec('BEGIN');
      chainUp(db);
      db.exec('COMMIT; PRAGMA wal_checkpoint(TRUNCATE)');
    },
    async readBack() {
      return sqliteSource(directory, RESTORING);
    },
    async release() {
      db.close();
      syncFile(path);
      // Readers leave these files empty; after the rename they would belong to nothing.
      for (const end of ['-wal', '-shm']) rmSync(path + end, { force: true });
      renameSync(path, join(directory, 'ledger.db'));
      syncFile(directory);
      released = true;
    },
    async close() {
      if (db.isOpen) db.close();
      if (!released) remove();
      unlock();
    },
  };
}

function run(table: string, statement: StatementSync, row: (string | number | null)[]): number {
  try {
    return Number(statement.run(...row).changes);
  } catch (error) {
    throw new TransferError(`a row of ${table} cannot be brought in: ${(error as Error).message}`);
  }
}
