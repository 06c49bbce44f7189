// `npm run bench`: every method of every platform beside its durable floor, the bare floor and the plain stack, interleaved.
import { cpSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { frame } from './frame.ts';
import { countPlainHastens, seedOrdergate, seedPlain } from './ledgers.ts';
import { WrongAnswerError } from './load.ts';
import { type Call, type MethodPhase, methodPhases } from './method-requests.ts';
import type { BenchOptions } from './options.ts';
import { cpuRatio } from './phase.ts';
import { refuseDroppedRecords, verifyReplies } from './replies.ts';
import { print, printBounds, printRatios, ratioBound, writeResults } from './report.ts';
import { measureRounds } from './rounds.ts';
import { ordergateCommand, RunningServer, temporaryDirectory } from './servers.ts';

type Subject = 'floor' | 'durable' | 'ordergate' | 'plain' | 'other';

/** One order more than is asked for: that on which the plain stack's replies are compared. */
const PROBED = 1;
/** What the plain stack serves. */
const PLAIN = 'Jintong ';

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
  const plainFile = seedPlain(directory, orders + PROBED, secret);
  const copy = (name: string): string => {
    cpSync(data, join(directory, name), { recursive: true });
    return join(directory, name);
  };
  const durableData = copy('durable');
  const otherData = versions === undefined ? undefined : copy('other');
  const serve = (at: string, cwd?: string) =>
    RunningServer.start(ordergateCommand(entry, 'serve', '--data', at, '--port', '0'), {}, cwd);
  const ordergate = await serve(data);

  const pathOf = (phase: MethodPhase): string => `/${phases.indexOf(phase)}`;
  const replies: Record<string, object> = {};
  const probed = new Map<MethodPhase, string>();
  for (const phase of phases) {
    const call = phase.next();
    replies[pathOf(phase)] = { name: phase.name, ...(await ask(ordergate, call)) };
    probed.set(phase, call.expected);
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
  };
  if (otherData !== undefined) servers.other = await serve(otherData, versions);

  if (phases.some(({ name }) => name.startsWith(PLAIN))) {
    const plain = await RunningServer.start(['bench/plain.ts', plainFile]);
    await verifyReplies(ordergate, plain, orders, secret);
    servers.plain = plain;
  }

  let hastened = PROBED;
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
      const isPlain = name.startsWith(PLAIN);
      if (isPlain && phase.changes) hastened += count;
      return {
        floor: shots(pathOf(phase), probed.get(phase)),
        durable: shots(pathOf(phase)),
        ordergate: gateway,
        plain: isPlain ? gateway : undefined,
        other: gateway,
      };
    },
  });
  await refuseDroppedRecords(ordergate);
  await Promise.all(Object.values(servers).map((server) => server.stop()));
  const onDisk = countPlainHastens(plainFile);
  if (servers.plain && onDisk !== hastened) {
    throw new WrongAnswerError(`the plain stack answered ${hastened} hastens and keeps ${onDisk}`);
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

async function ask(server: RunningServer, { target, headers, body, expected }: Call) {
  const url = `http://127.0.0.1:${server.port}${target}`;
  const response = await fetch(url, { method: 'POST', headers, body });
  const text = await response.text();
  if (!text.includes(expected)) throw new WrongAnswerError(`${target} was answered ${text}`);
  return { contentType: response.headers.get('content-type')!, body: text };
}
