// Every row of the four code tables is reached by real bytes through the real server; a row without a case fails.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, test } from 'node:test';
import {
  APPS,
  type Call,
  call,
  cards,
  EXPIRED_TOKEN,
  GATEWAY,
  HISTORY,
  history,
  inOnePacket,
  json,
  LEAGUER,
  leaguer,
  sandboxLine,
  shanghai,
  TOKEN,
  xml,
} from '../../../test/suning.ts';
import {
  breakRows,
  manage,
  startTestServer,
  TestClock,
  temporaryDirectory,
} from '../../../test/support.ts';
import { createClient } from '../../client/client.ts';
import { NetworkError } from '../../client/errors.ts';
import { MINUTE } from '../../core/clock.ts';
import { suning } from './client.ts';
import { CODES, OTHER_TEXTS, rowOf } from './codes.ts';
import { readTimeRange } from './time-range.ts';

const clock = new TestClock();
const server = await startTestServer({ clock });
const reached = new Set<string>();
const mark = (code: string, message: string): void => void reached.add(`${rowOf(code)} ${message}`);

interface Case {
  /** The table's row, and where this case comes from. */
  readonly clause: string;
  /** error_code, `success`, or the number behind invalid-biz. */
  readonly code: string;
  readonly message?: string;
  readonly call: Call;
}

const without = (name: string): Call => ({ ...history(), headers: { [name]: undefined } });
const empty = (name: string): Call => ({ ...history(), headers: { [name]: '' } });
const biz = (number: number | string): string =>
  `biz.selfmarket.addleaguerstatus.invalid-biz:${number}`;
const raw = (body: string, method = HISTORY, format: 'xml' | 'json' = 'xml'): Call => ({
  method,
  format,
  body,
});
const FIRST = sandboxLine(1);
const inHistory = (inner: string): string => `<sn_request><sn_body>${inner}</sn_body></sn_request>`;
const NODE =
  '<queryHistoryOrder><startTime>2015-01-01 00:00:00</startTime><endTime>2015-02-01 00:00:00</endTime></queryHistoryOrder>';
const withUnionId = (id: string): Call => history({ snunionid: id });
const times = (startTime: string | undefined, endTime: string | undefined): Call => ({
  ...history(),
  body: json('queryHistoryOrder', {
    ...(startTime !== undefined && { startTime }),
    ...(endTime !== undefined && { endTime }),
  }),
});
const [LATER, DAY_1] = ['2015-02-01 00:00:00', '2015-01-01 00:00:00'];

