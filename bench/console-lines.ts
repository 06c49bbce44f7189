// What the console asks of the management API on a large ledger: search, every list by every filter, and an order's page.
import { DAY, MINUTE } from '../src/core/clock.ts';
import { requestIdAt } from '../src/core/request-log.ts';
import {
  callAt,
  callId,
  NEEDLE,
  orderIdOf,
  PLATFORMS,
  type PlatformName,
  partyName,
  RARE_ADDRESS,
  RARE_PARTY,
  rareEvery,
  type Sizes,
} from './console-records.ts';
import { repeatableRandom } from './jintong-requests.ts';

/** An answer, as far as a check looks at it. */
export interface Answer {
  readonly items?: readonly Record<string, unknown>[];
  readonly nextCursor?: string | null;
  readonly searchedTo?: { readonly at: string } | null;
  readonly [field: string]: unknown;
}

export interface Line {
  readonly name: string;
  /** Below /manage/v1; another one at each call. */
  path(): string;
  /** Whether the answer to the path is right. */
  isRight(answer: Answer): boolean;
}

function text(query: Readonly<Record<string, string | number>>): string {
  const given = Object.entries(query).map(([name, value]): [string, string] => [
    name,
    String(value),
  ]);
  return new URLSearchParams(given).toString();
}
const iso = (instant: number): string => new Date(instant).toISOString();

const every =
  (field: string, value: unknown) =>
  ({ items = [] }: Answer): boolean =>
    items.length > 0 && items.every((item) => item[field] === value);
/** Where the load data of a small run may have nothing that fits. */
const isList = ({ items }: Answer): boolean => Array.isArray(items);
const some = ({ items = [] }: Answer): boolean => items.length > 0;
/** A page that is empty, and either the last one or a search that its time has ended. */
const isEmpty = ({ items = [], nextCursor = null, searchedTo = null }: Answer): boolean =>
  items.length === 0 && (nextCursor === null || searchedTo !== null);
/** All that fits, or as much as the search has come to. */
const isWhole = ({ nextCursor = null, searchedTo = null }: Answer): boolean =>
  nextCursor === null || searchedTo !== null;
/** What fits, all of it or as much as the search has come to. */
const isFound = (right: (answer: Answer) => boolean) => (answer: Answer) =>
  right(answer) || (answer.searchedTo ?? null) !== null;

export function consoleLines(sizes: Sizes): readonly Line[] {
  return [
    ...searches(sizes),
    ...orders(sizes),
    ...requests(sizes),
    ...others(sizes),
    ...pages(sizes),
  ];
}

function picker({ orders }: Sizes) {
  const random = repeatableRandom(3);
  const below = (count: number): number => Math.floor(random() * count);
  const perPlatform = Math.floor(orders / PLATFORMS.length);
  return {
    below,
    order: (platform: PlatformName): string => orderIdOf(platform, below(perPlatform)),
    index: (): number => below(perPlatform),
  };
}

function searches(sizes: Sizes): Line[] {
  const { below, order, index } = picker(sizes);
  let asked = '';
  const search = (name: string, term: () => string, isRight = some): Line => ({
    name: `search: ${name}`,
    path: () => {
      asked = term();
      return `/search?${text({ q: asked })}`;
    },
    isRight,
  });
  const isIt = ({ items = [] }: Answer): boolean => items.some(({ id }) => id === asked);
  return [
    ...PLATFORMS.map((platform) =>
      search(`an order id of ${platform}`, () => order(platform), isIt),
    ),
    search('a customParm', () => `load-${index()}`),
    search('a PNR', () => index().toString(36).toUpperCase().padStart(6, 'A')),
    search('the id of a call', () => String(callId(below(sizes.records), sizes)), isIt),
    search('the id of a callback', () => `msg_${1 + below(100)}`),
    search('a mobile number', () => `188${String(index()).padStart(8, '0')}`),
    search('the last 4 digits of a mobile number', () => String(index() % 10_000).padStart(4, '0')),
    search('a party', () => partyName(below(20))),
    search('twenty order ids', () => Array.from({ length: 20 }, () => order('ytx')).join(' ')),
    search('the first 2 characters of a third of the ids', () => '90'),
    search('the first 8 characters of an id', () => order('jintong').slice(0, 8)),
    search('what nobody knows', () => `X${below(1e9)}`, isEmpty),
    search(
      'a number that nobody knows',
      () => `777${String(below(1e9)).padStart(9, '0')}`,
      isEmpty,
    ),
  ];
}

