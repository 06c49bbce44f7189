// Counts gateway calls by platform and party in memory: outcomes and durations of the last hour, and
// of the whole life of the process.
import { type Instant, MINUTE, SECOND } from './clock.ts';

/** Upper limits in seconds, each inclusive. `/metrics` shows the same buckets. */
export const DURATION_BUCKETS = [
  0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1,
] as const;

/** The calls of one platform and party within a span of time. */
export interface CallCount {
  calls: number;
  refused: number;
  /** The sum of the durations. */
  micros: number;
  /** The longest duration. */
  longest: number;
  /** Calls by the code that was answered. */
  readonly outcomes: Map<string, number>;
  /** Calls by the first bucket whose limit they do not exceed; the last entry counts the rest. */
  readonly buckets: number[];
}

export interface CountedCall {
  readonly platform: string;
  /** Null if the caller names no party that exists. */
  readonly party: string | null;
  readonly outcome: string;
  readonly refused: boolean;
  readonly micros: number;
}

/** Of whom the calls are counted. */
export interface CallOf {
  readonly platform: string;
  readonly party: string | null;
}

interface Series {
  readonly width: number;
  readonly kept: number;
  readonly slots: Map<number, Map<string, CallCount>>;
}

/** Short slots answer for the last minute, long ones for the last hour. */
const SHORT = { width: 5 * SECOND, kept: 13 };
const LONG = { width: MINUTE, kept: 61 };
/** The longest span that {@link CallFigures.read} answers. */
export const MAX_SPAN_MS = 60 * MINUTE;
/** No id of a platform or a party contains it, because no text of a party may. */
const BETWEEN = '\0';

export class CallFigures {
  readonly since: Instant;
  readonly #totals = new Map<string, CallCount>();
  readonly #short: Series = { ...SHORT, slots: new Map() };
  readonly #long: Series = { ...LONG, slots: new Map() };

  constructor(since: Instant) {
    this.since = since;
  }

  count(at: Instant, call: CountedCall): void {
    const key = call.party === null ? call.platform : call.platform + BETWEEN + call.party;
    add(this.#totals, key, call);
    add(slotOf(this.#short, at), key, call);
    add(slotOf(this.#long, at), key, call);
  }

  /**
   * The calls of the last `span` milliseconds (at most an hour) by platform and party. A span of a
   * minute or less is exact to 5 seconds, a longer one to a minute.
   */
  read(now: Instant, span: number): [CallOf, CallCount][] {
    const { width, slots } = span <= MINUTE ? this.#short : this.#long;
    const first = Math.floor((now - span) / width) + 1;
    const sums = new Map<string, CallCount>();
    for (const [slot, counts] of slots) {
      if (slot < first || slot > Math.floor(now / width)) continue;
      for (const [key, count] of counts) merge(emplace(sums, key), count);
    }
    return named(sums);
  }

  /** All calls since the process began; the sums equal the counters of `/metrics`. */
  totals(): [CallOf, CallCount][] {
    return named(this.#totals);
  }
}

/** Adds up `counts`. */
export function sumOf(counts: Iterable<CallCount>): CallCount {
  const sum = empty();
  for (const count of counts) merge(sum, count);
  return sum;
}

/**
 * The duration in microseconds that the given share of the calls does not exceed, rounded up to a
 * bucket's limit; null without calls.
 */
export function quantile({ calls, buckets, longest }: CallCount, share: number): number | null {
  if (calls === 0) return null;
  let below = 0;
  for (const [i, limit] of DURATION_BUCKETS.entries()) {
    below += buckets[i]!;
    if (below >= calls * share) return Math.min(limit * 1e6, longest);
  }
  return longest;
}

function empty(): CallCount {
  const buckets = [...DURATION_BUCKETS.map(() => 0), 0];
  return { calls: 0, refused: 0, micros: 0, longest: 0, outcomes: new Map(), buckets };
}

function emplace(counts: Map<string, CallCount>, key: string): CallCount {
  let count = counts.get(key);
  if (count === undefined) {
    count = empty();
    counts.set(key, count);
  }
  return count;
}

function add(counts: Map<string, CallCount>, key: string, call: CountedCall): void {
  const { outcome, refused, micros } = call;
  const count = emplace(counts, key);
  count.calls++;
  if (refused) count.refused++;
  count.micros += micros;
  if (micros > count.longest) count.longest = micros;
  count.outcomes.set(outcome, (count.outcomes.get(outcome) ?? 0) + 1);
  const bucket = DURATION_BUCKETS.findIndex((limit) => micros <= limit * 1e6);
  count.buckets[bucket === -1 ? DURATION_BUCKETS.length : bucket]!++;
}

function merge(sum: CallCount, more: CallCount): void {
  sum.calls += more.calls;
  sum.refused += more.refused;
  sum.micros += more.micros;
  sum.longest = Math.max(sum.longest, more.longest);
  for (const [outcome, calls] of more.outcomes)
    sum.outcomes.set(outcome, (sum.outcomes.get(outcome) ?? 0) + calls);
  for (const [i, calls] of more.buckets.entries()) sum.buckets[i]! += calls;
}

function slotOf({ width, kept, slots }: Series, at: Instant): Map<string, CallCount> {
  const number = Math.floor(at / width);
  let slot = slots.get(number);
  if (slot === undefined) {
    slot = new Map();
    slots.set(number, slot);
    // A clock jump can leave slots out of order; the slot that was inserted first goes first.
    for (const old of slots.keys()) {
      if (slots.size <= kept) break;
      slots.delete(old);
    }
  }
  return slot;
}

function named(counts: ReadonlyMap<string, CallCount>): [CallOf, CallCount][] {
  return [...counts].map(([key, count]) => {
    const [platform = '', party = null] = key.split(BETWEEN);
    return [{ platform, party }, count];
  });
}
