// `npm run bench -- --scale`, or this file alone: what size costs. A large ledger beside a small one, on each engine: every read, start, memory.
import { setTimeout as sleep } from 'node:timers/promises';
import { frame } from './frame.ts';
import { seedOrdergate } from './ledgers.ts';
import { type MethodPhase, methodPhases } from './method-requests.ts';
import { type BenchOptions, runBench } from './options.ts';
import { cpuRatio, type Measurement, measure, median } from './phase.ts';
import { vacuum, watchDatabase, withDatabase } from './postgres-database.ts';
import { type Bound, print, printBounds, printTable, ratioBound, writeResults } from './report.ts';
import { ordergateCommand, RunningServer, temporaryDirectory } from './servers.ts';

const SMALL = 10_000;
const STARTS = 5;
const IDLE_AFTER_MS = 3000;
const MEGABYTE = 1e6;
/** Of a read on the large ledger, in that on the small one. */
const LIMIT = 1.3;

type Settings = Readonly<Record<string, string>>;
/** Gives a ledger a place of its own, which goes afterwards. */
type Place = (run: (settings: Settings) => Promise<void>) => Promise<void>;

const PLACES: Readonly<Record<'sqlite' | 'postgres', Place>> = {
  sqlite: (run) => run({ ORDERGATE_DATA: temporaryDirectory() }),
  postgres: (run) => withDatabase(run),
};

interface Ledger {
  readonly orders: number;
  readonly settings: Settings;
  readonly phases: readonly MethodPhase[];
}

export async function measureScale(options: BenchOptions): Promise<void> {
  const results: Record<string, object> = {};
  const bounds: Bound[] = [];
  for (const engine of ['sqlite', 'postgres'] as const) {
    if (options.engine !== 'both' && options.engine !== engine) continue;
    await PLACES[engine]((large) =>
      PLACES[engine](async (small) => {
        const ledgers = [
          await seed(options, engine, options.orders, large),
          await seed(options, engine, SMALL, small),
        ] as const;
        const measured = await measureOn(options, ledgers);
        results[engine] = measured.results;
        bounds.push(...measured.bounds.map((one) => ({ ...one, what: `${engine}: ${one.what}` })));
      }),
    );
  }
  print('');
  printBounds(bounds);
  const { orders, rounds, connections, reads } = options;
  writeResults(
    options.out,
    { orders: [orders, SMALL], rounds, connections, reads, results },
    bounds,
  );
}

async function seed(
  { entry, secret, only }: BenchOptions,
  engine: string,
  orders: number,
  settings: Settings,
): Promise<Ledger> {
  print(`\n${engine}: seeding ${orders.toLocaleString('en')} orders of each platform`);
  const reads = methodPhases(orders, secret).filter(({ changes }) => !changes);
  const phases = reads.filter(({ name }) => name.toLowerCase().includes(only.toLowerCase()));
  if (phases.length === 0) throw new RangeError(`no read's name holds "${only}"`);
  const data = settings.ORDERGATE_DATA ?? temporaryDirectory();
  for (const platform of new Set(phases.map(({ name }) => name.split(' ', 1)[0]!.toLowerCase()))) {
    await seedOrdergate(entry, data, orders, secret, platform, settings);
  }
  const url = settings.ORDERGATE_DATABASE_URL;
  if (url !== undefined) await vacuum(url);
  return { orders, settings, phases };
}

async function measureOn(options: BenchOptions, ledgers: readonly [Ledger, Ledger]) {
  const { entry, connections, rounds } = options;
  const [large, small] = ledgers;
  const serve = ({ settings }: Ledger) =>
    RunningServer.start(ordergateCommand(entry, 'serve', '--port', '0'), settings);
  const startMillis: number[] = [];
  for (let i = 0; i < STARTS; i++) {
    const server = await serve(large);
    startMillis.push(server.startMillis);
    await server.stop();
  }
  const servers = [await serve(large), await serve(small)] as const;
  await sleep(IDLE_AFTER_MS);
  const idleBytes = servers[0].residentBytes();
  const database = await Promise.all(
    ledgers.map(({ settings }) => watchDatabase(settings.ORDERGATE_DATABASE_URL)),
  );
  const figures = large.phases.map(({ name }) => ({
    name,
    of: [[], []] as [large: Measurement[], small: Measurement[]],
  }));
  for (let round = 0; round <= rounds; round++) {
    print(round === 0 ? 'warming up' : `round ${round} of ${rounds}`);
    for (const [at, { of }] of figures.entries()) {
      for (let turn = 0; turn < 2; turn++) {
        const which = ((round + turn) % 2) as 0 | 1;
        const shots = shotsOf(options, ledgers[which].phases[at]!);
        const taken = await measure(servers[which], connections, shots, database[which]);
        if (round > 0) of[which].push(taken);
      }
    }
  }
  const loadedBytes = servers[0].residentBytes();
  await Promise.all(servers.map((server) => server.stop()));

  const title = ({ orders }: Ledger) => `${orders.toLocaleString('en')} orders`;
  for (const { name, of } of figures)
    printTable(name, { [title(large)]: of[0], [title(small)]: of[1] });
  print(
    `\nstarts of ${title(large)} of each platform: ${startMillis.map((ms) => `${Math.round(ms)} ms`).join(', ')}; ` +
      `memory idle ${megabytes(idleBytes)}, after the reads ${megabytes(loadedBytes)}`,
  );
  const bounds: Bound[] = [
    ...figures.map(({ name, of }) =>
      ratioBound(`${name}: CPU in that of the small ledger`, cpuRatio(...of), 'at most', LIMIT),
    ),
    atMost('process start to listening', median(startMillis), 500, ' ms'),
    atMost('idle memory', idleBytes / MEGABYTE, 150, ' MB'),
  ];
  return { bounds, results: { startMillis, idleBytes, loadedBytes, figures } };
}

/** As many calls of a read as the small ledger has orders for: some reads may ask for an order once a minute only. */
function shotsOf({ reads, rounds }: BenchOptions, phase: MethodPhase) {
  const count = Math.min(Math.ceil(reads * phase.share), Math.floor(SMALL / (rounds + 1)));
  return Array.from({ length: count }, () => {
    const { target, headers, body, expected } = phase.next();
    return { request: frame(target, headers, body), expected: Buffer.from(expected) };
  });
}

function atMost(what: string, value: number, limit: number, unit: string): Bound {
  return { what, value, unit, relation: 'at most', limit };
}

function megabytes(bytes: number): string {
  return `${Math.round(bytes / MEGABYTE)} MB`;
}

if (import.meta.main) await runBench(['--scale', ...process.argv.slice(2)], measureScale);
