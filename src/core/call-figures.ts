// Counts gateway calls by platform and party in memory: outcomes and durations of the last hour, and
// of the whole life of the process.
import { type Instant, MINUTE, SECOND } from './clock.ts';

/** Upper limits in seconds, each inclusive. `/metrics` shows the same buckets. */
export const DURATION_BUCKETS = [
  0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1,
] as const;

/** The same limits in microseconds. */
const LIMITS = DURATION_BUCKETS.map((seconds) => seconds * 1e6);

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

/** Short slots answer for the last minute, long ones for the last hour. */
const SHORT = { width: 5 * SECOND, kept: 13 };
const LONG = { width: MINUTE, kept: 61 };
/** The longest span that {@link CallFigures.read} answers. */
export const MAX_SPAN_MS = 60 * MINUTE;

/**
 * The calls of one platform and party. A call changes the counts of the current short slot only; when
 * that slot is over, its counts are added to the minute and to the total.
 */
class Source {
  readonly of: CallOf;
  readonly #short = new Map<number, CallCount>();
  readonly #long = new Map<number, CallCount>();
  readonly #total = empty();
  #slot = -1;
  #current = empty();

  constructor(of: CallOf) {
    this.of = of;
  }

  count(slot: number, call: CountedCall): void {
    if (slot !== this.#slot) this.#begin(slot);
    add(this.#current, call);
  }

  read(first: number, last: number, isShort: boolean): CallCount {
    const sum = empty();
    const slots = isShort ? this.#short : this.#long;
    for (const [slot, count] of slots) if (slot >= first && slot <= last) merge(sum, count);
    const current = isShort ? this.#slot : minuteOf(this.#slot);
    if (current >= first && current <= last) merge(sum, this.#current);
    return sum;
  }

  total(): CallCount {
    return sumOf([this.#total, this.#current]);
  }

  #begin(slot: number): void {
    if (this.#current.calls > 0) {
      keep(this.#short, this.#slot, this.#current, SHORT.kept);
      keep(this.#long, minuteOf(this.#slot), this.#current, LONG.kept);
      merge(this.#total, this.#current);
    }
    this.#slot = slot;
    this.#current = empty();
  }
}

const minuteOf = (slot: number): number => Math.floor((slot * SHORT.width) / LONG.width);

/** Adds the counts to a slot. A clock jump can leave slots out of order; the oldest entry goes first. */
function keep(slots: Map<number, CallCount>, slot: number, count: CallCount, kept: number): void {
  const there = slots.get(slot);
  if (there) {
    merge(there, count);
    return;
  }
  slots.set(slot, sumOf([count]));
  for (const old of slots.keys()) {
    if (slots.size <= kept) break;
    slots.delete(old);
  }
}

export class CallFigures {
  readonly since: Instant;
  /** By platform, then by party, so that a call builds no combined key. */
  readonly #sources = new Map<string, Map<string | null, Source>>();

  constructor(since: Instant) {
    this.since = since;
  }

  count(at: Instant, call: CountedCall): void {
    const source = this.#sources.get(call.platform)?.get(call.party) ?? this.#begin(call);
    source.count(Math.floor(at / SHORT.width), call);
  }

  /**
   * The calls of the last `span` milliseconds (at most an hour) by platform and party, of those that
   * called. A span of a minute or less is exact to 5 seconds, a longer one to a minute.
   */
  read(now: Instant, span: number): [CallOf, CallCount][] {
    const isShort = span <= MINUTE;
    const { width } = isShort ? SHORT : LONG;
    const first = Math.floor((now - span) / width) + 1;
    const last = Math.floor(now / width);
    return this.#all()
      .map((source): [CallOf, CallCount] => [source.of, source.read(first, last, isShort)])
      .filter(([, { calls }]) => calls > 0);
  }

  /** All calls since the process began; the sums equal the counters of `/metrics`. */
  totals(): [CallOf, CallCount][] {
    return this.#all().map((source) => [source.of, source.total()]);
  }

  #all(): Source[] {
    return [...this.#sources.values()].flatMap((parties) => [...parties.values()]);
  }

  #begin({ platform, party }: CountedCall): Source {
    const parties = this.#sources.get(platform) ?? new Map<string | null, Source>();
    this.#sources.set(platform, parties);
    const source = new Source({ platform, party });
    parties.set(party, source);
    return source;
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

function add(count: CallCount, { outcome, refused, micros }: CountedCall): void {
  count.calls++;
  if (refused) count.refused++;
  count.micros += micros;
  if (micros > count.longest) count.longest = micros;
  count.outcomes.set(outcome, (count.outcomes.get(outcome) ?? 0) + 1);
  let bucket = 0;
  while (bucket < LIMITS.length && micros > LIMITS[bucket]!) bucket++;
  count.buckets[bucket]!++;
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
