// Secrets in every place of a request: they stand in no request log, no metric, no log line and no answer of the management API.
import assert from 'node:assert/strict';
import { Writable } from 'node:stream';
import { describe, test } from 'node:test';
import { pino } from 'pino';
import { exchange, request } from '../exchange.ts';
import { cancel, form, GATEWAY, hasten, KEYS } from '../jintong.ts';
import { APPS, leaguer, GATEWAY as SUNING, sandboxLine, signedHeaders, TOKEN } from '../suning.ts';
import { manage } from '../support.ts';
import { ACCOUNT, authorizationOf, query, signOf, stamp, submit, TOKENS } from '../ytx.ts';
import { startTarget } from './runner.ts';

let lines = '';
const to = new Writable({
  write(chunk, _encoding, done) {
    lines += String(chunk);
    done();
  },
});
const MASTER = 'b7c1d4e6f80a9b3c5d7e1f2a4b6c8d0eb7c1d4e6f80a9b3c5d7e1f2a4b6c8d0e';
const { server } = await startTarget({
  log: pino({ level: 'trace' }, to),
  config: { masterKey: MASTER },
});
const SECRETS = {
  'a key of Jintong': KEYS.jane88,
  'a secret of Suning': APPS.plain[1],
  'an authToken of ytx': TOKENS[ACCOUNT],
  'the admin token': server.adminToken,
  'an imported access token': TOKEN,
  'a token that was made here': 'Zb1-Qx7_dW0kPz3RtY5uVn8MsA2cF4hGjL6eKiO9xTq',
  'a secret of a callback endpoint': 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
  'an API token': 'ogt_Zb1-Qx7_dW0kPz3RtY5uVn8MsA2cF4hGjL6eKiO9xTq',
  'the master key': MASTER,
};
/** Known by the name that it stands under only. */
const CARD = '6222020200112233';
const ORDER = `/201612/sid/${ACCOUNT}/Unicom/Order.wx`;

const post = (path: string, body: string, headers: Record<string, string> = {}) =>
  request('POST', path, { body, headers });
