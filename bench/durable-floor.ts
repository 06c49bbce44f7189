// The durable floor: what durability alone costs. A bare server that finds the order, and commits the rows of a hasten.
import { closeSync, fdatasync, openSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DatabaseSync } from 'node:sqlite';
import { promisify } from 'node:util';
import type { FloorReplies } from './floor.ts';
import type { Kind } from './jintong-requests.ts';

interface Order {
  readonly row: number;
  readonly version: number;
  readonly state: string;
  readonly owner: string;
  readonly attributes: string;
  readonly lines: string;
  readonly previous: number;
}

const [, , repliesFile, ledgerPath] = process.argv as [string, string, string, string];
const replies = JSON.parse(readFileSync(repliesFile, 'utf8')) as FloorReplies;
const db = new DatabaseSync(ledgerPath);
// As the ledger is opened: a commit waits for no disk, and the log is synced once for all that it holds.
db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA cache_size = -65536');
db.exec('PRAGMA wal_autocheckpoint = 4000');

const find = db.prepare(
  `SELECT id AS row, version, state, owner, attributes, lines, last_change AS previous
   FROM orders WHERE order_id = ? AND platform = 'jintong'`,
);
const update = db.prepare(
  `UPDATE orders SET version = ?, updated_at = ?, attributes = ?, lines = ?, last_change = ?, head = ?
   WHERE id = ? AND version = ?`,
);
const history = db.prepare('INSERT INTO history VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)');
const event = db.prepare('INSERT INTO events VALUES (?, ?, ?)');
let { seq } = db.prepare('SELECT max(seq) AS seq FROM history').get() as { seq: number };

/** As many bytes as a digest in hex has, since the rows have to be as long as those of a ledger. */
const DIGEST = 'f'.repeat(64);

function hasten(id: string): void {
  const order = find.get(id) as unknown as Order;
  const { row, version, state, owner, attributes, lines, previous } = order;
  const at = Date.now();
  seq++;
  update.run(version + 1, at, attributes, lines, seq, DIGEST, row, version);
  const what = [at, 'hastened', null, state, state, `party:${owner}`, null, at] as const;
  history.run(seq, row, previous, version + 1, ...what, DIGEST, DIGEST);
  event.run(seq, 'order.hastened', null);
}

interface Waiting {
  readonly id: string;
  readonly done: () => void;
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
    for (const { id } of group) hasten(id);
    db.exec('COMMIT');
    await sync(log);
    for (const { done } of group) done();
  }
  isSyncing = false;
}

const SERVED: Record<Kind, (id: string, done: () => void) => void> = {
  read(id, done) {
    find.get(id);
    done();
  },
  write(id, done) {
    waiting.push({ id, done });
    if (!isSyncing) setImmediate(() => isSyncing || void commitAll());
  },
};

const TAG = '%3COrderID%3E';
const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const body = Buffer.concat(chunks).toString('latin1');
    const start = body.indexOf(TAG) + TAG.length;
    const id = body.slice(start, body.indexOf('%', start));
    const path = request.url ?? '';
    SERVED[path.slice(1) as Kind](id, () => {
      const { contentType, body: text } = replies[path]!;
      const length = Buffer.byteLength(text);
      response.writeHead(200, { 'content-type': contentType, 'content-length': length });
      response.end(text);
    });
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
