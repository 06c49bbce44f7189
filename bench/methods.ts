// `npm run bench`: every method of every platform beside its durable floor, the bare floor and the plain stack, interleaved.
import { cpSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { askOnce } from './ask.ts';
import { frame } from './frame.ts';
import { countPlainChanges, seedOrdergate, seedPlain } from './ledgers.ts';
import { WrongAnswerError } from './load.ts';
import { type MethodPhase, methodPhases } from './method-requests.ts';
import type { BenchOptions } from './options.ts';
import { cpuRatio } from './phase.ts';
import { refuseDifference, refuseDroppedRecords, verifyReplies } from './replies.ts';
import { print, printBounds, printRatios, ratioBound, writeResults } from './report.ts';
import { measureRounds } from './rounds.ts';
import { ordergateCommand, RunningServer, temporaryDirectory } from './servers.ts';

type Subject = 'floor' | 'durable' | 'ordergate' | 'plain' | 'other';

/** One order more than is asked for: that on which the plain stack's replies are compared. */
const PROBED = 1;
/** Its answers are compared for an order of its own, because one hasten in ten minutes is allowed. */
const JINTONG = 'Jintong ';

export async function measureMethods(options: BenchOptions): Promise<void> {
  const { orders, rounds, connections, reads, writes, entry, secret, versions } = options;
  const phases = methodPhases(orders, secret).filter(({ name }) =>
    name.toLowerCase().includes(options.only.toLowerCase()),
  );
  if (phases.length === 0) throw new RangeError(`no method's name holds "${options.only}"`);
  const directory = temporaryDirectory();
  const data = join(directory, 'ordergate');
  print(`seeding ${orders.toLocaleString('en')} orders of each platform`);
  const platforms = new Set(phases.map(({ name }) => name.split(' ')[0]!.toLowerCase()));
  for (const platform of platforms)
    await seedOrdergate(entry, data, orders + PROBED, secret, platform);
  const plainFile = seedPlain(directory, orders + PROBED, secret, platforms);
  const copy = (name: string): string => {
    cpSync(data, join(directory, name), { recursive: true });
    return join(directory, name);
  };
  const durableData = copy('durable');
  const otherData = versions === undefined ? undefined : join(directory, 'other');
  if (otherData !== undefined) {
    // By its own code: an earlier version does not open a later one's ledger.
    for (const platform of platforms)
      await seedOrdergate(entry, otherData, orders + PROBED, secret, platform, {}, versions);
  }
  const serve = (at: string, cwd?: string) =>
    RunningServer.start(ordergateCommand(entry, 'serve', '--data', at, '--port', '0'), {}, cwd);
  const ordergate = await serve(data);

  const pathOf = (phase: MethodPhase): string => `/${phases.indexOf(phase)}`;
  const replies: Record<string, object> = {};
  const probed = new Map<MethodPhase, string>();
  const plain = await RunningServer.start(['bench/plain.ts', plainFile]);
  let changed = 0;
  for (const phase of phases) {
    const call = phase.next();
    const reply = await askOnce(ordergate, call);
    replies[pathOf(phase)] = { name: phase.name, ...reply };
    probed.set(phase, call.expected);
    if (phase.name.startsWith(JINTONG)) continue;
    refuseDifference(phase.name, reply, await askOnce(plain, call));
    if (phase.changes) changed++;
  }
  const repliesFile = join(directory, 'replies.json');
  writeFileSync(repliesFile, JSON.stringify(replies));
  const servers: Partial<Record<Subject, RunningServer>> = {
    floor: await RunningServer.start(['bench/floor.ts', repliesFile]),
    durable: await RunningServer.start([
      'bench/durable-floor.ts',
      repliesFile,
      join(durableData, 'ledger.db'),
    ]),
    ordergate,
    plain,
  };
  if (otherData !== undefined) servers.other = await serve(otherData, versions);

  if (platforms.has('jintong')) {
    await verifyReplies(ordergate, plain, orders, secret);
    changed++;
  }

  const byName = new Map(phases.map((phase) => [phase.name, phase]));
  const figures = await measureRounds({
    ...{ rounds, connections, phases: [...byName.keys()] },
    servers: servers as Record<Subject, RunningServer>,
    shots(name, isWarmUp) {
      const phase = byName.get(name)!;
      const [warm, counted] = phase.changes
        ? [options.warmWrites, writes]
        : [options.warmReads, reads];
      const count = Math.ceil((isWarmUp ? warm : counted) * phase.share);
      const calls = Array.from({ length: count }, () => phase.next());
      const shots = (target?: string, expected?: string) =>
        calls.map((call) => ({
          request: frame(target ?? call.target, call.headers, call.body),
          expected: Buffer.from(expected ?? call.expected),
        }));
      const gateway = shots();
      if (phase.changes) changed += count;
      return {
        floor: shots(pathOf(phase), probed.get(phase)),
        durable: shots(pathOf(phase)),
        ordergate: gateway,
        plain: gateway,
        other: gateway,
      };
    },
  });
  await refuseDroppedRecords(ordergate);
  await Promise.all(Object.values(servers).map((server) => server.stop()));
  const onDisk = countPlainChanges(plainFile);
  if (onDisk !== changed) {
    throw new WrongAnswerError(`the plain stack answered ${changed} changes and keeps ${onDisk}`);
  }

  print(
    `\n${orders.toLocaleString('en')} orders of each platform, ${connections} connections, medians of ${rounds} rounds; ${reads} short reads and ${writes} short writes a round, fewer where they are long`,
  );
  printRatios(phases, figures);
  const bounds = phases.map(({ name, bound }) =>
    ratioBound(name, cpuRatio(figures[name]!.ordergate, figures[name]!.durable), 'at most', bound),
  );
  print('');
  printBounds(bounds);
  writeResults(options.out, { orders, rounds, connections, reads, writes, figures }, bounds);
  if (options.guard) {
    const beyond = phases.filter(({ guard }, i) => bounds[i]!.range![0] > guard);
    if (beyond.length > 0) {
      const named = beyond.map(({ name, guard }) => `${name} (guard ${guard}x)`).join(', ');
      throw new SlowError(`even in their best round these took more than their guard: ${named}`);
    }
    print('guard: no method took more CPU than its guard in that of its durable floor');
  }
}

/** The message says which method has become slow. */
class SlowError extends RangeError {}
