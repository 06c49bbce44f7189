// `npm run bench -- --suning`: reports of delivery and pages of history beside the floor, interleaved round by round.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DAY } from '../src/core/clock.ts';
import {
  buildRequest,
  type Method,
  type Params,
  type SuningRequest,
} from '../src/platforms/suning/client.ts';
import { suning } from '../src/platforms/suning/index.ts';
import { THOUSAND_CARDS_EVERY, VIRTUAL_EVERY } from '../src/platforms/suning/seed.ts';
import { formatShanghai } from '../src/protocol/shanghai-time.ts';
import { frame } from './frame.ts';
import { seedOrdergate } from './ledgers.ts';
import { type Shot, WrongAnswerError } from './load.ts';
import type { BenchOptions } from './options.ts';
import { cpuRatio } from './phase.ts';
import { print, printBounds, printTable, ratioBound, writeResults } from './report.ts';
import { measureRounds } from './rounds.ts';
import { ordergateCommand, RunningServer, temporaryDirectory } from './servers.ts';

const PATH = '/api/http/sopRequest';
/** The app that `ordergate seed` makes by default; it is the orders' supplier and provider, too. */
const APP = 'load01';
const LEAGUER = 'suning.selfmarket.leaguerstatus.add';
const HISTORY = 'suning.fws.historyorder.query';

/** A page 100 times as long costs a hundredth as many requests, and so does a report of 1000 cards. */
const PHASES = {
  '180, 1 card': 1,
  '180, 1000 cards': 0.05,
  '10 rows, page 1': 1,
  '10 rows, page 99,999': 1,
  '100 rows, page 1': 0.2,
  '100 rows, last page': 0.2,
} as const;
type Phase = keyof typeof PHASES;
const NAMES = Object.keys(PHASES) as Phase[];

const LAST_PAGE_NO = 99_999;

export async function measureSuning(options: BenchOptions): Promise<void> {
  const { orders, rounds, connections, reads, writes, entry, secret } = options;
  const directory = temporaryDirectory();
  const data = join(directory, 'ordergate');
  print(`seeding ${orders.toLocaleString('en')} orders`);
  const seeding = performance.now();
  await seedOrdergate(entry, data, orders, secret, 'suning');
  print(`seeded in ${Math.round((performance.now() - seeding) / 1000)} s`);
  const ordergate = await RunningServer.start(
    ordergateCommand(entry, 'serve', '--data', data, '--port', '0'),
  );
  const next = requests(options);

  const replies: Record<string, object> = {};
  const expected: Partial<Record<Phase, Buffer>> = {};
  for (const phase of NAMES) {
    const [request, holds] = next[phase]();
    const url = `http://127.0.0.1:${ordergate.port}${PATH}`;
    const response = await fetch(url, { method: 'POST', ...request });
    const body = await response.text();
    if (!body.includes(holds)) throw new WrongAnswerError(`${phase} was answered ${body}`);
    const contentType = response.headers.get('content-type')!;
    replies[floorPath(phase)] = { contentType, body };
    expected[phase] = Buffer.from(holds);
  }
  const repliesFile = join(directory, 'replies.json');
  writeFileSync(repliesFile, JSON.stringify(replies));
  const floor = await RunningServer.start(['bench/floor.ts', repliesFile]);

  const figures = await measureRounds({
    ...{ rounds, connections, phases: NAMES, servers: { floor, ordergate } },
    shots(phase, isWarmUp) {
      const [warm, counted] = phase.startsWith('180')
        ? [options.warmWrites, writes]
        : [options.warmReads, reads];
      const count = Math.ceil((isWarmUp ? warm : counted) * PHASES[phase]);
      const built = Array.from({ length: count }, () => next[phase]()[0]);
      const shots = (path: string): Shot[] =>
        built.map(({ headers, body }) => ({
          request: frame(path, headers, body),
          expected: expected[phase]!,
        }));
      return { floor: shots(floorPath(phase)), ordergate: shots(PATH) };
    },
  });
  await Promise.all([floor, ordergate].map((server) => server.stop()));

  print(
    `\n${orders.toLocaleString('en')} orders, ${connections} connections, medians of ${rounds} rounds; reads ${reads}, writes ${writes} a round, fewer where they are long`,
  );
  for (const phase of NAMES) printTable(phase, figures[phase]);
  print('');
  const ratio = (of: Phase, to: Phase) => cpuRatio(figures[of].ordergate, figures[to].ordergate);
  const bounds = [
    ratioBound(
      'page 99,999: CPU in that of page 1, 10 rows',
      ratio('10 rows, page 99,999', '10 rows, page 1'),
      'at most',
      3,
    ),
    ratioBound(
      'last page: CPU in that of page 1, 100 rows',
      ratio('100 rows, last page', '100 rows, page 1'),
      'at most',
      3,
    ),
    ...(['180, 1 card', '10 rows, page 1'] as const).map((phase) =>
      ratioBound(
        `${phase}: CPU in that of the floor`,
        cpuRatio(figures[phase].ordergate, figures[phase].floor),
        'at most',
        3,
      ),
    ),
  ];
  printBounds(bounds);
  writeResults(options.out, { orders, rounds, connections, reads, writes, figures }, bounds);
}

