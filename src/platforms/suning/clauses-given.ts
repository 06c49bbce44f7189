// What the clauses of Suning have in common: apps, orders and calls.
import type { Clause, ClauseRequest, Mutation, Row } from '../../protocol/clause.ts';
import type { Source } from '../../protocol/contract.ts';
import type { Code } from './codes.ts';
import { HISTORY, LEAGUER } from './sources.ts';

export type SuningClause = Clause<Code | 'success'>;

export const STATUS = 'suning.selfmarket.leaguerstatus.add';
export const QUERY = 'suning.fws.historyorder.query';
const METHODS = [STATUS, QUERY];

/** The apps by what they may do; the keys are those of the sandbox. */
export const APP = {
  plain: 'b0c332a133c102765f39de0a1b2c3d4e',
  queries: 'c1d443b244d213876f40ef1b2c3d4e5f',
  oauth: 'd2e554c355e324987051f02c3d4e5f60',
  twoPerSecond: 'e3f665d466f435a98162013d4e5f6071',
  threePerDay: 'f40776e5770546ba9273124e5f607182',
  oneAtOnce: '0518f7f6868157cb0384235f60718293',
} as const;
export const TOKEN = 'a1c5c62b08df3a3cbf7efd0123456789';
export const EXPIRED_TOKEN = 'a1c5c62b08df3a3cbf7efdexpired000';
const SUPPLIER = '10042869';

const appRow = (appKey: string, methods: readonly string[], more: Row = {}): Row => ({
  appKey,
  methods,
  supplierCodes: methods.includes(STATUS) ? [SUPPLIER] : [],
  provider: 'P10001',
  ...more,
});

export const APPS: Readonly<Record<string, Row>> = {
  [APP.plain]: appRow(APP.plain, METHODS),
  [APP.queries]: appRow(APP.queries, [QUERY]),
  [APP.oauth]: appRow(APP.oauth, METHODS, {
    oauthRequired: true,
    accessTokens: [
      { token: TOKEN, expiresInMinutes: 525_600 },
      { token: EXPIRED_TOKEN, expiresInMinutes: -1 },
    ],
  }),
  [APP.twoPerSecond]: appRow(APP.twoPerSecond, [QUERY], { limits: { perSecond: 2 } }),
  [APP.threePerDay]: appRow(APP.threePerDay, [QUERY], { limits: { perDay: 3 } }),
  [APP.oneAtOnce]: appRow(APP.oneAtOnce, [QUERY], { limits: { atOnce: 1 } }),
};

export const settled = (number: string): Source => ({ settled: number });
export const codeRow = (quote: string, document = HISTORY): Source => ({
  document,
  section: '异常码 | 错误描述 | 解决方案',
  quote,
});
export const statusCode = (quote: string): Source => codeRow(quote, LEAGUER);
export const header = (quote: string): Source => ({
  document: HISTORY,
  section: 'appMethod | String',
  quote,
});

let made = 0;

/** A line of virtual goods of its own: an order with one line, paid 5 minutes ago. */
export function line(fields: Row): { readonly row: Row; readonly ids: Row } {
  made++;
  const ids = {
    orderId: `1600${String(made).padStart(6, '0')}`,
    orderItemId: `000002081${String(made).padStart(5, '0')}`,
  };
  const row = {
    ...ids,
    supplierCode: SUPPLIER,
    quantity: 1,
    state: 'unshipped',
    refund: 'none',
    paidMinutesAgo: 5,
    ...fields,
  };
  return { row, ids };
}

/** An order of the service market, of the app's provider, in the month of the document's sample. */
export const serviceOrder = (orderId: string, createTime: string, serverId: string): Row => ({
  section: 'subscriptionOrders',
  provider: 'P10001',
  orderId,
  orderCategory: '1',
  shopName: '农夫山泉',
  businessAccounts: 'Xx@qqqq.com',
  createTime,
  orderDetail: [
    {
      serverId,
      serviceName: '饮料类检测',
      chargeId: 'C90000000001',
      chargeName: '水质检测',
      orderDetailId: `D-${orderId}`,
      orderQuantity: '20',
      basePrice: '10.00',
      effectiveTime: '2015-01-11 00:00:00',
      failureTime: '2015-04-11 00:00:00',
      originalCostTotal: '200.00',
      realPaymentTotal: '180.00',
      preferentialPriceTotal: '20.00',
    },
  ],
});

export const MONTH = { startTime: '2015-01-01 00:00:00', endTime: '2015-02-01 00:00:00' };

/** A query that finds an order which the clause brings with it. */
export const FOUND = {
  orders: [serviceOrder('S90000000001', '2015-01-20 00:00:00', 'S90000000000')],
  request: {
    method: QUERY,
    params: { ...MONTH, serverId: 'S90000000000' },
    mutate: { signed: { Format: 'json' } },
  },
} as const;

/** Adds to a mutation what the call is signed with. */
const withFormat = (format: 'xml' | 'json', mutate: Mutation = {}): Mutation => ({
  ...mutate,
  signed: { Format: format, ...mutate.signed },
});

/** A query in JSON. */
export const queryOf = (fields: Row = {}, mutate?: Mutation): ClauseRequest => ({
  method: QUERY,
  params: { ...MONTH, ...fields },
  mutate: withFormat('json', mutate),
});

/** A status in XML, or in JSON where a value is null, which XML cannot say. */
export const statusOf = (fields: Row, mutate?: Mutation): ClauseRequest => ({
  method: STATUS,
  params: fields,
  mutate: withFormat(Object.values(fields).includes(null) ? 'json' : 'xml', mutate),
});

export const cardsOf = (count: number) =>
  Array.from({ length: count }, (_, i) => ({
    cardCode: `9000${String(i).padStart(6, '0')}`,
    cardSec: `SEC9000${i}`,
  }));

/** A clause whose request needs no order. */
export const clause = (
  id: string,
  code: SuningClause['expects']['code'],
  source: Source,
  request: ClauseRequest,
  given: Partial<SuningClause['given']> = {},
  words?: string,
): SuningClause => ({
  id,
  source,
  given: { party: APP.plain, ...given },
  request,
  expects: { code, ...(words !== undefined && { words }) },
});
