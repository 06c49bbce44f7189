// deploy/nginx in front of a real server: tokens, addresses, limits, management apart, streams.
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { readConfig } from '../../src/config.ts';
import { readReply } from '../../src/platforms/jintong/client.ts';
import { form, GATEWAY, hasten, KEYS } from '../jintong.ts';
import {
  APPS,
  history,
  leaguer,
  readAnswer,
  GATEWAY as SUNING,
  signedHeaders,
  TOKEN,
} from '../suning.ts';
import { manage, startTestServer } from '../support.ts';
import { ACCOUNT, authorizationOf, query, signOf, stamp, TOKENS } from '../ytx.ts';
import { MANAGE, type Nginx, OPEN, skip, startNginx } from './nginx.ts';

const CONFIG = {
  managePort: 0,
  publicUrl: `https://${OPEN}`,
  manageUrl: `https://${MANAGE}`,
} as const;

const { trustedProxies } = readConfig({}, { ORDERGATE_TRUSTED_PROXIES: '127.0.0.1' });
const server = await startTestServer({ config: { ...CONFIG, trustedProxies } });
const there = { ...server, url: server.manageUrl };
const upstreams = { gateways: [server.url], management: [server.manageUrl] };

describe('deploy/nginx/ordergate.conf', { skip, timeout: 60_000 }, () => {
  let nginx: Nginx;
  before(async () => {
    nginx = await startNginx(upstreams);
  });
  after(() => nginx?.stop());

  const suning = async (through: Nginx) => {
    const asked = history();
    const headers = {
      ...signedHeaders({ ...asked, app: 'oauth' }, server.clock.now()),
      access_token: TOKEN,
    };
    const sent = { host: OPEN, path: SUNING, method: 'POST', headers, body: asked.body };
    return readAnswer((await through.call(sent)).text).code;
  };

  test("a Suning call arrives with its token, which nginx's own setting would drop", async () => {
    equal(await suning(nginx), 'success');
    const usual = await startNginx(upstreams, { 'underscores_in_headers on;': '' });
    try {
      equal(await suning(usual), 'sys.check.user-permission:inexistence');
    } finally {
      usual.stop();
    }
  });

  test('a ytx call arrives with its path, query and Authorization', async () => {
    const time = stamp(server.clock.now());
    const { status, text } = await nginx.call({
      ...{ host: OPEN, method: 'POST', body: JSON.stringify(query('2016010000000219')) },
      path: `/201612/sid/${ACCOUNT}/Unicom/Order.wx?Sign=${signOf(ACCOUNT, TOKENS[ACCOUNT], time)}`,
      headers: { authorization: authorizationOf(ACCOUNT, time) },
    });
    deepEqual([status, JSON.parse(text).orderSts], [200, '1']);
  });

  test("a partner's address list sees the address of the connection, and no address that the caller writes", async () => {
    const listed = await manage(there, 'PATCH', '/parties/jintong/ipbound01', {
      addresses: ['127.0.0.5'],
    });
    equal(listed.status, 200, JSON.stringify(listed.body));
    const code = async (from: string, headers: Record<string, string> = {}) => {
      const body = form(hasten('1', 'x', 'ipbound01'));
      const sent = { host: OPEN, path: GATEWAY, method: 'POST', headers, body, from };
      return readReply((await nginx.call(sent)).text, KEYS.ipbound01).code;
    };
    const admitted = await code('127.0.0.5');
    ok(admitted !== 'UnauthorizedIp', admitted);
    equal(await code('127.0.0.6'), 'UnauthorizedIp');
    equal(await code('127.0.0.6', { 'x-forwarded-for': '127.0.0.5' }), 'UnauthorizedIp');
    equal(await code('127.0.0.5', { 'x-forwarded-for': '203.0.113.7' }), admitted);
    const { body } = await manage(there, 'GET', '/requests?platform=jintong&limit=1');
    equal(body.items[0].address, '127.0.0.5');
  });

  test("OAuth's consent page takes its form from the public address", async () => {
    const query = new URLSearchParams({
      ...{ client_id: APPS.oauth[0], response_type: 'code', scope: 'orders', state: 'x' },
      redirect_uri: 'https://app.example.cn/callback',
    });
    const page = await nginx.call({ host: OPEN, path: `/api/oauth/authorize?${query}` });
    equal(page.status, 200);
    match(String(page.message.headers['set-cookie']), /__Host-.*Secure/);
  });

  test('the name of the partners shows the reference, and nothing of management', async () => {
    for (const [path, status] of [
      ['/', 200],
      ['/docs', 200],
      ['/docs/suning/codes', 200],
      ['/healthz', 200],
      ['/console', 404],
      ['/console/sign-in', 404],
      ['/manage/v1/version', 404],
      ['/manage/v1/orders', 404],
      ['/metrics', 404],
      ['/readyz', 404],
    ] as const) {
      equal((await nginx.call({ host: OPEN, path })).status, status, path);
    }
  });

  test('the name of management shows console and management API to the ranges that it allows', async () => {
    const headers = { authorization: `Bearer ${server.adminToken}` };
    equal((await nginx.call({ host: MANAGE, path: '/manage/v1/orders', headers })).status, 200);
    equal((await nginx.call({ host: MANAGE, path: '/manage/v1/orders' })).status, 401);
    const page = await nginx.call({ host: MANAGE, path: '/console' });
    match(page.text, /<div id="root">/);
    const signIn = await nginx.call({ host: MANAGE, path: '/console/sign-in' });
    equal(signIn.status, 200);
    equal((await nginx.call({ host: MANAGE, path: SUNING, method: 'POST' })).status, 404);
    const strict = await startNginx(upstreams, { 'allow 127.0.0.0/8;': 'allow 127.0.0.1;' });
    try {
      const sent = { host: MANAGE, path: '/manage/v1/version' };
      equal((await strict.call({ ...sent, from: '127.0.0.1' })).status, 200);
      equal((await strict.call({ ...sent, from: '127.0.0.9' })).status, 403);
    } finally {
      strict.stop();
    }
  });

  test('a body of 1 MiB reaches the platform, and nginx refuses a longer one with 413', async () => {
    const sent = { host: OPEN, path: SUNING, method: 'POST' };
    const whole = await nginx.call({ ...sent, body: Buffer.alloc(1024 * 1024, 'x') });
    deepEqual([whole.status, readAnswer(whole.text).code], [200, 'sys.check.header-param:null']);
    const longer = await nginx.call({ ...sent, body: Buffer.alloc(1024 * 1024 + 1, 'x') });
    equal(longer.status, 413);
    match(longer.text, /nginx/);
  });

  test("the console's stream tells a change at once: nginx holds nothing back", async () => {
    const headers = { authorization: `Bearer ${server.adminToken}` };
    const path = '/manage/v1/events';
    const stream = await nginx.open({ host: MANAGE, path, headers });
    deepEqual(
      [stream.statusCode, stream.headers['content-type']?.split(';')[0]],
      [200, 'text/event-stream'],
    );
    let told = '';
    const hears = new Promise<void>((resolve) => {
      stream.setEncoding('utf8').on('data', (text: string) => {
        told += text;
        if (told.includes('1000531507')) resolve();
      });
    });
    const asked = leaguer('180', '1000531507', '00000208117603');
    const sent = { host: OPEN, path: SUNING, method: 'POST', body: asked.body };
    const answer = await nginx.call({
      ...sent,
      headers: signedHeaders(asked, server.clock.now()),
    });
    equal(readAnswer(answer.text).code, 'success');
    // The stream stays open all the while, so a buffer of nginx would hold the event until the end.
    await hears;
    stream.destroy();
  });

  test('a call without TLS is sent to TLS with its method', async () => {
    const answer = await fetch(`http://127.0.0.1:${nginx.plainPort}/docs`, { redirect: 'manual' });
    equal(answer.status, 308);
    match(answer.headers.get('location')!, /^https:\/\/127\.0\.0\.1\/docs$/);
  });

  test('of two nodes behind nginx the calls of a stopped one go to the other', async () => {
    const gone = await startTestServer({ config: CONFIG });
    const both = await startNginx({
      gateways: [gone.url, server.url],
      management: [server.manageUrl],
    });
    try {
      await gone.close();
      for (let i = 0; i < 6; i++) equal(await suning(both), 'success');
    } finally {
      both.stop();
    }
  });
});