function orders({ orders: count, now }: Sizes): Line[] {
  const perPlatform = Math.floor(count / PLATFORMS.length);
  const { below, order } = picker({ orders: count, records: 0, now });
  const list = (
    name: string,
    query: () => Record<string, string | number>,
    isRight = some,
  ): Line => ({
    name: `orders: ${name}`,
    path: () => `/orders?${text(query())}`,
    isRight,
  });
  /** Cursors name an order's time and row; the load data of two platforms is of the last seven days. */
  const before = (instant: number): string => `${instant}.0`;
  const span = Math.min(perPlatform, 100_000) * 6000;
  const middle = (): string => before(now - Math.floor(span / 2) - below(MINUTE));
  const window = () => {
    const from = now - below(Math.max(1, span - MINUTE)) - MINUTE;
    return { from: iso(from), to: iso(from + MINUTE) };
  };
  const party = () => partyName(below(20));
  return [
    list('newest', () => ({})),
    list('from the middle', () => ({ cursor: middle() })),
    list('the oldest', () => ({ cursor: before(now - 79 * DAY) }), isList),
    list('of a platform', () => ({ platform: 'ytx' }), every('platform', 'ytx')),
    list('of a platform, from the middle', () => ({ platform: 'jintong', cursor: middle() })),
    list('in a state', () => ({ platform: 'jintong', state: 'K' }), every('state', 'K')),
    list('in a state, from the middle', () => ({
      platform: 'jintong',
      state: 'K',
      cursor: middle(),
    })),
    list(
      'in a state that hardly any order has',
      () => ({ platform: 'jintong', state: 'C' }),
      isList,
    ),
    list(
      'in a state, of any platform',
      () => ({ state: 'unshipped' }),
      every('state', 'unshipped'),
    ),
    list('of a party', () => ({ platform: 'jintong', party: party() })),
    list('of a party, of any platform', () => ({ party: party() })),
    list('of a party, from the middle', () => ({
      platform: 'jintong',
      party: party(),
      cursor: middle(),
    })),
    list(
      'of a party in a state',
      () => ({ platform: 'suning', party: partyName(7), state: 'unshipped' }),
      isList,
    ),
    list(
      'of a party in a state that it has none of',
      () => ({ platform: 'jintong', party: partyName(3), state: 'C' }),
      isList,
    ),
    list('of a minute', window),
    list(
      'of a minute and a party',
      () => ({ ...window(), platform: 'jintong', party: party() }),
      isList,
    ),
    list(
      'of a minute and a state',
      () => ({ ...window(), platform: 'jintong', state: 'K' }),
      isList,
    ),
    list('by a whole id', () => ({ q: order('suning') })),
    list('by the first 8 characters of an id', () => ({ q: order('ytx').slice(0, 8) })),
    list('by the first character of a third of the ids', () => ({ q: '9' })),
    list('by a character, of another platform', () => ({ q: '9', platform: 'suning' }), isList),
    list('that somebody looks after', () => ({ assignee: 'nobody' }), isEmpty),
  ];
}

function requests(sizes: Sizes): Line[] {
  const { below, order } = picker(sizes);
  const { records, now } = sizes;
  const list = (
    name: string,
    query: () => Record<string, string | number>,
    isRight = some,
  ): Line => ({
    name: `requests: ${name}`,
    path: () => `/requests?${text(query())}`,
    isRight,
  });
  const window = (length = MINUTE) => {
    const from = callAt(below(records), sizes);
    return { from: iso(from), to: iso(from + length) };
  };
  const old = () => {
    const from = callAt(Math.floor(records / 20), sizes) - below(MINUTE);
    return { from: iso(from), to: iso(from + 5 * MINUTE) };
  };
  return [
    list('newest', () => ({})),
    list('from the middle', () => ({
      cursor: callId(Math.floor(records / 2) + below(100), sizes),
    })),
    list('the oldest', () => ({ cursor: requestIdAt(callAt(20, sizes)) })),
    list(
      'of an order',
      () => ({ platform: 'jintong', orderId: order('jintong'), limit: 200 }),
      isWhole,
    ),
    list('of a platform', () => ({ platform: 'ytx' }), every('platform', 'ytx')),
    list('of a party', () => ({ party: partyName(below(20)) })),
    list('of a party, from the middle', () => ({
      party: partyName(below(20)),
      cursor: callId(Math.floor(records / 2), sizes),
    })),
    list(
      'of a party that calls rarely',
      () => ({ party: RARE_PARTY }),
      isFound(
        ({ items = [] }) => items.length === Math.min(50, Math.floor(records / rareEvery(sizes))),
      ),
    ),
    list('refused', () => ({ refused: 'true' }), every('refused', true)),
    list('refused, of a party', () => ({ refused: 'true', party: partyName(3) }), isList),
    list('by a code', () => ({ outcome: 'SignFail' }), every('outcome', 'SignFail')),
    list(
      'by a code that was never answered',
      () => ({ platform: 'jintong', outcome: 'UnfoundUserInfo' }),
      isEmpty,
    ),
    list('by a method', () => ({ method: 'getOrderResult' }), every('method', 'getOrderResult')),
    list('by an address that calls rarely', () => ({ address: RARE_ADDRESS }), isFound(isList)),
    list('of ten minutes', () => window(10 * MINUTE), isList),
    list('of five minutes a month ago', old, isList),
    list('of five minutes a month ago, refused', () => ({ ...old(), refused: 'true' }), isList),
    list(
      'of a party and the last hour',
      () => ({ from: iso(now - 60 * MINUTE), to: iso(now), party: partyName(5) }),
      isList,
    ),
    list(
      'of a rare party and a day',
      () => ({ ...window(DAY), party: RARE_PARTY }),
      isFound(isList),
    ),
    list('a text of many calls', () => ({ text: '签名不正确' })),
    list('a text of one call', () => ({ text: NEEDLE }), isFound(some)),
    list('a text that no call holds', () => ({ text: `absent-${below(1e9)}` }), isEmpty),
  ];
}