const CASES: readonly Case[] = [
  ...['AppMethod', 'AppKey'].flatMap((name): Case[] => [
    {
      clause: `"Header absent": ${name}`,
      code: 'sys.check.header-param:null',
      call: without(name),
    },
    { clause: `"or empty": ${name}`, code: 'sys.check.header-param:null', call: empty(name) },
  ]),
  {
    clause: 'AppRequestTime absent: 请求时间丢失',
    code: 'sys.check.missing-parameter:appRequestTime',
    call: without('AppRequestTime'),
  },
  {
    clause: 'VersionNo absent: API版本号未指定',
    code: 'sys.check.missing-parameter:apiversion',
    call: without('VersionNo'),
  },
  {
    clause: 'signInfo absent: 签名信息为空',
    code: 'sys.check.app-sign:null',
    call: without('signInfo'),
  },
  ...(
    [
      ['Time not yyyy-MM-dd HH:mm:ss', { signed: { appRequestTime: '2026-01-02T11:04:05' } }],
      ['a day that does not exist', { signed: { appRequestTime: '2026-02-30 00:00:00' } }],
      ['Format neither xml nor json', { headers: { Format: 'yaml' } }],
      ['VersionNo not v1.2', { signed: { versionNo: 'v1.3' } }],
      ["path method other than the header's", { path: `${GATEWAY}/${LEAGUER}` }],
    ] as const
  ).map(
    ([clause, more]): Case => ({
      clause: `"${clause}"`,
      code: 'sys.check.request-params:error',
      call: { ...history(), format: 'xml', body: inHistory(NODE), ...more },
    }),
  ),
  ...[-10, 10].flatMap((minutes): Case[] => [
    {
      clause: `"请求时间误差为10分钟": ${minutes} minutes are allowed`,
      code: 'success',
      // The request's time has no fractions; the server's 678 ms stand for them.
      call: { ...history(), at: clock.now() - (minutes < 0 ? 678 - 1000 : 678) + minutes * MINUTE },
    },
    {
      clause: `"time off by more than 10 min": ${minutes} and a second`,
      code: 'sys.check.app-time:error',
      call: { ...history(), at: clock.now() + minutes * MINUTE + Math.sign(minutes) * 1000 },
    },
  ]),
  ...(
    [
      ['"AppKey unknown": 用户key不存在', ['0'.repeat(32), '1'.repeat(32)]],
      ['"or malformed"', ['../party', '1'.repeat(32)]],
    ] as const
  ).map(
    ([clause, app]): Case => ({
      clause,
      code: 'sys.check.user-permission:inexistence',
      message: '用户key不存在',
      call: { ...history(), app },
    }),
  ),
  {
    clause: '签名信息错误: another secret',
    code: 'sys.check.app-sign:error',
    call: { ...history(), app: [APPS.plain[0], APPS.queries[1]] },
  },
  {
    clause: '签名信息错误: one byte of the body more than was signed',
    code: 'sys.check.app-sign:error',
    call: { ...history(), signed: { body: `${history().body} ` } },
  },
  {
    clause: 'not 签名信息错误: the signature "in either case"',
    code: 'success',
    call: { ...history(), headers: { signInfo: (sign) => sign.toUpperCase() } },
  },
  {
    clause: '"Method unknown": Api方法不存在',
    code: 'sys.check.api-permission:inexistence',
    call: { ...history(), method: 'suning.custom.order.query' },
  },
  {
    clause: '"or malformed": a name that every object has',
    code: 'sys.check.api-permission:inexistence',
    call: { ...history(), method: 'constructor' },
  },
  {
    clause: '"retired": Api方法已过期',
    code: 'sys.check.api-permission:overdue',
    call: { ...history(), method: 'suning.custom.category.query' },
  },
  {
    clause: '"not granted": 无权操作此api',
    code: 'sys.check.method-permission:authority',
    call: { ...leaguer('180', ...FIRST), app: 'queries' },
  },
  ...(
    [
      ['no', undefined],
      ['unknown', 'a1c5c62b08df3a3cbf7efd0000000000'],
    ] as const
  ).map(
    ([clause, token]): Case => ({
      clause: `"OAuth app: ${clause} token": 访问令牌不存在`,
      code: 'sys.check.user-permission:inexistence',
      call: { ...history(), app: 'oauth', headers: { access_token: token } },
    }),
  ),
  {
    clause: '"OAuth app: expired": 访问令牌已过期',
    code: 'sys.check.user-permission:overdue',
    call: { ...history(), app: 'oauth', headers: { access_token: EXPIRED_TOKEN } },
  },
  {
    clause: '"采用OAuth授权方式为必填参数": with it the call is answered',
    code: 'success',
    call: { ...history(), app: 'oauth', headers: { access_token: TOKEN } },
  },

  ...(
    [
      ['not well-formed', raw('<sn_request><sn_body></sn_request>')],
      ['a DOCTYPE', raw(`<!DOCTYPE a>${inHistory(NODE)}`)],
      ['not UTF-8', { method: HISTORY, body: new Uint8Array([0x3c, 0xff]) }],
      ['empty', raw('')],
      ['XML where Format says json', raw(inHistory(NODE), HISTORY, 'json')],
      [
        '"A key given twice is refused"',
        raw('{"sn_request":{"sn_body":{},"sn_body":{}}}', HISTORY, 'json'),
      ],
      ['a list', raw('[]', HISTORY, 'json')],
      ['another root', raw('<request></request>')],
      ['sn_body twice', raw('<sn_request><sn_body/><sn_body/></sn_request>')],
      ['"another node"', raw(inHistory('<addLeaguerstatus/>'))],
      ['"another node" beside it', raw(inHistory(`${NODE}<other/>`))],
      ['"or none"', raw(inHistory(''))],
      ['text in its place', raw(inHistory('<queryHistoryOrder>x</queryHistoryOrder>'))],
      [
        'a field given twice',
        raw(
          inHistory(
            '<queryHistoryOrder><startTime>1</startTime><startTime>2</startTime></queryHistoryOrder>',
          ),
        ),
      ],
      [
        'a field with elements',
        raw(inHistory('<queryHistoryOrder><startTime><a/></startTime></queryHistoryOrder>')),
      ],
      ['"orderCategory not 1, 2, 3"', history({ orderCategory: '4' })],
      ['cardList with text', leaguer('180', ...FIRST, { cardList: '1234567899' })],
    ] as const
  ).map(
    ([clause, its]): Case => ({
      clause: `请求报文结构错误, "Body unreadable": ${clause}`,
      code: 'sys.check.request-params:error',
      call: its,
    }),
  ),
  {
    clause: '缺少sn_body节点',
    code: 'sys.check.missing-nestElement:sn_body',
    call: raw('<sn_request><sn_head/></sn_request>'),
  },
  {
    clause: '缺少sn_body节点, in JSON',
    code: 'sys.check.missing-nestElement:sn_body',
    call: raw('{"sn_request":{}}', HISTORY, 'json'),
  },
  {
    clause: '查询类API输入多个业务节点',
    code: 'biz.handler.request-message:error',
    call: raw(inHistory(NODE + NODE)),
  },
  {
    clause: '非查询类API不支持批量操作',
    code: 'biz.handler.batch-handler:no-support',
    call: raw('{"sn_request":{"sn_body":{"addLeaguerstatus":[{},{}]}}}', LEAGUER, 'json'),
  },
  ...['', '1'.repeat(47), '1'.repeat(49)].map(
    (id): Case => ({
      clause: `混淆会员编码长度不是48位: ${id.length}`,
      code: 'sys.check.snunionid.length.is.not:48',
      call: withUnionId(id),
    }),
  ),
  {
    clause: 'not 混淆会员编码长度不是48位: 48',
    code: 'success',
    call: withUnionId('1'.repeat(48)),
  },

  ...['iqStatus', 'orderId', 'orderItemId'].flatMap((name): Case[] => {
    const fields = { iqStatus: '180', orderId: FIRST[0], orderItemId: FIRST[1] };
    const { [name as 'orderId']: _, ...absent } = fields;
    const code = `biz.selfmarket.addleaguerstatus.missing-parameter:${name}`;
    return [
      {
        clause: `参数必填, absent: ${name}`,
        code,
        call: raw(xml('addLeaguerstatus', absent), LEAGUER),
      },
      {
        clause: `参数必填, empty: ${name}`,
        code,
        call: raw(xml('addLeaguerstatus', { ...fields, [name]: '' }), LEAGUER),
      },
      {
        clause: `参数必填, null in JSON: ${name}`,
        code,
        call: raw(json('addLeaguerstatus', { ...fields, [name]: null as never }), LEAGUER, 'json'),
      },
    ];
  }),
  {
    clause: '入参状态不合法: "iqStatus not 180/190/200/210"',
    code: biz(108),
    call: leaguer('220', ...FIRST),
  },
  {
    clause: '无权操作此供应商: "supplierCode given that the app does not hold"',
    code: 'sys.auth.vendor-request:errory',
    call: leaguer('180', ...FIRST, { supplierCode: '10099999' }),
  },
  { clause: '查询无次订单: "no such order"', code: biz(101), call: leaguer('180', '404', '405') },
  { clause: '查询无次订单: "and line"', code: biz(101), call: leaguer('180', FIRST[0], '405') },
  {
    clause: '查询无次订单: "or a line of a supplier that the app does not hold"',
    code: biz(101),
    call: leaguer('180', ...sandboxLine(18)),
  },
  {
    clause: '查询无次订单: an order of the service market',
    code: biz(101),
    call: leaguer('180', 'S01234567890', 'D0001'),
  },
  {
    clause: '订单类型非虚拟订单: "a parcel"',
    code: biz(102),
    call: leaguer('180', ...sandboxLine(14)),
  },
  {
    clause: '状态同步失败: "the order system fails"',
    code: biz(100),
    call: leaguer('180', ...sandboxLine(21)),
  },
  { clause: '订单已退货', code: biz(104), call: leaguer('180', ...sandboxLine(15)) },
  { clause: '180, "received"', code: biz(106), call: leaguer('180', ...sandboxLine(5)) },
  {
    clause: '180, "100 minutes or more since payment have passed"',
    code: biz(107),
    call: leaguer('180', ...sandboxLine(16)),
  },
  { clause: '180, "shipped"', code: biz(105), call: leaguer('180', ...sandboxLine(4)) },
  { clause: '180, "refunded"', code: biz(105), call: leaguer('180', ...sandboxLine(10)) },
  {
    clause: '180, "refund started otherwise"',
    code: biz(105),
    call: leaguer('180', ...sandboxLine(9)),
  },
  { clause: '180, a card order, "no cards"', code: biz(113), call: leaguer('180', ...FIRST) },
  {
    clause: '180, "over 1000"',
    code: biz(115),
    call: leaguer('180', ...sandboxLine(19), { cardList: cards(1001) }),
  },
  ...(['cardCode', 'cardSec'] as const).map(
    (name): Case => ({
      clause: `180, "a blank cardCode or cardSec": ${name}`,
      code: biz(116),
      call: leaguer('180', ...sandboxLine(2), {
        cardList: [...cards(2), { ...cards(3)[2]!, [name]: ' ' }],
      }),
    }),
  ),
  {
    clause: '180, "count ≠ quantity"',
    code: biz(114),
    call: leaguer('180', ...sandboxLine(2), { cardList: cards(2) }),
  },
  { clause: '190, "received"', code: biz(106), call: leaguer('190', ...sandboxLine(5)) },
  {
    clause: '190, "not shipped": 虚拟订单确认收货需先进行订单发货(iqStatus=180)',
    code: biz(103),
    call: leaguer('190', ...sandboxLine(3)),
  },
  { clause: '200, "not a gift"', code: biz(108), call: leaguer('200', ...sandboxLine(3)) },
  { clause: '200, "received"', code: biz(106), call: leaguer('200', ...sandboxLine(13)) },
  { clause: '210, "not a recharge"', code: biz(109), call: leaguer('210', ...sandboxLine(3)) },
  { clause: '210, "shipped"', code: biz(110), call: leaguer('210', ...sandboxLine(8)) },
  { clause: '210, "refunded"', code: biz(110), call: leaguer('210', ...sandboxLine(10)) },
  { clause: '210, "refund started"', code: biz(111), call: leaguer('210', ...sandboxLine(9)) },
  {
    clause: '210, "refund refused by the payment side"',
    code: biz(112),
    call: leaguer('210', ...sandboxLine(11)),
  },
  {
    clause: '180: result Y',
    code: 'success',
    call: leaguer('180', ...FIRST, { cardList: cards(1) }),
  },
  { clause: '190: result Y', code: 'success', call: leaguer('190', ...sandboxLine(4)) },
  { clause: '200: result Y', code: 'success', call: leaguer('200', ...sandboxLine(12)) },
  {
    clause: '210: result Y',
    code: 'success',
    call: leaguer('210', ...sandboxLine(6), { failReason: '充值失败' }),
  },

  {
    clause: '开始时间为空(必填)',
    code: 'biz.fws.queryhistoryorder.missing-parameter:startTime',
    call: times(undefined, LATER),
  },
  {
    clause: '结束时间为空(必填)',
    code: 'biz.fws.queryhistoryorder.missing-parameter:endTime',
    call: times(DAY_1, undefined),
  },
  { clause: '开始时间为空(值)', code: 'sys.check.starttime-value:null', call: times('', LATER) },
  { clause: '结束时间为空(值)', code: 'sys.check.endtime-value:null', call: times(DAY_1, '') },
  {
    clause: '校验开始时间不合法,格式yyyy-MM-dd HH:mm:ss',
    code: 'sys.check.starttime-format:error',
    call: times('2015-01-01', LATER),
  },
  {
    clause: '校验结束时间不合法,格式yyyy-MM-dd HH:mm:ss',
    code: 'sys.check.endtime-format:error',
    call: times(DAY_1, '2015-02-29 00:00:00'),
  },
  {
    clause: '开始时间是否小于结束时间: equal',
    code: 'sys.check.query-time:error',
    call: times(DAY_1, DAY_1),
  },
  {
    clause: '开始时间是否小于结束时间: after',
    code: 'sys.check.query-time:error',
    call: times(LATER, DAY_1),
  },
  {
    clause: '时间查询是否超出指定范围: three months and a second',
    code: 'sys.check.query-time:outofrange',
    call: times(DAY_1, '2015-04-01 00:00:01'),
  },
  {
    clause: 'not 时间查询是否超出指定范围: three months',
    code: 'success',
    call: times(DAY_1, '2015-04-01 00:00:00'),
  },
  ...['x', '1.0', '+1', '1e2'].flatMap((text): Case[] => [
    {
      clause: `pageNo格式错误: ${text}`,
      code: 'sys.check.pageno-format:error',
      call: history({ pageNo: text }),
    },
    {
      clause: `pageSize格式错误: ${text}`,
      code: 'sys.check.pagesize-format:error',
      call: history({ pageSize: text }),
    },
  ]),
  ...['0', '-1', '100000', '9'.repeat(400)].map(
    (pageNo): Case => ({
      clause: `pageNo不在要求范围内: ${pageNo.slice(0, 10)}`,
      code: 'sys.check.page-param:error',
      call: history({ pageNo }),
    }),
  ),
  ...['0', '101'].map(
    (pageSize): Case => ({
      clause: `pageSize不在要求范围内: ${pageSize}`,
      code: 'sys.check.page-param:error',
      call: history({ pageSize }),
    }),
  ),
  { clause: 'pageSize: "订单相关是1到100"', code: 'success', call: history({ pageSize: '100' }) },
  {
    clause: '查询无结果: "nothing found"',
    code: 'biz.handler.data-get:no-result',
    call: history({ serverId: 'S404' }),
  },
  {
    clause: '查询无结果: "or a page past the end"',
    code: 'biz.handler.data-get:no-result',
    call: history({ pageNo: '99999' }),
  },
];

