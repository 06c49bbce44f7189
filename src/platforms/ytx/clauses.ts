// The clauses of ytx: each code and rule as a case with its source and all that it needs.
import type { Clause, ClauseRequest, ClauseSet, Mutation } from '../../protocol/clause.ts';
import type { Source } from '../../protocol/contract.ts';
import { BODY_CLAUSES, VALUE_CLAUSES } from './clauses-bodies.ts';
import { CALL_CLAUSES, parameter } from './clauses-calls.ts';
import {
  ACCOUNT,
  APP,
  LIMITED_APP,
  MOBILE,
  OTHER_ACCOUNT,
  orderRow,
  PRODUCTION_APP,
  queryOf,
  SMS_APP,
  said,
  settled,
  submitOf,
  type YtxClause,
} from './clauses-given.ts';
import type { Code } from './codes.ts';

const MINUTE = 60_000;
const SECOND = 1000;
const DAY = 24 * 60 * MINUTE;

let made = 0;
const nextId = (): string => `20160300${String(++made).padStart(8, '0')}`;

/** A query of an order of its own. */
function asked(
  id: string,
  code: Code,
  source: Source,
  its: {
    readonly order?: Readonly<Record<string, unknown>>;
    readonly appid?: string;
    readonly mutate?: Mutation;
    readonly given?: Partial<Clause['given']>;
    readonly repeats?: true;
    readonly reply?: Readonly<Record<string, unknown>>;
  } = {},
): YtxClause {
  const requestId = nextId();
  const appid = its.appid ?? APP;
  const request: ClauseRequest = {
    ...queryOf(requestId, { appid }),
    ...(its.mutate && { mutate: its.mutate }),
  };
  return {
    id,
    source,
    given: {
      party: ACCOUNT,
      orders: [orderRow(requestId, its.order)],
      ...(its.repeats && { before: [request] }),
      ...its.given,
    },
    request,
    expects: { code, ...(its.reply && { reply: its.reply }) },
  };
}

const oncePerMinute: Source = {
  document: 'order-query.txt',
  section: '订单查询',
  quote: '查询频率限制为每分钟1次',
};

const QUERIES: readonly YtxClause[] = [
  asked('query-one-order', '0', said('响应示例', '传一个requestId'), {
    reply: { orderSts: '1', remark: '成功', mobile: '188****0804', oriAmount: '2.94', appid: APP },
  }),
  ...(['0', '1', '-1', '-2'] as const).map((orderSts) =>
    asked(
      `query-an-order-in-state-${orderSts}`,
      '0',
      said('响应参数:', '1:充值成功 -1:充值失败 0: 充值中 -2: 已退款'),
      { order: { orderSts }, reply: { orderSts } },
    ),
  ),
  asked('sign-in-upper-case', '0', parameter('注:MD5加密32位,无论大小写'), {
    mutate: { digits: 'upper-case' },
    reply: { orderSts: '1' },
  }),
  asked('time-almost-a-day-old', '0', parameter('时间戳有效时间为24小时'), {
    mutate: { time: -DAY + SECOND },
    reply: { orderSts: '1' },
  }),
  asked('query-again-at-once', '-705', oncePerMinute, { repeats: true }),
  asked('query-again-a-millisecond-early', '-705', settled('Y22'), {
    repeats: true,
    given: { at: MINUTE - 1 },
  }),
  asked('query-again-after-a-minute', '0', settled('Y22'), {
    repeats: true,
    given: { at: MINUTE },
    reply: { orderSts: '1' },
  }),
  asked('query-an-order-of-another-app', '-704', settled('Y20'), {
    order: { appid: 'cbc6ceb21fd34664b6e452ca2aa40b3f', customParm: 'of-another-app' },
  }),
  {
    ...asked('query-a-key-of-another-app', '-704', settled('Y11'), {
      order: { appid: 'cbc6ceb21fd34664b6e452ca2aa40b3f', customParm: 'key-of-another-app' },
    }),
    request: {
      method: 'getOrderResult',
      params: { appid: APP, customParm: 'key-of-another-app' },
    },
  },
  {
    ...asked('query-by-key', '0', settled('Y11'), { order: { customParm: 'query-by-key' } }),
    request: { method: 'getOrderResult', params: { appid: APP, customParm: 'query-by-key' } },
    expects: { code: '0', reply: { customParm: 'query-by-key' } },
  },
  asked('limit-of-a-day-reached', '-706', settled('Y27'), {
    repeats: true,
    appid: LIMITED_APP,
    order: { appid: LIMITED_APP },
    given: { party: 'limitedaccount' },
  }),
  asked('store-not-reachable', '-100', settled('Y21'), { given: { server: 'no-store' } }),
];