function others({ orders: count, now }: Sizes): Line[] {
  const { below, order } = picker({ orders: count, records: 0, now });
  const list = (
    path: string,
    name: string,
    query: () => Record<string, string | number>,
    isRight: Line['isRight'] = some,
  ): Line => ({
    name: `${path}: ${name}`,
    path: () => `/${path}?${text(query())}`,
    isRight,
  });
  const deliveries = (
    name: string,
    query: () => Record<string, string | number>,
    isRight?: Line['isRight'],
  ) => list('callbacks/deliveries', name, query, isRight);
  const audit = (
    name: string,
    query: () => Record<string, string | number>,
    isRight?: Line['isRight'],
  ) => list('audit', name, query, isRight);
  const audited = Math.floor(count / 20);
  const made = now - 40 * DAY;
  return [
    deliveries('newest', () => ({})),
    deliveries('from the middle', () => ({ cursor: Math.floor(count / 8) })),
    deliveries('the oldest', () => ({ cursor: 40 })),
    deliveries('of an order', () => ({ platform: 'jintong', orderId: order('jintong') }), isList),
    deliveries('of a platform', () => ({ platform: 'jintong' }), every('platform', 'jintong')),
    deliveries('of a party', () => ({ platform: 'suning', party: partyName(below(5)) })),
    deliveries('of an endpoint', () => ({ endpointId: `bench-jintong-${below(5)}` })),
    deliveries('dead', () => ({ state: 'dead' }), every('state', 'dead')),
    deliveries(
      'dead, of a party',
      () => ({ state: 'dead', platform: 'jintong', party: partyName(1) }),
      isList,
    ),
    deliveries('pending', () => ({ state: 'pending' }), every('state', 'pending')),
    deliveries(
      'pending, of an endpoint',
      () => ({ state: 'pending', endpointId: 'bench-jintong-0' }),
      isList,
    ),
    deliveries(
      'of a second long ago',
      () => ({ from: iso(made + 1000), to: iso(made + 2000) }),
      isList,
    ),
    deliveries(
      'of a second long ago, dead',
      () => ({ from: iso(made + 1000), to: iso(made + 2000), state: 'dead' }),
      isList,
    ),
    deliveries(
      'of a day that has none',
      () => ({ from: iso(made - 2 * DAY), to: iso(made - DAY) }),
      isEmpty,
    ),
    list('callbacks/alerts', 'newest', () => ({}), isList),
    list('callbacks/endpoints', 'all', () => ({})),
    list('parties', 'all', () => ({})),
    list('parties', 'of a platform', () => ({ platform: 'ytx' })),
    audit('newest', () => ({})),
    audit('from the middle', () => ({ cursor: Math.floor(audited / 2) })),
    audit('the oldest', () => ({ cursor: 40 })),
    audit('of an actor', () => ({ actor: `operator${below(10)}` })),
    audit('by an action', () => ({ action: 'revealSealed' }), every('action', 'revealSealed')),
    audit('by an action that nobody took', () => ({ action: 'resetSandbox' }), isEmpty),
    audit('of an order', () => ({
      target: `jintong/${orderIdOf('jintong', 3 * below(Math.max(1, Math.floor(audited / 3))))}`,
    })),
    audit('of targets that begin so', () => ({ target: 'suning/8*' }), isList),
    audit('of targets that nothing begins with', () => ({ target: 'party/*' }), isEmpty),
    audit('refused', () => ({ outcome: 'refused' }), every('outcome', 'refused')),
    audit('of an hour long ago', () => ({
      from: iso(now - audited * MINUTE),
      to: iso(now - (audited - 60) * MINUTE),
    })),
    audit('of an actor and an hour long ago', () => ({
      actor: 'operator3',
      from: iso(now - audited * MINUTE),
      to: iso(now - (audited - 60) * MINUTE),
    })),
  ];
}

function pages(sizes: Sizes): Line[] {
  const { order, index } = picker(sizes);
  const one = (name: string, path: () => string): Line => ({
    name,
    path,
    isRight: (answer) => Object.keys(answer).length > 1,
  });
  return [
    ...PLATFORMS.flatMap((platform) => [
      one(`an order of ${platform}`, () => `/orders/${platform}/${order(platform)}`),
      one(
        `the outlook of an order of ${platform}`,
        () => `/orders/${platform}/${order(platform)}/outlook`,
      ),
    ]),
    one(
      'an order with changes',
      () => `/orders/jintong/${orderIdOf('jintong', Math.floor(index() / 20 / 20) * 20)}`,
    ),
    one(
      'the calls of an order’s page',
      () => `/requests?${text({ platform: 'ytx', orderId: order('ytx'), limit: 200 })}`,
    ),
    one('the overview', () => '/overview'),
    one('the overview’s figures', () => '/overview/figures'),
    one('orders that need attention', () => '/attention'),
  ];
}
