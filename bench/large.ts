// `node bench/large.ts --secret KEY …`: plans and latencies on a large ledger on PostgreSQL, seeded beforehand (docs/scaling.md).
import { parseArgs } from 'node:util';
import pg from 'pg';
import { DAY } from '../src/core/clock.ts';
import { type Change, orderId, ownerId } from '../src/core/ledger.ts';
import type { Order } from '../src/core/order.ts';
import { buildRequest } from '../src/platforms/suning/client.ts';
import { listName } from '../src/platforms/suning/history-lists.ts';
import { VIRTUAL_EVERY } from '../src/platforms/suning/seed.ts';
import { formatShanghai } from '../src/protocol/shanghai-time.ts';
import { openPostgres } from '../src/storage/postgres/open.ts';
import { Sealer } from '../src/storage/seal.ts';
import { frame } from './frame.ts';
import { GATEWAY_PATH, PARTY, seededOrderId, shotsAt } from './jintong-requests.ts';
import type { Shot } from './load.ts';
import { measure } from './phase.ts';
import { print } from './report.ts';
import { ordergateCommand, RunningServer } from './servers.ts';

const { values } = parseArgs({
  options: {
    secret: { type: 'string', default: '' },
    jintong: { type: 'string', default: '4500000' },
    suning: { type: 'string', default: '500000' },
    reads: { type: 'string', default: '10000' },
    writes: { type: 'string', default: '4000' },
    connections: { type: 'string', default: '8' },
  },
});
const { secret } = values;
const [jintong, suning, reads, writes, connections] = (
  ['jintong', 'suning', 'reads', 'writes', 'connections'] as const
).map((name) => Number(values[name])) as [number, number, number, number, number];
const url = process.env.ORDERGATE_DATABASE_URL!;
const settings = {
  ORDERGATE_DATABASE_URL: url,
  ORDERGATE_KEY: process.env.ORDERGATE_KEY!,
  ORDERGATE_ADMIN_TOKEN: process.env.ORDERGATE_ADMIN_TOKEN!,
};
const now = Date.now();
const OWNER = ownerId(PARTY);
const TURNS = 500;
const WARM = 50;
/** Prime: one order after the other, each once, all over the ledger. */
const STRIDE = 7919;
/** What signatures are for: the sandbox's clock, once it is moved. */
let gatewayTime = now;
const subscriptions = suning - Math.floor(suning / VIRTUAL_EVERY);
const RANGE = { from: now - 85 * DAY, to: now + DAY };
const pages = (size: number): number => Math.floor(subscriptions / size);

function pageShots(count: number, pageNo: number, size: number): Shot[] {
  const request = buildRequest(
    { appKey: PARTY, appSecret: secret },
    'suning.fws.historyorder.query',
    {
      startTime: formatShanghai(RANGE.from),
      endTime: formatShanghai(RANGE.to),
      pageNo: String(pageNo),
      pageSize: String(size),
    },
    gatewayTime,
  );
  const framed = frame('/api/http/sopRequest', request.headers, request.body);
  const shot = { request: framed, expected: Buffer.from(`"pageNo":"${pageNo}"`) };
  return Array.from({ length: count }, () => shot);
}

const millis = (value: number): string => `${value.toFixed(2)} ms`;
const row = (name: string, rate: number, p50: number, p99: number): void =>
  print(`| ${name} | ${Math.round(rate)} | ${millis(p50)} | ${millis(p99)} |`);

async function measureCalls(): Promise<void> {
  const server = await RunningServer.start(
    ordergateCommand('src/cli/index.ts', 'serve', '--port', '0'),
    settings,
  );
  // Whatever a run before has hastened: an order is hastened once in ten minutes.
  const advanced = await fetch(`http://127.0.0.1:${server.port}/manage/v1/clock`, {
    method: 'POST',
    headers: { authorization: `Bearer ${settings.ORDERGATE_ADMIN_TOKEN}` },
    body: JSON.stringify({ advanceSeconds: 601 }),
  });
  const { now: moved } = (await advanced.json()) as { now: string };
  gatewayTime = Date.parse(moved);
  let at = now % jintong;
  const jintongShots = (kind: 'read' | 'write', count: number): Shot[] => {
    const indexes = Array.from({ length: count }, () => (at = (at + STRIDE) % jintong));
    return shotsAt(GATEWAY_PATH, kind, indexes, secret);
  };
  const phases: [name: string, shots: (count: number) => Shot[], count: number][] = [
    ['signed read (GetOrderDetail), any order', (n) => jintongShots('read', n), reads],
    ['durable change (HastenOrder), any order', (n) => jintongShots('write', n), writes],
    ['counted list, 10 rows, page 1', (n) => pageShots(n, 1, 10), reads / 5],
    [`… page ${pages(10) / 2}`, (n) => pageShots(n, Math.floor(pages(10) / 2), 10), reads / 5],
    [`… the last, ${pages(10)}`, (n) => pageShots(n, pages(10), 10), reads / 5],
    ['counted list, 100 rows, page 1', (n) => pageShots(n, 1, 100), reads / 20],
    [`… the last, ${pages(100)}`, (n) => pageShots(n, pages(100), 100), reads / 20],
  ];
  for (const [name, shots, count] of phases) {
    await measure(server, connections, shots(Math.ceil(count / 2))); // Warms it up.
    const { requestsPerSecond, p50Millis, p99Millis } = await measure(
      server,
      connections,
      shots(count),
    );
    row(name, requestsPerSecond, p50Millis, p99Millis);
  }
  await server.stop();
}

type Ledger = Awaited<ReturnType<typeof openPostgres>>['ledger'];

