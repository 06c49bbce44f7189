// The page of metrics, by prom-client: our metrics and those of the process. Only a scrape loads this
// file, because prom-client and the OpenTelemetry API that it brings are 89 modules.
import { setTimeout } from 'node:timers/promises';
import { collectDefaultMetrics, type Metric, Registry } from 'prom-client';
import type { MetricSource } from './metric-source.ts';

/**
 * Long enough for the first value of the event loop's delay, which is measured every 10 ms. Without a
 * value prom-client writes 9,223,372,036 seconds.
 */
const FIRST_DELAY_MS = 25;

/**
 * Begins to measure the process: its garbage collections and its event loop's delay count from now on.
 *
 * @returns the function that writes the page
 */
export async function openPage(sources: readonly MetricSource[]): Promise<() => Promise<string>> {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  for (const source of sources) {
    const { name, help, type } = source;
    // The registry uses only a metric's name and `get`.
    const get = async () => ({ name, help, type, values: await source.values() });
    registry.registerMetric({ name, get } as unknown as Metric);
  }
  await setTimeout(FIRST_DELAY_MS);
  return () => registry.metrics();
}
