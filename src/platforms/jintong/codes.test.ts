// Every documented code is reached by real bytes through the real server; a code without a case fails.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { call, cancel, detail, document, form, hasten, KEYS, post } from '../../../test/jintong.ts';
import { manage, startTestServer } from '../../../test/support.ts';
import { AddressList } from '../../directory/addresses.ts';
import { readReply } from './client.ts';
import { CODES, type Code, EXEMPT_CODES } from './codes.ts';

const server = await startTestServer({
  config: { trustedProxies: new AddressList(['127.0.0.1']) },
});
const reached = new Set<string>();

interface Case {
  /** The table's row, and where this case comes from. */
  readonly clause: string;
  readonly code: Code;
  readonly description?: string;
  readonly body: string | Uint8Array<ArrayBuffer>;
  readonly partner?: keyof typeof KEYS;
  readonly headers?: Record<string, string>;
  /** No partner is known: the reply has no Sign. */
  readonly unsigned?: true;
}

const ORDER = '15110100068';
const PARAM = { OrderID: ORDER, UserName: 'jane88' };
const tampered = hasten(ORDER).replace(/<Sign>./, (found) =>
  found.endsWith('0') ? '<Sign>1' : '<Sign>0',
);
const withBasic = (basic: Record<string, string | undefined>): string =>
  document('jane88', 'HastenOrder', { basic, param: PARAM });

