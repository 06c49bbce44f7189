// Texts that mean something to SQL, to a shell, to a path or to JSON, in each field of the wire and of the management API.
import { hash } from 'node:crypto';
import { exchange, request } from '../exchange.ts';
import { document, form, post as postJintong } from '../jintong.ts';
import { call as callSuning, history, leaguer } from '../suning.ts';
import { manage } from '../support.ts';
import { post as postYtx, submit } from '../ytx.ts';
import { type Attack, codeOf, runAttacks, startTarget, type Target } from './runner.ts';

const target = await startTarget();
/** What would change something, or answer more, where a text is put together with a statement. */
const TEXTS = {
  'a quote': "' OR '1'='1",
  'a statement': "x'; DROP TABLE orders; --",
  'a comment': 'x/**/UNION/**/SELECT/**/document/**/FROM/**/parties',
  'a wildcard': '%',
  'an object of MongoDB': '{"$ne":null}',
  // biome-ignore lint/suspicious/noTemplateCurlyInString: it has to stay a text.
  'a template': '${7*7}{{7*7}}<%= 7*7 %>',
  // biome-ignore lint/suspicious/noTemplateCurlyInString: it has to stay a text.
  'a log look-up': '${jndi:ldap://127.0.0.1/a}',
  'a path': '../../../../etc/passwd',
  'a prototype': '__proto__',
};

const each = (
  field: string,
  send: (text: string, target: Target) => Promise<string>,
  becomes: Attack['becomes'],
): Attack[] =>
  Object.entries(TEXTS).map(([what, text]) => ({
    name: `${what} as ${field}`,
    send: (its) => send(text, its),
    becomes,
  }));

const jintong =
  (action: string, param: (text: string) => Record<string, string>) =>
  async (text: string, { server }: Target) =>
    codeOf(await postJintong(server, form(document('jane88', action, { param: param(text) }))))!;
const REFUSED_JINTONG = /^(ArgumentIllegal|CallFail|UnfoundUserInfo)$/;
runAttacks('Jintong', target, [
  ...each(
    'OrderID',
    jintong('GetOrderDetail', (t) => ({ OrderID: t, UserName: 'jane88' })),
    REFUSED_JINTONG,
  ),
  ...each(
    'UserName',
    jintong('GetOrderDetail', (t) => ({ OrderID: '15112480268', UserName: t })),
    REFUSED_JINTONG,
  ),
]);

const suning =
  (fields: (text: string) => Record<string, string>) =>
  async (text: string, { server }: Target) =>
    (await callSuning(server, history(fields(text)))).code;
const REFUSED_SUNING = /^(sys\.check\.|biz\.)/;
runAttacks('Suning', target, [
  ...each(
    'serverId',
    suning((t) => ({ serverId: t })),
    REFUSED_SUNING,
  ),
  ...each(
    'startTime',
    suning((t) => ({ startTime: t })),
    REFUSED_SUNING,
  ),
  ...each(
    'orderId',
    async (t, { server }) => (await callSuning(server, leaguer('200', t, t))).code,
    REFUSED_SUNING,
  ),
]);

const ytx =
  (body: (text: string) => object) =>
  async (text: string, { server }: Target) =>
    codeOf(await postYtx(server, JSON.stringify(body(text))))!;
runAttacks('ytx', target, [
  ...each(
    'requestId',
    ytx((t) => ({ ...submit('x'), action: 'getOrderResult', requestId: t })),
    /^-/,
  ),
  ...each(
    'productCode',
    ytx((t) => submit('texts', t)),
    /^-/,
  ),
  ...each(
    'appid',
    ytx((t) => submit('texts', 'P1', '18812340804', t)),
    '-205',
  ),
]);

const listed =
  (path: (text: string) => string) =>
  async (text: string, { server }: Target): Promise<string> => {
    const { status, body } = await manage(server, 'GET', path(encodeURIComponent(text)));
    return status === 200 ? `200 ${body.items.length}` : String(status);
  };
