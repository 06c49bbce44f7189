// What the console's measurements seed: parties, orders of the three platforms in turn, and calls of the request log.
import { DAY, type Instant, SECOND } from '../src/core/clock.ts';
import { type RequestRecord, requestIdAt } from '../src/core/request-log.ts';

export const PLATFORMS = ['jintong', 'suning', 'ytx'] as const;
export type PlatformName = (typeof PLATFORMS)[number];

/** Parties of each platform; an order belongs to the party of its number. */
export const PARTIES = 20;
export const partyName = (n: number): string => `load${String(n % PARTIES).padStart(2, '0')}`;

/** How far back the request log goes. */
const LOG_MS = 30 * DAY;

/** Of one call in this many: a party that calls rarely, and an address of its own. */
export const rareEvery = ({ records }: Sizes): number =>
  Math.max(1, Math.min(50_000, Math.floor(records / 10)));
export const RARE_PARTY = 'rare-caller';
export const RARE_ADDRESS = '203.0.113.77';
/** Stands in the body of the oldest call alone. */
export const NEEDLE = 'needle-in-the-oldest-call';
/** Of one call in this many that it was refused. */
const REFUSED_EVERY = 10;

const IDS: Readonly<Record<PlatformName, (index: number) => string>> = {
  jintong: (index) => `9${String(index).padStart(11, '0')}`,
  // One in eight is of virtual goods, whose id begins otherwise.
  suning: (index) => `${index % 8 === 7 ? '8' : 'S'}${String(index).padStart(11, '0')}`,
  ytx: (index) => `19${String(index).padStart(14, '0')}`,
};

/** The id of a platform's order, as its load data has it. */
export const orderIdOf = (platform: PlatformName, index: number): string => IDS[platform](index);

const METHODS: Readonly<Record<PlatformName, string>> = {
  jintong: 'HastenOrder',
  suning: 'suning.fws.historyorder.query',
  ytx: 'getOrderResult',
};
const SUCCESS: Readonly<Record<PlatformName, string>> = {
  jintong: 'CallSuccess',
  suning: 'success',
  ytx: '0',
};
const REFUSAL: Readonly<Record<PlatformName, string>> = {
  jintong: 'SignFail',
  suning: 'sys.check.app-sign:error',
  ytx: '-201',
};

export interface Sizes {
  readonly orders: number;
  readonly records: number;
  readonly now: Instant;
}

/** When the `index`th call came; the newest a few seconds ago. */
export const callAt = (index: number, { records, now }: Sizes): Instant =>
  now - 10 * SECOND - Math.floor(((records - 1 - index) / records) * LOG_MS);

/** Several calls of one millisecond have ids of their own. */
export const callId = (index: number, sizes: Sizes): number =>
  requestIdAt(callAt(index, sizes)) + (index % 4096);

/** The `index`th call, oldest first: of a usual size, about orders all over the ledger. */
export function call(index: number, sizes: Sizes): RequestRecord {
  const platform = PLATFORMS[index % 3]!;
  const perPlatform = Math.floor(sizes.orders / 3);
  // Prime: one order after the other, all over the ledger.
  const order = (index * 7919) % perPlatform;
  const isRare = index % rareEvery(sizes) === rareEvery(sizes) - 1;
  const isRefused = index % REFUSED_EVERY === 3;
  const orderId = orderIdOf(platform, order);
  const party = isRare ? RARE_PARTY : partyName(order);
  const body =
    index === 0
      ? NEEDLE
      : `request=%3CRequest%3E%3CPartner%3E${party}%3C%2FPartner%3E%3CAction%3E${METHODS[platform]}%3C%2FAction%3E%3CRequestFmt%3EXML%3C%2FRequestFmt%3E%3CParam%3E%3CVersion%3E1.0.0.0%3C%2FVersion%3E%3COrderID%3E${orderId}%3C%2FOrderID%3E%3CUserName%3E${party}%3C%2FUserName%3E%3C%2FParam%3E%3CSign%3E***%3C%2FSign%3E%3C%2FRequest%3E&n=${index}`;
  return {
    id: callId(index, sizes),
    at: callAt(index, sizes),
    platform,
    party,
    method: METHODS[platform],
    outcome: isRefused ? REFUSAL[platform] : SUCCESS[platform],
    words: isRefused ? '签名不正确' : '成功',
    refusedBy: isRefused ? 'checkSignature' : null,
    detail: isRefused ? 'the signature is not that of the call' : null,
    orderId,
    address: isRare ? RARE_ADDRESS : `198.51.100.${index % 200}`,
    durationMicros: 800 + (index % 900),
    stringToSign: `Action=${METHODS[platform]}&Param=OrderID=${orderId}&UserName=${party}&Version=1.0.0.0`,
    body,
    why: null,
  };
}