function signedYtx({ requestId, customParm }: { requestId?: string; customParm?: string }): string {
  const now = stamp(server.clock.now());
  const body = requestId === undefined ? submit(customParm!) : query(requestId);
  return post(`${ORDER}?Sign=${signOf(ACCOUNT, TOKENS[ACCOUNT], now)}`, JSON.stringify(body), {
    authorization: authorizationOf(ACCOUNT, now),
  });
}
const hex = (c: string): string => c.charCodeAt(0).toString(16);
const percent = (c: string): string => `%${hex(c)}`;
/** Where a caller may put what it should not. */
const PLACES: Readonly<Record<string, (secret: string) => string>> = {
  'the path': (s) => post(`/Api/${s}`, 'x'),
  'the query': (s) => post(`${GATEWAY}?key=${s}`, 'x'),
  'a path of nobody': (s) => request('GET', `/${s}`),
  'the user info of an absolute target': (s) => post(`http://${s}:${s}@gate${GATEWAY}`, 'x'),
  'a form': (s) => post(GATEWAY, `Partner=jane88&Key=${s}&Param=${s}`),
  'the name of a form’s field': (s) => post(GATEWAY, `${s}=1&Partner=x`),
  Partner: (s) =>
    post(
      GATEWAY,
      `request=<Request><Partner>${s}</Partner><Action>x</Action><Sign>x</Sign><Param><a>1</a></Param></Request>`,
    ),
  Action: (s) =>
    post(
      GATEWAY,
      `request=<Request><Partner>jane88</Partner><Action>${s}</Action><Sign>x</Sign><Param><a>1</a></Param></Request>`,
    ),
  Sign: (s) =>
    post(
      GATEWAY,
      `request=<Request><Partner>jane88</Partner><Action>HastenOrder</Action><Sign>${s}</Sign><Param><OrderID>1</OrderID></Param></Request>`,
    ),
  'an element of its own': (s) =>
    post(GATEWAY, `<Request><Partner>jane88</Partner><Key>${s}</Key></Request>`),
  OrderID: (s) =>
    post(
      GATEWAY,
      `<Request><Partner>jane88</Partner><Action>HastenOrder</Action><Sign>x</Sign><Param><OrderID>${s}</OrderID><UserName>jane88</UserName></Param></Request>`,
    ),
  'a multipart form': (s) =>
    post(GATEWAY, `--x\r\nContent-Disposition: form-data; name="key"\r\n\r\n${s}\r\n--x--`),
  AppKey: (s) =>
    post(SUNING, '<a/>', {
      AppKey: s,
      AppMethod: 'x',
      AppRequestTime: '2026-01-02 11:04:05',
      VersionNo: 'v1.2',
      signInfo: 'x',
    }),
  AppMethod: (s) =>
    post(SUNING, '<a/>', {
      AppKey: APPS.plain[0],
      AppMethod: s,
      AppRequestTime: '2026-01-02 11:04:05',
      VersionNo: 'v1.2',
      signInfo: 'x',
    }),
  AppRequestTime: (s) =>
    post(SUNING, '<a/>', {
      AppKey: APPS.plain[0],
      AppMethod: 'x',
      AppRequestTime: s,
      VersionNo: 'v1.2',
      signInfo: 'x',
    }),
  signInfo: (s) =>
    post(SUNING, '<a/>', {
      AppKey: APPS.plain[0],
      AppMethod: 'x',
      AppRequestTime: '2026-01-02 11:04:05',
      VersionNo: 'v1.2',
      signInfo: s,
    }),
  access_token: (s) => post(SUNING, '<a/>', { access_token: s, AppKey: APPS.plain[0] }),
  'the method in Suning’s path': (s) =>
    post(`${SUNING}/${s}`, '<a/>', { AppMethod: 'x', AppKey: 'x' }),
  'Suning’s body': (s) => post(SUNING, `{"sn_request":{"appSecret":"${s}"}}`, { Format: 'json' }),
  'the account of ytx’s path': (s) => post(`/201612/sid/${s}/Unicom/Order.wx?Sign=${s}`, '{}'),
  'Authorization of ytx': (s) =>
    post(`${ORDER}?Sign=x`, '{}', {
      authorization: Buffer.from(`${s}|20260102110405`).toString('base64'),
    }),
  'ytx’s body': (s) => post(`${ORDER}?Sign=x`, `{"authToken":"${s}","appid":"${s}"}`),
  'ytx’s action': (s) => post(`${ORDER}?Sign=x`, `{"action":"${s}"}`),
  'client_secret of the token call': (s) =>
    post(
      '/api/oauth/token',
      `client_id=${APPS.oauth[0]}&client_secret=${s}&grant_type=refresh_token&refresh_token=${s}`,
    ),
  'client_id of the token call': (s) => post('/api/oauth/token', `client_id=${s}&grant_type=x`),
  'state of the consent page': (s) =>
    request('GET', `/api/oauth/authorize?client_id=${s}&state=${s}&response_type=code`),
  'X-Forwarded-For': (s) => post(GATEWAY, 'x', { 'x-forwarded-for': s }),
  'Content-Encoding': (s) => post(GATEWAY, 'x', { 'content-encoding': s }),
  'a Partner behind many letters': (s) =>
    post(GATEWAY, `request=<Request><Partner>${'x'.repeat(985)} ${s}</Partner><Action>x</Action>`),
  'an OrderID behind many letters': (s) =>
    post(
      GATEWAY,
      `<Request><Partner>jane88</Partner><Action>HastenOrder</Action><Sign>x</Sign><Param><OrderID>${'x'.repeat(30)} ${s}</OrderID><UserName>jane88</UserName></Param></Request>`,
    ),
  'the end of what is kept of a body': (s) => post(GATEWAY, `${'x'.repeat(1015)} ${s}`),
  'the end of what is kept of a named body': (s) =>
    post(GATEWAY, `<Request><Partner>jane88</Partner><a>${'x'.repeat(4040)} ${s}`),
  'the end of a long path': (s) => post(`${GATEWAY}/${'x'.repeat(960)}/${s}`, 'x'),
  'a signed Remark': (s) => post(GATEWAY, form(cancel(s))),
  'a signed UserName': (s) => post(GATEWAY, form(hasten('15112480268', s))),
  'a signed query of ytx': (s) => signedYtx({ requestId: s }),
  'a signed customParm of ytx': (s) => signedYtx({ customParm: s }),
  'the version of ytx’s path': (s) => post(`/${s}/sid/${ACCOUNT}/${s}/${s}?Sign=x`, '{}'),
  'Sign of ytx': (s) => post(`${ORDER}?Sign=${s}&${s}=1`, '{}'),
  'a JSON name of ytx': (s) => post(`${ORDER}?Sign=x`, `{"${s}":"x"}`),
  'VersionNo and Format of Suning': (s) =>
    post(SUNING, '<a/>', { AppKey: APPS.plain[0], VersionNo: s, Format: s }),
  'signed values of Suning': (s) => {
    const call = leaguer('180', s, s);
    return post(SUNING, call.body as string, signedHeaders(call, server.clock.now()));
  },
  'an access token of another app, signed': (s) => {
    const call = leaguer('180', ...sandboxLine(1));
    const headers = { ...signedHeaders(call, server.clock.now()), access_token: s };
    return post(SUNING, call.body as string, headers);
  },
  'the redirect of the consent page': (s) =>
    request(
      'GET',
      `/api/oauth/authorize?client_id=${APPS.oauth[0]}&redirect_uri=https://${s}.example/&scope=${s}`,
    ),
  'the management API': (s) =>
    request('GET', `/manage/v1/orders?q=${s}`, { headers: { authorization: `Bearer ${s}x` } }),
  'a lookup of the management API': (s) =>
    request('GET', `/manage/v1/orders/jintong/${s}?${s}=1`, {
      headers: { authorization: `Bearer ${server.adminToken}` },
    }),
  'a form of escapes': (s) => post(GATEWAY, `request=${[...s].map(percent).join('')}`),
  'a form of escapes, double': (s) =>
    post(GATEWAY, `request=${encodeURIComponent([...s].map(percent).join(''))}`),
  'XML of references': (s) =>
    post(GATEWAY, `request=<a>${[...s].map((c) => `&#${c.charCodeAt(0)};`).join('')}</a>`),
  'JSON of escapes': (s) =>
    post(`${ORDER}?Sign=x`, `{"a":"${[...s].map((c) => `\\u00${hex(c)}`).join('')}"}`),
  'a document in base64': (s) =>
    post(
      GATEWAY,
      `request=${Buffer.from(`<Request><Key>${s}</Key></Request>`).toString('base64')}`,
    ),
  'a signed Remark of escapes': (s) =>
    post(GATEWAY, form(cancel(s)).replace(s, [...s].map(percent).join(''))),
  'Basic of ytx': (s) =>
    post(`${ORDER}?Sign=x`, '{}', {
      authorization: `Basic ${Buffer.from(`${ACCOUNT}:${s}`).toString('base64')}`,
    }),
  'User-Agent and Cookie': (s) => post(GATEWAY, 'x', { 'user-agent': s, cookie: s }),
};

/** Calls that a test makes at most. */
const NEWEST = 12;

/** All that an operator sees. */
async function seen(): Promise<string> {
  const texts = [lines];
  lines = '';
  for (const path of [
    `/requests?limit=${NEWEST}`,
    '/parties',
    '/tokens/suning',
    '/callbacks/endpoints',
  ]) {
    texts.push(JSON.stringify((await manage(server, 'GET', path)).body));
  }
  const headers = { authorization: `Bearer ${server.adminToken}` };
  texts.push((await exchange(server.url, request('GET', '/metrics', { headers }))).body);
  return texts.join('\n');
}

/** So that a call of the test before stands not among the newest. */
const NOTHING = post(GATEWAY, 'x');

describe(`secrets of parties and operators in ${Object.keys(PLACES).length} places of a request`, () => {
  for (const [place, make] of Object.entries(PLACES)) {
    test(`in ${place}`, async () => {
      for (const secret of Object.values(SECRETS)) await exchange(server.url, make(secret));
      for (let i = Object.keys(SECRETS).length; i < NEWEST; i++)
        await exchange(server.url, NOTHING);
      const text = await seen();
      for (const [what, secret] of Object.entries(SECRETS)) {
        // A part of a secret is one that was cut in two.
        const found = text.indexOf(secret.slice(0, 12));
        assert.equal(found < 0 ? '' : text.slice(Math.max(0, found - 200), found), '', what);
      }
    });
  }
});

/** Names that card codes, passwords and tokens go by. */
const NAMES = [
  'cardCode',
  'cardSec',
  'pwd',
  'password',
  'pin',
  'cdkey',
  '卡密',
  '密码',
  'token',
  'apiKey',
];

describe('what is known as a secret by its name only', () => {
  for (const name of NAMES) {
    test(`${name} in JSON, in JSON within a text, in XML and in a form`, async () => {
      const inner = JSON.stringify({ [name]: CARD });
      for (const bytes of [
        post(SUNING, `{"sn_request":{"sn_body":{"x":${inner}}}}`, { Format: 'json' }),
        post(SUNING, JSON.stringify({ x: inner }), { Format: 'json' }),
        post(SUNING, `<a><${name}>${CARD}</${name}></a>`),
        post(GATEWAY, `<Request><${name}>${CARD}</${name}></Request>`),
        post(GATEWAY, `${name}=${CARD}&Partner=x`),
        post(`${ORDER}?Sign=x`, inner),
      ]) {
        await exchange(server.url, bytes);
      }
      const text = await seen();
      const found = text.indexOf(CARD);
      assert.equal(found < 0 ? '' : text.slice(Math.max(0, found - 200), found), '');
    });
  }

  test('cards that were shipped stand in no log and no answer', async () => {
    const cardList = [{ cardCode: CARD, cardSec: 'SEC-of-a-card-77' }];
    const call = leaguer('180', ...sandboxLine(1), { cardList });
    const headers = signedHeaders(call, server.clock.now());
    const answer = await exchange(server.url, post(SUNING, call.body as string, headers));
    assert.match(answer.body, /<result>Y<\/result>/);
    const order = await manage(server, 'GET', `/orders/suning/${sandboxLine(1)[0]}`);
    const text = (await seen()) + JSON.stringify(order.body) + answer.body;
    assert.ok(!text.includes(CARD) && !text.includes('SEC-of-a-card-77'));
  });

  test('an access token of OAuth as AppKey', async () => {
    await exchange(server.url, PLACES.AppKey!(TOKEN));
    assert.ok(!(await seen()).includes(TOKEN));
  });
});