runAttacks('filters of the management API', target, [
  ...each(
    'q of orders',
    listed((t) => `/orders?q=${t}`),
    /^(200 0|400)$/,
  ),
  ...each(
    'party of orders',
    listed((t) => `/orders?party=${t}`),
    '400',
  ),
  ...each(
    'state of orders',
    listed((t) => `/orders?platform=jintong&state=${t}`),
    '400',
  ),
  ...each(
    'cursor of orders',
    listed((t) => `/orders?cursor=${t}`),
    '400',
  ),
  ...each(
    'orderId of requests',
    listed((t) => `/requests?orderId=x${t}`),
    /^(200 0|400)$/,
  ),
]);
runAttacks('paths of the management API', target, [
  ...each(
    'an order',
    listed((t) => `/orders/jintong/${t}`),
    '404',
  ),
  ...each(
    'a party',
    listed((t) => `/parties/jintong/${t}`),
    '404',
  ),
  ...each(
    'a platform',
    listed((t) => `/orders/${t}/1`),
    '404',
  ),
]);

const NUL = '\0';
const made = async (path: string, body: object, { server }: Target): Promise<string> =>
  String((await manage(server, 'POST', path, body)).status);
const ORDER = {
  platform: 'jintong',
  orderId: 'T1',
  userName: 'jane88',
  state: 'D',
  amount: '1.00',
};
const nul = (name: string, send: Attack['send'], becomes: Attack['becomes'] = '400'): Attack => ({
  name: `NUL in ${name}`,
  send,
  becomes,
});
runAttacks('NUL', target, [
  nul('a filter', (its) => listed((t) => `/orders?q=${t}`)(NUL, its)),
  nul('a path', (its) => listed((t) => `/orders/jintong/${t}`)(NUL, its)),
  nul('the id of a new order', (its) => made('/orders', { ...ORDER, orderId: `T${NUL}` }, its)),
  nul('the user of a new order', (its) =>
    made('/orders', { ...ORDER, userName: `jane88${NUL}` }, its),
  ),
  nul('a field that an order does not have', (its) =>
    made('/orders', { ...ORDER, [`x${NUL}`]: '1' }, its),
  ),
  nul('a note', (its) =>
    made('/orders/jintong/15112480268/transitions', { to: 'E', note: NUL }, its),
  ),
  nul('a party', (its) =>
    made('/parties', { platform: 'jintong', partyId: `p${NUL}`, secret: 'x'.repeat(16) }, its),
  ),
  nul(
    'an address of callbacks',
    (its) =>
      made(
        '/callbacks/endpoints',
        { platform: 'jintong', party: 'jane88', url: `https://a.example/${NUL}` },
        its,
      ),
    /^4/,
  ),
  nul(
    'Jintong’s order',
    (its) => jintong('GetOrderDetail', (t) => ({ OrderID: t, UserName: 'jane88' }))(NUL, its),
    /^Argument/,
  ),
  nul('ytx’s customParm', (its) => ytx((t) => submit(`x${t}`))(NUL, its), '-101'),
  nul(
    'ytx’s requestId',
    (its) =>
      ytx((t) => ({ ...submit('x'), action: 'getOrderResult', requestId: `1${t}` }))(NUL, its),
    /^-/,
  ),
  nul('Suning’s serverId', (its) => suning((t) => ({ serverId: t }))(NUL, its), REFUSED_SUNING),
]);

const send =
  (
    method: string,
    path: string,
    { token = true, body = '', headers = {} as Record<string, string> } = {},
  ) =>
  async ({ server }: Target): Promise<string> => {
    const all = { ...headers, ...(token && { authorization: `Bearer ${server.adminToken}` }) };
    return String(
      (await exchange(server.url, request(method, path, { headers: all, body }))).status,
    );
  };
const deep = (open: string, close: string, depth: number) =>
  open.repeat(depth) + close.repeat(depth);
