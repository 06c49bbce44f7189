// `npm run bench -- --postgres`: ordergate on PostgreSQL beside a bare handler with the same statements; 1, 2 and 4 nodes.
import { randomBytes } from 'node:crypto';
import pg from 'pg';
import {
  GATEWAY_PATH,
  KINDS,
  type Kind,
  randomIndexes,
  repeatableRandom,
  shotsAt,
  shuffledIndexes,
} from './jintong-requests.ts';
import { fire, openConnections, type Shot } from './load.ts';
import type { BenchOptions } from './options.ts';
import { type Measurement, median } from './phase.ts';
import { type Bound, print, printBounds, printTable, writeResults } from './report.ts';
import { ordergateCommand, RunningServer, runScript } from './servers.ts';

const SERVER =
  process.env.ORDERGATE_TEST_DATABASE_URL ?? 'postgres://postgres@127.0.0.1:5432/postgres';
const NODES = [1, 2, 4];

export async function measurePostgres(options: BenchOptions): Promise<void> {
  const { entry, orders, rounds, secret, reads, writes, warmReads, warmWrites } = options;
  const name = `ordergate_bench_${randomBytes(4).toString('hex')}`;
  await onServer(`CREATE DATABASE ${name}`);
  const url = new URL(SERVER);
  url.pathname = `/${name}`;
  const settings = {
    ORDERGATE_DATABASE_URL: url.href,
    ORDERGATE_KEY: '07'.repeat(32),
    ORDERGATE_ADMIN_TOKEN: 'the-admin-token-of-the-bench',
  };
  try {
    print(`seeding ${orders.toLocaleString('en')} orders`);
    const flags = ['--platform', 'jintong', '--orders', String(orders), '--secret', secret];
    await runScript(ordergateCommand(entry, 'seed', ...flags), settings);
    const floor = await RunningServer.start(['bench/postgres-floor.ts'], settings);
    const nodes: RunningServer[] = [];
    for (let i = 0; i < Math.max(...NODES); i++) {
      const command = ordergateCommand(entry, 'serve', '--port', '0');
      nodes.push(await RunningServer.start(command, settings));
    }
    const subjects: [name: string, servers: RunningServer[]][] = [
      ['floor', [floor]],
      ...NODES.map((count): [string, RunningServer[]] => [
        `${count} node${count > 1 ? 's' : ''}`,
        nodes.slice(0, count),
      ]),
    ];
    const figures: Record<Kind, Record<string, Measurement[]>> = { read: {}, write: {} };
    const random = repeatableRandom(1);
    const fresh = shuffledIndexes(random, orders);
    for (let round = 0; round <= rounds; round++) {
      print(round === 0 ? 'warming up' : `round ${round} of ${rounds}`);
      for (const [subject, servers] of subjects) {
        for (const kind of KINDS) {
          const count = { read: [warmReads, reads], write: [warmWrites, writes] }[kind][
            round === 0 ? 0 : 1
          ]!;
          const indexes =
            kind === 'read' ? randomIndexes(random, orders, count) : fresh.splice(0, count);
          if (indexes.length < count)
            throw new RangeError('each write needs an order of its own: more --orders');
          const path = subject === 'floor' ? `/${kind}` : GATEWAY_PATH;
          const measured = await measureNodes(
            servers,
            options.connections,
            shotsAt(path, kind, indexes, secret),
          );
          figures[kind][subject] ??= [];
          if (round > 0) figures[kind][subject].push(measured);
        }
      }
    }
    await Promise.all([floor, ...nodes].map((server) => server.stop()));
    report(options, figures);
  } finally {
    await onServer(`DROP DATABASE ${name} WITH (FORCE)`);
  }
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

function report(options: BenchOptions, figures: Record<Kind, Record<string, Measurement[]>>): void {
  const { orders, rounds, connections } = options;
  print(
    `\n${orders.toLocaleString('en')} orders, ${connections} connections, medians of ${rounds} rounds`,
  );
  printTable('signed reads', figures.read);
  printTable('durable writes', figures.write);
  print('');
  const throughput = (kind: Kind, name: string): number =>
    median(figures[kind][name]!.map(({ requestsPerSecond }) => requestsPerSecond));
  const bounds: Bound[] = KINDS.map((kind) => ({
    what: `${kind}s: throughput of one node in that of the bare handler`,
    value: throughput(kind, '1 node') / throughput(kind, 'floor'),
    unit: 'x',
    relation: 'at least',
    limit: 0.7,
  }));
  printBounds(bounds);
  writeResults(options.out, { orders, rounds, connections, figures }, bounds);
}

async function onServer(text: string): Promise<void> {
  const client = new pg.Client(SERVER);
  await client.connect();
  await client.query(text);
  await client.end();
}
