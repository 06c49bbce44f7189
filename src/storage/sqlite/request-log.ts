// The request log on SQLite: collected here, written in batches by the background thread.
import type { Instant } from '../../core/clock.ts';
import type { Page } from '../../core/ledger.ts';
import type { RequestLog, RequestQuery, RequestRecord } from '../../core/request-log.ts';
import { toRow } from './request-table.ts';
import type { Thread } from './thread.ts';

/** A batch goes out when it is full or this old. Bigger batches write fewer pages of the index. */
const BATCH = 1000;
const BATCH_AGE_MS = 250;
/** Records that may wait; past it the newest are dropped and counted: the gateway comes first. */
const MAX_WAITING = 20_000;
/** What a batch of usual calls takes; one of longer calls goes out before it is full. */
const BATCH_BYTES = 1024 * 1024;
const EMPTY = Buffer.alloc(0);

export class SqliteRequestLog implements RequestLog {
  readonly #thread: Thread;
  /** The batch as lines of JSON in UTF-8: rows kept as values would outlive two collections. */
  #lines = EMPTY;
  #bytes = 0;
  #waiting = 0;
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
    if (this.#inFlight + this.#waiting >= MAX_WAITING) {
      this.#dropped++;
      return;
    }
    const line = `${JSON.stringify(toRow(record))}\n`;
    const room = 3 * line.length; // A UTF-16 code unit takes at most three bytes.
    if (this.#bytes + room > this.#lines.length) {
      this.#flush();
      this.#lines = Buffer.allocUnsafeSlow(Math.max(BATCH_BYTES, room));
    }
    this.#bytes += this.#lines.write(line, this.#bytes);
    this.#waiting++;
    if (this.#waiting >= BATCH) this.#flush();
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
    const count = this.#waiting;
    if (count === 0) return;
    const argument = this.#lines.subarray(0, this.#bytes);
    this.#lines = EMPTY;
    this.#bytes = 0;
    this.#waiting = 0;
    this.#inFlight += count;
    // Handed over, not copied.
    this.#sent = this.#thread
      .call<number>({ op: 'appendRequests', argument }, [argument.buffer as ArrayBuffer])
      .catch(() => count)
      .then((lost) => {
        this.#dropped += lost;
        this.#inFlight -= count;
      });
  }
}
