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
/** What a batch of usual calls takes; one of longer calls goes out before it is full. */
const BATCH_BYTES = 1024 * 1024;

/** What is collected until it goes out. */
class Collected {
  /** As COPY takes it: records kept as values would outlive two collections of garbage. */
  readonly #lines: Buffer;
  #bytes = 0;
  count = 0;

  /** @param room bytes that the first line needs */
  constructor(room: number) {
    this.#lines = Buffer.allocUnsafeSlow(Math.max(BATCH_BYTES, room));
  }

  hasRoom(bytes: number): boolean {
    return this.#bytes + bytes <= this.#lines.length;
  }

  add(line: string): void {
    this.#bytes += this.#lines.write(line, this.#bytes);
    this.count++;
  }

  /** A copy of its own size: while the database is away many batches wait. */
  lines(): Buffer {
    return Buffer.from(this.#lines.subarray(0, this.#bytes));
  }
}

export class PostgresRequestLog implements RequestLog {
  readonly #pool: Pool;
  readonly #node: string;
  #collected: Collected | undefined;
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
    if (this.#inFlight + (this.#collected?.count ?? 0) >= MAX_WAITING) {
      this.#dropped++;
      return;
    }
    const line = toLine(record, this.#node);
    const room = 3 * line.length; // A UTF-16 code unit takes at most three bytes.
    if (this.#collected && !this.#collected.hasRoom(room)) this.#flush();
    this.#collected ??= new Collected(room);
    this.#collected.add(line);
    if (this.#collected.count >= BATCH) this.#flush();
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
    if (!this.#collected) return;
    const { count } = this.#collected;
    const lines = this.#collected.lines();
    this.#collected = undefined;
    this.#inFlight += count;
    // One behind the other: the log takes one connection at most from those who answer calls.
    this.#sent = this.#sent
      .then(() => this.#pool.copyIn(COPY_REQUESTS, lines))
      .catch(() => {
        this.#dropped += count;
      })
      .then(() => {
        this.#inFlight -= count;
      });
  }
}
