// `npm run bench -- --groups`: every method of many parties on one database, and on groups of owners on two servers, interleaved: CPU of node and database, plans, sessions, memory.
import { setTimeout as sleep } from 'node:timers/promises';
import { ServedLedger, type Spent } from './groups-ledgers.ts';
import { mixedPhases, ordersEach, shotsOf } from './groups-load.ts';
import { fire, openConnections, type Shot } from './load.ts';
import type { MethodPhase } from './method-requests.ts';
import type { BenchOptions } from './options.ts';
import { cpuRatio, type Measurement, median, medians } from './phase.ts';
import { type Bound, print, printBounds, ratioBound, writeResults } from './report.ts';

/** What an answer leaves to later, such as its line in one of 64 request logs, is done after this time. */
const AFTERWARDS_MS = 2500;
/** How long nodes without calls are watched: their own work is not a call's. */
const IDLE_MS = 6000;
/** The most that a method may cost with one group, in its cost on one database. */
const LIMIT = 1.05;
/** Calls whose plans are counted, in those of a round. */
const PLANS_SHARE = 0.4;
const PLAIN = 'one database';

interface Taken extends Measurement {
  /** CPU per call; `cpuMicros` is the sum of both. */
  readonly nodeMicros: number;
  readonly databaseMicros: number;
}
interface Plans {
  readonly perCall: number;
  readonly microsPerCall: number;
}
interface Idle extends Spent {
  /** A second. */
  readonly plans: number;
}
type Of<T> = Record<string, T>;

export async function measureGroups(options: BenchOptions): Promise<void> {
  const { rounds, connections, sizes, parties, versions } = options;
  const phases = mixedPhases(options);
  const ledgers = await startAll(options);
  const idle = new Map<ServedLedger, Idle>();
  const figures: Of<Of<Taken[]>> = {};
  for (const { name } of phases) {
    figures[name] = Object.fromEntries(ledgers.map((ledger) => [ledger.name, []]));
  }
  for (let round = 0; round <= rounds; round++) {
    print(round === 0 ? 'warming up' : `round ${round} of ${rounds}`);
    for (const phase of phases) {
      const shots = shotsOf(phase, countOf(options, phase, round === 0));
      for (let turn = 0; turn < ledgers.length; turn++) {
        const ledger = ledgers[(round + turn) % ledgers.length]!;
        const taken = await measure(ledger, connections, shots, idle.get(ledger));
        if (round > 0) figures[phase.name]![ledger.name]!.push(taken);
      }
    }
    if (round > 0) continue;
    await Promise.all(ledgers.map(async (one) => idle.set(one, await watchIdle(one))));
  }
  const memory: Of<Awaited<ReturnType<ServedLedger['memory']>>> = {};
  for (const ledger of ledgers) memory[ledger.name] = await ledger.memory();
  print('counting plans');
  const plans: Of<Of<Plans>> = {};
  for (const phase of phases) {
    plans[phase.name] = {};
    const shots = shotsOf(phase, Math.ceil(countOf(options, phase, false) * PLANS_SHARE));
    for (const ledger of ledgers) {
      plans[phase.name]![ledger.name] = await countPlans(ledger, connections, shots, idle);
    }
  }
  for (const ledger of ledgers) await ledger.stop();

  print(
    `\n${parties} parties of each platform with ${ordersEach(options)} orders each, ${connections} connections, medians of ${rounds} rounds`,
  );
  printMethods(figures, plans);
  printLedgers(ledgers, idle, memory);
  const bounds = boundsOf(figures, sizes, versions !== undefined);
  print('');
  if (bounds.length > 0) printBounds(bounds);
  const results = { parties, orders: ordersEach(options), rounds, connections, figures, plans };
  const idleOf = Object.fromEntries([...idle].map(([{ name }, its]) => [name, its]));
  writeResults(options.out, { ...results, memory, idle: idleOf }, bounds);
}

async function startAll(options: BenchOptions): Promise<ServedLedger[]> {
  const { sizes, versions } = options;
  const wanted: [string, Parameters<typeof ServedLedger.start>[2]][] = [
    ...(versions === undefined ? [] : [['before', { checkout: versions }] as const]).map(
      ([name, what]): [string, object] => [name, what],
    ),
    [PLAIN, {}],
    ...sizes.map((groups): [string, object] => [title(groups), { groups }]),
  ];
  const ledgers: ServedLedger[] = [];
  for (const [name, what] of wanted) {
    print(`seeding ${name}`);
    ledgers.push(await ServedLedger.start(name, options, what));
  }
  return ledgers;
}

const title = (groups: number): string => (groups === 1 ? '1 group' : `${groups} groups`);

function countOf(options: BenchOptions, phase: MethodPhase, isWarmUp: boolean): number {
  const { reads, writes, warmReads, warmWrites } = options;
  const [warm, counted] = phase.changes ? [warmWrites, writes] : [warmReads, reads];
  return Math.ceil((isWarmUp ? warm : counted) * phase.share);
}

