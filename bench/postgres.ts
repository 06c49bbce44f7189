// `npm run bench -- --postgres`: every method on PostgreSQL, one node beside a bare handler with the same statements; of Jintong 2 and 4 nodes, too.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { askOnce } from './ask.ts';
import { frame } from './frame.ts';
import { fire, openConnections, type Shot } from './load.ts';
import { type MethodPhase, methodPhases } from './method-requests.ts';
import type { BenchOptions } from './options.ts';
import { type Measurement, median } from './phase.ts';
import { withDatabase } from './postgres-database.ts';
import { type Bound, print, printBounds, printTable, writeResults } from './report.ts';
import { ordergateCommand, RunningServer, runScript, temporaryDirectory } from './servers.ts';

const NODES = [1, 2, 4];
/** Other methods would show the same of the database. */
const ON_SEVERAL_NODES = 'Jintong ';
/** The least throughput of one node in that of the bare handler. */
const LEAST = 0.75;

export function measurePostgres(options: BenchOptions): Promise<void> {
  return withDatabase((settings) => measureOn(options, settings));
}

async function measureOn(
  options: BenchOptions,
  settings: Readonly<Record<string, string>>,
): Promise<void> {
  const { entry, orders, rounds, secret } = options;
  const phases = methodPhases(orders, secret).filter(({ name }) =>
    name.toLowerCase().includes(options.only.toLowerCase()),
  );
  if (phases.length === 0) throw new RangeError(`no method's name holds "${options.only}"`);
  print(`seeding ${orders.toLocaleString('en')} orders of each platform`);
  for (const platform of new Set(phases.map(({ name }) => name.split(' ')[0]!.toLowerCase()))) {
    const flags = ['--platform', platform, '--orders', String(orders), '--secret', secret];
    await runScript(ordergateCommand(entry, 'seed', ...flags), settings);
  }
  const nodes: RunningServer[] = [];
  for (let i = 0; i < Math.max(...NODES); i++) {
    const command = ordergateCommand(entry, 'serve', '--port', '0');
    nodes.push(await RunningServer.start(command, settings));
  }
  const replies: Record<string, object> = {};
  const pathOf = (phase: MethodPhase): string => `/${phases.indexOf(phase)}`;
  for (const phase of phases) {
    replies[pathOf(phase)] = { name: phase.name, ...(await askOnce(nodes[0]!, phase.next())) };
  }
  const repliesFile = join(temporaryDirectory(), 'replies.json');
  writeFileSync(repliesFile, JSON.stringify(replies));
  const floor = await RunningServer.start(['bench/postgres-floor.ts', repliesFile], settings);

  const subjectsOf = ({ name }: MethodPhase): readonly string[] =>
    name.startsWith(ON_SEVERAL_NODES)
      ? ['floor', '1 node', '2 nodes', '4 nodes']
      : ['floor', '1 node'];
  const figures: Record<string, Record<string, Measurement[]>> = {};
  for (const phase of phases) {
    figures[phase.name] = Object.fromEntries(subjectsOf(phase).map((subject) => [subject, []]));
  }
  for (let round = 0; round <= rounds; round++) {
    print(round === 0 ? 'warming up' : `round ${round} of ${rounds}`);
    for (const phase of phases) {
      const subjects = subjectsOf(phase);
      // They change places from round to round, as the servers of the other measurements.
      for (let turn = 0; turn < subjects.length; turn++) {
        const at = (round + turn) % subjects.length;
        const shots = shotsOf(options, phase, round === 0, at === 0 ? pathOf(phase) : undefined);
        const servers = at === 0 ? [floor] : nodes.slice(0, NODES[at - 1]);
        const measured = await measureNodes(servers, options.connections, shots);
        if (round > 0) figures[phase.name]![subjects[at]!]!.push(measured);
      }
    }
  }
  await Promise.all([floor, ...nodes].map((server) => server.stop()));
  report(options, figures);
}

/** Requests of one phase, each for an order of its own where the method changes something. */
function shotsOf(
  options: BenchOptions,
  phase: MethodPhase,
  isWarmUp: boolean,
  floorPath: string | undefined,
): Shot[] {
  const { reads, writes, warmReads, warmWrites } = options;
  const [warm, counted] = phase.changes ? [warmWrites, writes] : [warmReads, reads];
  const count = Math.ceil((isWarmUp ? warm : counted) * phase.share);
  return Array.from({ length: count }, () => {
    const call = phase.next();
    return {
      request: frame(floorPath ?? call.target, call.headers, call.body),
      // The floor answers all calls of a method with the same bytes.
      expected: Buffer.from(floorPath === undefined ? call.expected : ''),
    };
  });
}

async function measureNodes(
  servers: readonly RunningServer[],
  connections: number,
  shots: readonly Shot[],
): Promise<Measurement> {
  const each = Math.ceil(connections / servers.length);
  const sockets = (
    await Promise.all(servers.map(({ port }) => openConnections(port, each)))
  ).flat();
  const cpu = () => servers.reduce((sum, server) => sum + server.cpuMicros(), 0);
  const before = cpu();
  const { seconds, millis } = await fire(sockets, shots);
  const spent = cpu() - before;
  for (const socket of sockets) socket.destroy();
  millis.sort();
  return {
    requestsPerSecond: shots.length / seconds,
    cpuMicros: spent / shots.length,
    p50Millis: millis[Math.floor(millis.length * 0.5)]!,
    p99Millis: millis[Math.floor(millis.length * 0.99)]!,
  };
}

function report(
  options: BenchOptions,
  figures: Readonly<Record<string, Record<string, Measurement[]>>>,
): void {
  const { orders, rounds, connections } = options;
  print(
    `\n${orders.toLocaleString('en')} orders of each platform, ${connections} connections, medians of ${rounds} rounds`,
  );
  const bounds: Bound[] = [];
  for (const [name, of] of Object.entries(figures)) {
    printTable(name, of);
    const throughput = (subject: string): number =>
      median(of[subject]!.map(({ requestsPerSecond }) => requestsPerSecond));
    bounds.push({
      what: `${name}: throughput of one node in that of the bare handler`,
      value: throughput('1 node') / throughput('floor'),
      unit: 'x',
      relation: 'at least',
      limit: LEAST,
    });
  }
  print('');
  printBounds(bounds);
  writeResults(options.out, { orders, rounds, connections, figures }, bounds);
}
