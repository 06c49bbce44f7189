// What callers of Suning are judged by: a supplier who ships cards.
import { type CallCheck, type CallerRules, headerOf, UTF8 } from '../../protocol/caller-rules.ts';
import { HISTORY, LEAGUER } from './sources.ts';

const STATUS = 'suning.selfmarket.leaguerstatus.add';
const HEADERS = ['AppMethod', 'AppRequestTime', 'AppKey', 'VersionNo', 'signInfo'];

const NAMES: CallCheck = {
  id: 'names-of-headers',
  text: {
    zh: '系统参数放在 HTTP 头里，名称一个不少',
    en: 'The system parameters are headers, and none is missing',
  },
  source: { settled: 'S1' },
  fault(call) {
    const missing = HEADERS.find((name) => !headerOf(call, name));
    return missing === undefined ? null : { what: 'header', expected: missing, got: null };
  },
};

const FORMAT: CallCheck = {
  id: 'format-is-that-of-the-body',
  text: {
    zh: '请求体的格式与 Format 一致（缺省为 xml）',
    en: 'The body is in the format that Format says; xml where it says nothing',
  },
  source: { settled: 'S3' },
  fault(call) {
    const format = (headerOf(call, 'Format') ?? 'xml').toLowerCase();
    const body = call.body.toString('utf8').trimStart();
    const its = body.startsWith('<') ? 'xml' : 'json';
    return its === format ? null : { what: 'Format', expected: its, got: format };
  },
};

const VERSION: CallCheck = {
  id: 'version-is-v1.2',
  text: { zh: 'VersionNo 为 v1.2', en: 'VersionNo is v1.2' },
  source: { document: HISTORY, section: 'appMethod | String', quote: 'API的版本,目前为v1.2版本' },
  fault(call) {
    const version = headerOf(call, 'VersionNo') ?? null;
    return version === 'v1.2' ? null : { what: 'VersionNo', expected: 'v1.2', got: version };
  },
};

export const callerRules: CallerRules = {
  party: 'b0c332a133c102765f39de0a1b2c3d4e',
  write: STATUS,
  job: 'ship',
  makeJob(_, n) {
    const orderId = `1990${String(n).padStart(6, '0')}`;
    const orderItemId = `00000299${String(n).padStart(6, '0')}`;
    const row = {
      ...{ orderId, orderItemId, supplierCode: '10042869', quantity: 1 },
      ...{ fulfilment: 'card', state: 'unshipped', refund: 'none', paidMinutesAgo: 5 },
    };
    return {
      key: orderId,
      rows: [{ section: 'virtualOrders', row }],
      variables: {
        ORDER_ID: orderId,
        ORDER_ITEM_ID: orderItemId,
        CARD_CODE: `8800${String(n).padStart(6, '0')}`,
        CARD_SECRET: `SEC${String(n).padStart(6, '0')}`,
      },
    };
  },
  signature: {
    id: 'signature',
    text: { zh: '每次调用的 signInfo 正确', en: 'The signInfo of every call is right' },
    source: { settled: 'S5' },
    codes: ['sys.check.app-sign:error', 'sys.check.app-sign:null'],
  },
  checks: [NAMES, VERSION, FORMAT, UTF8],
  methodOf: (call) => headerOf(call, 'AppMethod') ?? null,
  repeat: {
    id: 'repeat-is-the-same-call',
    text: {
      zh: '超时后重发的状态同步与第一次的字节和签名相同，或先查清结果',
      en: 'A status that is sent again after a timeout has the bytes and the signature of the first one',
    },
    source: { settled: 'S32' },
    sameOf: (call) => `${headerOf(call, 'signInfo')} ${call.body.toString('base64')}`,
  },
  refusal: {
    id: 'refusal-in-200',
    text: {
      zh: 'HTTP 200 中的 sn_error 算失败',
      en: 'HTTP 200 with sn_error counts as a failure',
    },
    source: {
      document: LEAGUER,
      section: '异常码 | 错误描述 | 解决方案',
      quote: 'biz.selfmarket.addleaguerstatus.invalid-biz:107',
    },
    code: 'biz.selfmarket.addleaguerstatus.invalid-biz:107',
  },
  limit: {
    id: 'limit-honoured',
    text: {
      zh: '收到“访问频率限制”后，至少等 1 秒再调用',
      en: 'After 访问频率限制 (too many calls a second) the caller waits for a second',
    },
    source: {
      document: HISTORY,
      section: '异常码 | 错误描述 | 解决方案',
      quote: 'sys.controller.api-frequency:limit',
    },
    job: 'ship',
    method: STATUS,
    code: 'sys.controller.api-frequency:limit',
    waitMs: 1000,
  },
  orderIdOf: (job) => job.key,
  callbacks: {
    kind: 'signed',
    states: ['shipped', 'received', 'returned'],
    data: ({ ORDER_ID, ORDER_ITEM_ID }, state, version) => ({
      platform: 'suning',
      orderId: ORDER_ID,
      party: '10042869',
      version,
      action: state === 'shipped' || state === 'received' ? state : 'moved',
      state: null,
      from: 'unshipped',
      to: state,
      line: ORDER_ITEM_ID,
      at: new Date().toISOString(),
      payload: { supplierCode: '10042869', refund: 'none', refundCause: null },
    }),
  },
};
