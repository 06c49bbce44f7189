// The gateway calls that were logged since the last look, by any node, for one filter.
import { SECOND } from '../../core/clock.ts';
import type { RequestLog, RequestRecord } from '../../core/request-log.ts';

/** Calls of one look. A person reads no more in a second; of the others the stream says so. */
export const MAX_CALLS = 100;
/**
 * Ids grow with time, but a call is logged when it was answered, and each node writes in batches: so
 * long after a call with a higher id one with a lower id may appear.
 */
const LATE_MS = 10 * SECOND;
/** Ids a millisecond; see `requestIds`. */
const IDS_PER_MS = 4096;

export interface CallFilter {
  readonly platform?: string | undefined;
  readonly party?: string | undefined;
}

export interface FreshCalls {
  /** Oldest first. */
  readonly calls: readonly RequestRecord[];
  /** Whether there were more than {@link MAX_CALLS}, so that some are missing. */
  readonly isMore: boolean;
}

export class CallsFeed {
  readonly #requests: Pick<RequestLog, 'list'>;
  readonly #filter: CallFilter;
  readonly #seen = new Set<number>();
  newest: number;

  /** @param newest the id of the newest call that need not be told; null: of the log */
  private constructor(requests: Pick<RequestLog, 'list'>, filter: CallFilter, newest: number) {
    this.#requests = requests;
    this.#filter = filter;
    this.newest = newest;
  }

  /** Begins behind the calls that are in the log. */
  static async start(requests: Pick<RequestLog, 'list'>, filter: CallFilter): Promise<CallsFeed> {
    const { items } = await requests.list({ ...filter, limit: MAX_CALLS });
    const feed = new CallsFeed(requests, filter, items[0]?.id ?? 0);
    for (const { id } of items) feed.#seen.add(id);
    return feed;
  }

  async look(): Promise<FreshCalls> {
    const found = await callsAfter(
      this.#requests,
      this.#filter,
      this.newest - LATE_MS * IDS_PER_MS,
    );
    const calls = found.calls.filter(({ id }) => !this.#seen.has(id));
    for (const { id } of calls) {
      this.#seen.add(id);
      this.newest = Math.max(this.newest, id);
    }
    for (const id of this.#seen) {
      if (id < this.newest - 2 * LATE_MS * IDS_PER_MS) this.#seen.delete(id);
    }
    // A page full of calls that were seen before leaves none out.
    return { calls, isMore: found.isMore && calls.length === found.calls.length };
  }
}

/** The newest calls above an id, oldest first. */
export async function callsAfter(
  requests: Pick<RequestLog, 'list'>,
  filter: CallFilter,
  after: number,
): Promise<FreshCalls> {
  const { items } = await requests.list({ ...filter, limit: MAX_CALLS });
  const calls = items.filter(({ id }) => id > after).toReversed();
  return { calls, isMore: calls.length === MAX_CALLS };
}