const CASES: readonly Case[] = [
  {
    clause: 'CallSuccess 调用接口成功; 催单成功',
    code: 'CallSuccess',
    description: '催单成功',
    body: form(hasten(ORDER)),
  },
  {
    clause: 'CallSuccess; 操作成功',
    code: 'CallSuccess',
    description: '操作成功',
    body: form(cancel('15110100065')),
  },
  {
    clause: 'CallSuccess; GetOrderDetail',
    code: 'CallSuccess',
    description: '调用接口成功',
    body: form(detail(ORDER)),
  },

  {
    clause:
      'ArgumentDecryptFail 参数解密失败: "unreadable form or percent-encoding of the carrier"',
    code: 'ArgumentDecryptFail',
    body: 'request=%3CRequest%3%',
    unsigned: true,
  },
  {
    clause: 'ArgumentDecryptFail: percent-encoding that is not UTF-8',
    code: 'ArgumentDecryptFail',
    body: 'request=%FF%FE',
    unsigned: true,
  },
  {
    clause: 'ArgumentDecryptFail: a form that is not UTF-8',
    code: 'ArgumentDecryptFail',
    body: new Uint8Array([0x61, 0x3d, 0xff]),
    unsigned: true,
  },

  {
    clause: 'ArgumentDeserializeFail 参数反序列化失败: "not well-formed"',
    code: 'ArgumentDeserializeFail',
    body: form('<Request><Partner>jane88</Request>'),
    unsigned: true,
  },
  {
    clause: 'ArgumentDeserializeFail: 001 1.3.1, its request sample has </Request> twice',
    code: 'ArgumentDeserializeFail',
    body: form('<Request><Partner>jane88</Partner></Request><Param></Param></Request>'),
    unsigned: true,
  },
  {
    clause: 'ArgumentDeserializeFail: "refused XML", a DOCTYPE',
    code: 'ArgumentDeserializeFail',
    body: form(`<!DOCTYPE Request>${hasten(ORDER)}`),
    unsigned: true,
  },
  {
    clause: 'ArgumentDeserializeFail: "refused XML", over 64 KiB',
    code: 'ArgumentDeserializeFail',
    body: form(withBasic({ Version: 'x'.repeat(65_536) })),
    unsigned: true,
  },
  {
    clause: 'ArgumentDeserializeFail: raw XML that is not UTF-8',
    code: 'ArgumentDeserializeFail',
    body: new Uint8Array([0x3c, 0xff, 0x3e]),
    unsigned: true,
  },
  {
    clause: 'ArgumentDeserializeFail: "an element twice"',
    code: 'ArgumentDeserializeFail',
    body: form(hasten(ORDER).replace('<Partner>', '<Partner>x</Partner><Partner>')),
    unsigned: true,
  },
  {
    clause: 'ArgumentDeserializeFail: another root',
    code: 'ArgumentDeserializeFail',
    body: form('<Requests></Requests>'),
    unsigned: true,
  },
  {
    clause: 'ArgumentDeserializeFail: "elements that the action does not define", in Param',
    code: 'ArgumentDeserializeFail',
    body: form(document('jane88', 'HastenOrder', { param: { ...PARAM, Remark: 'x' } })),
  },
  {
    clause: 'ArgumentDeserializeFail: the same, beside Param',
    code: 'ArgumentDeserializeFail',
    body: form(withBasic({ Extra: 'x' })),
  },

  ...['Partner', 'Action', 'Sign'].map(
    (name): Case => ({
      clause: `ArgumentIllegal 参数不合法: "Partner, Action, Sign or Param absent", ${name}`,
      code: 'ArgumentIllegal',
      body: form(withBasic({ [name]: undefined })),
      unsigned: true,
    }),
  ),
  {
    clause: 'ArgumentIllegal: the same, Param',
    code: 'ArgumentIllegal',
    body: form(withBasic({}).replace(/<Param>.*<\/Param>/, '')),
    unsigned: true,
  },
  {
    clause: 'ArgumentIllegal: the same, an empty body',
    code: 'ArgumentIllegal',
    body: '',
    unsigned: true,
  },
  {
    clause: 'ArgumentIllegal: "& or = in a value", before the signature is looked at',
    code: 'ArgumentIllegal',
    body: form(
      document('jane88', 'HastenOrder', {
        param: { ...PARAM, UserName: 'a=b' },
        basic: { Sign: '0'.repeat(32) },
      }),
    ),
  },
  {
    clause: 'ArgumentIllegal: "missing or bad value", OrderID absent',
    code: 'ArgumentIllegal',
    body: form(document('jane88', 'HastenOrder', { param: { UserName: 'jane88' } })),
  },
  {
    clause: 'ArgumentIllegal: the same, OrderID with a blank',
    code: 'ArgumentIllegal',
    body: form(document('jane88', 'HastenOrder', { param: { ...PARAM, OrderID: '1 2' } })),
  },
  {
    clause: 'ArgumentIllegal: "RequestFmt/ResponseFmt not XML" (请求参数格式,只支持 XML)',
    code: 'ArgumentIllegal',
    body: form(withBasic({ RequestFmt: 'JSON' })),
  },
  {
    clause: 'ArgumentIllegal: 返回参数格式,只支持 XML',
    code: 'ArgumentIllegal',
    body: form(withBasic({ ResponseFmt: 'JSON' })),
  },
  {
    clause: 'ArgumentIllegal: 参数签名方式,只支持 MD5',
    code: 'ArgumentIllegal',
    body: form(withBasic({ SignType: 'RSA' })),
  },
  {
    clause: 'ArgumentIllegal: "SignType" absent',
    code: 'ArgumentIllegal',
    body: form(withBasic({ SignType: undefined })),
  },
  {
    clause: 'ArgumentIllegal: "Version not 1.0.0.0"',
    code: 'ArgumentIllegal',
    body: form(withBasic({ Version: '2.0.0.0' })),
  },

  {
    clause: 'UnfoundUserInfo 未找到用户信息: "unknown Partner"',
    code: 'UnfoundUserInfo',
    body: form(withBasic({ Partner: 'nobody' })),
    unsigned: true,
  },
  {
    clause: 'UnfoundUserInfo: "a user that the partner does not have"',
    code: 'UnfoundUserInfo',
    body: form(hasten(ORDER, 'jinrigoji7')),
  },

  {
    clause: 'UnauthorizedIp 无权访问的 IP',
    code: 'UnauthorizedIp',
    partner: 'ipbound01',
    body: form(hasten('15110200002', 'ipbound01', 'ipbound01')),
  },
  {
    clause: 'UnauthorizedIp: an address that only looks like the allowed one',
    code: 'UnauthorizedIp',
    partner: 'ipbound01',
    body: form(hasten('15110200002', 'ipbound01', 'ipbound01')),
    headers: { 'x-forwarded-for': '203.0.113.7, 203.0.113.8' },
  },
  {
    clause: 'not UnauthorizedIp: an allowed address behind the configured proxy',
    code: 'CallSuccess',
    description: '催单成功',
    partner: 'ipbound01',
    body: form(hasten('15110200002', 'ipbound01', 'ipbound01')),
    headers: { 'x-forwarded-for': '198.51.100.99' },
  },

  {
    clause: 'NotImplemented 该业务方法尚未实现: "unknown Action"',
    code: 'NotImplemented',
    body: form(document('jane88', 'PayOrder', { param: PARAM })),
  },
  {
    clause: 'NotImplemented: a name that every object has',
    code: 'NotImplemented',
    body: form(document('jane88', 'constructor', { param: PARAM })),
  },

  {
    clause: 'Unauthorized 没有访问权限 (001, 1.3.2): "no grant"',
    code: 'Unauthorized',
    partner: 'hastenonly01',
    body: form(cancel('15110200001', 'x', 'hastenonly01')),
  },
  {
    clause: 'Unauthorized: "the order is another user\'s"',
    code: 'Unauthorized',
    body: form(hasten('15110200003')),
  },
  {
    clause: 'Unauthorized: "or partner\'s"',
    code: 'Unauthorized',
    body: form(detail('150709904280')),
  },

  { clause: 'SignFail 签名验证失败', code: 'SignFail', body: form(tampered) },
  {
    clause: 'SignFail: not a digest at all',
    code: 'SignFail',
    body: form(withBasic({ Sign: 'md5' })),
  },
  {
    clause: 'SignFail: the placeholder that both documents print',
    code: 'SignFail',
    body: form(withBasic({ Sign: '62bde96d330808f2b503408f4efa9b80' })),
  },

  {
    clause: 'CallFail 调用接口失败: "no such order"',
    code: 'CallFail',
    description: '订单不存在',
    body: form(hasten('404')),
  },
  {
    clause: 'CallFail: 10分钟内才刚催单，不能再催单!',
    code: 'CallFail',
    description: '10分钟内才刚催单，不能再催单!',
    body: form(hasten(ORDER)),
  },
  {
    clause: 'CallFail: "a business refusal", naming the state',
    code: 'CallFail',
    description: '订单状态为出票完成，不允许此操作',
    body: form(hasten('15110100069')),
  },
];

