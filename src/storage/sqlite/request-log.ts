// The request log on SQLite; the background thread writes it in batches.
import type { Instant } from '../../core/clock.ts';
import type {
  RequestLog,
  RequestPage,
  RequestQuery,
  RequestRecord,
} from '../../core/request-log.ts';
import { RecordBatches } from '../record-batches.ts';
import type { BackgroundOperations } from './background-thread.ts';
import { addToFilter, newFilter, partyKey } from './key-filter.ts';
import { toLine } from './request-lines.ts';
import type { Batch } from './request-table.ts';
import type { Thread } from './thread.ts';

const BATCH = 1000;

/** The keys by which a batch is found. */
class Summary {
  readonly keys = newFilter();
  #party: string | null = null;
  firstId = Number.POSITIVE_INFINITY;
  lastId = 0;
  firstAt = Number.POSITIVE_INFINITY;
  lastAt = 0;

  add({ id, at, orderId, party }: RequestRecord): void {
    if (orderId !== null) addToFilter(this.keys, orderId);
    if (party !== null && party !== this.#party) addToFilter(this.keys, partyKey(party));
    this.#party = party;
    this.firstId = Math.min(this.firstId, id);
    this.lastId = Math.max(this.lastId, id); // A slow call is logged after later calls.
    this.firstAt = Math.min(this.firstAt, at);
    this.lastAt = Math.max(this.lastAt, at);
  }
}

export class SqliteRequestLog implements RequestLog {
  readonly #thread: Thread<BackgroundOperations>;
  readonly #batches: RecordBatches<Summary>;

  constructor(thread: Thread<BackgroundOperations>) {
    this.#thread = thread;
    this.#batches = new RecordBatches<Summary>({
      batch: BATCH,
      line: toLine,
      begin: () => new Summary(),
      note: (summary, record) => summary.add(record),
      send: (lines, count, { keys, firstId, lastId, firstAt, lastAt }) => {
        const batch: Batch = { firstId, lastId, firstAt, lastAt, count, keys, lines };
        // The buffers are transferred, not copied.
        const transfer = [keys.buffer, lines.buffer];
        return thread.handOver(transfer, 'appendRequests', batch);
      },
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

  list(query: RequestQuery): Promise<RequestPage> {
    // The thread answers in sequence, so that earlier records are already written.
    void this.#batches.flush();
    return this.#thread.call('listRequests', query);
  }

  find(id: number): Promise<RequestRecord | null> {
    void this.#batches.flush();
    return this.#thread.call('findRequest', id);
  }

  async prune(before: Instant): Promise<number> {
    for (let total = 0; ; ) {
      const removed = await this.#thread.call('pruneRequests', before);
      total += removed;
      if (removed === 0) return total;
    }
  }

  async close(): Promise<void> {
    await this.#batches.flush();
  }
}
