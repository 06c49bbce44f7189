// Prometheus metrics: calls by outcome, durations, and the process itself.
import { CallFigures } from '../core/call-figures.ts';
import { CallSeries } from '../core/call-series.ts';
import type { Platform } from '../protocol/platform.ts';
import { CallDurations } from './call-durations.ts';
import { gauge, type MetricSource, type MetricValue } from './metric-source.ts';
import { PartyCalls } from './party-calls.ts';

/** Calls of one kind since the start. */
interface Calls {
  readonly labels: MetricValue['labels'];
  value: number;
}

interface WatchedServer {
  readonly connections: { readonly size: number; readonly limited: number };
  readonly bodies: { readonly held: number; readonly refused: number };
}

interface WatchedStreams {
  readonly size: number;
  readonly cut: number;
}

/** The text form that prom-client writes; {@link Metrics.text} does not load it before a scrape. */
const CONTENT_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

/** Stands for a method that is absent or unknown. */
const OTHER = 'other';

export class Metrics {
  /** The same calls by minute, for the console. */
  readonly calls: CallSeries;
  readonly #sources: MetricSource[] = [];
  /** The same calls by platform and party, for the console. */
  readonly figures: CallFigures;
  readonly #now: () => number;
  /** The success code of each platform. */
  readonly #successes: ReadonlyMap<string, string>;
  /** By platform, outcome and method. */
  readonly #calls = new Map<string, Map<string, Map<string, Calls>>>();
  /** The same calls in the sequence of the first call of each kind. */
  readonly #kinds: Calls[] = [];
  readonly #durations = new CallDurations();
  readonly #parties: PartyCalls;
  #wrongTokens = 0;
  readonly #methods: ReadonlySet<string>;
  #page: Promise<() => Promise<string>> | undefined;

  constructor(
    platforms: readonly Platform[],
    droppedRequests: () => number,
    sampledRequests: () => number = () => 0,
    now: () => number = Date.now,
    partiesShown = 0,
  ) {
    this.#now = now;
    this.#parties = new PartyCalls(partiesShown);
    this.calls = new CallSeries(now());
    this.figures = new CallFigures(now());
    this.#successes = new Map(platforms.map(({ name, successCode }) => [name, successCode]));
    this.#methods = new Set(platforms.flatMap((platform) => platform.actions));
    this.add({
      name: 'ordergate_gateway_calls_total',
      help: 'Gateway calls answered, by the code that was answered',
      type: 'counter',
      values: () => this.#kinds,
    });
    this.add(this.#durations, this.#parties, {
      name: 'ordergate_management_wrong_tokens_total',
      help: 'Wrong bearer tokens that callers sent to the management API',
      type: 'counter',
      values: () => [{ labels: {}, value: this.#wrongTokens }],
    });
    this.add(
      gauge(
        'ordergate_request_log_dropped',
        'Records that the request log had no room for',
        droppedRequests,
      ),
    );
    this.add(
      gauge(
        'ordergate_request_log_passed_over',
        'Calls of callers nobody knows that the request log left out of a flood',
        sampledRequests,
      ),
    );
  }

  /** Adds a metric to the page. It has to be added before the first scrape. */
  add(...sources: readonly MetricSource[]): void {
    this.#sources.push(...sources);
  }

  /** Adds gauges of the server's current use, and counters of its limits. */
  watch(server: WatchedServer, streams: WatchedStreams): void {
    this.add(
      gauge('ordergate_connections', 'Connections that are open', () => server.connections.size),
      gauge(
        'ordergate_connections_limited',
        'Connections that came beyond the limit, so that one gave way',
        () => server.connections.limited,
      ),
      gauge(
        'ordergate_incomplete_bodies_bytes',
        'Bytes that request bodies hold which are not complete',
        () => server.bodies.held,
      ),
      gauge(
        'ordergate_event_streams',
        'Event streams of the management API that are open',
        () => streams.size,
      ),
      gauge(
        'ordergate_event_streams_cut',
        'Event streams that were cut because their reader was too slow',
        () => streams.cut,
      ),
      gauge(
        'ordergate_bodies_dropped',
        'Request bodies that came slowly and gave way to others',
        () => server.bodies.refused,
      ),
    );
  }

  /**
   * A method that no platform has is counted as `other`, so that strangers cannot create label
   * values.
   *
   * @param party null if the caller names no party that exists
   */
  count(
    platform: string,
    method: string | undefined,
    outcome: string,
    micros: number,
    party: string | null = null,
  ): void {
    const named = method ?? OTHER;
    const known = this.#calls.get(platform)?.get(outcome)?.get(named);
    (known ?? this.#callsOf(platform, outcome, named)).value++;
    this.#durations.observe(platform, micros / 1e6);
    const now = this.#now();
    const refused = outcome !== this.#successes.get(platform);
    this.#parties.count(platform, party, refused);
    this.calls.count(now, refused);
    this.figures.count(now, { platform, party, outcome, refused, micros });
  }

  countWrongToken(): void {
    this.#wrongTokens++;
  }

  #callsOf(platform: string, outcome: string, given: string): Calls {
    const method = this.#methods.has(given) ? given : OTHER;
    const outcomes = emplace(this.#calls, platform, () => new Map<string, Map<string, Calls>>());
    const methods = emplace(outcomes, outcome, () => new Map<string, Calls>());
    return emplace(methods, method, () => {
      const calls = { labels: { platform, method, outcome }, value: 0 };
      this.#kinds.push(calls);
      return calls;
    });
  }

  /** Every metric of ours, for the page that describes them. */
  get sources(): readonly MetricSource[] {
    return this.#sources;
  }

  get contentType(): string {
    return CONTENT_TYPE;
  }

  /** The page. The first scrape loads prom-client, which half of all processes never need. */
  async text(): Promise<string> {
    this.#page ??= import('./metrics-page.ts').then(({ openPage }) => openPage(this.#sources));
    const page = await this.#page;
    return page();
  }
}

function emplace<V>(map: Map<string, V>, key: string, make: () => V): V {
  let value = map.get(key);
  if (value === undefined) {
    value = make();
    map.set(key, value);
  }
  return value;
}
