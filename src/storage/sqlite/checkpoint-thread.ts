// The thread that copies the write-ahead log to the ledger's file, so that nobody waits for it.
import { DatabaseSync } from 'node:sqlite';
import { parentPort, workerData } from 'node:worker_threads';
import { BUSY_TIMEOUT_MS } from './database.ts';
import type { ThreadReply } from './thread.ts';

const { path } = workerData as { path: string };
const db = new DatabaseSync(path, { timeout: BUSY_TIMEOUT_MS });
// FULL: the log is on disk before its pages go to the file, and the pages are on disk before the
// log restarts.
db.exec('PRAGMA synchronous = FULL');
const checkpoint = db.prepare('PRAGMA wal_checkpoint(PASSIVE)');

/**
 * After SQLITE_BUSY and SQLITE_FULL the next checkpoint repeats everything. After a failed sync it
 * must not, because the next sync may succeed without the lost data.
 */
const TRIED_AGAIN = new Set([5, 13]);

const OPERATIONS = {
  fold: () => void checkpoint.get(),
  close: () => db.close(),
} as const;

export type CheckpointOperations = typeof OPERATIONS;

interface Message {
  readonly id: number;
  readonly op: keyof CheckpointOperations;
}

parentPort!.on('message', ({ id, op }: Message) => {
  let reply: ThreadReply = { id };
  try {
    OPERATIONS[op]();
  } catch (error) {
    const { errcode } = error as { errcode?: number };
    if (errcode !== undefined && TRIED_AGAIN.has(errcode)) reply = { id };
    else reply = { id, error: String(error) };
  }
  parentPort!.postMessage(reply);
});
