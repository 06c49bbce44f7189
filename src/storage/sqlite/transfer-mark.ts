// The mark of a data directory whose ledger is being transferred to PostgreSQL, or has been.

import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { TransferError } from '../transfer/port.ts';
import { chainUp } from './chain-rows.ts';
import { requireFiles } from './data-directory.ts';
import { prepareDatabase } from './database.ts';
import { lockDataDirectory } from './lock.ts';
import { judgeLog } from './log-judge.ts';

export interface TransferMark {
  /** The database holds the same while it is being filled: who took the mark away begins anew. */
  readonly id: string;
  readonly startedAt: string;
  readonly finishedAt: string | null;
}

export const transferMarkPath = (directory: string): string =>
  join(directory, 'moved-to-postgres.json');

export function readTransferMark(directory: string): TransferMark | null {
  const path = transferMarkPath(directory);
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as TransferMark) : null;
}

/** Marks the directory, or finds the mark of a transfer that was cut off. */
export function startTransfer(directory: string): TransferMark {
  const found = readTransferMark(directory);
  if (found) return found;
  const mark = { id: randomUUID(), startedAt: new Date().toISOString(), finishedAt: null };
  writeTransferMark(directory, mark);
  return mark;
}

/** Where the database was refused before anything began: the directory serves on. */
export function dropTransferMark(directory: string): void {
  rmSync(transferMarkPath(directory), { force: true });
}

export function finishTransfer(directory: string, mark: TransferMark): void {
  writeTransferMark(directory, { ...mark, finishedAt: new Date().toISOString() });
}

function writeTransferMark(directory: string, mark: TransferMark): void {
  writeFileSync(transferMarkPath(directory), `${JSON.stringify(mark)}\n`, {
    mode: 0o600,
    flush: true,
  });
}

/**
 * Takes a directory whose server is stopped, and brings its ledger to this version.
 *
 * @returns a function that gives it back
 * @throws {DataDirectoryInUseError} where a server runs on it
 */
export function takeStoppedLedger(directory: string): () => void {
  const path = join(directory, 'ledger.db');
  if (!existsSync(path)) throw new TransferError(`${directory} holds no ledger`);
  requireFiles(directory);
  const unlock = lockDataDirectory(directory);
  try {
    judgeLog(path);
    prepareDatabase(path, new URL('./migrations/', import.meta.url), chainUp);
  } catch (error) {
    unlock();
    throw error;
  }
  return unlock;
}
