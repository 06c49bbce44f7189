// `npm run bench -- --console`: what the console asks of a server with a large ledger and a large request log, call by call, on both engines.
import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { type Answer, consoleLines, type Line } from './console-lines.ts';
import type { Sizes } from './console-records.ts';
import { WrongAnswerError } from './load.ts';
import type { BenchOptions } from './options.ts';
import { watchDatabase } from './postgres-database.ts';
import { print, writeResults } from './report.ts';
import { ordergateCommand, RunningServer, runScript, temporaryDirectory } from './servers.ts';

const SERVER =
  process.env.ORDERGATE_TEST_DATABASE_URL ?? 'postgres://postgres@127.0.0.1:5432/postgres';
const TOKEN = 'the-admin-token-of-the-bench';
const BASE = {
  ORDERGATE_ENV: 'production',
  ORDERGATE_KEY: '07'.repeat(32),
  ORDERGATE_ADMIN_TOKEN: TOKEN,
  // The log that was seeded stays as it is.
  ORDERGATE_REQUEST_LOG_MIB: '10000000',
  ORDERGATE_REQUEST_LOG_DAYS: '3650',
  ORDERGATE_CALLBACK_ALLOW: '127.0.0.0/8',
};
/** Calls of a line before those that count. */
const WARM = 3;
/** The most that a call may take at the server, at the 95th percentile. */
const BOUND_MS = 300;
/** With --guard: what even the median of a line stays under on a busy machine. */
const GUARD_MS = 1500;

export const ENGINES = ['sqlite', 'postgres'] as const;
export type Engine = (typeof ENGINES)[number];

interface Figures {
  readonly name: string;
  readonly p50Millis: number;
  readonly p95Millis: number;
  /** CPU of the server per call; on PostgreSQL with that of the database, where it is on this machine. */
  readonly cpuMillis: number;
  /** How many of the calls ended because a search's time was over. */
  readonly searchesCut: number;
}

export async function measureConsole(options: BenchOptions): Promise<void> {
  const { orders, records, engine, samples, only } = options;
  const sizes: Sizes = { orders, records, now: Date.now() };
  const results: Partial<Record<Engine, Figures[]>> = {};
  for (const one of ENGINES.filter((name) => engine === 'both' || engine === name)) {
    print(
      `\n${one}: seeding ${orders.toLocaleString('en')} orders and ${records.toLocaleString('en')} calls`,
    );
    results[one] = await onEngine(one, async (settings) => {
      const seed = [orders, records, sizes.now].map(String);
      await runScript(['bench/console-seed.ts', ...seed], settings);
      return measureOn(settings, options.entry, sizes, { samples, only });
    });
  }
  const all = Object.values(results).flat();
  const missed = all.filter(({ p95Millis }) => p95Millis > BOUND_MS);
  print(
    `\n${all.length} lines; ${missed.length} of them take more than ${BOUND_MS} ms (p95)${missed.length > 0 ? `: ${missed.map(({ name }) => name).join('; ')}` : ''}`,
  );
  writeResults(options.out, { orders, records, samples, results }, []);
  const gross = all.filter(({ p50Millis }) => p50Millis > GUARD_MS);
  if (options.guard && gross.length > 0) {
    throw new RangeError(
      `these take more than ${GUARD_MS} ms (p50): ${gross.map(({ name }) => name).join('; ')}`,
    );
  }
}

/** Gives a place of its own for a ledger, which goes afterwards. */
async function onEngine<T>(
  engine: Engine,
  run: (settings: Readonly<Record<string, string>>) => Promise<T>,
): Promise<T> {
  const ORDERGATE_DATA = temporaryDirectory();
  if (engine === 'sqlite') return run({ ...BASE, ORDERGATE_DATA });
  const name = `ordergate_bench_${randomBytes(4).toString('hex')}`;
  await onServer(`CREATE DATABASE ${name} ENCODING 'UTF8' TEMPLATE template0`);
  const url = new URL(SERVER);
  url.pathname = `/${name}`;
  try {
    return await run({ ...BASE, ORDERGATE_DATA, ORDERGATE_DATABASE_URL: url.href });
  } finally {
    await onServer(`DROP DATABASE ${name} WITH (FORCE)`);
  }
}

/** Starts a server on a place that is seeded, asks each line, and prints a row of each. */
export async function measureOn(
  settings: Readonly<Record<string, string>>,
  entry: string,
  sizes: Sizes,
  { samples, only }: { readonly samples: number; readonly only: string },
): Promise<Figures[]> {
  const command = ordergateCommand(entry, 'serve', '--port', '0');
  const server = await RunningServer.start(command, settings);
  try {
    print(`| call | p50 ms | p95 ms | bound | CPU ms of the server |`);
    print('| --- | --- | --- | --- | --- |');
    const figures: Figures[] = [];
    const databaseMicros = await watchDatabase(settings.ORDERGATE_DATABASE_URL);
    for (const line of consoleLines(sizes).filter(({ name }) => name.includes(only))) {
      const measured = await measureLine(server, databaseMicros, line, samples);
      figures.push(measured);
      const { name, p50Millis, p95Millis, cpuMillis, searchesCut } = measured;
      const holds = p95Millis <= BOUND_MS ? `${BOUND_MS}` : `${BOUND_MS} **missed**`;
      const cut = searchesCut > 0 ? ` (${searchesCut} of ${samples} searched on)` : '';
      print(
        `| ${name}${cut} | ${p50Millis.toFixed(1)} | ${p95Millis.toFixed(1)} | ${holds} | ${cpuMillis.toFixed(1)} |`,
      );
    }
    return figures;
  } finally {
    await server.stop();
  }
}

async function measureLine(
  server: RunningServer,
  databaseMicros: () => number,
  line: Line,
  samples: number,
): Promise<Figures> {
  for (let i = 0; i < WARM; i++) await ask(server, line);
  const millis = new Float64Array(samples);
  let searchesCut = 0;
  const spent = (): number => server.cpuMicros() + databaseMicros();
  const before = spent();
  for (let i = 0; i < samples; i++) {
    const { took, answer } = await ask(server, line);
    millis[i] = took;
    if ((answer.searchedTo ?? null) !== null) searchesCut++;
  }
  const cpuMillis = (spent() - before) / 1000 / samples;
  millis.sort();
  return {
    name: line.name,
    p50Millis: millis[Math.floor(samples * 0.5)]!,
    p95Millis: millis[Math.min(samples - 1, Math.floor(samples * 0.95))]!,
    cpuMillis,
    searchesCut,
  };
}

async function ask(server: RunningServer, { name, path, isRight }: Line) {
  const target = path();
  const started = performance.now();
  const response = await fetch(`http://127.0.0.1:${server.port}/manage/v1${target}`, {
    headers: { authorization: `Bearer ${TOKEN}` },
  });
  const text = await response.text();
  const took = performance.now() - started;
  const answer = JSON.parse(text) as Answer;
  if (response.status === 200 && isRight(answer)) return { took, answer };
  throw new WrongAnswerError(
    `${name}: GET ${target} was answered ${response.status} ${text.slice(0, 2000)}`,
  );
}

async function onServer(text: string): Promise<void> {
  const client = new pg.Client(SERVER);
  await client.connect();
  await client.query(text);
  await client.end();
}