for (const {
  clause,
  code,
  description,
  body,
  partner = 'jane88',
  headers = {},
  unsigned,
} of CASES) {
  test(clause, async () => {
    const text = await post(server, body, headers);
    const reply = readReply(text, KEYS[partner]);
    reached.add(reply.code);
    assert.equal(reply.code, code);
    assert.equal(reply.description, description ?? CODES[code]);
    // 2.2: "Sign string 是" — the table requires it whenever there is a key to sign with.
    assert.equal(text.includes('%3cSign%3e'), !unsigned);
  });
}

test('Unknown 未知的: "a fault of ours", here a ledger that is gone', async () => {
  const broken = await startTestServer();
  await broken.storage.close();
  const reply = await call(broken, form(hasten(ORDER)));
  reached.add(reply.code);
  assert.deepEqual([reply.code, reply.description], ['Unknown', '未知的']);
});

test('each refusal tells the request log what was wrong', async () => {
  const { body } = await manage(server, 'GET', '/requests?limit=1000');
  const refusals = body.items.filter((item: { outcome: string }) => item.outcome !== 'CallSuccess');
  assert.ok(refusals.length > 30);
  for (const { detail, outcome } of refusals) assert.ok(detail, `${outcome} says nothing`);
});

after(() => {
  const missing = Object.keys(CODES).filter(
    (code) => !reached.has(code) && !EXEMPT_CODES.includes(code as Code),
  );
  assert.deepEqual(missing, [], 'documented codes that no test reaches');
});
