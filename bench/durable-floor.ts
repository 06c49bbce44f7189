// The durable floor: what durability alone costs. A bare server that finds or pages or commits the rows of each method.
import { closeSync, fdatasync, openSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DatabaseSync } from 'node:sqlite';
import { promisify } from 'node:util';
import { floorMethods } from './durable-methods.ts';
import type { FloorReplies } from './floor.ts';

const [, , repliesFile, ledgerPath] = process.argv as [string, string, string, string];
const replies = JSON.parse(readFileSync(repliesFile, 'utf8')) as FloorReplies;
const db = new DatabaseSync(ledgerPath);
// As the ledger is opened: a commit waits for no disk, and the log is synced once for all that it holds.
db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA cache_size = -65536');
db.exec('PRAGMA wal_autocheckpoint = 4000');
const methods = floorMethods(db, replies);

interface Waiting {
  readonly write: () => string;
  readonly done: (body: string) => void;
}

db.exec('BEGIN IMMEDIATE; COMMIT'); // The log is there before it is opened here.
const sync = promisify(fdatasync);
const log = openSync(`${ledgerPath}-wal`, 'r+');
let waiting: Waiting[] = [];
let isSyncing = false;

/** What has arrived during one sync shares the next commit. */
async function commitAll(): Promise<void> {
  isSyncing = true;
  while (waiting.length > 0) {
    const group = waiting;
    waiting = [];
    db.exec('BEGIN IMMEDIATE');
    const answers = group.map(({ write }) => write());
    db.exec('COMMIT');
    await sync(log);
    for (const [i, { done }] of group.entries()) done(answers[i]!);
  }
  isSyncing = false;
}

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const body = Buffer.concat(chunks).toString('latin1');
    const path = request.url ?? '';
    const { contentType } = replies[path]!;
    const answer = (text: string): void => {
      const length = Buffer.byteLength(text);
      response.writeHead(200, { 'content-type': contentType, 'content-length': length });
      response.end(text);
    };
    const { changes, run } = methods(path);
    if (!changes) return answer(run(body));
    waiting.push({ write: () => run(body), done: answer });
    if (!isSyncing) setImmediate(() => isSyncing || void commitAll());
  });
});

server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo;
  process.stdout.write(`durable floor listening on http://127.0.0.1:${port}\n`);
});
process.once('SIGTERM', () => {
  closeSync(log);
  process.exit(0);
});
