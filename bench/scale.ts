// `npm run bench -- --scale`, or this file alone: what size costs. A large ledger beside a small one: start, memory, reads.
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { GATEWAY_PATH, randomIndexes, repeatableRandom, shotsAt } from './jintong-requests.ts';
import { seedOrdergate } from './ledgers.ts';
import { type BenchOptions, runBench } from './options.ts';
import { cpuRatio, type Measurement, measure, median } from './phase.ts';
import { type Bound, print, printBounds, printTable, ratioBound, writeResults } from './report.ts';
import { ordergateCommand, RunningServer, temporaryDirectory } from './servers.ts';

const SMALL = 10_000;
const STARTS = 5;
const IDLE_AFTER_MS = 3000;
const MEGABYTE = 1e6;

interface Ledger {
  readonly orders: number;
  readonly data: string;
}

export async function measureScale(options: BenchOptions): Promise<void> {
  const { entry, secret, rounds, connections, reads } = options;
  const directory = temporaryDirectory();
  const ledgers: Ledger[] = [];
  for (const orders of [options.orders, SMALL]) {
    print(`seeding ${orders.toLocaleString('en')} orders`);
    const data = join(directory, String(orders));
    await seedOrdergate(entry, data, orders, secret);
    ledgers.push({ orders, data });
  }
  const [large, small] = ledgers as [Ledger, Ledger];
  const serve = ({ data }: Ledger) =>
    RunningServer.start(ordergateCommand(entry, 'serve', '--data', data, '--port', '0'));

  const startMillis: number[] = [];
  for (let i = 0; i < STARTS; i++) {
    const server = await serve(large);
    startMillis.push(server.startMillis);
    await server.stop();
  }
  const servers = [await serve(large), await serve(small)] as const;
  await sleep(IDLE_AFTER_MS);
  const idleBytes = servers[0].residentBytes();

  const figures: [large: Measurement[], small: Measurement[]] = [[], []];
  const random = repeatableRandom(1);
  for (let round = 0; round <= rounds; round++) {
    print(round === 0 ? 'warming up' : `round ${round} of ${rounds}`);
    for (let turn = 0; turn < 2; turn++) {
      const at = ((round + turn) % 2) as 0 | 1;
      const indexes = randomIndexes(random, ledgers[at]!.orders, reads);
      const shots = shotsAt(GATEWAY_PATH, 'read', indexes, secret);
      const measured = await measure(servers[at], connections, shots);
      if (round > 0) figures[at].push(measured);
    }
  }
  const loadedBytes = servers[0].residentBytes();
  await Promise.all(servers.map((server) => server.stop()));

  const name = ({ orders }: Ledger) => `${orders.toLocaleString('en')} orders`;
  printTable('signed reads', { [name(large)]: figures[0], [name(small)]: figures[1] });
  print(
    `\nstarts of ${name(large)}: ${startMillis.map((ms) => `${Math.round(ms)} ms`).join(', ')}; ` +
      `memory idle ${megabytes(idleBytes)}, after the reads ${megabytes(loadedBytes)}\n`,
  );
  const bounds: Bound[] = [
    atMost('process start to listening', median(startMillis), 500, ' ms'),
    atMost('idle memory', idleBytes / MEGABYTE, 150, ' MB'),
    ratioBound('reads: CPU in that of the small ledger', cpuRatio(...figures), 'at most', 1.3),
  ];
  printBounds(bounds);
  const results = {
    orders: [large.orders, small.orders],
    rounds,
    connections,
    reads,
    startMillis,
    idleBytes,
    loadedBytes,
    figures: { large: figures[0], small: figures[1] },
  };
  writeResults(options.out, results, bounds);
}

function atMost(what: string, value: number, limit: number, unit: string): Bound {
  return { what, value, unit, relation: 'at most', limit };
}

function megabytes(bytes: number): string {
  return `${Math.round(bytes / MEGABYTE)} MB`;
}

if (import.meta.main) await runBench(['--scale', ...process.argv.slice(2)], measureScale);