type Made = [request: SuningRequest, expected: string];

/** How the next request of each phase is made: each report is of a line of its own. */
function requests({
  orders,
  rounds,
  writes,
  warmWrites,
  secret,
}: BenchOptions): Record<Phase, () => Made> {
  const now = Date.now();
  const party = suning.seed.party(APP, secret, now);
  const subscriptions = orders - Math.floor(orders / VIRTUAL_EVERY);
  const build = <M extends Method>(method: M, params: Params[M]): SuningRequest =>
    buildRequest({ appKey: APP, appSecret: secret }, method, params, Date.now());

  const virtual = (isThousand: boolean): (() => Made) => {
    let index = isThousand ? THOUSAND_CARDS_EVERY - 1 : VIRTUAL_EVERY - 1;
    return () => {
      if (!isThousand && index % THOUSAND_CARDS_EVERY === THOUSAND_CARDS_EVERY - 1) {
        index += VIRTUAL_EVERY;
      }
      if (index >= orders) {
        const needed = 1 + warmWrites + rounds * writes;
        throw new RangeError(
          `each report is of a line of its own: of --orders, ${VIRTUAL_EVERY} times the ${needed} writes are needed; make --writes, --warm-writes or --rounds smaller`,
        );
      }
      const { order } = suning.seed.order(party, index, now);
      index += isThousand ? THOUSAND_CARDS_EVERY : VIRTUAL_EVERY;
      const cardList = Array.from({ length: isThousand ? 1000 : 1 }, (_, i) => ({
        cardCode: `${order.orderId}${i}`,
        cardSec: `I001XB${i}`,
      }));
      const { orderId } = order;
      const orderItemId = order.lines[0]!.lineId;
      const params = { iqStatus: '180', orderId, orderItemId, cardList } as const;
      return [build(LEAGUER, params), '"result":"Y"'];
    };
  };
  const page = (pageNo: number, pageSize: number): (() => Made) => {
    const last = Math.max(1, Math.floor(subscriptions / pageSize));
    const params = {
      startTime: formatShanghai(now - 85 * DAY),
      endTime: formatShanghai(now + DAY),
      pageNo: String(Math.min(pageNo, last)),
      pageSize: String(pageSize),
    };
    return () => [build(HISTORY, params), `"pageNo":"${params.pageNo}"`];
  };
  return {
    '180, 1 card': virtual(false),
    '180, 1000 cards': virtual(true),
    '10 rows, page 1': page(1, 10),
    '10 rows, page 99,999': page(LAST_PAGE_NO, 10),
    '100 rows, page 1': page(1, 100),
    '100 rows, last page': page(LAST_PAGE_NO, 100),
  };
}

const floorPath = (phase: Phase): string => `/${NAMES.indexOf(phase)}`;
