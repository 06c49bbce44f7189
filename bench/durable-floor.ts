// The durable floor: what durability alone costs. The floor's HTTP and bytes, behind the storage's own look-up and commit.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { CommitRow } from '../src/storage/sqlite/change-rows.ts';
import { OrderChanges } from '../src/storage/sqlite/changes.ts';
import { CountedLists } from '../src/storage/sqlite/counted-lists.ts';
import { Damage } from '../src/storage/sqlite/damage.ts';
import { openConnection } from '../src/storage/sqlite/database.ts';
import { ORDER_COLUMNS, type OrderRow } from '../src/storage/sqlite/queries.ts';
import { tuples } from '../src/storage/sqlite/query.ts';
import { Reader } from '../src/storage/sqlite/reader.ts';
import { prepareStatements } from '../src/storage/sqlite/statements.ts';
import { WriteAheadLog } from '../src/storage/sqlite/write-ahead-log.ts';
import { Writer } from '../src/storage/sqlite/writer.ts';
import type { FloorReplies } from './floor.ts';
import type { Kind } from './jintong-requests.ts';

const [, , repliesFile, ledgerPath] = process.argv as [string, string, string, string];
const replies = JSON.parse(readFileSync(repliesFile, 'utf8')) as FloorReplies;
const db = openConnection(ledgerPath);
const log = new WriteAheadLog(ledgerPath);
const damage = new Damage();
const reader = new Reader(db, log, damage);
const writer = new Writer(ledgerPath, db, log, { damage });
const changes = new OrderChanges(prepareStatements(db), new CountedLists(db));
type Row = [...OrderRow, row: number, lastChange: number, head: string | null];

const order = tuples<Row>(
  db,
  `SELECT ${ORDER_COLUMNS}, id, last_change, head FROM orders WHERE order_id = ? AND platform = ?`,
);
const find = (id: string): Promise<Row> => reader.read(() => order.get(id, 'jintong')!, [id]);

/** The statements of a hasten. No rule decides, and the order's document goes back as it came. */
async function hasten(id: string): Promise<boolean> {
  const [
    orderId,
    platform,
    owner,
    state,
    version,
    createdAt,
    ,
    attributes,
    lines,
    row,
    lastChange,
    head,
  ] = await find(id);
  const change: CommitRow = {
    platform,
    orderId,
    version: version + 1,
    place: { row, lastChange, state, head, owner, createdAt },
    state,
    at: Date.now(),
    attributes,
    lines,
    action: 'hastened',
    line: null,
    from: state,
    to: state,
    actor: `party:${owner}`,
    note: null,
    requestId: Date.now(),
    eventType: 'order.hastened',
    eventPayload: null,
    once: null,
    deadlines: null,
    sealed: null,
    completes: null,
  };
  return (await writer.run((tx) => changes.commit(tx, change), [orderId])) === 'committed';
}

const TAG = '%3COrderID%3E';
const SERVED: Record<Kind, (id: string) => Promise<unknown>> = { read: find, write: hasten };

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', async () => {
    const body = Buffer.concat(chunks).toString('latin1');
    const start = body.indexOf(TAG) + TAG.length;
    const id = body.slice(start, body.indexOf('%', start));
    const path = request.url ?? '';
    const done = await SERVED[path.slice(1) as Kind](id);
    if (!done) return response.writeHead(500).end();
    const reply = replies[path]!;
    response.writeHead(200, {
      'content-type': reply.contentType,
      'content-length': Buffer.byteLength(reply.body),
    });
    response.end(reply.body);
  });
});

server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo;
  process.stdout.write(`durable floor listening on http://127.0.0.1:${port}\n`);
});
process.once('SIGTERM', () => process.exit(0));
