// The comparison: ordergate, two floors and the plain stack under the same load, interleaved round by round.
import { cpSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  GATEWAY_PATH,
  indexesOf,
  KINDS,
  type Kind,
  repeatableRandom,
  shotsAt,
  shuffledIndexes,
} from './jintong-requests.ts';
import { countPlainHastens, seedOrdergate, seedPlain } from './ledgers.ts';
import { WrongAnswerError } from './load.ts';
import type { BenchOptions } from './options.ts';
import { cpuRatio } from './phase.ts';
import { floorReplies, refuseDroppedRecords, verifyReplies } from './replies.ts';
import { print, printBounds, printTable, ratioBound, writeResults } from './report.ts';
import { type Figures, measureRounds } from './rounds.ts';
import { ordergateCommand, RunningServer, temporaryDirectory } from './servers.ts';

type Subject = 'floor' | 'durable floor' | 'ordergate' | 'plain';

/** The order that is asked for once before all, to learn what a reply looks like. */
const PROBED = 1;

export async function compare(options: BenchOptions): Promise<void> {
  const { orders, rounds, writes, warmWrites, secret, entry } = options;
  const hastened = PROBED + warmWrites + rounds * writes;
  if (hastened > orders) {
    throw new RangeError(
      `each write needs an order of its own: --orders has to be at least ${hastened}, or --writes, --warm-writes or --rounds smaller`,
    );
  }
  const directory = temporaryDirectory();
  const data = join(directory, 'ordergate');
  print(`seeding ${orders.toLocaleString('en')} orders, twice`);
  await seedOrdergate(entry, data, orders, secret);
  const durableData = join(directory, 'durable');
  cpSync(data, durableData, { recursive: true });
  const plainFile = seedPlain(directory, orders, secret);

  const random = repeatableRandom(1);
  const fresh = shuffledIndexes(random, orders);
  const [probed] = fresh.splice(0, PROBED);

  const ordergate = await RunningServer.start(
    ordergateCommand(entry, 'serve', '--data', data, '--port', '0'),
  );
  const plain = await RunningServer.start(['bench/plain.ts', plainFile]);
  const replies = await verifyReplies(ordergate, plain, probed!, secret);
  const repliesFile = join(directory, 'replies.json');
  writeFileSync(repliesFile, JSON.stringify(floorReplies(replies)));
  const floor = await RunningServer.start(['bench/floor.ts', repliesFile]);
  const durable = await RunningServer.start([
    'bench/durable-floor.ts',
    repliesFile,
    join(durableData, 'ledger.db'),
  ]);
  const servers: Record<Subject, RunningServer> = {
    floor,
    'durable floor': durable,
    ordergate,
    plain,
  };

  const figures = await measureRounds({
    ...{ rounds, connections: options.connections, phases: KINDS, servers },
    shots(kind, isWarmUp) {
      const indexes = indexesOf(kind, isWarmUp, options, random, fresh);
      const floors = shotsAt(`/${kind}`, kind, indexes, secret);
      const gateways = shotsAt(GATEWAY_PATH, kind, indexes, secret);
      return { floor: floors, 'durable floor': floors, ordergate: gateways, plain: gateways };
    },
  });

  await refuseDroppedRecords(ordergate, hastened);
  await Promise.all(Object.values(servers).map((server) => server.stop()));
  const onDisk = countPlainHastens(plainFile);
  if (onDisk !== hastened) {
    throw new WrongAnswerError(`the plain stack answered ${hastened} hastens and keeps ${onDisk}`);
  }
  report(options, figures);
}

function report(
  { orders, rounds, connections, reads, writes, out }: BenchOptions,
  f: Figures<Kind, Subject>,
) {
  print(
    `\n${orders.toLocaleString('en')} orders, ${connections} connections, medians of ${rounds} rounds of ${reads} reads and ${writes} writes`,
  );
  printTable('signed reads', f.read);
  printTable('durable writes', f.write);
  print('');
  for (const kind of KINDS) {
    const { value } = cpuRatio(f[kind].ordergate, f[kind]['durable floor']);
    print(`${kind}s: CPU in that of the durable floor ${value.toFixed(2)}x`);
  }
  print('');
  const bounds = [
    ratioBound(
      'reads: CPU in that of the floor',
      cpuRatio(f.read.ordergate, f.read.floor),
      'at most',
      3,
    ),
    ratioBound('reads: the same, aimed at', cpuRatio(f.read.ordergate, f.read.floor), 'at most', 2),
    ratioBound(
      'writes: CPU in that of the floor',
      cpuRatio(f.write.ordergate, f.write.floor),
      'at most',
      3,
    ),
    ratioBound(
      'writes: the same, aimed at',
      cpuRatio(f.write.ordergate, f.write.floor),
      'at most',
      2,
    ),
    ratioBound(
      'reads: cheaper than the plain stack',
      cpuRatio(f.read.plain, f.read.ordergate),
      'at least',
      3,
    ),
    ratioBound(
      'writes: cheaper than the plain stack',
      cpuRatio(f.write.plain, f.write.ordergate),
      'at least',
      5,
    ),
  ];
  printBounds(bounds);
  writeResults(out, { orders, rounds, connections, reads, writes, figures: f }, bounds);
}
