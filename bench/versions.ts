// `npm run bench -- --versions DIRECTORY`: this checkout beside another one, under the same load, interleaved round by round.
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  GATEWAY_PATH,
  indexesOf,
  KINDS,
  type Kind,
  repeatableRandom,
  shotsAt,
  shuffledIndexes,
} from './jintong-requests.ts';
import type { BenchOptions } from './options.ts';
import { cpuRatio } from './phase.ts';
import { print, printBounds, printTable, ratioBound, writeResults } from './report.ts';
import { type Figures, measureRounds } from './rounds.ts';
import { ordergateCommand, RunningServer, runScript, temporaryDirectory } from './servers.ts';

const HERE = fileURLToPath(new URL('..', import.meta.url));
type Version = 'this' | 'other';

/** What the newer one may cost beside the older one. */
const MOST = 1.05;

export async function compareVersions(options: BenchOptions): Promise<void> {
  const { orders, rounds, writes, warmWrites, secret, entry, versions } = options;
  const roots: Record<Version, string> = { this: HERE, other: resolve(versions!) };
  if (warmWrites + rounds * writes > orders) {
    throw new RangeError('each write needs an order of its own: more --orders');
  }
  const directory = temporaryDirectory();
  print(`seeding ${orders.toLocaleString('en')} orders, twice`);
  const start = async (version: Version): Promise<RunningServer> => {
    const cwd = roots[version];
    const data = join(directory, version);
    const what = ['--platform', 'jintong', '--orders', String(orders), '--secret', secret];
    await runScript(ordergateCommand(entry, 'seed', ...what, '--data', data), {}, cwd);
    const command = ordergateCommand(entry, 'serve', '--data', data, '--port', '0');
    return RunningServer.start(command, {}, cwd);
  };
  const servers: Record<Version, RunningServer> = {
    this: await start('this'),
    other: await start('other'),
  };
  const random = repeatableRandom(1);
  const fresh = shuffledIndexes(random, orders);
  const figures = await measureRounds({
    ...{ rounds, connections: options.connections, phases: KINDS, servers },
    shots(kind, isWarmUp) {
      const indexes = indexesOf(kind, isWarmUp, options, random, fresh);
      const shots = shotsAt(GATEWAY_PATH, kind, indexes, secret);
      return { this: shots, other: shots };
    },
  });
  await Promise.all(Object.values(servers).map((server) => server.stop()));
  report(options, figures);
}

function report(options: BenchOptions, f: Figures<Kind, Version>): void {
  const { orders, rounds, connections, reads, writes, out } = options;
  print(
    `\n${orders.toLocaleString('en')} orders, ${connections} connections, medians of ${rounds} rounds of ${reads} reads and ${writes} writes`,
  );
  printTable('signed reads', f.read);
  printTable('durable writes', f.write);
  print('');
  const bounds = KINDS.map((kind) =>
    ratioBound(
      `${kind}s: CPU in that of the other`,
      cpuRatio(f[kind].this, f[kind].other),
      'at most',
      MOST,
    ),
  );
  printBounds(bounds);
  writeResults(out, { orders, rounds, connections, reads, writes, figures: f }, bounds);
}
