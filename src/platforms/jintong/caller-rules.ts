// What callers of Jintong are judged by: a distributor who cancels and hastens orders.
import {
  type CallCheck,
  type CallerRules,
  headerOf,
  type ReceivedCall,
  UTF8,
} from '../../protocol/caller-rules.ts';
import { CANCEL, HASTEN } from './sources.ts';

/** The document of a call, decoded; an empty text if it cannot be. */
function documentOf({ body }: ReceivedCall): string {
  const text = body.toString('utf8');
  try {
    return text.trimStart().startsWith('<') ? text : decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return '';
  }
}

const FORM: CallCheck = {
  id: 'body-is-a-form',
  text: {
    zh: '请求体是 URL 编码的表单，Content-Type 为 application/x-www-form-urlencoded',
    en: 'The body is a URL-encoded form, with the Content-Type application/x-www-form-urlencoded',
  },
  source: { settled: 'J1' },
  fault(call) {
    const type = headerOf(call, 'Content-Type') ?? null;
    const expected = 'application/x-www-form-urlencoded';
    if (type?.toLowerCase().startsWith(expected)) return null;
    return { what: 'Content-Type', expected, got: type };
  },
};

const DECODED: CallCheck = {
  id: 'form-can-be-decoded',
  text: { zh: '表单的百分号编码可以解码', en: 'The percent-encoding of the form can be decoded' },
  source: {
    document: CANCEL,
    section: '3.3. 标识代码',
    quote: 'ArgumentDecryptFail\t参数解密失败',
  },
  fault: (call) =>
    documentOf(call) === ''
      ? { what: 'body', expected: '%XX', got: call.body.subarray(0, 60).toString('latin1') }
      : null,
};

export const callerRules: CallerRules = {
  party: 'jane88',
  write: 'OperateCancelOrder',
  job: 'cancel',
  makeJob(_, n) {
    const orderId = `1599${String(n).padStart(8, '0')}`;
    const row = {
      orderId,
      userName: 'jane88',
      state: 'D',
      pnr: 'JX8K2P',
      flightNo: 'MU5101',
      amount: '1280.00',
      createdAt: '2015-11-03 09:12:33',
    };
    return {
      key: orderId,
      rows: [{ section: 'orders', row }],
      variables: { ORDER_ID: orderId, USER: 'jane88' },
    };
  },
  signature: {
    id: 'signature',
    text: { zh: '每次调用的 Sign 正确', en: 'The Sign of every call is right' },
    source: { document: CANCEL, section: '3.3. 标识代码', quote: 'SignFail\t签名验证失败' },
    codes: ['SignFail'],
  },
  checks: [FORM, DECODED, UTF8],
  methodOf(call) {
    const document = documentOf(call);
    return (
      /<Action>([^<]*)<\/Action>/.exec(document)?.[1] ??
      /(?:^|&)Action=([^&]*)/.exec(document)?.[1] ??
      null
    );
  },
  repeat: {
    id: 'repeat-is-the-same-call',
    text: {
      zh: '超时后重发的取消与第一次的字节相同（同一签名 24 小时内只算一次）',
      en: 'A cancel that is sent again after a timeout has the same bytes: equal signed calls count once in 24 hours',
    },
    source: { settled: 'J23' },
    sameOf: (call) => /<Sign>([^<]*)/.exec(documentOf(call))?.[1] ?? documentOf(call),
  },
  refusal: {
    id: 'refusal-in-200',
    text: {
      zh: 'HTTP 200 中的失败代码（MessageCode）算失败',
      en: 'A refusal in HTTP 200 (MessageCode) counts as a failure',
    },
    source: { document: CANCEL, section: '1.3.2.返回参数', quote: '没有访问权限' },
    code: 'Unauthorized',
  },
  limit: {
    id: 'limit-honoured',
    text: {
      zh: '催单被拒后，10 分钟内不再催同一订单',
      en: 'After a hasten was refused, the same order is not hastened again within 10 minutes',
    },
    source: { document: HASTEN, section: '1.3.2.返回参数', quote: '10分钟内才刚催单，不能再催单!' },
    job: 'hasten',
    method: 'HastenOrder',
    code: 'CallFail',
    waitMs: 10 * 60_000,
  },
  orderIdOf: (job) => job.key,
  callbacks: {
    kind: 'signed',
    states: ['S', 'S', 'N'],
    data: ({ ORDER_ID, USER }, state, version) => ({
      platform: 'jintong',
      orderId: ORDER_ID,
      party: USER,
      version,
      action: ['cancelled', 'hastened'][version - 2] ?? 'moved',
      state,
      from: version === 2 ? 'D' : 'S',
      to: state,
      line: null,
      at: new Date().toISOString(),
      payload: null,
    }),
  },
};
