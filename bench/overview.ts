// `node bench/overview.ts`: the console beside 1,000 calls a second for ten minutes; prints what was measured as Markdown.
import { parseArgs } from 'node:util';
import { type OverviewRun, runOverviewLoad, type Sample } from './overview-load.ts';

const { values } = parseArgs({
  options: {
    rate: { type: 'string', default: '1000' },
    seconds: { type: 'string', default: '600' },
    sample: { type: 'string', default: '30' },
    orders: { type: 'string', default: '20000' },
  },
});

const megabytes = (bytes: number): string => (bytes / 2 ** 20).toFixed(1);
const row = ({ seconds, serverBytes, pageBytes }: Sample): string =>
  `| ${seconds} | ${megabytes(serverBytes)} | ${megabytes(pageBytes)} |`;

console.log('| Second | Server, MiB | Heap of the overview, MiB |\n| --- | --- | --- |');
const run = await runOverviewLoad({
  perSecond: Number(values.rate),
  seconds: Number(values.seconds),
  sampleSeconds: Number(values.sample),
  orders: Number(values.orders),
  onSample: (sample) => console.log(row(sample)),
});
report(run);
const { page, metrics, offered } = run;
const isEqual = page.total === metrics.total && page.refused === metrics.refused;
process.exit(isEqual && metrics.total === offered.answered ? 0 : 1);

function report({ offered, felt, page, metrics, faults }: OverviewRun): void {
  const { answered, skipped, seconds, p50Millis, p99Millis } = offered;
  console.log(
    `\n${answered} calls in ${seconds.toFixed(0)} s: ${(answered / seconds).toFixed(0)} a second, ${skipped} skipped; p50 ${p50Millis.toFixed(1)} ms, p99 ${p99Millis.toFixed(1)} ms`,
  );
  console.log('\n| Page | Longest task, ms | Slowest click to paint, ms | Clicks |');
  console.log('| --- | --- | --- | --- |');
  for (const [name, one] of Object.entries(felt)) {
    const { longestTaskMillis, slowestClickMillis, clicks } = one;
    console.log(`| ${name} | ${longestTaskMillis} | ${slowestClickMillis} | ${clicks} |`);
  }
  console.log(`\nOverview: ${page.total} calls, ${page.refused} refused`);
  console.log(`/metrics: ${metrics.total} calls, ${metrics.refused} refused`);
  console.log(
    Object.entries(metrics.calls)
      .map(([name, n]) => `${name} ${n}`)
      .join(', '),
  );
  if (faults.length > 0) console.log(`faults of the pages: ${faults.join('\n')}`);
}
