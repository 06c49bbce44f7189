// The request log on PostgreSQL: written in batches beside the replies.
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
import { COPY_REQUESTS, requestList, toLine, toRecord } from './request-table.ts';
import { statements } from './statements.ts';

const BATCH = 500;

export class PostgresRequestLog implements RequestLog {
  readonly #pool: Pool;
  readonly #batches: RecordBatches<null>;
  #copied: Promise<unknown> = Promise.resolve();

  constructor(pool: Pool, node: string) {
    this.#pool = pool;
    this.#batches = new RecordBatches<null>({
      batch: BATCH,
      line: (record) => toLine(record, node),
      begin: () => null,
      note: () => {},
      send: (lines) => this.#copy(lines),
    });
  }

  get dropped(): number {
    return this.#batches.dropped;
  }

  append(record: RequestRecord): void {
    this.#batches.append(record);
  }

  async list(query: RequestQuery): Promise<Page<RequestRecord>> {
    await this.#batches.flush();
    const { statement, values } = requestList(query);
    const rows = await this.#pool.run(statement, values);
    const more = rows.length > query.limit;
    const items = rows.slice(0, query.limit).map(toRecord);
    return { items, nextCursor: more ? String(items.at(-1)!.id) : null };
  }

  async prune(before: Instant): Promise<number> {
    // In steps, so that nothing waits long behind it.
    for (let total = 0; ; ) {
      const removed = await this.#pool.run(statements.pruneRequests, [requestIdAt(before)]);
      total += removed.length;
      if (removed.length === 0) return total;
    }
  }

  async close(): Promise<void> {
    await this.#batches.flush();
  }

  /** One behind the other: the log takes one connection at most from those who answer calls. */
  #copy(lines: Buffer): Promise<unknown> {
    // Of its own size: while the database is away many batches wait.
    const own = Buffer.from(lines);
    const copied = this.#copied.then(() => this.#pool.copyIn(COPY_REQUESTS, own));
    this.#copied = copied.catch(() => {});
    return copied;
  }
}
