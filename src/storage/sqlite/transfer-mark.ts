// The mark of a data directory whose ledger is being, or has been, transferred to PostgreSQL.

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
  /**
   * The database holds the same id during the transfer. If the mark is removed, the transfer starts
   * again.
   */
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

/** Marks the directory, or finds the mark of an interrupted transfer. */
export function startTransfer(directory: string): TransferMark {
  const found = readTransferMark(directory);
  if (found) return found;
  const mark = { id: randomUUID(), startedAt: new Date().toISOString(), finishedAt: null };
  writeTransferMark(directory, mark);
  return mark;
}

/**
 * Removes the mark if the database was refused before anything began, so that the directory can
 * serve again.
 */
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
 * Locks the directory of a stopped server, and migrates its ledger to this version.
 *
 * @returns a function that unlocks it
 * @throws {DataDirectoryInUseError} if a server runs on it
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
