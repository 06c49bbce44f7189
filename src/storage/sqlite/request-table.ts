// The request log's table: one row per batch of calls, read newest first, pruned from the oldest.
import type { DatabaseSync } from 'node:sqlite';
import type { Page } from '../../core/ledger.ts';
import { type RequestQuery, type RequestRecord, SEARCHED } from '../../core/request-log.ts';
import { mayHold } from './order-filter.ts';

/**
 * A batch as the gateway sends it. One row per call would cost the thread four times as much, and
 * an index by order as much again, although hardly any call is ever read.
 */
export interface Batch {
  readonly firstId: number;
  readonly lastId: number;
  readonly firstAt: number;
  readonly lastAt: number;
  readonly count: number;
  /** See order-filter.ts. */
  readonly orders: Uint8Array;
  /** Oldest first, one JSON line each: {@link toLine}. */
  readonly lines: Uint8Array;
}

/**
 * Values without their names, in the sequence of {@link FIELDS}. The words of a reply, mostly
 * Chinese, are escaped: one such character would double the line's size in memory, which costs 1.5
 * µs more.
 */
export function toLine(r: RequestRecord): string {
  const values = JSON.stringify([
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
  ]);
  const words = r.words === null ? 'null' : inAscii(r.words);
  return `${values.slice(0, -1)},${words},${JSON.stringify(r.why ?? null)}]\n`;
}

/** A cache, because replies repeat the same few words. */
const REMEMBERED = 100;
const remembered = new Map<string, string>();

