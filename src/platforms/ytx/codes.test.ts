// Every code of ytx is reached by real bytes through the real server; a code without a case fails.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { manage, startTestServer } from '../../../test/support.ts';
import {
  ACCOUNT,
  APP,
  authorizationOf,
  call,
  MOBILE,
  OTHER_ACCOUNT,
  type Parts,
  post,
  query,
  signOf,
  stamp,
  submit,
  TOKENS,
} from '../../../test/ytx.ts';
import { DAY, MINUTE, SECOND } from '../../core/clock.ts';
import { CODES, type Code } from './codes.ts';
import { ytx } from './index.ts';

const server = await startTestServer();
const reached = new Set<string>();
const now = (): number => server.clock.now();

interface Case {
  /** The table's row or the settled order of checks, and what this case is. */
  readonly clause: string;
  readonly code: Code;
  readonly text?: string;
  readonly body?: string | object | Uint8Array<ArrayBuffer>;
  readonly parts?: () => Parts;
}

const ID = '2016010000000221';
const good = query(ID);
const at = (path: string) => (): Parts => ({ path });
const ids = (count: number): string => Array.from({ length: count }, (_, i) => `a${i}`).join();

const CASES: readonly Case[] = [
  {
    clause: '0 提交成功: "reply statusCode `0`, `提交成功`, requestId"',
    code: '0',
    body: submit('codes-1'),
  },

  {
    clause: '-207 版本或功能不支持: "目前可选版本:201612"',
    code: '-207',
    parts: at(`/201611/sid/${ACCOUNT}/Unicom/Order.wx`),
  },
  {
    clause: '-207: "功能所属分类…当前功能属:Unicom", another one that is documented',
    code: '-207',
    parts: at(`/201612/sid/${ACCOUNT}/sms/Order.wx`),
  },
  {
    clause: '-207: the func in another case',
    code: '-207',
    parts: at(`/201612/sid/${ACCOUNT}/unicom/Order.wx`),
  },
  {
    clause: '-207: "业务功能的各类具体操作分支 当前功能属:Order.wx"',
    code: '-207',
    parts: at(`/201612/sid/${ACCOUNT}/Unicom/TemplateSMS.wx`),
  },
  {
    clause: '-207 before everything else: no Authorization, no Sign, no body',
    code: '-207',
    body: '',
    parts: () => ({ path: '/x/sid/y/z/w', query: '', authorization: null }),
  },

  {
    clause: '-202 包头验证失败: "Authorization absent"',
    code: '-202',
    parts: () => ({ authorization: null }),
  },
  { clause: '-202: an empty one', code: '-202', parts: () => ({ authorization: '' }) },
  {
    clause: '-202: "or unreadable", no base64',
    code: '-202',
    parts: () => ({ authorization: `${ACCOUNT}|${stamp(now())}` }),
  },
  {
    clause: '-202: "or unreadable", the sample of 003 itself, whose end is no time',
    code: '-202',
    parts: () => ({
      authorization: 'ZmY4MDgwODEzYzM3ZGE1MzAxM2M4MDRmODA3MjAwN2M6MjAxMzAyMDExNTABCDE=',
      account: OTHER_ACCOUNT,
    }),
  },
  {
    clause: '-202: neither | nor : between account and time',
    code: '-202',
    parts: () => ({ separator: '-' }),
  },
  {
    clause: '-202: "格式yyyyMMddHHmmss", a 31st of February',
    code: '-202',
    parts: () => ({ authorization: authorizationOf(ACCOUNT, '20260231120000') }),
  },
  {
    clause: '-202: "or of another account"',
    code: '-202',
    parts: () => ({ authorization: authorizationOf(OTHER_ACCOUNT, stamp(now())) }),
  },

  {
    clause: '-204 账户不存在',
    code: '-204',
    parts: () => ({ account: 'nobody' }),
  },
  {
    clause: '-204: a name that every object has',
    code: '-204',
    parts: () => ({ account: 'constructor' }),
  },

  {
    clause: '-201 签名验证失败: "URL后必须带有Sign参数"',
    code: '-201',
    parts: () => ({ query: '' }),
  },
  { clause: '-201: an empty Sign', code: '-201', parts: () => ({ query: '?Sign=' }) },
  {
    clause: '-201: "签名sign", another account\'s token',
    code: '-201',
    parts: () => ({ token: TOKENS[OTHER_ACCOUNT] }),
  },
  {
    clause: '-201: "时间戳需与Authorization中时间戳相同", a second off',
    code: '-201',
    parts: () => ({ query: `?Sign=${signOf(ACCOUNT, TOKENS[ACCOUNT], stamp(now() - SECOND))}` }),
  },
  {
    clause: '-201: the placeholder of 003',
    code: '-201',
    parts: () => ({ query: '?Sign=AAABBBCCCDDDEEEFFFGGG' }),
  },
  {
    clause: '-201: two Signs, the right one among them',
    code: '-201',
    parts: () => {
      const sign = signOf(ACCOUNT, TOKENS[ACCOUNT], stamp(now()));
      return { query: `?Sign=${sign}&Sign=${sign}` };
    },
  },

  {
    clause: '-203 时间戳已过期: "时间戳有效时间为24小时"',
    code: '-203',
    parts: () => ({ at: now() - DAY - SECOND }),
  },
  {
    clause: '-203: "no more than 10 minutes ahead"',
    code: '-203',
    parts: () => ({ at: now() + 10 * MINUTE + 2 * SECOND }),
  },

  { clause: '-101 请求报文格式错误: "body not JSON", empty', code: '-101', body: '' },
  { clause: '-101: "body not JSON"', code: '-101', body: 'action=getOrderResult' },
  { clause: '-101: an array', code: '-101', body: '[]' },
  { clause: '-101: null', code: '-101', body: 'null' },
  {
    clause: '-101: a key given twice, which two readers would read as two requests',
    code: '-101',
    body: '{"action":"getOrderResult","requestId":"1","requestId":"2","appid":"x"}',
  },
  { clause: '-101: not UTF-8', code: '-101', body: new Uint8Array([0x7b, 0xff, 0x7d]) },
  { clause: '-101: "or over 100 ids"', code: '-101', body: query(ids(101)) },
  {
    clause: '-101: over 100 ids goes before a missing action',
    code: '-101',
    body: { requestId: ids(101) },
  },
  {
    clause: '-101: a requestId that is an object',
    code: '-101',
    body: query({ a: 1 }),
  },
  { clause: '-101: an appid that is no text', code: '-101', body: query(ID, true as never) },
  {
    clause: '-101: rechargeAccount is no mobile number',
    code: '-101',
    body: submit('codes-2', 'P1', '1881234080'),
  },
  {
    clause:
      '-101: customParm of a used order with another product; "-101 has one text on the wire"',
    code: '-101',
    body: submit('codes-1', 'VIP-MONTH'),
  },

  { clause: '-2 缺少必要参数 (003, 异常示例): action', code: '-2', body: { appid: APP } },
  { clause: '-2: an empty action', code: '-2', body: { ...good, action: '' } },
  {
    clause: '-2: appid ("appid | string | 是")',
    code: '-2',
    body: { action: 'getOrderResult', requestId: ID },
  },
  {
    clause: '-2: neither requestId nor customParm',
    code: '-2',
    body: { action: 'getOrderResult', appid: APP },
  },
  { clause: '-2: a list without an id', code: '-2', body: query('[]') },
  { clause: '-2: an empty array', code: '-2', body: query([]) },
  { clause: '-2: a requestId that is null', code: '-2', body: query(null) },
  ...['appid', 'rechargeAccount', 'productCode', 'customParm'].map(
    (name): Case => ({
      clause: `-2: productOrder without ${name}`,
      code: '-2',
      body: { ...submit('codes-3'), [name]: undefined },
    }),
  ),

  {
    clause: '-206 action 不支持: "默认值:getOrderResult(区分大小写)"',
    code: '-206',
    body: { ...good, action: 'GetOrderResult' },
  },
  {
    clause: '-206: a name that every object has',
    code: '-206',
    body: { ...good, action: 'constructor' },
  },
  { clause: '-206: no string', code: '-206', body: { ...good, action: 1 } },
  {
    clause: '-101: a requestId that is deeply nested',
    code: '-101',
    body: `{"requestId":${'['.repeat(200_000)}${']'.repeat(200_000)}}`,
  },

  { clause: '-205 应用验证失败: unknown', code: '-205', body: query(ID, 'nosuchapp') },
  { clause: '-205: "an appid of 5 is an unknown app"', code: '-205', body: query(ID, 5 as never) },
  {
    clause: '-205: "or another account\'s"',
    code: '-205',
    body: query(ID, 'aaaabbbbccccddddeeeeffff00001111'),
  },
  {
    clause: '-205: "应用ID与环境不匹配", an app of production in the sandbox',
    code: '-205',
    body: query(ID, '3215ad6a7d0247ae8b39728b854fa59c'),
  },
  {
    clause: '-205: "应用未开通相应的功能"',
    code: '-205',
    body: query(ID, '11112222333344445555666677778888'),
  },
  {
    clause: '-205 before -301 and -704: productOrder of an unknown product',
    code: '-205',
    body: submit('codes-4', 'no-such', MOBILE, 'nosuchapp'),
  },

  { clause: '-301 产品不存在', code: '-301', body: submit('codes-5', 'P9') },
  {
    clause: '-301: a name that every object has',
    code: '-301',
    body: submit('codes-5', 'constructor'),
  },

  {
    clause: '-704 未查询到订单信息，稍后再试: "order unknown"',
    code: '-704',
    body: query('2016010000009999'),
  },
  { clause: '-704: "or another app\'s"', code: '-704', body: query('2016010000000205') },
  {
    clause: '-704: a customParm that only another app has',
    code: '-704',
    body: { action: 'getOrderResult', appid: APP, customParm: '123460' },
  },
  { clause: '-704: an id that cannot be one', code: '-704', body: query('订单') },
];