for (const { clause, code, message, call: its } of CASES) {
  test(clause, async () => {
    const answer = await call(server, its);
    assert.equal(answer.code, code);
    if (code === 'success') {
      if (answer.text.includes('biz.handler.data-get:success')) {
        mark('biz.handler.data-get:success', CODES['biz.handler.data-get:success']);
      }
      return;
    }
    assert.equal(answer.message, message ?? CODES[rowOf(code)]);
    mark(code, answer.message!);
  });
}

const LIMITS = [
  ['twoPerSecond', 2, 'sys.controller.api-frequency:limit', 1000],
  ['threePerDay', 3, 'sys.controller.api-request:limit', 24 * 60 * MINUTE],
] as const;
for (const [app, allowed, code, window] of LIMITS) {
  test(`${CODES[code]}: call ${allowed + 1} within the window, and none of the next`, async () => {
    const ask = () => call(server, { ...history(), app });
    const codes = [];
    for (let i = 0; i <= allowed; i++) codes.push((await ask()).code);
    assert.deepEqual(codes, [...Array(allowed).fill('success'), code]);
    mark(code, (await ask()).message!);
    // A refused call counts in none, so the next window has room for as many.
    clock.advance(window);
    for (let i = 0; i < allowed; i++) assert.equal((await ask()).code, 'success');
    assert.equal((await ask()).code, code);
  });
}

