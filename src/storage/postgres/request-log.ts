// The request log on PostgreSQL: collected here, written in batches beside the replies.
import type { Instant } from '../../core/clock.ts';
import type { Page } from '../../core/ledger.ts';
import {
  type RequestLog,
  type RequestQuery,
  type RequestRecord,
  requestIdAt,
} from '../../core/request-log.ts';
import type { Pool } from './pool.ts';
import { COPY_REQUESTS, requestList, toLine, toRecord } from './request-table.ts';
import { statements } from './statements.ts';

/** A batch goes out when it is full or this old. */
const BATCH = 500;
const BATCH_AGE_MS = 250;
/** Records that may wait; past it the newest are dropped and counted: the gateway comes first. */
const MAX_WAITING = 20_000;

export class PostgresRequestLog implements RequestLog {
  readonly #pool: Pool;
  readonly #node: string;
  #batch: RequestRecord[] = [];
  #inFlight = 0;
  #timer: NodeJS.Timeout | undefined;
  #dropped = 0;
  #sent: Promise<unknown> = Promise.resolve();

  constructor(pool: Pool, node: string) {
    this.#pool = pool;
    this.#node = node;
  }

  get dropped(): number {
    return this.#dropped;
  }

  append(record: RequestRecord): void {
    if (this.#inFlight + this.#batch.length >= MAX_WAITING) {
      this.#dropped++;
      return;
    }
    this.#batch.push(record);
    if (this.#batch.length >= BATCH) this.#flush();
    else this.#timer ??= setTimeout(() => this.#flush(), BATCH_AGE_MS);
  }

  async list(query: RequestQuery): Promise<Page<RequestRecord>> {
    this.#flush();
    await this.#sent;
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
    this.#flush();
    await this.#sent;
  }

  #flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const batch = this.#batch;
    if (batch.length === 0) return;
    this.#batch = [];
    this.#inFlight += batch.length;
    // One behind the other: the log takes one connection at most from those who answer calls.
    this.#sent = this.#sent
      .then(() => this.#write(batch))
      .catch(() => {
        this.#dropped += batch.length;
      })
      .then(() => {
        this.#inFlight -= batch.length;
      });
  }

  #write(batch: readonly RequestRecord[]): Promise<void> {
    const lines = batch.map((record) => toLine(record, this.#node)).join('');
    return this.#pool.copyIn(COPY_REQUESTS, lines);
  }
}