const open = (at: string) =>
  openPostgres(at, new Sealer(Buffer.from(settings.ORDERGATE_KEY, 'hex')), { databaseTime: false });
const anyId = (i: number) => orderId(seededOrderId((i * STRIDE) % jintong));
const page = (ledger: Ledger, offset: number) => {
  const list = listName({ orderCategory: null, serverId: null, chargeId: null });
  return ledger.readPage({ platform: 'suning', owner: OWNER, list, ...RANGE, offset, limit: 10 });
};

/** The least that a change can be. */
function hastened(order: Order): Change {
  const { state, version, updatedAt } = order;
  return {
    order: { ...order, version: version + 1, updatedAt: updatedAt + 1 },
    history: {
      action: 'hastened',
      line: null,
      from: state,
      to: state,
      actor: 'operator',
      note: null,
      requestId: null,
    },
    event: { type: 'order.hastened', payload: null },
  };
}

/** Each of another order or instant at each turn. */
const QUESTIONS: Record<string, (ledger: Ledger, i: number) => Promise<unknown>> = {
  'load an order': (ledger, i) => ledger.load('jintong', anyId(i)),
  'load and change one': async (ledger, i) => {
    const { order } = await ledger.load('jintong', anyId(i));
    return ledger.commit(hastened(order!));
  },
  'history of an order': (ledger, i) => ledger.readHistory('jintong', anyId(i)),
  'counted list, page 1': (ledger) => page(ledger, 0),
  'counted list, the last page': (ledger) => page(ledger, pages(10) * 10 - 10),
  // Behind all that is due, and with leases that have ended at the next turn: always a hundred.
  'claim 100 deadlines': (ledger, i) => ledger.claimDeadlines(now + 900 * DAY + i * 10, 100, 1),
  'next deadline': (ledger) => ledger.nextDeadline(now),
  'console, newest 50': (ledger) => ledger.listOrders({ limit: 50 }),
  'console, newest 50 of a party': (ledger) =>
    ledger.listOrders({ limit: 50, platform: 'jintong', owner: PARTY }),
  'console, a platform of seven orders': (ledger) =>
    ledger.listOrders({ limit: 50, platform: 'ytx' }),
  'console, ids that begin so': (ledger) => ledger.listOrders({ limit: 50, q: '9000001234' }),
};

async function measureStatements(): Promise<void> {
  const { ledger, close } = await open(url);
  for (const [name, ask] of Object.entries(QUESTIONS)) {
    const took = new Float64Array(TURNS);
    for (let i = -WARM; i < TURNS; i++) {
      const started = performance.now();
      await ask(ledger, i + 1000);
      if (i >= 0) took[i] = performance.now() - started;
    }
    took.sort();
    row(
      name,
      1000 / (took.reduce((sum, one) => sum + one) / TURNS),
      took[TURNS * 0.5]!,
      took[TURNS * 0.99]!,
    );
  }
  await close();
}

interface Plan {
  readonly [field: string]: unknown;
  readonly Plans?: readonly Plan[];
}

/** What a plan touches: by which index, and how many rows it wanted and left aside. */
function scans(plan: Plan): string[] {
  const { 'Node Type': type, 'Relation Name': table, 'Index Name': index } = plan;
  const [rows, loops] = [Number(plan['Actual Rows']), Number(plan['Actual Loops'])];
  const left = Number(plan['Rows Removed by Filter'] ?? 0);
  const own =
    loops > 0 && (table || index) && !/^(Insert|ModifyTable|LockRows)$/.test(String(type));
  const text = `${type} ${index ?? table}: ${Math.round(rows * loops)} rows${left ? `, ${left} left aside` : ''}`;
  return [...(own ? [text] : []), ...(plan.Plans ?? []).flatMap(scans)];
}

/** The server's own plans, as it tells them to the one who asks (auto_explain). */
async function showPlans(): Promise<void> {
  const watched = new URL(url);
  const told = [
    'session_preload_libraries=auto_explain',
    'auto_explain.log_min_duration=0',
    'auto_explain.log_nested_statements=on',
    'auto_explain.log_analyze=on',
    'auto_explain.log_buffers=on',
    'auto_explain.log_format=json',
    'client_min_messages=log',
  ];
  watched.searchParams.set('options', told.map((one) => `-c ${one}`).join(' '));
  // In the URL of a database a plus is a plus.
  const watchedUrl = watched.href.replaceAll('+', '%20');
  let seen: string[] = [];
  const { emit } = pg.Client.prototype;
  pg.Client.prototype.emit = function (this: pg.Client, name: string, ...args: unknown[]) {
    const message = name === 'notice' ? String((args[0] as Error).message) : '';
    if (message.startsWith('duration:')) {
      const json = message.slice(message.indexOf('{'));
      const { Plan: plan, 'Query Text': text } = JSON.parse(json) as Record<string, Plan>;
      const pages = Number(plan!['Shared Hit Blocks']) + Number(plan!['Shared Read Blocks']);
      const lines = scans(plan!).map((line) => `\n    ${line}`);
      seen.push(
        `  ${String(text).trim().replaceAll(/\s+/g, ' ').slice(0, 90)}: ${pages} buffers, ${plan!['Actual Total Time']} ms${lines.join('')}`,
      );
    }
    return Reflect.apply(emit, this, [name, ...args]);
  } as typeof emit;
  const { ledger, close } = await open(watchedUrl);
  for (const [name, ask] of Object.entries(QUESTIONS)) {
    await ask(ledger, 100_000);
    seen = [];
    await ask(ledger, 100_001);
    print(`${name}\n${seen.join('\n')}`);
  }
  await close();
}

await measureStatements();
await measureCalls();
await showPlans();
process.exit(0);
