// The flags of a run, read and checked.
import { randomBytes } from 'node:crypto';
import { parseArgs } from 'node:util';
import { WrongAnswerError } from './load.ts';

const HELP = `npm run bench -- [options]
  --orders N        orders of each platform (100000); orders in the ledger with --scale and --console (1000000), --callbacks (40000), --postgres (220000), --groups (128000)
  --rounds N        counted rounds (5)
  --connections N   connections at once (32)
  --reads N         short reads per round and server (5000); fewer of a method that takes longer
  --writes N        short writes per round and server (1500); each needs an order of its own
  --warm-reads N    the same before the rounds, not counted (15000)
  --warm-writes N   (4000)
  --only TEXT       the methods whose name holds it, such as history or ytx
  --guard           fail where a method takes far more CPU than its bound, as CI does
  --entry FILE      what to run as ordergate (src/cli/index.ts; dist/cli/index.js is what npm has)
  --out FILE        where the figures go (bench/results/latest.json; NAME.json with --NAME)
  --scale           ledgers of --orders of each platform beside ones of 10000: every read, start, memory
  --callbacks       how fast callbacks go out, and what the gateway keeps meanwhile
  --postgres        every method on PostgreSQL beside a bare handler with the same statements; with
                    --callbacks, callbacks on PostgreSQL
  --groups          every method on one database and on 1, 8 and 64 groups of owners, on PostgreSQL
                    servers of its own; with --versions, also the version before on one database
  --sizes N,N       how many groups with --groups (1,8,64)
  --parties N       of each platform with --groups, spread over the groups (64)
  --console         what the console asks of a large ledger and request log: search, lists, an order's page
  --records N       calls in the request log with --console (5000000)
  --engine NAME     with --console and --scale: sqlite, postgres or both (both)
  --samples N       calls of each line with --console (40)
  --versions DIR    one more column: the checkout in DIR, which has its own node_modules
`;

export interface BenchOptions {
  readonly scale: boolean;
  readonly callbacks: boolean;
  readonly postgres: boolean;
  readonly groups: boolean;
  readonly sizes: readonly number[];
  readonly parties: number;
  readonly console: boolean;
  readonly records: number;
  readonly engine: 'sqlite' | 'postgres' | 'both';
  readonly samples: number;
  /** The directory of another checkout; undefined where none is measured. */
  readonly versions: string | undefined;
  readonly orders: number;
  readonly rounds: number;
  readonly connections: number;
  readonly reads: number;
  readonly writes: number;
  /** Long enough that what runs is compiled: a server is measured as it is after its first minute. */
  readonly warmReads: number;
  readonly warmWrites: number;
  readonly entry: string;
  /** A part of the names of the methods to measure; empty for all. */
  readonly only: string;
  readonly guard: boolean;
  readonly out: string;
  /** The load party's key, another for each run. */
  readonly secret: string;
}

/** @throws {RangeError} that names the flag which is not a number */
function readOptions(args: readonly string[]): BenchOptions | 'help' {
  const { values } = parseArgs({
    args: [...args],
    options: {
      orders: { type: 'string' },
      rounds: { type: 'string', default: '5' },
      connections: { type: 'string', default: '32' },
      reads: { type: 'string', default: '5000' },
      writes: { type: 'string', default: '1500' },
      'warm-reads': { type: 'string', default: '15000' },
      'warm-writes': { type: 'string', default: '4000' },
      entry: { type: 'string', default: 'src/cli/index.ts' },
      out: { type: 'string' },
      scale: { type: 'boolean', default: false },
      callbacks: { type: 'boolean', default: false },
      only: { type: 'string', default: '' },
      guard: { type: 'boolean', default: false },
      postgres: { type: 'boolean', default: false },
      groups: { type: 'boolean', default: false },
      sizes: { type: 'string', default: '1,8,64' },
      parties: { type: 'string', default: '64' },
      console: { type: 'boolean', default: false },
      records: { type: 'string', default: '5000000' },
      engine: { type: 'string', default: 'both' },
      samples: { type: 'string', default: '40' },
      versions: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  const { scale, callbacks, postgres, groups, versions, only, engine } = values;
  const names = {
    ...{ 'callbacks-postgres': callbacks && postgres, postgres, callbacks, scale },
    ...{ console: values.console, groups },
  };
  const name = Object.entries(names).find(([, isAsked]) => isAsked)?.[0] ?? 'latest';
  // Of Suning one in eight is of virtual goods; the others make up a window of a million.
  const defaults: Record<string, string> = {
    suning: '1150000',
    scale: '1000000',
    console: '1000000',
    callbacks: '40000',
    'callbacks-postgres': '40000',
    // Its contenders change orders of one ledger.
    postgres: '220000',
    groups: '128000',
  };
  if (values.help) return 'help';
  if (engine !== 'sqlite' && engine !== 'postgres' && engine !== 'both') {
    throw new RangeError(`--engine is "${engine}"; it has to be sqlite, postgres or both`);
  }
  return {
    scale,
    callbacks,
    ...{ postgres, groups, console: values.console },
    sizes: values.sizes.split(',').map((size) => count('sizes', size)),
    parties: count('parties', values.parties),
    records: count('records', values.records),
    engine,
    samples: count('samples', values.samples),
    versions,
    only,
    guard: values.guard,
    orders: count('orders', values.orders ?? defaults[name] ?? '100000'),
    rounds: count('rounds', values.rounds),
    connections: count('connections', values.connections),
    reads: count('reads', values.reads),
    writes: count('writes', values.writes),
    warmReads: count('warm-reads', values['warm-reads']),
    warmWrites: count('warm-writes', values['warm-writes']),
    entry: values.entry,
    out: values.out ?? `bench/results/${name}.json`,
    secret: randomBytes(16).toString('hex'),
  };
}

function count(name: string, text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) {
    throw new RangeError(`--${name} is "${text}"; it has to be a whole number of at least 1`);
  }
  return Number(text);
}

/** Runs a measurement to the end of the process: 1 where it could not be made or an answer was wrong. */
export async function runBench(
  args: readonly string[],
  run: (options: BenchOptions) => Promise<void>,
): Promise<never> {
  try {
    const options = readOptions(args);
    if (options === 'help') process.stdout.write(HELP);
    else if (process.platform !== 'linux')
      throw new RangeError('CPU time is read from /proc: Linux');
    else await run(options);
    process.exit(0);
  } catch (error) {
    const { name, message, stack } = error as Error;
    const explained = error instanceof WrongAnswerError || error instanceof RangeError;
    process.stderr.write(`bench failed: ${explained ? `${name}: ${message}` : stack}\n`);
    process.exit(1);
  }
}