for (const { clause, code, text = CODES[code], body = good, parts } of CASES) {
  test(clause, async () => {
    const bytes =
      typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body);
    const answer = await post(server, bytes as string, parts?.() ?? {});
    const reply = JSON.parse(answer);
    reached.add(reply.statusCode);
    assert.deepEqual([reply.statusCode, reply.statusMsg], [code, text]);
    // 003, 异常示例: {"statusCode":"-2","statusMsg":"缺少必要参数","requestId":""}
    assert.deepEqual(Object.keys(reply), ['statusCode', 'statusMsg', 'requestId']);
    if (code !== '0') assert.equal(reply.requestId, '');
  });
}

test('异常示例, byte for byte', async () => {
  const answer = await post(server, '{}');
  assert.equal(answer, '{"statusCode":"-2","statusMsg":"缺少必要参数","requestId":""}');
});

test('an action that is deeply nested is refused like any other, and is no fault of ours', async () => {
  const deep = `{"action":${'['.repeat(200_000)}${']'.repeat(200_000)}}`;
  assert.match(JSON.parse(await post(server, deep)).statusCode, /^-(101|206)$/);
});

test('-705 查询过于频繁，每分钟限1次: "查询频率限制为每分钟1次"', async () => {
  assert.equal((await call(server, good)).orderSts, '0');
  const reply = await call(server, good);
  reached.add(reply.statusCode);
  assert.deepEqual(reply, { statusCode: '-705', statusMsg: CODES['-705'], requestId: '' });
});

