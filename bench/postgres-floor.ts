// The floor on PostgreSQL: a bare HTTP handler that sends the statements of each method over the same pool, and nothing else.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DAY, MINUTE } from '../src/core/clock.ts';
import { orderId, ownerId } from '../src/core/ledger.ts';
import type { JsonObject, Order } from '../src/core/order.ts';
import { listName } from '../src/platforms/suning/history-lists.ts';
import { newYtxOrder } from '../src/platforms/ytx/new-order.ts';
import { parseShanghai } from '../src/protocol/shanghai-time.ts';
import { openPostgres } from '../src/storage/postgres/open.ts';
import { Sealer } from '../src/storage/seal.ts';
import type { FloorReplies } from './floor.ts';
import { PARTY } from './jintong-requests.ts';

const { ORDERGATE_DATABASE_URL: url, ORDERGATE_KEY: key } = process.env;
const replies = JSON.parse(readFileSync(process.argv[2]!, 'utf8')) as FloorReplies;
const { ledger, limits } = await openPostgres(url!, new Sealer(Buffer.from(key!, 'hex')));

/** The characters between `before` and `after`. */
function between(text: string, before: string, after: string): string {
  const start = text.indexOf(before) + before.length;
  return text.slice(start, text.indexOf(after, start));
}

/** A change of the order, as the rules of the method would write it. */
async function change(
  order: Order,
  { now, place }: { readonly now: number; readonly place: object | undefined },
  { action, state = order.state, ...more }: ChangeOf,
): Promise<void> {
  const changed = { ...order, state, version: order.version + 1, updatedAt: now };
  const history = {
    ...{ action, line: more.line ?? null, from: order.state, to: state, note: null },
    ...({ actor: `party:${PARTY}`, requestId: 1 } as const),
  };
  await ledger.commit({
    order: {
      ...changed,
      attributes: more.attributes ?? order.attributes,
      lines: more.lines ?? order.lines,
    },
    history,
    event: { type: `order.${action}`, payload: null },
    ...(place && { place }),
    ...more.beside,
  });
}

interface ChangeOf {
  readonly action: string;
  readonly state?: string;
  readonly line?: string;
  readonly attributes?: JsonObject;
  readonly lines?: Order['lines'];
  readonly beside?: Partial<Parameters<typeof ledger.commit>[0]>;
}

async function find(platform: string, id: string, once?: string) {
  const asked = once === undefined ? undefined : { key: once, now: Date.now() };
  const { order, place, now = Date.now() } = await ledger.load(platform, orderId(id), asked);
  return { order: order!, at: { now, place } };
}

let submitted = 0;
const METHODS: Readonly<Record<string, (body: string) => Promise<unknown>>> = {
  'Jintong GetOrderDetail': (body) => find('jintong', between(body, '%3COrderID%3E', '%')),
  async 'Jintong HastenOrder'(body) {
    const { order, at } = await find('jintong', between(body, '%3COrderID%3E', '%'));
    const attributes = { ...order.attributes, hastenedAt: at.now };
    await change(order, at, { action: 'hastened', attributes });
  },
  async 'ytx getOrderResult'(body) {
    const id = between(body, '"requestId":"', '"');
    await ledger.loadMany('ytx', [orderId(id)]);
    await limits.pause([`ytx floor ${id}`], MINUTE, Date.now());
  },
  async 'ytx productOrder'(body) {
    const now = Date.now();
    const order = newYtxOrder(
      {
        requestId: `77${String(submitted++).padStart(14, '0')}`,
        accountSID: PARTY,
        appid: between(body, '"appid":"', '"'),
        orderSts: '0',
        account: 'mobile',
        mobile: between(body, '"rechargeAccount":"', '"'),
        productCode: between(body, '"productCode":"', '"'),
        amount: 294,
        customParm: `floor-${between(body, '"customParm":"', '"')}`,
        createdAt: now,
      },
      now,
    );
    await ledger.createOrders({ orders: [order], existing: 'refuse', now });
  },
  async 'Suning 180'(body) {
    const [id, line] = [between(body, '"orderId":"', '"'), between(body, '"orderItemId":"', '"')];
    const key = `suning:floor-${id}`;
    const { order, at } = await find('suning', id, key);
    const lines = order.lines.map((one) => ({ ...one, state: 'shipped' }));
    const beside = {
      once: { key, reply: null, expiresAt: at.now + DAY },
      deadlines: [{ kind: `refund:${line}`, dueAt: null }],
      sealed: [{ name: `cards:${line}`, text: between(body, '"cardList":', ']'), mask: [] }],
    };
    await change(order, at, { action: 'shipped', state: 'shipped', line, lines, beside });
  },
  'Suning history'(body) {
    const time = (name: string) => parseShanghai(between(body, `"${name}":"`, '"'))!;
    const limit = Number(between(body, '"pageSize":"', '"'));
    const list = listName({ orderCategory: null, serverId: null, chargeId: null });
    return ledger.readPage({
      ...{ platform: 'suning', owner: ownerId(PARTY), list, limit },
      ...{ from: time('startTime'), to: time('endTime') },
      offset: (Number(between(body, '"pageNo":"', '"')) - 1) * limit,
    });
  },
};

const byPath = new Map(
  Object.entries(replies).map(([path, { name, contentType, body }]) => {
    const [, run] = Object.entries(METHODS).find(([begin]) => name!.startsWith(begin))!;
    const head = { 'content-type': contentType, 'content-length': Buffer.byteLength(body) };
    return [path, { run, head, body }];
  }),
);

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const { run, head, body } = byPath.get(request.url ?? '')!;
    run(Buffer.concat(chunks).toString('latin1')).then(
      () => response.writeHead(200, head).end(body),
      (error) => response.writeHead(500).end(String(error)),
    );
  });
});
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo;
  process.stdout.write(`floor listening on http://127.0.0.1:${port}\n`);
});
process.once('SIGTERM', () => process.exit(0));
