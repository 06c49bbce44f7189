// A histogram of the time that commits take, in prom-client's output format.
import type { MetricSource, MetricValue } from './metric-source.ts';

/** Upper limits in seconds, each inclusive. A commit waits for the disk, and on PostgreSQL for a standby. */
const BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5] as const;

export class CommitDurations implements MetricSource {
  readonly name = 'ordergate_commit_duration_seconds';
  readonly help = 'From the begin of a group of changes until it is on disk';
  readonly type = 'histogram';
  readonly #counts = BUCKETS.map(() => 0);
  #count = 0;
  #sum = 0;

  observe(seconds: number): void {
    this.#count++;
    this.#sum += seconds;
    const i = BUCKETS.findIndex((limit) => seconds <= limit);
    if (i >= 0) this.#counts[i]!++;
  }

  values(): readonly MetricValue[] {
    let below = 0;
    const buckets = BUCKETS.map((le, i): MetricValue => {
      below += this.#counts[i]!;
      return { metricName: `${this.name}_bucket`, labels: { le }, value: below };
    });
    return [
      ...buckets,
      { metricName: `${this.name}_bucket`, labels: { le: '+Inf' }, value: this.#count },
      { metricName: `${this.name}_sum`, labels: {}, value: this.#sum },
      { metricName: `${this.name}_count`, labels: {}, value: this.#count },
    ];
  }
}
