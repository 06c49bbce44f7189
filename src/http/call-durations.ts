// A histogram by platform in prom-client's output format. prom-client's own histogram takes 2 µs
// per call.
import { DURATION_BUCKETS as BUCKETS } from '../core/call-figures.ts';
import type { MetricSource, MetricValue } from './metric-source.ts';

interface Durations {
  /** Calls by the first bucket whose limit they do not exceed. */
  readonly counts: number[];
  count: number;
  sum: number;
}

export class CallDurations implements MetricSource {
  readonly name = 'ordergate_gateway_call_duration_seconds';
  readonly help = 'From the whole request to its reply';
  readonly type = 'histogram';
  readonly #platforms = new Map<string, Durations>();

  observe(platform: string, seconds: number): void {
    let durations = this.#platforms.get(platform);
    if (!durations) {
      durations = { counts: BUCKETS.map(() => 0), count: 0, sum: 0 };
      this.#platforms.set(platform, durations);
    }
    durations.count++;
    durations.sum += seconds;
    for (let i = 0; i < BUCKETS.length; i++) {
      if (seconds <= BUCKETS[i]!) {
        durations.counts[i]!++;
        return;
      }
    }
  }

  values(): readonly MetricValue[] {
    const values: MetricValue[] = [];
    const add = (
      suffix: string,
      labels: Readonly<Record<string, string | number>>,
      value: number,
    ) => values.push({ metricName: `${this.name}_${suffix}`, labels, value });
    for (const [platform, { counts, count, sum }] of this.#platforms) {
      let below = 0;
      for (const [i, le] of BUCKETS.entries()) {
        below += counts[i]!;
        add('bucket', { le, platform }, below);
      }
      add('bucket', { le: '+Inf', platform }, count);
      add('sum', { platform }, sum);
      add('count', { platform }, count);
    }
    return values;
  }
}
