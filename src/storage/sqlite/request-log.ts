// The request log on SQLite: collected here, written in batches by the background thread.
import type { Instant } from '../../core/clock.ts';
import type { Page } from '../../core/ledger.ts';
import type { RequestLog, RequestQuery, RequestRecord } from '../../core/request-log.ts';
import { addToFilter, newFilter } from './order-filter.ts';
import { type Batch, toLine } from './request-table.ts';
import type { Thread } from './thread.ts';

/** A batch goes out when it is full or this old. */
const BATCH = 1000;
const BATCH_AGE_MS = 250;
/** Records that may wait; past it the newest are dropped and counted: the gateway comes first. */
const MAX_WAITING = 20_000;
/** What a batch of usual calls takes; one of longer calls goes out before it is full. */
const BATCH_BYTES = 1024 * 1024;

/** What is collected until it goes out. */
class Collected {
  /** As lines of JSON in UTF-8: rows kept as values would outlive two collections of garbage. */
  readonly #lines: Buffer<ArrayBuffer>;
  readonly #orders = newFilter();
  #bytes = 0;
  count = 0;
  #firstId = 0;
  #lastId = 0;
  #firstAt = 0;
  #lastAt = 0;

  /** @param room bytes that the first line needs */
  constructor(room: number) {
    this.#lines = Buffer.allocUnsafeSlow(Math.max(BATCH_BYTES, room));
  }

  hasRoom(bytes: number): boolean {
    return this.#bytes + bytes <= this.#lines.length;
  }

  add({ id, at, orderId }: RequestRecord, line: string): void {
    this.#bytes += this.#lines.write(line, this.#bytes);
    if (orderId !== null) addToFilter(this.#orders, orderId);
    if (this.count++ === 0) {
      this.#firstId = id;
      this.#firstAt = at;
      this.#lastAt = at;
    }
    this.#lastId = id; // Ids grow; times need not, where the clock is set.
    if (at < this.#firstAt) this.#firstAt = at;
    if (at > this.#lastAt) this.#lastAt = at;
  }

  batch(): { readonly batch: Batch; readonly transfer: ArrayBuffer[] } {
    const batch = {
      firstId: this.#firstId,
      lastId: this.#lastId,
      firstAt: this.#firstAt,
      lastAt: this.#lastAt,
      count: this.count,
      orders: this.#orders,
      lines: this.#lines.subarray(0, this.#bytes),
    };
    return { batch, transfer: [this.#orders.buffer, this.#lines.buffer] };
  }
}

export class SqliteRequestLog implements RequestLog {
  readonly #thread: Thread;
  #collected: Collected | undefined;
  #inFlight = 0;
  #timer: NodeJS.Timeout | undefined;
  #dropped = 0;
  #sent: Promise<unknown> = Promise.resolve();

  constructor(thread: Thread) {
    this.#thread = thread;
  }

  get dropped(): number {
    return this.#dropped;
  }

  append(record: RequestRecord): void {
    if (this.#inFlight + (this.#collected?.count ?? 0) >= MAX_WAITING) {
      this.#dropped++;
      return;
    }
    const line = toLine(record);
    const room = 3 * line.length; // A UTF-16 code unit takes at most three bytes.
    if (this.#collected && !this.#collected.hasRoom(room)) this.#flush();
    this.#collected ??= new Collected(room);
    this.#collected.add(record, line);
    if (this.#collected.count >= BATCH) this.#flush();
    else this.#timer ??= setTimeout(() => this.#flush(), BATCH_AGE_MS);
  }

  list(query: RequestQuery): Promise<Page<RequestRecord>> {
    this.#flush(); // The thread answers in order, so what was appended before is written before.
    return this.#thread.call({ op: 'listRequests', argument: query });
  }

  async prune(before: Instant): Promise<number> {
    for (let total = 0; ; ) {
      const removed = await this.#thread.call<number>({ op: 'pruneRequests', argument: before });
      total += removed;
      if (removed === 0) return total;
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
    const { batch, transfer } = this.#collected.batch();
    const { count } = batch;
    this.#collected = undefined;
    this.#inFlight += count;
    // Handed over, not copied.
    this.#sent = this.#thread
      .call({ op: 'appendRequests', argument: batch }, transfer)
      .catch(() => {
        this.#dropped += count;
      })
      .then(() => {
        this.#inFlight -= count;
      });
  }
}