/** A text as ASCII JSON. */
function inAscii(text: string): string {
  let written = remembered.get(text);
  if (written === undefined) {
    written = JSON.stringify(text).replace(
      /[\u0080-\uffff]/g,
      (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
    );
    if (remembered.size >= REMEMBERED) remembered.clear();
    remembered.set(text, written);
  }
  return written;
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
  'words',
  'why',
] as const satisfies readonly (keyof RequestRecord)[];

function fromLine(line: string): RequestRecord {
  const values = JSON.parse(line) as unknown[];
  return Object.fromEntries(
    FIELDS.map((name, i) => [name, values[i] ?? null]),
  ) as unknown as RequestRecord;
}

/** With few calls, batches are small. The newest batch grows until it contains this much. */
const FULL_COUNT = 1000;
const FULL_BYTES = 64 * 1024;

interface Tail extends Batch {
  readonly id: number | bigint;
}

/** The limit of bytes that one query reads, so that it takes a fraction of a second. */
const SCANNED_BYTES = 64 * 1024 * 1024;

export class RequestTable {
  readonly #s: ReturnType<typeof prepare>;
  readonly #maxBytes: number;
  /** The newest batch, while it has room. */
  #tail: Tail | undefined;

  /** @param maxBytes the limit of the file's size; the oldest batches are deleted above it */
  constructor(db: DatabaseSync, maxBytes = Number.POSITIVE_INFINITY) {
    this.#s = prepare(db);
    this.#maxBytes = maxBytes;
  }

  append(batch: Batch): void {
    this.#write(batch);
    while (this.#usedBytes() > this.#maxBytes && this.prune(batch.firstId) > 0);
  }

  #usedBytes(): number {
    const { bytes } = this.#s.used.get() as { bytes: number };
    return bytes;
  }

  #write(batch: Batch): void {
    const { firstId, lastId, firstAt, lastAt, count, orders, lines } = batch;
    const tail = this.#tail;
    if (
      tail &&
      tail.count + count <= FULL_COUNT &&
      lines.length + tail.lines.length <= FULL_BYTES
    ) {
      this.#tail = undefined; // If the write fails, the table differs from the batch in memory.
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

  /**
   * Deletes some of the oldest batches whose calls all have a smaller id; returns the number of
   * calls.
   */
  prune(beforeId: number): number {
    const removed = this.#s.prune.all(beforeId);
    if (removed.some(({ id }) => id === this.#tail?.id)) this.#tail = undefined;
    return removed.reduce((sum, { count }) => sum + Number(count), 0);
  }

  list(query: RequestQuery): Page<RequestRecord> {
    const { orderId, limit, cursor, from = null, to = null } = query;
    const before = cursor === undefined ? null : Number(cursor);
    const matches = matcher(query, before);
    const items: RequestRecord[] = [];
    // Matches. They may be older than calls in an older batch, because calls are logged when they
    // end.
    const found: RequestRecord[] = [];
    const take = (above: number): void => {
      found.sort((a, b) => b.id - a.id);
      const taken = found.findIndex(({ id }) => id <= above);
      items.push(...found.splice(0, taken < 0 ? found.length : taken));
    };
    let scanned = 0;
    for (const row of this.#s.newest.iterate({ before, from, to })) {
      const { id, lastId, orders } = row as { id: number; lastId: number; orders: Uint8Array };
      take(lastId);
      if (items.length > limit) break;
      if (scanned > SCANNED_BYTES) {
        return { items, nextCursor: String(lastId + 1) };
      }
      scanned += orders.length;
      if (orderId !== undefined && !mayHold(orders, orderId)) continue;
      const { lines } = this.#s.lines.get(id) as { lines: Uint8Array };
      scanned += lines.length;
      found.push(...matches(Buffer.from(lines.buffer, lines.byteOffset, lines.byteLength)));
    }
    if (items.length <= limit) take(Number.NEGATIVE_INFINITY);
    const more = items.length > limit;
    const page = items.slice(0, limit);
    return { items: page, nextCursor: more ? String(page.at(-1)!.id) : null };
  }

  find(id: number): RequestRecord | null {
    for (const { lines } of this.#s.around.iterate({ id })) {
      for (const line of Buffer.from(lines as Uint8Array)
        .toString()
        .split('\n')) {
        if (line.startsWith(`[${id},`)) return fromLine(line);
      }
    }
    return null;
  }
}

const EQUAL = ['platform', 'party', 'method', 'outcome', 'orderId', 'address'] as const;

/** Returns the calls of a batch that match the query, newest first. */
function matcher(
  query: RequestQuery,
  before: number | null,
): (lines: Buffer) => Generator<RequestRecord> {
  const wanted = EQUAL.filter((name) => query[name] !== undefined);
  const needles = wanted.map((name) => JSON.stringify(query[name]));
  const texts = query.texts?.map((text) => ({
    text,
    written: [JSON.stringify(text).slice(1, -1), inAscii(text).slice(1, -1)],
  }));
  const mayHaveText = (where: Buffer | string): boolean =>
    texts === undefined || texts.some(({ written }) => written.some((one) => where.includes(one)));
  const hasText = (record: RequestRecord): boolean =>
    texts === undefined ||
    SEARCHED.some((name) => texts.some(({ text }) => record[name]?.includes(text)));
  const { outcomeNot = [], outcomeIn } = query;
  const { from = Number.NEGATIVE_INFINITY, to = Number.POSITIVE_INFINITY } = query;
  return function* (lines) {
    // Searching for an absent text costs a hundredth of parsing the lines.
    if (needles.some((needle) => !lines.includes(needle)) || !mayHaveText(lines)) return;
    const each = lines.toString().split('\n');
    for (let i = each.length - 2; i >= 0; i--) {
      const line = each[i]!;
      if (needles.some((needle) => !line.includes(needle)) || !mayHaveText(line)) continue;
      const record = fromLine(line);
      if (before !== null && record.id >= before) continue;
      if (record.at < from || record.at >= to) continue;
      if (outcomeNot.includes(record.outcome) || !hasText(record)) continue;
      if (outcomeIn && !outcomeIn.includes(record.outcome)) continue;
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
      `SELECT id, last_id AS lastId, orders FROM batches
       WHERE ($before IS NULL OR first_id < $before)
         AND ($from IS NULL OR last_at >= $from) AND ($to IS NULL OR first_at < $to)
       ORDER BY last_id DESC`,
    ),
    lines: db.prepare('SELECT lines FROM batches WHERE id = ?'),
    around: db.prepare(
      `SELECT lines FROM batches WHERE last_id >= $id AND first_id <= $id ORDER BY last_id LIMIT 100`,
    ),
    used: db.prepare(
      `SELECT (p.page_count - f.freelist_count) * s.page_size AS bytes
       FROM pragma_page_count p, pragma_freelist_count f, pragma_page_size s`,
    ),
    prune: db.prepare(
      `DELETE FROM batches WHERE id IN
         (SELECT id FROM batches WHERE last_id < ? ORDER BY last_id LIMIT 10)
       RETURNING id, count`,
    ),
  };
}
