// The request log's table: a batch of calls a row, read newest first, pruned from its old end.
import type { DatabaseSync } from 'node:sqlite';
import type { Page } from '../../core/ledger.ts';
import { type RequestQuery, type RequestRecord, requestIdAt } from '../../core/request-log.ts';
import { mayHold } from './order-filter.ts';

/**
 * Calls as the gateway hands them over. A row a call would cost the log's thread four times as much,
 * and an index by order as much again, for calls of which hardly one is ever looked at.
 */
export interface Batch {
  readonly firstId: number;
  readonly lastId: number;
  readonly firstAt: number;
  readonly lastAt: number;
  readonly count: number;
  /** See order-filter.ts. */
  readonly orders: Uint8Array;
  /** Oldest first, a line of JSON each: {@link toLine}. */
  readonly lines: Uint8Array;
}

/** Values without their names, in the order of {@link FIELDS}. */
export function toLine(r: RequestRecord): string {
  return `${JSON.stringify([
    r.id,
    r.at,
    r.platform,
    r.party,
    r.method,
    r.outcome,
    r.refusedBy,
    r.detail,
    r.orderId,
    r.address,
    r.durationMicros,
    r.stringToSign,
    r.body,
  ])}\n`;
}

const FIELDS = [
  'id',
  'at',
  'platform',
  'party',
  'method',
  'outcome',
  'refusedBy',
  'detail',
  'orderId',
  'address',
  'durationMicros',
  'stringToSign',
  'body',
] as const satisfies readonly (keyof RequestRecord)[];

function fromLine(line: string): RequestRecord {
  const values = JSON.parse(line) as unknown[];
  return Object.fromEntries(FIELDS.map((name, i) => [name, values[i]])) as unknown as RequestRecord;
}

/** Where little is called, batches are small: the newest grows till it holds as much as these say. */
const FULL_COUNT = 1000;
const FULL_BYTES = 64 * 1024;

interface Tail extends Batch {
  readonly id: number | bigint;
}

export class RequestTable {
  readonly #s: ReturnType<typeof prepare>;
  /** The newest batch, while there is room in it. */
  #tail: Tail | undefined;

  constructor(db: DatabaseSync) {
    this.#s = prepare(db);
  }

  append(batch: Batch): void {
    const { firstId, lastId, firstAt, lastAt, count, orders, lines } = batch;
    const tail = this.#tail;
    if (
      tail &&
      tail.count + count <= FULL_COUNT &&
      lines.length + tail.lines.length <= FULL_BYTES
    ) {
      this.#tail = undefined; // Should it fail, what is in the table is another than this.
      const grown = {
        id: tail.id,
        firstId: Math.min(tail.firstId, firstId),
        lastId: Math.max(tail.lastId, lastId),
        firstAt: Math.min(tail.firstAt, firstAt),
        lastAt: Math.max(tail.lastAt, lastAt),
        count: tail.count + count,
        orders: tail.orders.map((byte, i) => byte | orders[i]!),
        lines: Buffer.concat([tail.lines, lines]),
      };
      this.#s.replace.run(...values(grown), grown.id);
      this.#tail = grown;
      return;
    }
    const { lastInsertRowid: id } = this.#s.insert.run(...values(batch));
    this.#tail = lines.length < FULL_BYTES ? { ...batch, id } : undefined;
  }

  /** Batches that are old as a whole; returns how many calls were in them. */
  prune(before: number): number {
    const removed = this.#s.prune.all(requestIdAt(before));
    if (removed.some(({ id }) => id === this.#tail?.id)) this.#tail = undefined;
    return removed.reduce((sum, { count }) => sum + Number(count), 0);
  }

  list(query: RequestQuery): Page<RequestRecord> {
    const { orderId, limit, cursor, from = null, to = null } = query;
    const before = cursor === undefined ? null : Number(cursor);
    const matches = matcher(query, before);
    const items: RequestRecord[] = [];
    for (const { id, orders } of this.#s.newest.iterate({ before, from, to })) {
      if (orderId !== undefined && !mayHold(orders as Uint8Array, orderId)) continue;
      const { lines } = this.#s.lines.get(id as number) as { lines: Uint8Array };
      items.push(...matches(Buffer.from(lines.buffer, lines.byteOffset, lines.byteLength)));
      if (items.length > limit) break;
    }
    const more = items.length > limit;
    const page = items.slice(0, limit);
    return { items: page, nextCursor: more ? String(page.at(-1)!.id) : null };
  }
}

const EQUAL = ['platform', 'party', 'method', 'outcome', 'orderId'] as const;

/** Gives the calls of a batch that the query asks for, newest first. */
function matcher(
  query: RequestQuery,
  before: number | null,
): (lines: Buffer) => Generator<RequestRecord> {
  const wanted = EQUAL.filter((name) => query[name] !== undefined);
  const needles = wanted.map((name) => JSON.stringify(query[name]));
  const { from = Number.NEGATIVE_INFINITY, to = Number.POSITIVE_INFINITY } = query;
  return function* (lines) {
    // To find that a text is not there costs a hundredth of reading what is.
    if (needles.some((needle) => !lines.includes(needle))) return;
    const each = lines.toString().split('\n');
    for (let i = each.length - 2; i >= 0; i--) {
      const line = each[i]!;
      if (needles.some((needle) => !line.includes(needle))) continue;
      const record = fromLine(line);
      if (before !== null && record.id >= before) continue;
      if (record.at < from || record.at >= to) continue;
      if (wanted.every((name) => record[name] === query[name])) yield record;
    }
  };
}

const values = (b: Batch) =>
  [b.firstId, b.lastId, b.firstAt, b.lastAt, b.count, b.orders, b.lines] as const;

function prepare(db: DatabaseSync) {
  return {
    insert: db.prepare(
      `INSERT INTO batches (first_id, last_id, first_at, last_at, count, orders, lines)
       VALUES (?, ?, ?, ?, ?, ?, ?)`,
    ),
    replace: db.prepare(
      `UPDATE batches SET first_id = ?, last_id = ?, first_at = ?, last_at = ?, count = ?,
         orders = ?, lines = ? WHERE id = ?`,
    ),
    newest: db.prepare(
      `SELECT id, orders FROM batches
       WHERE ($before IS NULL OR first_id < $before)
         AND ($from IS NULL OR last_at >= $from) AND ($to IS NULL OR first_at < $to)
       ORDER BY last_id DESC`,
    ),
    lines: db.prepare('SELECT lines FROM batches WHERE id = ?'),
    prune: db.prepare(
      `DELETE FROM batches WHERE id IN
         (SELECT id FROM batches WHERE last_id < ? ORDER BY last_id LIMIT 10)
       RETURNING id, count`,
    ),
  };
}