test('访问限制: of two calls in one packet, which the app may not make at once, the second is refused', async () => {
  const its = { ...history(), app: 'oneAtOnce' } as const;
  const [first, second] = await inOnePacket(server, its, its);
  assert.equal(first!.code, 'success');
  assert.deepEqual(
    [second!.code, second!.message],
    ['sys.controller.api-access:limit', '访问限制'],
  );
  mark(second!.code, second!.message!);
  // A call that has ended has made room, however it ended.
  const refused = { ...history({ pageNo: 'x' }), app: 'oneAtOnce' } as const;
  assert.equal((await call(server, refused)).code, 'sys.check.pageno-format:error');
  assert.equal((await call(server, its)).code, 'success');
});

test('服务不可用: "A store that cannot be reached"', async () => {
  const broken = await startTestServer();
  await broken.storage.close();
  for (const [its, code] of [
    [leaguer('180', ...FIRST, { cardList: cards(1) }), 'isp.sys.service.unavailable.somp'],
    [history(), 'isp.sys.service.unavailable.fws'],
  ] as const) {
    const answer = await call(broken, its);
    assert.deepEqual([answer.code, answer.message], [code, CODES[code]]);
    mark(code, answer.message!);
  }
});

test('业务数据查询失败: "a query that fails", here on a row that is no such order any more', async () => {
  const dataDirectory = temporaryDirectory();
  const failing = await startTestServer({ config: { dataDirectory } });
  await breakRows(
    dataDirectory,
    `UPDATE orders SET attributes = '{}' WHERE order_id = 'S01234567891'`,
  );
  const answer = await call(failing, history());
  assert.deepEqual(
    [answer.code, answer.message],
    ['biz.handler.data-get:fail', '业务数据查询失败'],
  );
  mark(answer.code, answer.message!);
});