test('-706 调用过于频繁: "limits by party", here one call a day', async () => {
  const limited = await startTestServer();
  const limits = { perDay: 1 };
  await manage(limited, 'PATCH', `/parties/ytx/${ACCOUNT}`, { attributes: { limits } });
  assert.equal((await call(limited, good)).orderSts, '0');
  const reply = await call(limited, submit('codes-7'));
  reached.add(reply.statusCode);
  assert.deepEqual(reply, {
    statusCode: '-706',
    statusMsg: '调用过于频繁，请稍后再试',
    requestId: '',
  });
  // Its place: after the time, before the body is read.
  assert.equal(
    (await call(limited, good, { at: limited.clock.now() - 2 * DAY })).statusCode,
    '-203',
  );
  assert.equal(JSON.parse(await post(limited, 'no JSON')).statusCode, '-706');
});

test('-100 系统异常: "a fault of ours", here a ledger that is gone', async () => {
  const broken = await startTestServer();
  await broken.storage.close();
  for (const body of [good, submit('codes-6')]) {
    const reply = await call(broken, body);
    reached.add(reply.statusCode);
    assert.deepEqual(reply, { statusCode: '-100', statusMsg: '系统异常', requestId: '' });
  }
});

test('-204: an account that is switched off; its order of checks: before the Sign', async () => {
  const fresh = await startTestServer();
  await manage(fresh, 'PATCH', `/parties/ytx/${ACCOUNT}`, { enabled: false });
  assert.equal((await call(fresh, good, { query: '' })).statusCode, '-204');
});

test('each refusal tells the request log what was wrong, -205 which of its reasons', async () => {
  const { body } = await manage(server, 'GET', '/requests?platform=ytx&limit=1000');
  const refusals = body.items.filter((item: { outcome: string }) => item.outcome !== '0');
  assert.ok(refusals.length > 50);
  for (const { detail, outcome } of refusals) assert.ok(detail, `${outcome} says nothing`);
  const reasons = refusals
    .filter((item: { outcome: string }) => item.outcome === '-205')
    .map((item: { detail: string }) => item.detail);
  assert.deepEqual([...new Set(reasons)].sort(), [
    'the account has no app 5',
    'the account has no app aaaabbbbccccddddeeeeffff00001111',
    'the account has no app nosuchapp',
    'the app has no function Unicom',
    'the app is of production, and this is sandbox',
  ]);
});

test('the order of checks is the settled one', () => {
  assert.deepEqual(
    ytx.checks.names,
    'readPath checkFunction checkAuthorization findAccount checkSign checkTime checkLimits parseBody readAsked findAction readFields checkApp noteOrder'.split(
      ' ',
    ),
  );
});

test('an unknown path is 404, another method than POST 405', async () => {
  const path = `${server.url}/201612/sid/${ACCOUNT}/Unicom/Order.wx`;
  assert.equal((await fetch(path)).status, 405);
  assert.equal((await fetch(`${path}/more`, { method: 'POST', body: '{}' })).status, 404);
});

after(() => {
  const missing = Object.keys(CODES).filter((code) => !reached.has(code));
  assert.deepEqual(missing, [], 'codes that no test reaches');
});
