// Calls by party for Prometheus: a bounded number of series, however many parties there are.
import type { MetricSource, MetricValue } from './metric-source.ts';

interface Calls {
  readonly labels: { readonly platform: string; readonly party: string; readonly result: Result };
  value: number;
}

type Result = 'success' | 'refused';

/** Parties beyond the limit. */
const OTHER = 'other';
/** Callers that name no party that exists. */
const UNKNOWN = 'unknown';

export class PartyCalls implements MetricSource {
  readonly name = 'ordergate_party_calls_total';
  readonly help =
    'Gateway calls by party, for the first ORDERGATE_METRICS_PARTIES parties that called; of the others together';
  readonly type = 'counter';
  readonly #limit: number;
  readonly #parties = new Set<string>();
  readonly #calls = new Map<string, Calls>();

  /** @param limit the number of parties with series of their own; 0 counts nothing */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** @param party null if the caller names no party that exists */
  count(platform: string, party: string | null, refused: boolean): void {
    if (this.#limit === 0) return;
    const named = party === null ? UNKNOWN : this.#named(platform, party);
    const result = refused ? 'refused' : 'success';
    const key = `${platform} ${result} ${named}`;
    const calls = this.#calls.get(key);
    if (calls) calls.value++;
    else this.#calls.set(key, { labels: { platform, party: named, result }, value: 1 });
  }

  #named(platform: string, party: string): string {
    const key = `${platform} ${party}`;
    if (this.#parties.has(key)) return party;
    if (this.#parties.size >= this.#limit) return OTHER;
    this.#parties.add(key);
    return party;
  }

  values(): readonly MetricValue[] {
    return [...this.#calls.values()];
  }
}
