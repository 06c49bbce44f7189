// Prometheus metrics: calls by outcome, durations, and the process itself.
import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import { CallSeries } from '../core/call-series.ts';
import type { Platform } from '../protocol/platform.ts';
import { CallDurations } from './call-durations.ts';

/** Calls of one kind since the last scrape. */
interface Calls {
  count: number;
  readonly counter: Counter.Internal;
}

interface WatchedServer {
  readonly connections: { readonly size: number; readonly limited: number };
  readonly bodies: { readonly held: number; readonly refused: number };
}

/** Stands for a method that is absent or unknown. */
const OTHER = 'other';

export class Metrics {
  /** Other metrics register here, too. */
  readonly registry = new Registry();
  /** The same calls by minute, for the console. */
  readonly calls: CallSeries;
  readonly #now: () => number;
  /** The success code of each platform. */
  readonly #successes: ReadonlyMap<string, string>;
  readonly #counter: Counter<'platform' | 'method' | 'outcome'>;
  /**
   * By platform, outcome and method. Calls are counted here, and moved to prom-client at a scrape.
   */
  readonly #calls = new Map<string, Map<string, Map<string, Calls>>>();
  readonly #durations: CallDurations;
  readonly #wrongTokens: Counter;
  readonly #methods: ReadonlySet<string>;

  constructor(
    platforms: readonly Platform[],
    droppedRequests: () => number,
    sampledRequests: () => number = () => 0,
    now: () => number = Date.now,
  ) {
    this.#now = now;
    this.calls = new CallSeries(now());
    this.#successes = new Map(platforms.map(({ name, successCode }) => [name, successCode]));
    const registers = [this.registry];
    collectDefaultMetrics({ register: this.registry });
    this.#counter = new Counter({
      name: 'ordergate_gateway_calls_total',
      help: 'Gateway calls answered, by the code that was answered',
      labelNames: ['platform', 'method', 'outcome'],
      registers,
      collect: () => this.#handOver(),
    });
    this.#durations = new CallDurations(this.registry);
    this.#wrongTokens = new Counter({
      name: 'ordergate_management_wrong_tokens_total',
      help: 'Wrong bearer tokens that callers sent to the management API',
      registers,
    });
    this.#methods = new Set(platforms.flatMap((platform) => platform.actions));
    new Gauge({
      name: 'ordergate_request_log_dropped',
      help: 'Records that the request log had no room for',
      registers,
      collect() {
        this.set(droppedRequests());
      },
    });
    new Gauge({
      name: 'ordergate_request_log_passed_over',
      help: 'Calls of callers nobody knows that the request log left out of a flood',
      registers,
      collect() {
        this.set(sampledRequests());
      },
    });
  }

  /** Adds gauges of the server's current use, and counters of its limits. */
  watch(server: WatchedServer): void {
    const registers = [this.registry];
    const gauge = (name: string, help: string, value: () => number) =>
      new Gauge({
        name,
        help,
        registers,
        collect() {
          this.set(value());
        },
      });
    gauge('ordergate_connections', 'Connections that are open', () => server.connections.size);
    gauge(
      'ordergate_connections_limited',
      'Connections that came beyond the limit, so that one gave way',
      () => server.connections.limited,
    );
    gauge(
      'ordergate_incomplete_bodies_bytes',
      'Bytes that request bodies hold which are not complete',
      () => server.bodies.held,
    );
    gauge(
      'ordergate_bodies_dropped',
      'Request bodies that came slowly and gave way to others',
      () => server.bodies.refused,
    );
  }

  /**
   * A method that no platform has is counted as `other`, so that strangers cannot create label
   * values.
   */
  count(platform: string, method: string | undefined, outcome: string, micros: number): void {
    const named = method ?? OTHER;
    const known = this.#calls.get(platform)?.get(outcome)?.get(named);
    (known ?? this.#callsOf(platform, outcome, named)).count++;
    this.#durations.observe(platform, micros / 1e6);
    this.calls.count(this.#now(), outcome !== this.#successes.get(platform));
  }

  countWrongToken(): void {
    this.#wrongTokens.inc();
  }

  #callsOf(platform: string, outcome: string, given: string): Calls {
    const method = this.#methods.has(given) ? given : OTHER;
    const outcomes = emplace(this.#calls, platform, () => new Map<string, Map<string, Calls>>());
    const methods = emplace(outcomes, outcome, () => new Map<string, Calls>());
    return emplace(methods, method, () => {
      const counter = this.#counter.labels(platform, method, outcome);
      counter.inc(0); // This keeps the kinds in the sequence of their first call.
      return { count: 0, counter };
    });
  }

  #handOver(): void {
    for (const outcomes of this.#calls.values()) {
      for (const methods of outcomes.values()) {
        for (const calls of methods.values()) {
          calls.counter.inc(calls.count);
          calls.count = 0;
        }
      }
    }
  }

  get contentType(): string {
    return this.registry.contentType;
  }

  text(): Promise<string> {
    return this.registry.metrics();
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
