// The request log's table: one row per batch of calls, read newest first, pruned from the oldest.
import type { DatabaseSync } from 'node:sqlite';
import {
  type RequestPage,
  type RequestQuery,
  type RequestRecord,
  SEARCH_MS,
} from '../../core/request-log.ts';
import { BatchFilters } from './batch-filters.ts';
import { query } from './query.ts';
import { fromLine, matcher } from './request-lines.ts';

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
  /** The orders and parties of its calls: see key-filter.ts. */
  readonly keys: Uint8Array;
  /** Oldest first, one JSON line each: see request-lines.ts. */
  readonly lines: Uint8Array<ArrayBuffer>;
}

/** With few calls, batches are small. The newest batch grows until it contains this much. */
const FULL_COUNT = 1000;
const FULL_BYTES = 64 * 1024;

/**
 * What a search reads before it looks at the time, which takes some 10 ms: a small log is always
 * searched whole, however busy the machine is.
 */
const LEAST_BYTES = 4 * 1024 * 1024;

interface Tail extends Omit<Batch, 'keys'> {
  readonly id: number | bigint;
}

export class RequestTable {
  readonly #s: ReturnType<typeof prepare>;
  readonly #filters: BatchFilters;
  readonly #maxBytes: number;
  readonly #now: () => number;
  /** The newest batch, while it has room. */
  #tail: Tail | undefined;

  /**
   * @param maxBytes the limit of the file's size; the oldest batches are deleted above it
   * @param now milliseconds that pass, for the time of a search
   */
  constructor(
    db: DatabaseSync,
    maxBytes = Number.POSITIVE_INFINITY,
    now: () => number = () => performance.now(),
  ) {
    this.#s = prepare(db);
    this.#filters = new BatchFilters(db);
    this.#maxBytes = maxBytes;
    this.#now = now;
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
    const { firstId, lastId, firstAt, lastAt, count, keys, lines } = batch;
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
        lines: Buffer.concat([tail.lines, lines]),
      };
      this.#s.replace.run(...values(grown), grown.id);
      this.#filters.grow(count, keys);
      this.#tail = grown;
      return;
    }
    const { lastInsertRowid: id } = this.#s.insert.run(...values(batch));
    this.#tail = undefined;
    this.#filters.add(Number(id), count, keys);
    // A copy, because the gateway uses the memory of a written batch again.
    if (lines.length < FULL_BYTES) this.#tail = { ...batch, lines: Buffer.from(lines), id };
  }

  /**
   * Deletes some of the oldest batches whose calls all have a smaller id; returns the number of
   * calls.
   */
  prune(beforeId: number): number {
    const removed = this.#s.prune.all(beforeId);
    if (removed.some(({ id }) => id === this.#tail?.id)) this.#tail = undefined;
    if (removed.length > 0) this.#filters.prune();
    return removed.reduce((sum, { count }) => sum + Number(count), 0);
  }

  list(wanted: RequestQuery): RequestPage {
    const { limit, cursor, from = null, to = null } = wanted;
    const before = cursor === undefined ? null : Number(cursor);
    const matches = matcher(wanted, before);
    const until = this.#now() + SEARCH_MS;
    const mayMatch = this.#filters.candidates(wanted);
    const items: RequestRecord[] = [];
    // Matches. They may be older than calls in an older batch, because calls are logged when they
    // end.
    const found: RequestRecord[] = [];
    const take = (above: number): void => {
      found.sort((a, b) => b.id - a.id);
      const taken = found.findIndex(({ id }) => id <= above);
      items.push(...found.splice(0, taken < 0 ? found.length : taken));
    };
    let read = 0;
    for (const { id, lastId, lastAt } of this.#s.newest.iterate({ before, from, to })) {
      take(lastId);
      if (items.length > limit) break;
      if (read >= LEAST_BYTES && this.#now() >= until) {
        const searched = { id: lastId + 1, at: lastAt };
        return { items, nextCursor: String(searched.id), searchedTo: searched };
      }
      if (!mayMatch(id)) continue;
      const { lines } = this.#s.lines.get(id) as { lines: Uint8Array };
      read += lines.length;
      found.push(...matches(Buffer.from(lines.buffer, lines.byteOffset, lines.byteLength)));
    }
    if (items.length <= limit) take(Number.NEGATIVE_INFINITY);
    const more = items.length > limit;
    const page = items.slice(0, limit);
    const nextCursor = more ? String(page.at(-1)!.id) : null;
    return { items: page, nextCursor, searchedTo: null };
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

const values = (b: Omit<Batch, 'keys'>) =>
  [b.firstId, b.lastId, b.firstAt, b.lastAt, b.count, b.lines] as const;

function prepare(db: DatabaseSync) {
  return {
    insert: db.prepare(
      `INSERT INTO batches (first_id, last_id, first_at, last_at, count, orders, lines)
       VALUES (?, ?, ?, ?, ?, x'', ?)`,
    ),
    replace: db.prepare(
      `UPDATE batches SET first_id = ?, last_id = ?, first_at = ?, last_at = ?, count = ?,
         lines = ? WHERE id = ?`,
    ),
    // Everything that it reads stands in the index batches_newest.
    newest: query<{ readonly id: number; readonly lastId: number; readonly lastAt: number }>(
      db,
      `SELECT id, last_id AS lastId, last_at AS lastAt FROM batches
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
