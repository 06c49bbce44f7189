// The request log on SQLite: collected here, written in batches by the background thread.
import type { Instant } from '../../core/clock.ts';
import type { Page } from '../../core/ledger.ts';
import type { RequestLog, RequestQuery, RequestRecord } from '../../core/request-log.ts';
import { type RequestRow, toRow } from './request-table.ts';
import type { Thread } from './thread.ts';

/** A batch goes out when it is full or this old. Bigger batches write fewer pages of the index. */
const BATCH = 1000;
const BATCH_AGE_MS = 250;
/** Records that may wait; past it the newest are dropped and counted: the gateway comes first. */
const MAX_WAITING = 20_000;

export class SqliteRequestLog implements RequestLog {
  readonly #thread: Thread;
  #batch: RequestRow[] = [];
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
    if (this.#inFlight + this.#batch.length >= MAX_WAITING) {
      this.#dropped++;
      return;
    }
    this.#batch.push(toRow(record));
    if (this.#batch.length >= BATCH) this.#flush();
    else this.#timer ??= setTimeout(() => this.#flush(), BATCH_AGE_MS);
  }

  list(query: RequestQuery): Promise<Page<RequestRecord>> {
    this.#flush(); // The thread answers in order, so what was appended before is written before.
    return this.#thread.call({ op: 'listRequests', argument: query });
  }

  async prune(before: Instant): Promise<number> {
    let total = 0;
    for (;;) {
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
    const batch = this.#batch;
    if (batch.length === 0) return;
    this.#batch = [];
    this.#inFlight += batch.length;
    // As one text: cheaper than cloning a thousand rows.
    this.#sent = this.#thread
      .call<number>({ op: 'appendRequests', argument: JSON.stringify(batch) })
      .catch(() => batch.length)
      .then((lost) => {
        this.#dropped += lost;
        this.#inFlight -= batch.length;
      });
  }
}