const attack = (name: string, its: Attack['send'], becomes: Attack['becomes']): Attack => ({
  name,
  send: its,
  becomes,
});
runAttacks('paths that leave their folder, and JSON without end', target, [
  ...[
    '/../../etc/passwd',
    '/manage/v1/../../etc/passwd',
    '/manage/v1/orders/..%2f..%2fetc%2fpasswd',
    '/manage/v1/orders/jintong/%2e%2e%2f%2e%2e%2fledger.db',
    '/..%5c..%5cwindows',
    '/%00',
    '/manage/v1/orders/jintong/%c0%ae%c0%ae',
    '/ledger.db',
    '/data/ledger.db',
    '/package.json',
    '/.git/config',
    '/.env',
    '/src/main.ts',
    '/node_modules/pg/package.json',
    '/server-status',
    '/debug/pprof',
    '/actuator/env',
  ].map((path) => attack(path, send('GET', path), /^40[04]$/)),
  attack(
    '5,000 lists deep',
    send('POST', '/manage/v1/orders', { body: deep('[', ']', 5000) }),
    '400',
  ),
  attack(
    '100,000 objects deep',
    send('POST', '/manage/v1/orders', { body: deep('{"a":', '}', 100_000).replace('}', '1}') }),
    '400',
  ),
  attack(
    'a name twice',
    send('POST', '/manage/v1/orders', { body: '{"platform":"jintong","platform":"ytx"}' }),
    '400',
  ),
  attack(
    '__proto__',
    send('POST', '/manage/v1/orders', { body: '{"__proto__":{"platform":"jintong"}}' }),
    '400',
  ),
  attack('half a document', send('POST', '/manage/v1/orders', { body: '{"platform":' }), '400'),
  attack('no UTF-8', send('POST', '/manage/v1/orders', { body: '\ud800' }), '400'),
]);

const bearer = (name: string, value: string): Attack =>
  attack(
    name,
    send('GET', '/manage/v1/orders', { token: false, headers: { authorization: value } }),
    '401',
  );
const { adminToken } = target.server;
runAttacks('the management API without its token', target, [
  ...['orders', 'parties', 'requests', 'callbacks/endpoints', 'openapi.json', 'clock'].map((path) =>
    attack(`none: /${path}`, send('GET', `/manage/v1/${path}`, { token: false }), '401'),
  ),
  attack(
    'none: a new order',
    send('POST', '/manage/v1/orders', { token: false, body: JSON.stringify(ORDER) }),
    '401',
  ),
  bearer('empty', ''),
  bearer('Bearer and nothing', 'Bearer '),
  bearer('a digit less', `Bearer ${adminToken.slice(0, -1)}`),
  bearer('a digit more', `Bearer ${adminToken}0`),
  bearer('in capitals', `Bearer ${adminToken.toUpperCase()}X`),
  bearer('as Basic', `Basic ${Buffer.from(`admin:${adminToken}`).toString('base64')}`),
  bearer('its digest', `Bearer ${hash('sha256', adminToken)}`),
  bearer('a partner’s key', 'Bearer b7e1c0a4d25f4b6f9f0c7a1e3d5b8c21'),
  attack(
    'in the query',
    send('GET', `/manage/v1/orders?token=${adminToken}&access_token=${adminToken}`, {
      token: false,
    }),
    '401',
  ),
  attack(
    'in a cookie',
    send('GET', '/manage/v1/orders', { token: false, headers: { cookie: `token=${adminToken}` } }),
    '401',
  ),
  attack(
    'another method by a header',
    send('GET', '/manage/v1/orders', {
      token: false,
      headers: { 'x-http-method-override': 'POST' },
    }),
    '401',
  ),
  attack(
    'another path by a header',
    send('GET', '/healthz', { token: false, headers: { 'x-original-url': '/manage/v1/orders' } }),
    '200',
  ),
]);
