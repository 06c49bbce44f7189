// The flags of a run, read and checked.
import { randomBytes } from 'node:crypto';
import { parseArgs } from 'node:util';
import { WrongAnswerError } from './load.ts';

const HELP = `npm run bench -- [options]
  --orders N        orders in the ledger (100000; 1000000 with --scale, 40000 with --callbacks, 220000 with --postgres)
  --rounds N        counted rounds (5)
  --connections N   connections at once (32)
  --reads N         reads per round and server (10000)
  --writes N        writes per round and server (6000); each needs an order of its own
  --warm-reads N    the same before the rounds, not counted (40000)
  --warm-writes N   (20000)
  --entry FILE      what to run as ordergate (src/cli/index.ts; dist/cli/index.js is what npm has)
  --out FILE        where the figures go (bench/results/latest.json; NAME.json with --NAME)
  --scale           a ledger of --orders beside one of 10000: start, memory, reads
  --callbacks       how fast callbacks go out, and what the gateway keeps meanwhile
  --ytx             getOrderResult and productOrder of ytx beside the floor
  --postgres        1, 2 and 4 nodes on PostgreSQL beside a bare handler with the same statements
  --versions DIR    this checkout beside the one in DIR, which has its own node_modules
  --suning          reports of delivery and pages of history of Suning beside the floor (1150000 orders)
`;

export interface BenchOptions {
  readonly scale: boolean;
  readonly ytx: boolean;
  readonly callbacks: boolean;
  readonly suning: boolean;
  readonly postgres: boolean;
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
      reads: { type: 'string', default: '10000' },
      writes: { type: 'string', default: '6000' },
      'warm-reads': { type: 'string', default: '40000' },
      'warm-writes': { type: 'string', default: '20000' },
      entry: { type: 'string', default: 'src/cli/index.ts' },
      out: { type: 'string' },
      scale: { type: 'boolean', default: false },
      ytx: { type: 'boolean', default: false },
      callbacks: { type: 'boolean', default: false },
      suning: { type: 'boolean', default: false },
      postgres: { type: 'boolean', default: false },
      versions: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  const { scale, ytx, suning, callbacks, postgres, versions } = values;
  const names = { postgres, suning, ytx, callbacks, scale, versions: versions !== undefined };
  const name = Object.entries(names).find(([, isAsked]) => isAsked)?.[0] ?? 'latest';
  // Of Suning one in eight is of virtual goods; the others make up a window of a million.
  const defaults: Record<string, string> = {
    suning: '1150000',
    scale: '1000000',
    callbacks: '40000',
    // Its four contenders change orders of one ledger.
    postgres: '220000',
  };
  if (values.help) return 'help';
  return {
    scale,
    ytx,
    callbacks,
    suning,
    postgres,
    versions,
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
