// What a run prints and writes: a table, a line for each bound, and a file with every figure.
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { dirname } from 'node:path';
import { cpuRatio, type Measurement, medians, type Ratio } from './phase.ts';

export interface Bound {
  readonly what: string;
  readonly value: number;
  readonly unit: string;
  readonly relation: 'at most' | 'at least';
  readonly limit: number;
  readonly range?: readonly [lowest: number, highest: number];
}

export function ratioBound(
  what: string,
  ratio: Ratio,
  relation: Bound['relation'],
  limit: number,
): Bound {
  const { value, lowest, highest } = ratio;
  return { what, value, unit: 'x', relation, limit, range: [lowest, highest] };
}

function holds({ value, relation, limit }: Bound): boolean {
  return relation === 'at most' ? value <= limit : value >= limit;
}

/** A line for each: noise on a shared machine is for a reader to judge, not for an exit code. */
export function printBounds(bounds: readonly Bound[]): void {
  const width = Math.max(...bounds.map((bound) => bound.what.length));
  for (const bound of bounds) {
    const { what, value, unit, relation, limit, range } = bound;
    const given = `${number(value)}${unit}`.padStart(9);
    const rounds = range ? `, rounds ${number(range[0])}–${number(range[1])}` : '';
    const verdict = holds(bound) ? 'holds' : 'MISSED';
    print(
      `bound  ${what.padEnd(width)} ${given}  ${verdict} (${relation} ${limit}${unit}${rounds})`,
    );
  }
}

/** One row a server: the medians of its rounds. */
export function printTable(
  title: string,
  rows: Readonly<Record<string, readonly Measurement[]>>,
): void {
  const cells = (name: string, columns: readonly string[]): void =>
    print(name.padEnd(24) + columns.map((column) => column.padStart(16)).join(''));
  print('');
  cells(title, ['requests/s', 'CPU µs/request', 'p50 ms', 'p99 ms']);
  for (const [name, rounds] of Object.entries(rows)) {
    const { requestsPerSecond, cpuMicros, p50Millis, p99Millis } = medians(rounds);
    cells(`  ${name}`, [
      Math.round(requestsPerSecond).toLocaleString('en'),
      cpuMicros.toFixed(1),
      p50Millis.toFixed(2),
      p99Millis.toFixed(2),
    ]);
  }
}

/**
 * A table of the methods, ratios first: CPU of Ordergate in that of the durable floor, of the bare
 * floor and of the plain stack, then CPU per request in microseconds, and the latency of Ordergate.
 */
export function printRatios(
  phases: readonly { readonly name: string; readonly bound: number }[],
  figures: Readonly<Record<string, Readonly<Record<string, readonly Measurement[]>>>>,
): void {
  const row = (columns: readonly string[]) => print(`| ${columns.join(' | ')} |`);
  row([
    'method',
    'of the durable floor',
    'bound',
    'of the floor',
    'plain stack, of Ordergate',
    'CPU µs: floor',
    'durable floor',
    'Ordergate',
    'plain stack',
    'p50 ms',
    'p99 ms',
  ]);
  row(Array.from({ length: 11 }, () => '---'));
  for (const { name, bound } of phases) {
    const of = figures[name]!;
    const own = medians(of.ordergate!);
    const cpu = (subject: string) =>
      of[subject]?.length ? medians(of[subject]).cpuMicros : undefined;
    const times = (value: number | undefined) => (value === undefined ? '—' : `${number(value)}×`);
    const micros = (value: number | undefined) => (value === undefined ? '—' : value.toFixed(1));
    const plain = cpu('plain');
    row([
      name,
      times(own.cpuMicros / cpu('durable')!),
      `${bound}×`,
      times(own.cpuMicros / cpu('floor')!),
      times(plain && plain / own.cpuMicros),
      micros(cpu('floor')),
      micros(cpu('durable')),
      micros(own.cpuMicros),
      micros(plain),
      own.p50Millis.toFixed(2),
      own.p99Millis.toFixed(2),
    ]);
    if (of.other?.length) {
      const { value, lowest, highest } = cpuRatio(of.ordergate!, of.other);
      print(
        `  ${name}: ${number(value)}× of the other version (rounds ${number(lowest)} to ${number(highest)})`,
      );
    }
  }
}

function number(value: number): string {
  return value.toFixed(value < 100 ? 2 : 0);
}

/** The figures with what is needed to compare them to those of another day. */
export function writeResults(path: string, results: object, bounds: readonly Bound[]): void {
  const processors = cpus();
  const document = {
    date: new Date().toISOString(),
    node: process.version,
    machine: {
      platform: `${process.platform} ${process.arch}`,
      cpu: processors[0]?.model ?? 'unknown',
      cores: processors.length,
      memoryBytes: totalmem(),
    },
    ...results,
    bounds: bounds.map((bound) => ({ ...bound, holds: holds(bound) })),
  };
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `${JSON.stringify(document, null, 2)}\n`);
  print(`\nwritten to ${path}`);
}

export function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
