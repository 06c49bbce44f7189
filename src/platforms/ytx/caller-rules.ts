// What callers of ytx are judged by: an account that submits top-ups and learns their results.
import {
  type CallCheck,
  type CallerRules,
  headerOf,
  type ReceivedCall,
  UTF8,
} from '../../protocol/caller-rules.ts';
import { APP, MOBILE } from './clauses-given.ts';
import { DOCUMENT } from './sources.ts';

const parameter = (quote: string) => ({ document: DOCUMENT, section: '公共请求参数:', quote });

function fieldsOf({ body }: ReceivedCall): Readonly<Record<string, unknown>> {
  try {
    return JSON.parse(body.toString('utf8')) ?? {};
  } catch {
    return {};
  }
}

const SIGN: CallCheck = {
  id: 'sign-once-in-the-url',
  text: { zh: 'URL 后带且只带一个 Sign 参数', en: 'The URL has one parameter Sign' },
  source: parameter('*URL后必须带有Sign参数'),
  fault({ path }) {
    const signs = new URLSearchParams(path.split('?')[1] ?? '').getAll('Sign');
    if (signs.length === 1) return null;
    return { what: 'Sign', expected: '1', got: String(signs.length) };
  },
};

const AUTHORIZATION: CallCheck = {
  id: 'authorization-is-base64',
  text: {
    zh: 'Authorization 是 base64(账户Id + "|" + 时间戳)',
    en: 'Authorization is base64 of the account, "|" and the time',
  },
  source: { settled: 'Y1' },
  fault(call) {
    const value = headerOf(call, 'Authorization') ?? null;
    const text = Buffer.from(value ?? '', 'base64').toString('utf8');
    if (/^[^|]+\|\d{14}$/.test(text)) return null;
    return { what: 'Authorization', expected: 'base64(accountSID|yyyyMMddHHmmss)', got: value };
  },
};

const JSON_BODY: CallCheck = {
  id: 'body-is-a-json-object',
  text: { zh: '请求体是 JSON 对象', en: 'The body is a JSON object' },
  source: { settled: 'Y6' },
  fault(call) {
    if (Object.keys(fieldsOf(call)).length > 0) return null;
    return { what: 'body', expected: '{…}', got: call.body.subarray(0, 60).toString('utf8') };
  },
};

export const callerRules: CallerRules = {
  party: 'abcdefghijklmnopqrstuvwxyz012345',
  write: 'productOrder',
  job: 'submit',
  makeJob(job, n) {
    const key = `conformance-${String(n).padStart(8, '0')}`;
    const variables = { APP_ID: APP, MOBILE, PRODUCT: 'P1', KEY: key };
    if (job === 'submit') return { key, rows: [], variables };
    const requestId = `20169900${String(n).padStart(8, '0')}`;
    const row = {
      ...{ requestId, appid: APP, orderSts: '0', remark: '充值中', mobile: MOBILE },
      ...{ oriAmount: '2.94', customParm: key },
    };
    return {
      key: requestId,
      rows: [{ section: 'orders', row }],
      variables: { ...variables, REQUEST_ID: requestId },
    };
  },
  signature: {
    id: 'signature',
    text: { zh: '每次调用的 Sign 正确', en: 'The Sign of every call is right' },
    source: parameter('MD5加密(账户Id + 账户授权令牌 +时间戳)'),
    codes: ['-201', '-202'],
  },
  checks: [SIGN, AUTHORIZATION, JSON_BODY, UTF8],
  methodOf: (call) => {
    const { action } = fieldsOf(call);
    return typeof action === 'string' ? action : null;
  },
  repeat: {
    id: 'repeat-is-the-same-call',
    text: {
      zh: '超时后重发的提交使用同一个 customParm、账号和产品',
      en: 'A submission that is sent again after a timeout has the same customParm, account and product',
    },
    source: { settled: 'Y15' },
    sameOf(call) {
      const { customParm, rechargeAccount, productCode, appid } = fieldsOf(call);
      return JSON.stringify([appid, customParm, rechargeAccount, productCode]);
    },
  },
  refusal: {
    id: 'refusal-in-200',
    text: {
      zh: 'HTTP 200 中 statusCode 不为 0 算失败',
      en: 'HTTP 200 with a statusCode other than 0 counts as a failure',
    },
    source: { document: DOCUMENT, section: '异常示例', quote: '"statusCode":"-2"' },
    code: '-205',
  },
  limit: {
    id: 'limit-honoured',
    text: {
      zh: '查询被拒（每分钟 1 次）后，一分钟内不再查同一订单',
      en: 'After a query was refused, the same order is not asked for again within a minute',
    },
    source: { document: DOCUMENT, section: '订单查询', quote: '查询频率限制为每分钟1次' },
    job: 'query',
    method: 'getOrderResult',
    code: '-705',
    waitMs: 60_000,
  },
  orderIdOf: (_, reply) => /"requestId":"([^"]+)"/.exec(reply)?.[1] ?? null,
  callbacks: {
    kind: 'asked-for',
    state: '1',
    isAsked: {
      id: 'callback-forged',
      text: {
        zh: '状态回推没有签名：先用 getOrderResult 查证，再据此入账',
        en: 'Results are pushed without a signature: the caller asks getOrderResult before it believes one',
      },
      source: { settled: 'Y26' },
    },
    body: (requestId, { APP_ID, KEY }, orderSts) =>
      JSON.stringify({
        ...{ requestId, appid: APP_ID, orderSts, remark: '成功', mobile: '188****0804' },
        ...{ oriAmount: '2.94', customParm: KEY },
      }),
  },
};
