// The thread that alone writes to the ledger: waiting for the disk here keeps no request waiting there.
import { DatabaseSync } from 'node:sqlite';
import { parentPort, workerData } from 'node:worker_threads';
import { BUSY_TIMEOUT_MS } from './database.ts';
import type { Job } from './job.ts';
import { Jobs } from './jobs.ts';
import type { ThreadReply } from './thread.ts';

const { path } = workerData as { path: string };
const db = new DatabaseSync(path, { timeout: BUSY_TIMEOUT_MS });
// FULL: a commit returns when the write-ahead log is on disk. 16 MiB of log between checkpoints
// keep a page that many changes touch from being copied back for each of them.
db.exec(`
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = FULL;
  PRAGMA wal_autocheckpoint = 4000;
  PRAGMA journal_size_limit = 67108864;
  PRAGMA cache_size = -65536;
  PRAGMA temp_store = MEMORY;
`);
const jobs = new Jobs(db);

type Message =
  | { readonly id: number; readonly op: 'run'; readonly jobs: string }
  | { readonly id: number; readonly op: 'durability' }
  | { readonly id: number; readonly op: 'close' };

parentPort!.on('message', (message: Message) => {
  parentPort!.postMessage(reply(message));
});

function reply(message: Message): ThreadReply {
  try {
    switch (message.op) {
      case 'run':
        return {
          id: message.id,
          value: JSON.stringify(jobs.runAll(JSON.parse(message.jobs) as Job[])),
        };
      case 'durability':
        return { id: message.id, value: { ...pragma('journal_mode'), ...pragma('synchronous') } };
      case 'close':
        db.close();
        return { id: message.id };
    }
  } catch (error) {
    return { id: message.id, error: String(error) };
  }
}

function pragma(name: string): object {
  return db.prepare(`PRAGMA ${name}`).get()!;
}
