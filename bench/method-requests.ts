// What the load asks of each method: signed calls on seeded orders, made one after the other.
import { DAY } from '../src/core/clock.ts';
import {
  buildRequest as buildSuning,
  type Method,
  type Params,
} from '../src/platforms/suning/client.ts';
import { suning } from '../src/platforms/suning/index.ts';
import { THOUSAND_CARDS_EVERY, VIRTUAL_EVERY } from '../src/platforms/suning/seed.ts';
import { buildRequest as buildYtx } from '../src/platforms/ytx/client.ts';
import { ytx } from '../src/platforms/ytx/index.ts';
import { formatShanghai } from '../src/protocol/shanghai-time.ts';
import {
  GATEWAY_PATH,
  type Kind,
  PARTY,
  repeatableRandom,
  seededOrderId,
  shuffledIndexes,
  signedBody,
} from './jintong-requests.ts';

/** A signed call, and what the answer to it has to hold. */
export interface Call {
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly expected: string;
}

export interface MethodPhase {
  readonly name: string;
  readonly changes: boolean;
  /** How many requests of it a round has, in those of a short read or write. */
  readonly share: number;
  /** The most CPU that it may take, in that of its durable floor. */
  readonly bound: number;
  /**
   * The same for the best round of a run with `--guard`: so far above what short runs on busy machines
   * give that only a change of the code exceeds it.
   */
  readonly guard: number;
  next(): Call;
}

const READ = 1.6;
const WRITE = 1.5;
/** A call: short runs gave 2.1 to 3.4. */
const GUARD = 8;
/** A page: 0.6 to 2.0. */
const PAGE_GUARD = 5;
/** A thousand cards: 5 to 18, the first hundred of which run before the code is compiled. */
const CARDS_GUARD = 40;
/** Of a thousand cards. */
const CARDS = 2;
/** The most of a page that Suning's document allows. */
const LAST_PAGE_NO = 99_999;

/** The party that calls, and its orders: `first` is the index of the first, a multiple of 64. */
export interface Load {
  readonly party: string;
  readonly first: number;
  readonly orders: number;
  readonly secret: string;
}

/** @param orders how many each platform has been seeded with */
export function methodPhases(orders: number, secret: string): readonly MethodPhase[] {
  return phasesOf({ party: PARTY, first: 0, orders, secret });
}

export function phasesOf(load: Load): readonly MethodPhase[] {
  const phase = (
    name: string,
    changes: boolean,
    share: number,
    [bound, guard]: readonly [number, number],
    next: () => Call,
  ): MethodPhase => ({ name, changes, share, bound, guard, next });
  const jintong = jintongCalls(load);
  const topUps = ytxCalls(load);
  const page = pages(load);
  return [
    phase('Jintong GetOrderDetail', false, 1, [READ, GUARD], jintong('read')),
    phase('Jintong HastenOrder', true, 1, [WRITE, GUARD], jintong('write')),
    phase('ytx getOrderResult', false, 1, [READ, GUARD], topUps.read),
    phase('ytx productOrder', true, 1, [WRITE, GUARD], topUps.write),
    phase('Suning 180, 1 card', true, 1, [WRITE, GUARD], reports(load, false)),
    phase('Suning 180, 1,000 cards', true, 0.015, [CARDS, CARDS_GUARD], reports(load, true)),
    phase('Suning history, 10 rows', false, 0.5, [READ, PAGE_GUARD], page(1, 10)),
    phase('Suning history, 10 rows, last', false, 0.5, [READ, PAGE_GUARD], page(LAST_PAGE_NO, 10)),
    phase('Suning history, 100 rows', false, 0.1, [READ, PAGE_GUARD], page(1, 100)),
    phase(
      'Suning history, 100 rows, last',
      false,
      0.1,
      [READ, PAGE_GUARD],
      page(LAST_PAGE_NO, 100),
    ),
  ];
}

const exhausted = (what: string): RangeError =>
  new RangeError(`${what}: more --orders, or fewer --reads, --writes or --rounds`);

/** Every order once. */
function everyOrder({ first, orders }: Load, what: string): () => number {
  const indexes = shuffledIndexes(repeatableRandom(1), orders);
  return () => {
    const index = indexes.pop();
    if (index === undefined) throw exhausted(what);
    return first + index;
  };
}

