// `npm run bench -- --ytx`: getOrderResult and productOrder beside the floor, interleaved round by round.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildRequest } from '../src/platforms/ytx/client.ts';
import { ytx } from '../src/platforms/ytx/index.ts';
import { frame } from './frame.ts';
import { repeatableRandom, shuffledIndexes } from './jintong-requests.ts';
import { seedOrdergate } from './ledgers.ts';
import { WrongAnswerError } from './load.ts';
import type { BenchOptions } from './options.ts';
import { cpuRatio } from './phase.ts';
import { print, printBounds, printTable, ratioBound, writeResults } from './report.ts';
import { measureRounds } from './rounds.ts';
import { ordergateCommand, RunningServer, temporaryDirectory } from './servers.ts';

const KINDS = ['read', 'write'] as const;
type Kind = (typeof KINDS)[number];

/** The account that `ordergate seed` makes by default; its one app owns the seeded orders. */
const ACCOUNT = 'load01';
const PROBED = 1;

export async function measureYtx(options: BenchOptions): Promise<void> {
  const { orders, rounds, connections, reads, writes, warmReads, warmWrites, entry } = options;
  const asked = PROBED + warmReads + rounds * reads;
  if (asked > orders) {
    throw new RangeError(
      `each order is asked for once (once a minute): --orders has to be at least ${asked}, or --reads, --warm-reads or --rounds smaller`,
    );
  }
  const directory = temporaryDirectory();
  const data = join(directory, 'ordergate');
  print(`seeding ${orders.toLocaleString('en')} orders`);
  await seedOrdergate(entry, data, orders, options.secret, 'ytx');
  const ordergate = await RunningServer.start(
    ordergateCommand(entry, 'serve', '--data', data, '--port', '0'),
  );

  const party = ytx.seed.party(ACCOUNT, options.secret, 0);
  const unread = shuffledIndexes(repeatableRandom(1), orders);
  let submitted = 0;
  const next = {
    read: (): [body: object, expected: string] => {
      const { order } = ytx.seed.order(party, unread.pop()!, 0);
      const body = { action: 'getOrderResult', appid: order.owner, requestId: order.orderId };
      return [body, `{"requestId":"${order.orderId}","appid"`];
    },
    write: (): [body: object, expected: string] => {
      const { order } = ytx.seed.order(party, 0, 0);
      const customParm = `bench-${submitted++}`;
      const account = { rechargeAccount: '18812340804', productCode: 'P1', customParm };
      return [{ action: 'productOrder', appid: order.owner, ...account }, '"statusCode":"0"'];
    },
  };
  const replies: Record<string, object> = {};
  const expected: Partial<Record<Kind, Buffer>> = {};
  for (const kind of KINDS) {
    const [body, holds] = next[kind]();
    const text = await probe(ordergate, body, options.secret);
    if (!text.includes(holds)) throw new WrongAnswerError(`${kind} was answered ${text}`);
    replies[`/${kind}`] = { contentType: 'application/json;charset=utf-8', body: text };
    expected[kind] = Buffer.from(holds);
  }
  const repliesFile = join(directory, 'replies.json');
  writeFileSync(repliesFile, JSON.stringify(replies));
  const floor = await RunningServer.start(['bench/floor.ts', repliesFile]);

  const figures = await measureRounds({
    ...{ rounds, connections, phases: KINDS, servers: { floor, ordergate } },
    shots(kind, isWarmUp) {
      const [warm, counted] = kind === 'read' ? [warmReads, reads] : [warmWrites, writes];
      const made = Array.from({ length: isWarmUp ? warm : counted }, () => next[kind]());
      const built = made.map(([body, holds]) => ({
        ...signed(body, options.secret),
        holds: Buffer.from(holds),
      }));
      return {
        // The same bytes for the floor, but for the path by which it finds its answer.
        floor: built.map(({ headers, body }) => ({
          request: frame(`/${kind}`, headers, body),
          expected: expected[kind]!,
        })),
        ordergate: built.map(({ url, headers, body, holds }) => ({
          request: frame(url, headers, body),
          expected: holds,
        })),
      };
    },
  });
  await Promise.all([floor, ordergate].map((server) => server.stop()));

  print(
    `\n${orders.toLocaleString('en')} orders, ${connections} connections, medians of ${rounds} rounds of ${reads} reads and ${writes} writes`,
  );
  printTable('getOrderResult', figures.read);
  printTable('productOrder', figures.write);
  print('');
  const bounds = [
    ratioBound(
      'getOrderResult: CPU in that of the floor',
      cpuRatio(figures.read.ordergate, figures.read.floor),
      'at most',
      3,
    ),
    ratioBound(
      'productOrder: CPU in that of the floor',
      cpuRatio(figures.write.ordergate, figures.write.floor),
      'at most',
      3,
    ),
  ];
  printBounds(bounds);
  writeResults(options.out, { orders, rounds, connections, reads, writes, figures }, bounds);
}

/** A call, signed for now. */
const signed = (body: object, secret: string) =>
  buildRequest(ACCOUNT, secret, body as Record<string, string>, Date.now());

async function probe(server: RunningServer, body: object, secret: string): Promise<string> {
  const built = signed(body, secret);
  const response = await fetch(`http://127.0.0.1:${server.port}${built.url}`, {
    method: 'POST',
    headers: built.headers,
    body: built.body,
  });
  return response.text();
}
