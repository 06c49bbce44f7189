// The mark of a data directory whose ledger moves to PostgreSQL, or has moved there.

import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CopyError } from '../transfer/port.ts';
import { chainUp } from './chain-rows.ts';
import { prepareDatabase } from './database.ts';
import { lockDataDirectory } from './lock.ts';
import { judgeLog } from './log-judge.ts';

export interface Move {
  /** The database holds the same while it is being filled: who took the mark away begins anew. */
  readonly id: string;
  readonly startedAt: string;
  readonly finishedAt: string | null;
}

export const movePath = (directory: string): string => join(directory, 'moved-to-postgres.json');

export function readMove(directory: string): Move | null {
  const path = movePath(directory);
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Move) : null;
}

/** Marks the directory, or finds the mark of a move that was cut off. */
export function startMove(directory: string): Move {
  const found = readMove(directory);
  if (found) return found;
  const move = { id: randomUUID(), startedAt: new Date().toISOString(), finishedAt: null };
  writeMove(directory, move);
  return move;
}

/** Where the database was refused before anything began: the directory serves on. */
export function dropMove(directory: string): void {
  rmSync(movePath(directory), { force: true });
}

export function finishMove(directory: string, move: Move): void {
  writeMove(directory, { ...move, finishedAt: new Date().toISOString() });
}

function writeMove(directory: string, move: Move): void {
  writeFileSync(movePath(directory), `${JSON.stringify(move)}\n`, { mode: 0o600, flush: true });
}

/**
 * Takes a directory whose server is stopped, and brings its ledger to this version.
 *
 * @returns a function that gives it back
 * @throws {DataDirectoryInUseError} where a server runs on it
 */
export function takeStoppedLedger(directory: string): () => void {
  const path = join(directory, 'ledger.db');
  if (!existsSync(path)) throw new CopyError(`${directory} holds no ledger`);
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