/** CPU without what the node and its database take in the same time without calls. */
async function measure(
  ledger: ServedLedger,
  connections: number,
  shots: readonly Shot[],
  idle: Idle = { node: 0, database: 0, plans: 0 },
): Promise<Taken> {
  const sockets = await openConnections(ledger.node.port, connections);
  const [before, began] = [ledger.cpu(), performance.now()];
  const { seconds, millis } = await fire(sockets, shots);
  await sleep(AFTERWARDS_MS);
  const [after, passed] = [ledger.cpu(), (performance.now() - began) / 1000];
  for (const socket of sockets) socket.destroy();
  millis.sort();
  const perCall = (of: 'node' | 'database') =>
    (after[of] - before[of] - idle[of] * passed) / shots.length;
  const [nodeMicros, databaseMicros] = [perCall('node'), perCall('database')];
  return {
    requestsPerSecond: shots.length / seconds,
    cpuMicros: nodeMicros + databaseMicros,
    p50Millis: millis[Math.floor(millis.length * 0.5)]!,
    p99Millis: millis[Math.floor(millis.length * 0.99)]!,
    ...{ nodeMicros, databaseMicros },
  };
}

/** CPU in microseconds for each second without calls, and plans. */
async function watchIdle(ledger: ServedLedger): Promise<Idle> {
  await sleep(2 * AFTERWARDS_MS);
  const before = ledger.cpu();
  await sleep(IDLE_MS);
  const after = ledger.cpu();
  const { plans } = await ledger.countPlans(() => sleep(IDLE_MS));
  const perSecond = (of: 'node' | 'database') => (after[of] - before[of]) / (IDLE_MS / 1000);
  return {
    node: perSecond('node'),
    database: perSecond('database'),
    plans: plans / (IDLE_MS / 1000),
  };
}

async function countPlans(
  ledger: ServedLedger,
  connections: number,
  shots: readonly Shot[],
  idle: ReadonlyMap<ServedLedger, Idle>,
): Promise<Plans> {
  const began = performance.now();
  const { plans, micros } = await ledger.countPlans(async () => {
    await measure(ledger, connections, shots);
  });
  const own = (idle.get(ledger)!.plans * (performance.now() - began)) / 1000;
  return { perCall: Math.max(0, plans - own) / shots.length, microsPerCall: micros / shots.length };
}

const row = (cells: readonly (string | number)[]) => print(`| ${cells.join(' | ')} |`);
const whole = (value: number): string => Math.round(value).toLocaleString('en');

function printMethods(figures: Of<Of<Taken[]>>, plans: Of<Of<Plans>>): void {
  const head = ['method', 'ledger', 'calls/s', 'CPU µs: node', 'database', 'both'];
  row([
    ...head,
    'of one database',
    'p50 ms',
    'p99 ms',
    'plans a call',
    'plans/s',
    'µs of planning',
  ]);
  row(Array.from({ length: 12 }, () => '---'));
  for (const [name, of] of Object.entries(figures)) {
    for (const [ledger, taken] of Object.entries(of)) {
      const { requestsPerSecond, cpuMicros, p50Millis, p99Millis } = medians(taken);
      const own = (field: 'nodeMicros' | 'databaseMicros') =>
        whole(median(taken.map((one) => one[field])));
      const { value, lowest, highest } = cpuRatio(taken, of[PLAIN]!);
      const { perCall, microsPerCall } = plans[name]![ledger]!;
      row([
        ...[name, ledger, whole(requestsPerSecond), own('nodeMicros'), own('databaseMicros')],
        ...[whole(cpuMicros), `${value.toFixed(2)} (${lowest.toFixed(2)}–${highest.toFixed(2)})`],
        ...[p50Millis.toFixed(1), p99Millis.toFixed(1), perCall.toFixed(2)],
        ...[whole(perCall * requestsPerSecond), whole(microsPerCall)],
      ]);
    }
  }
}

function printLedgers(
  ledgers: readonly ServedLedger[],
  idle: ReadonlyMap<ServedLedger, Idle>,
  memory: Of<Awaited<ReturnType<ServedLedger['memory']>>>,
): void {
  print('');
  row([
    'ledger',
    'sessions',
    'MB: node',
    'sessions',
    'largest session',
    'idle: node, % of a core',
    'database',
    'plans/s',
  ]);
  row(Array.from({ length: 8 }, () => '---'));
  const mega = (bytes: number) => Math.round(bytes / 1e6);
  for (const ledger of ledgers) {
    const { node, sessions } = memory[ledger.name]!;
    const its = idle.get(ledger)!;
    const sum = sessions.reduce((all, one) => all + one, 0);
    const percent = (micros: number) => (micros / 1e4).toFixed(1);
    row([
      ...[ledger.name, sessions.length, mega(node), mega(sum), mega(Math.max(...sessions))],
      ...[percent(its.node), percent(its.database), its.plans.toFixed(1)],
    ]);
  }
}

/** One group beside one database, and today's code beside the version before, both on one database. */
function boundsOf(figures: Of<Of<Taken[]>>, sizes: readonly number[], before: boolean): Bound[] {
  return Object.entries(figures).flatMap(([name, of]) => [
    ...(sizes.includes(1)
      ? [ratioBound(`${name}: one group`, cpuRatio(of[title(1)]!, of[PLAIN]!), 'at most', LIMIT)]
      : []),
    ...(before
      ? [
          ratioBound(
            `${name}: since the version before`,
            cpuRatio(of[PLAIN]!, of.before!),
            'at most',
            LIMIT,
          ),
        ]
      : []),
  ]);
}
