// The thread that folds the write-ahead log back into the ledger's file, so that nobody waits for the copying.
import { DatabaseSync } from 'node:sqlite';
import { parentPort, workerData } from 'node:worker_threads';
import { BUSY_TIMEOUT_MS } from './database.ts';
import type { ThreadReply } from './thread.ts';

const { path } = workerData as { path: string };
const db = new DatabaseSync(path, { timeout: BUSY_TIMEOUT_MS });
// FULL: the log is on disk before its pages go to the file, and they are before the log begins anew.
db.exec('PRAGMA synchronous = FULL');
const checkpoint = db.prepare('PRAGMA wal_checkpoint(PASSIVE)');

/**
 * SQLITE_BUSY and SQLITE_FULL: nothing was called done, so the next checkpoint does it all. Of a sync
 * that failed that is not so: the next one may succeed without what this one has lost.
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
