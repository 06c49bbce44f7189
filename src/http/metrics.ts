// What Prometheus reads: calls and their outcomes, durations, and the process itself.
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { Platform } from '../protocol/platform.ts';

export class Metrics {
  /** Where what else is measured joins in. */
  readonly registry = new Registry();
  readonly #calls: Counter<'platform' | 'method' | 'outcome'>;
  /** Found once: finding the labels costs more than counting. */
  readonly #counters = new Map<string, Counter.Internal>();
  readonly #durations = new Map<string, ReturnType<Histogram<'platform'>['labels']>>();
  readonly #methods: ReadonlySet<string>;

  constructor(platforms: readonly Platform[], droppedRequests: () => number) {
    const registers = [this.registry];
    collectDefaultMetrics({ register: this.registry });
    this.#calls = new Counter({
      name: 'ordergate_gateway_calls_total',
      help: 'Gateway calls answered, by the code that was answered',
      labelNames: ['platform', 'method', 'outcome'],
      registers,
    });
    const durations = new Histogram({
      name: 'ordergate_gateway_call_duration_seconds',
      help: 'From the whole request to its reply',
      labelNames: ['platform'],
      buckets: [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1],
      registers,
    });
    for (const { name } of platforms) this.#durations.set(name, durations.labels(name));
    this.#methods = new Set(platforms.flatMap((platform) => platform.actions));
    new Gauge({
      name: 'ordergate_request_log_dropped',
      help: 'Records that the request log had no room for',
      registers,
      collect() {
        this.set(droppedRequests());
      },
    });
  }

  /** A method that no platform has is counted as `other`: a stranger must not make label values. */
  count(platform: string, method: string | undefined, outcome: string, micros: number): void {
    const known = method !== undefined && this.#methods.has(method) ? method : 'other';
    const key = `${platform} ${known} ${outcome}`;
    let counter = this.#counters.get(key);
    if (!counter) {
      counter = this.#calls.labels(platform, known, outcome);
      this.#counters.set(key, counter);
    }
    counter.inc();
    this.#durations.get(platform)?.observe(micros / 1e6);
  }

  get contentType(): string {
    return this.registry.contentType;
  }

  text(): Promise<string> {
    return this.registry.metrics();
  }
}