const FORM = { 'Content-Type': 'application/x-www-form-urlencoded' };

function jintongCalls(load: Load): (kind: Kind) => () => Call {
  const { party, first, orders, secret } = load;
  const random = repeatableRandom(2);
  const fresh = everyOrder(load, 'an order is hastened once in ten minutes');
  // Answers arrive URL-encoded, with lower-case hex.
  return (kind) => () => {
    const index = kind === 'write' ? fresh() : first + Math.floor(random() * orders);
    const expected =
      kind === 'write'
        ? '%3cMessageCode%3eCallSuccess%3c'
        : `%3cOrderID%3e${seededOrderId(index)}%3c`;
    const body = signedBody(kind, index, secret, party);
    return { target: GATEWAY_PATH, headers: FORM, body, expected };
  };
}

function ytxCalls(load: Load): Record<Kind, () => Call> {
  const { secret } = load;
  const party = ytx.seed.party(load.party, secret, 0);
  const unread = everyOrder(load, 'an order is asked for once a minute');
  let submitted = 0;
  const call = (body: Record<string, string>, expected: string): Call => {
    const { url, ...built } = buildYtx(party.partyId, secret, body, Date.now());
    return { target: url, ...built, expected };
  };
  return {
    read() {
      const { order } = ytx.seed.order(party, unread(), 0);
      const body = { action: 'getOrderResult', appid: order.owner, requestId: order.orderId };
      return call(body, `{"requestId":"${order.orderId}","appid"`);
    },
    write() {
      const { order } = ytx.seed.order(party, 0, 0);
      const customParm = `bench-${submitted++}`;
      const account = { rechargeAccount: '18812340804', productCode: 'P1', customParm };
      return call({ action: 'productOrder', appid: order.owner, ...account }, '"statusCode":"0"');
    },
  };
}

function suningCall<M extends Method>(
  { party, secret }: Load,
  method: M,
  params: Params[M],
  expected: string,
): Call {
  const built = buildSuning({ appKey: party, appSecret: secret }, method, params, Date.now());
  return { target: '/api/http/sopRequest', ...built, expected };
}

/** Reports of delivery, each of a line of its own. */
function reports(load: Load, isThousand: boolean): () => Call {
  const { first, orders, secret } = load;
  const now = Date.now();
  const party = suning.seed.party(load.party, secret, now);
  let index = first + (isThousand ? THOUSAND_CARDS_EVERY : VIRTUAL_EVERY) - 1;
  return () => {
    if (!isThousand && index % THOUSAND_CARDS_EVERY === THOUSAND_CARDS_EVERY - 1) {
      index += VIRTUAL_EVERY;
    }
    if (index >= first + orders) throw exhausted('each report is of a line of its own');
    const { order } = suning.seed.order(party, index, now);
    index += isThousand ? THOUSAND_CARDS_EVERY : VIRTUAL_EVERY;
    const { orderId, lines } = order;
    const cardList = Array.from({ length: isThousand ? 1000 : 1 }, (_, i) => ({
      cardCode: `${orderId}${i}`,
      cardSec: `I001XB${i}`,
    }));
    const params = {
      iqStatus: '180',
      orderId,
      orderItemId: lines[0]!.lineId,
      cardList,
    } as const;
    return suningCall(load, 'suning.selfmarket.leaguerstatus.add', params, '"result":"Y"');
  };
}

function pages(load: Load): (pageNo: number, size: number) => () => Call {
  const { orders } = load;
  const now = Date.now();
  const subscriptions = orders - Math.floor(orders / VIRTUAL_EVERY);
  return (pageNo, size) => {
    const last = Math.max(1, Math.floor(subscriptions / size));
    const params = {
      startTime: formatShanghai(now - 85 * DAY),
      endTime: formatShanghai(now + DAY),
      pageNo: String(Math.min(pageNo, last)),
      pageSize: String(size),
    };
    const expected = `"pageNo":"${params.pageNo}"`;
    return () => suningCall(load, 'suning.fws.historyorder.query', params, expected);
  };
}
