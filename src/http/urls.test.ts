// Tests spellings that real clients send (settled.md, ALL7 to ALL11): URLs, Content-Encoding and
// X-Forwarded-For, with real bytes.
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { describe, test } from 'node:test';
import { exchange, request } from '../../test/exchange.ts';
import { document, form, GATEWAY, hasten } from '../../test/jintong.ts';
import { HISTORY, history, GATEWAY as SUNING, signedHeaders } from '../../test/suning.ts';
import { manage, startTestServer, TestClock } from '../../test/support.ts';
import { ACCOUNT, authorizationOf, query, signOf, stamp, TOKENS } from '../../test/ytx.ts';
import { AddressList } from '../directory/addresses.ts';

const clock = new TestClock();
const config = { trustedProxies: new AddressList(['127.0.0.0/8', '10.0.0.0/8']) };
const server = await startTestServer({ clock, config });
const unknownOrder = form(hasten('404'));
const timestamp = stamp(clock.now());
const ytxSign = signOf(ACCOUNT, TOKENS[ACCOUNT], timestamp);
const authorization = authorizationOf(ACCOUNT, timestamp);
const ytxBody = JSON.stringify(query('404'));

/** Sends a request; returns the HTTP status, or the platform's code if it answered. */
async function outcome(
  method: string,
  target: string,
  options: { headers?: Record<string, string>; body?: string; host?: string } = {},
): Promise<string> {
  const { status, body } = await exchange(server.url, request(method, target, options));
  const code = /MessageCode%3e(\w+)|"statusCode":"(-?\d+)"|error_code[">:]+([\w.:-]+)/.exec(body);
  return code ? (code[1] ?? code[2] ?? code[3])! : String(status);
}
const newest = async () => (await manage(server, 'GET', '/requests?limit=1')).body.items[0];

describe('repeated slashes and a slash at the end make no difference', () => {
  test('Jintong, "in any case"', async () => {
    for (const path of [
      GATEWAY,
      '/api/orderopenapi.ashx',
      '/API/ORDEROPENAPI.ASHX',
      `/${GATEWAY}`,
      `${GATEWAY}/`,
      '//api//OrderOpenApi.ashx//',
      '///Api/OrderOpenApi.ashx',
    ]) {
      equal(await outcome('POST', path, { body: unknownOrder }), 'CallFail', path);
      equal(await outcome('POST', `${path}?a=//b/`, { body: unknownOrder }), 'CallFail', path);
      equal(await outcome('GET', path), '405', path);
    }
    for (const path of ['/Api/OrderOpenApi.ash', `${GATEWAY}/x`, '/Api//x/OrderOpenApi.ashx']) {
      equal(await outcome('POST', path, { body: unknownOrder }), '404', path);
    }
  });

  test("Suning's gateway and OAuth, whose paths are case-sensitive", async () => {
    const call = history();
    const headers = signedHeaders(call, clock.now());
    const body = call.body as string;
    for (const path of [
      SUNING,
      `${SUNING}/`,
      `/${SUNING}`,
      '/api//http///sopRequest',
      `${SUNING}//${HISTORY}/`,
    ]) {
      equal(
        (await exchange(server.url, request('POST', path, { headers, body }))).status,
        200,
        path,
      );
    }
    equal(await outcome('POST', '/api/http/soprequest', { headers, body }), '404');
    for (const path of ['/api/oauth/token', '//api/oauth/token', '/api/oauth//token/']) {
      equal(await outcome('POST', path, { body: 'grant_type=x' }), '200', path);
      equal(await outcome('HEAD', path), '405', `HEAD ${path}: GET gives tokens there`);
    }
    equal(await outcome('GET', '/api//oauth/authorize/'), '400');
  });

  test('ytx; an empty segment in place of a parameter stays 404', async () => {
    const headers = { authorization };
    const body = ytxBody;
    const at = (path: string) => outcome('POST', `${path}?Sign=${ytxSign}`, { headers, body });
    equal(await at(`/201612/sid/${ACCOUNT}/Unicom/Order.wx`), '-704');
    equal(await at(`//201612//sid/${ACCOUNT}///Unicom/Order.wx/`), '-704');
    for (const path of [
      '/201612/sid//Unicom/Order.wx',
      `//sid/${ACCOUNT}/Unicom/Order.wx`,
      `/201612/sid/${ACCOUNT}//Order.wx`,
      `/201612/sid/${ACCOUNT}/Unicom/`,
      `/201612/sid/${ACCOUNT}/Unicom//`,
    ]) {
      equal(await at(path), '404', path);
    }
  });

  test('every other path must match exactly', async () => {
    for (const path of ['//healthz', '/healthz/', '/HEALTHZ', '//readyz', '/metrics/']) {
      equal(await outcome('GET', path), '404', path);
    }
    const headers = { authorization: `Bearer ${server.adminToken}` };
    for (const path of ['//manage/v1/orders', '/manage//v1/orders', '/manage/v1/orders/']) {
      equal(await outcome('GET', path, { headers }), '404', path);
    }
  });
});

describe('a request target in absolute form counts by its path and query', () => {
  test('on every path, with any host, and including the query', async () => {
    for (const target of [
      `http://gate${GATEWAY}`,
      `HTTP://other.example:99${GATEWAY}`,
      `https://gate/${GATEWAY}/`,
      `http://user:secret@gate/api/orderopenapi.ashx?x=1`,
      `http://[::1]:80${GATEWAY}`,
    ]) {
      equal(await outcome('POST', target, { body: unknownOrder }), 'CallFail', target);
    }
    equal(
      await outcome('POST', `http://gate/201612/sid/${ACCOUNT}/Unicom/Order.wx?Sign=${ytxSign}`, {
        headers: { authorization },
        body: ytxBody,
      }),
      '-704',
    );
    const headers = { authorization: `Bearer ${server.adminToken}` };
    const listed = await exchange(
      server.url,
      request('GET', 'http://x/manage/v1/requests?limit=2', { headers }),
    );
    equal(JSON.parse(listed.body).items.length, 2);
    // The front page, whatever the host.
    for (const target of ['http://gate', 'http://gate/', 'http://gate?x']) {
      equal(await outcome('GET', target), '200', target);
    }
    for (const target of ['http://gate//', '*']) {
      equal(await outcome('GET', target), '404', target);
    }
  });

  test('the path determines the access rules; the host in the target grants nothing', async () => {
    for (const target of [
      'http://127.0.0.1/manage/v1/orders',
      'http://localhost/healthz/../manage/v1/orders',
      '//manage/v1/orders',
    ]) {
      ok(['401', '404'].includes(await outcome('GET', target)), target);
    }
  });

  test('user info of the target appears neither in an answer nor in the request log', async () => {
    const target = 'http://user:top-secret@gate/Api/Nothing.ashx?Key=1';
    const { status, body } = await exchange(server.url, request('POST', target));
    equal(status, 404);
    deepEqual(JSON.parse(body).error.message, 'there is nothing at /Api/Nothing.ashx');
    const { platform, outcome: code, refusedBy, detail } = await newest();
    deepEqual([platform, code, refusedBy], ['jintong', 'HTTP 404', 'http']);
    equal(detail, 'POST was refused: there is nothing at /Api/Nothing.ashx');
  });
});

describe('Content-Encoding', () => {
  test('a compressing coding gets 415, a body that names the coding, and a request log record', async () => {
    for (const [value, named] of [
      ['gzip', 'gzip'],
      ['X-GZIP', 'x-gzip'],
      ['deflate', 'deflate'],
      ['br', 'br'],
      ['zstd', 'zstd'],
      ['compress', 'compress'],
      ['identity, gzip', 'gzip'],
      ['utf-8,br', 'br'],
    ] as const) {
      for (const path of [GATEWAY, SUNING, '/api/oauth/token']) {
        const headers = { 'content-encoding': value };
        const answer = await exchange(
          server.url,
          request('POST', path, { headers, body: unknownOrder }),
        );
        equal(answer.status, 415, value);
        match(answer.body, new RegExp(`"Content-Encoding ${named} is not taken here`));
        const logged = await newest();
        equal(String(logged.id), answer.headers['x-request-id']);
        deepEqual(
          [logged.platform, logged.outcome, logged.refusedBy],
          [path === GATEWAY ? 'jintong' : 'suning', 'HTTP 415', 'http'],
        );
        match(logged.detail, new RegExp(named));
      }
    }
  });

  test('the name of a charset, or any other word, is ignored and logged', async () => {
    for (const value of ['UTF-8', 'gbk', 'identity', 'text/xml', 'gzipped']) {
      const headers = { 'content-encoding': value };
      equal(await outcome('POST', GATEWAY, { headers, body: unknownOrder }), 'CallFail', value);
      const { detail } = await newest();
      equal(detail, `unknown-order; Content-Encoding "${value}" was passed over`);
    }
  });
});

describe('X-Forwarded-For', () => {
  const body = form(
    document('ipbound01', 'GetOrderDetail', {
      param: { OrderID: '15110200002', UserName: 'ipbound01' },
    }),
  );

  test('ip:port, [ip]:port, quotes, empty elements and several lines are understood', async () => {
    for (const value of [
      '203.0.113.7:50123',
      '"203.0.113.7:50123"',
      '198.51.100.1, 203.0.113.7:1',
      '203.0.113.7:65535',
      '203.0.113.7:1, , 10.0.0.1:2',
      '198.51.100.1\r\nX-Forwarded-For: 203.0.113.7',
    ]) {
      const headers = { 'X-Forwarded-For': value };
      equal(await outcome('POST', GATEWAY, { headers, body }), 'CallSuccess', value);
      equal((await newest()).address, '203.0.113.7');
    }
  });

  test("a nearest hop that is unreadable is nobody's address, and the log says what stood there", async () => {
    for (const value of ['unknown', '203.0.113.7,', '203.0.113.7, _x, 10.0.0.1', '127.0.0.1:x']) {
      const headers = { 'X-Forwarded-For': value };
      equal(await outcome('POST', GATEWAY, { headers, body }), 'UnauthorizedIp', value);
      const { address, detail } = await newest();
      equal(address, 'unknown');
      match(detail, /X-Forwarded-For has "(?:unknown|_x|127\.0\.0\.1:x)?" where/);
      // A call with an unreadable hop passes only if the address list is empty (settled.md, ALL11).
      equal(await outcome('POST', GATEWAY, { headers, body: unknownOrder }), 'CallFail', value);
    }
  });

  test('a port over 65535 is no port, so that its hop is unreadable', async () => {
    for (const value of ['203.0.113.7:65536', '203.0.113.7:99999', '[2001:db8::7]:65536']) {
      const headers = { 'X-Forwarded-For': value };
      equal(await outcome('POST', GATEWAY, { headers, body }), 'UnauthorizedIp', value);
      const { address, detail } = await newest();
      equal(address, 'unknown');
      ok(detail.includes(`X-Forwarded-For has "${value}" where`), detail);
    }
  });
});