const params = { startTime: DAY_1, endTime: LATER };
async function networkError(baseUrl: string) {
  const credentials = { appKey: APPS.plain[0], appSecret: APPS.plain[1] };
  const client = createClient(suning, {
    baseUrl,
    credentials,
    now: () => clock.now(),
    attempts: 1,
  });
  const result = await client.try(HISTORY, params);
  assert.ok(!result.ok && result.error instanceof NetworkError);
  return result.error;
}

test('网络异常: "what a client reports when it got no answer"', async () => {
  const { documented } = await networkError('http://127.0.0.1:9');
  assert.equal(documented!.code, 'sys.error.network:failure');
  mark('sys.error.network:failure', '网络异常');
});

test('响应失败 ?为状态码: "or one with status NNN"', async () => {
  const proxy = createServer((_, response) => response.writeHead(502).end());
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  const { port } = proxy.address() as AddressInfo;
  const { documented, status } = await networkError(`http://127.0.0.1:${port}`);
  proxy.close();
  assert.equal(status, 502);
  assert.equal(documented!.code, 'sys.error.network-status:502');
  assert.match(documented!.remedy!.en, /./);
  mark('sys.error.network-status:502', CODES['sys.error.network-status:?']);
});

test('不存在开始时间(节点), 不存在结束时间(节点): "the shared check raises it", for a method whose range is optional', () => {
  assert.deepEqual(readTimeRange(undefined, undefined, {}), { range: null });
  for (const [start, end, code] of [
    [undefined, LATER, 'sys.check.miss-time:starttime'],
    [DAY_1, undefined, 'sys.check.miss-time:endtime'],
  ] as const) {
    const refusal = readTimeRange(start, end, {});
    assert.equal('refused' in refusal && refusal.refused, code);
    mark(code, CODES[code]);
  }
});

test('each refusal tells the request log what was wrong, and under which app and method', async () => {
  const { body } = await manage(server, 'GET', '/requests?limit=1000&platform=suning');
  const refusals = body.items.filter((item: { outcome: string }) => item.outcome !== 'success');
  assert.ok(refusals.length > 80);
  for (const { detail, outcome } of refusals) assert.ok(detail, `${outcome} says nothing`);
  assert.ok(body.items.every((item: { body: string }) => !item.body.includes('SEC9000')));
});

after(() => {
  // 用户key不存在 and 访问令牌不存在 are two rows of one code, and each is sent.
  const rows = Object.entries({ ...CODES }).map(([code, text]) => `${code} ${text}`);
  rows.push(
    `sys.check.user-permission:inexistence ${OTHER_TEXTS['sys.check.user-permission:inexistence']}`,
  );
  const missing = rows.filter((row) => !reached.has(row));
  assert.deepEqual(missing, [], 'documented codes that no test reaches');
});

test('a request may say its time in Shanghai only', async () => {
  assert.equal(shanghai(Date.parse('2026-01-02T03:04:05.678Z')), '2026-01-02 11:04:05');
});
