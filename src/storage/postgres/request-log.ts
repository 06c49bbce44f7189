// The request log on PostgreSQL, written in batches outside the calls.
import type { Instant } from '../../core/clock.ts';
import {
  type RequestLog,
  type RequestPage,
  type RequestQuery,
  type RequestRecord,
  requestIdAt,
  SEARCH_MS,
} from '../../core/request-log.ts';
import { RecordBatches } from '../record-batches.ts';
import type { Pool } from './pool.ts';
import { RequestBytes } from './request-bytes.ts';
import {
  COPY_REQUESTS,
  FIND_REQUEST,
  idsOf,
  requestList,
  STEP_END,
  toLine,
  toRecord,
} from './request-table.ts';

const BATCH = 500;
const DEFAULT_MAX_BYTES = 2048 * 1024 * 1024;

interface Summary {
  lastId: number;
}

export interface RequestLogOptions {
  /** The limit for the calls of all nodes; the oldest are deleted above it. */
  readonly maxBytes?: number | undefined;
  /** Whether a call's id was made at the call's time: not where a sandbox's clock was moved. */
  readonly idsTellTime?: boolean | undefined;
  /** How many logs the node writes: one for each group of owners. */
  readonly logs?: number | undefined;
  /** Milliseconds that pass, for the time of a search. */
  readonly now?: (() => number) | undefined;
}

export class PostgresRequestLog implements RequestLog {
  readonly #pool: Pool;
  readonly #bytes: RequestBytes;
  readonly #idsTellTime: boolean;
  readonly #now: () => number;
  readonly #batches: RecordBatches<Summary>;
  #copied: Promise<unknown> = Promise.resolve();

  constructor(pool: Pool, node: string, options: RequestLogOptions = {}) {
    const { maxBytes = DEFAULT_MAX_BYTES, idsTellTime = false, logs } = options;
    this.#pool = pool;
    this.#idsTellTime = idsTellTime;
    this.#now = options.now ?? (() => performance.now());
    this.#bytes = new RequestBytes(pool, node, maxBytes);
    this.#batches = new RecordBatches<Summary>({
      ...{ batch: BATCH, logs },
      line: (record) => toLine(record, node),
      begin: () => ({ lastId: 0 }),
      note: (summary, { id }) => {
        summary.lastId = id;
      },
      send: (lines, _count, { lastId }) => this.#copy(lines, lastId).then(() => lines.buffer),
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

  async list(query: RequestQuery): Promise<RequestPage> {
    await this.#batches.flush();
    const until = this.#now() + SEARCH_MS;
    const items: RequestRecord[] = [];
    let ids = idsOf(query, this.#idsTellTime);
    for (;;) {
      const wanted = { ...query, limit: query.limit - items.length };
      const { statement, values, isWhole } = requestList(wanted, ids);
      const rows = await this.#pool.run(statement, values);
      items.push(...rows.slice(0, wanted.limit).map(toRecord));
      if (rows.length > wanted.limit) {
        return { items, nextCursor: String(items.at(-1)!.id), searchedTo: null };
      }
      const [end] = isWhole ? [] : await this.#pool.run(STEP_END, [ids.first, ids.before]);
      if (!end) return { items, nextCursor: null, searchedTo: null };
      const [id, at] = end as [number, number];
      ids = { ...ids, before: id };
      if (this.#now() >= until) return { items, nextCursor: String(id), searchedTo: { id, at } };
    }
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