const plain = (id: string, code: Code, source: Source, request: ClauseRequest): YtxClause => ({
  id,
  source,
  given: { party: ACCOUNT },
  request,
  expects: { code },
});

const unknown = (name: string): Source => said('优先必读', name);

const APPS_AND_ORDERS: readonly YtxClause[] = [
  plain('app-unknown', '-205', settled('Y19'), queryOf('1', { appid: 'nosuchapp' })),
  plain('app-as-a-number', '-205', settled('Y7'), queryOf('1', { appid: 5 })),
  plain(
    'app-of-another-account',
    '-205',
    settled('Y19'),
    queryOf('1', { appid: 'aaaabbbbccccddddeeeeffff00001111' }),
  ),
  plain(
    'app-of-the-other-environment',
    '-205',
    unknown('1.应用ID与环境不匹配'),
    queryOf('1', { appid: PRODUCTION_APP }),
  ),
  plain(
    'app-without-the-function',
    '-205',
    unknown('3.应用未开通相应的功能'),
    queryOf('1', { appid: SMS_APP }),
  ),
  plain(
    'app-goes-before-product',
    '-205',
    settled('Y18'),
    submitOf('app-first', { appid: 'nosuchapp', productCode: 'no-such' }),
  ),
  plain('product-unknown', '-301', settled('Y17'), submitOf('p', { productCode: 'P9' })),
  plain(
    'product-named-like-a-property',
    '-301',
    settled('Y17'),
    submitOf('q', { productCode: 'constructor' }),
  ),
  plain('order-unknown', '-704', settled('Y20'), queryOf('2016010000009999')),
  plain('order-id-that-can-be-none', '-704', settled('Y20'), queryOf('订单')),
];

const SUBMISSIONS: readonly YtxClause[] = [
  {
    ...plain('submit', '0', settled('Y14'), submitOf('clause-submit')),
    expects: { code: '0', reply: { statusCode: '0', statusMsg: '提交成功' } },
  },
  plain(
    'submit-with-a-country-code',
    '0',
    settled('Y16'),
    submitOf('clause-country', { rechargeAccount: `+86 ${MOBILE}` }),
  ),
  {
    ...plain('submit-again', '0', settled('Y15'), submitOf('clause-again')),
    given: { party: ACCOUNT, before: [submitOf('clause-again')] },
  },
  {
    ...plain(
      'submit-again-with-another-product',
      '-101',
      settled('Y15'),
      submitOf('clause-other', { productCode: 'VIP-MONTH' }),
    ),
    given: { party: ACCOUNT, before: [submitOf('clause-other')] },
  },
  {
    ...plain('submit-without-a-store', '-100', settled('Y21'), submitOf('clause-gone')),
    given: { party: ACCOUNT, server: 'no-store' },
  },
];

export const clauses: ClauseSet<Code> = {
  platform: 'ytx',
  parties: {
    section: 'accounts',
    secret: 'authToken',
    rows: {
      [ACCOUNT]: {
        accountSID: ACCOUNT,
        apps: [
          { appid: APP, environment: 'sandbox', functions: ['Unicom'], online: true },
          {
            appid: 'cbc6ceb21fd34664b6e452ca2aa40b3f',
            environment: 'sandbox',
            functions: ['Unicom'],
            online: true,
          },
          { appid: PRODUCTION_APP, environment: 'production', functions: ['Unicom'], online: true },
          { appid: SMS_APP, environment: 'sandbox', functions: ['sms'], online: true },
        ],
      },
      [OTHER_ACCOUNT]: {
        accountSID: OTHER_ACCOUNT,
        apps: [
          {
            appid: 'aaaabbbbccccddddeeeeffff00001111',
            environment: 'sandbox',
            functions: ['Unicom'],
            online: true,
          },
        ],
      },
      limitedaccount: {
        accountSID: 'limitedaccount',
        apps: [
          {
            appid: LIMITED_APP,
            environment: 'sandbox',
            functions: ['Unicom'],
            online: true,
          },
        ],
        limits: { perDay: 1 },
      },
    },
  },
  catalog: {
    products: [
      { productCode: 'P1', amount: '2.94' },
      { productCode: 'VIP-MONTH', amount: '15.00', account: 'any' },
    ],
  },
  orders: 'orders',
  clauses: [
    ...QUERIES,
    ...SUBMISSIONS,
    ...CALL_CLAUSES,
    ...BODY_CLAUSES,
    ...VALUE_CLAUSES,
    ...APPS_AND_ORDERS,
  ],
  unreached: {},
};
