// The request log on PostgreSQL, written in batches outside the calls.
import type { Instant } from '../../core/clock.ts';
import type { Page } from '../../core/ledger.ts';
import {
  type RequestLog,
  type RequestQuery,
  type RequestRecord,
  requestIdAt,
} from '../../core/request-log.ts';
import { RecordBatches } from '../record-batches.ts';
import type { Pool } from './pool.ts';
import { RequestBytes } from './request-bytes.ts';
import {
  COPY_REQUESTS,
  FIND_REQUEST,
  requestList,
  SCAN_END,
  toLine,
  toRecord,
} from './request-table.ts';

const BATCH = 500;
const DEFAULT_MAX_BYTES = 2048 * 1024 * 1024;

interface Summary {
  lastId: number;
}

export class PostgresRequestLog implements RequestLog {
  readonly #pool: Pool;
  readonly #bytes: RequestBytes;
  readonly #batches: RecordBatches<Summary>;
  #copied: Promise<unknown> = Promise.resolve();

  /** @param maxBytes the limit for the calls of all nodes; the oldest are deleted above it */
  constructor(pool: Pool, node: string, maxBytes = DEFAULT_MAX_BYTES) {
    this.#pool = pool;
    this.#bytes = new RequestBytes(pool, node, maxBytes);
    this.#batches = new RecordBatches<Summary>({
      batch: BATCH,
      line: (record) => toLine(record, node),
      begin: () => ({ lastId: 0 }),
      note: (summary, { id }) => {
        summary.lastId = id;
      },
      send: (lines, _count, { lastId }) => this.#copy(lines, lastId),
    });
  }

  get dropped(): number {
    return this.#batches.dropped;
  }

  get problem(): string | undefined {
    return this.#batches.problem;
  }

  append(record: RequestRecord): void {
    this.#batches.append(record);
  }

  async list(query: RequestQuery): Promise<Page<RequestRecord>> {
    await this.#batches.flush();
    const { statement, values } = requestList(query);
    const rows = await this.#pool.run(statement, values);
    const items = rows.slice(0, query.limit).map(toRecord);
    if (rows.length > query.limit) return { items, nextCursor: String(items.at(-1)!.id) };
    if (query.orderId !== undefined) return { items, nextCursor: null };
    const before = query.cursor === undefined ? Number.MAX_SAFE_INTEGER : Number(query.cursor);
    const [end] = await this.#pool.run(SCAN_END, [before]);
    return { items, nextCursor: end ? String(end[0]) : null };
  }

  async find(id: number): Promise<RequestRecord | null> {
    await this.#batches.flush();
    const [row] = await this.#pool.run(FIND_REQUEST, [id]);
    return row ? toRecord(row) : null;
  }

  async prune(before: Instant): Promise<number> {
    const old = await this.#bytes.removeBefore(requestIdAt(before));
    return old + (await this.#bytes.bound());
  }

  async close(): Promise<void> {
    await this.#batches.flush();
  }

  /** One write at a time, so that the log takes at most one connection from calls. */
  #copy(lines: Buffer, lastId: number): Promise<unknown> {
    // A copy of exact size, because many batches may wait while the database is unavailable.
    const own = Buffer.from(lines);
    const copied = this.#copied.then(() => this.#pool.copyIn(COPY_REQUESTS, own));
    // If the count fails, the hourly pruning by age still limits the log.
    this.#copied = copied.then(() => this.#bytes.add(own.length, lastId)).catch(() => {});
    return copied;
  }
}
