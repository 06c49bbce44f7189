// A metric as data: what the page of metrics asks at each scrape.

export interface MetricValue {
  /** Where the name differs from the metric's: a bucket, the sum or the count of a histogram. */
  readonly metricName?: string;
  readonly labels: Readonly<Record<string, string | number>>;
  readonly value: number;
}

export interface MetricSource {
  readonly name: string;
  readonly help: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  /** Asked at each scrape. */
  values(): readonly MetricValue[] | Promise<readonly MetricValue[]>;
}

/** A gauge without labels, whose value is read at each scrape. */
export const gauge = (
  name: string,
  help: string,
  read: () => number | Promise<number>,
): MetricSource => ({
  name,
  help,
  type: 'gauge',
  values: async () => [{ labels: {}, value: await read() }],
});
