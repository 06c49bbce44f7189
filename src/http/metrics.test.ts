// Tests that the counts are exposed exactly as prom-client's own counter and histogram would expose
// them.
import { equal, ok } from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Counter, Histogram, Registry } from 'prom-client';
import { platforms } from '../platforms/index.ts';
import { Metrics } from './metrics.ts';

const NAMES = ['ordergate_gateway_calls_total', 'ordergate_gateway_call_duration_seconds'] as const;

/** The same counts, made by prom-client itself. */
function reference() {
  const registers = [new Registry()];
  const calls = new Counter({
    name: NAMES[0],
    help: 'Gateway calls answered, by the code that was answered',
    labelNames: ['platform', 'method', 'outcome'],
    registers,
  });
  const durations = new Histogram({
    name: NAMES[1],
    help: 'From the whole request to its reply',
    labelNames: ['platform'],
    buckets: [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1],
    registers,
  });
  const methods = new Set(platforms.flatMap((platform) => platform.actions));
  return {
    count(platform: string, method: string | undefined, outcome: string, micros: number): void {
      const known = method !== undefined && methods.has(method) ? method : 'other';
      calls.inc({ platform, method: known, outcome });
      durations.observe({ platform }, micros / 1e6);
    },
    text: (): Promise<string> => registers[0]!.metrics(),
  };
}

async function exposed(metrics: Metrics): Promise<string> {
  const text = await metrics.text();
  const sections = text.split(/\n\n(?=# HELP )/);
  const wanted = sections.filter((section) => NAMES.some((name) => section.includes(`${name} `)));
  return `${wanted.join('\n\n')}\n`;
}

const call = fc.record({
  platform: fc.constantFrom(...platforms.map(({ name }) => name)),
  method: fc.option(
    fc.constantFrom(...platforms.flatMap(({ actions }) => actions), 'other', 'Fly', '"}', ''),
    { nil: undefined },
  ),
  outcome: fc.constantFrom('CallSuccess', 'Unknown', '-2', 'sys.check.app-sign:error'),
  micros: fc.oneof(
    fc.nat(2000),
    fc.nat(2_000_000),
    fc.constantFrom(500, 501, 1000, 2500, 250_000, 1_000_000, 1_000_001),
  ),
});

test('several scrapes expose calls and durations exactly as prom-client does', async () => {
  let lines = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(fc.array(call), { maxLength: 4 }), async (batches) => {
      const metrics = new Metrics(platforms, () => 0);
      const expected = reference();
      for (const batch of batches) {
        for (const { platform, method, outcome, micros } of batch) {
          metrics.count(platform, method, outcome, micros);
          expected.count(platform, method, outcome, micros);
        }
        const text = await exposed(metrics);
        equal(text, await expected.text());
        lines = Math.max(lines, text.split('\n').length);
      }
    }),
    { numRuns: 100 },
  );
  ok(lines > 30, `${lines} lines at most`);
});
