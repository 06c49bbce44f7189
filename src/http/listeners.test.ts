// Tests management on a listener of its own: which URLs are where, and what a wrong token costs.
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { describe, test } from 'node:test';
import { pino } from 'pino';
import { call, form, hasten } from '../../test/jintong.ts';
import { manage, startTestServer } from '../../test/support.ts';
import { platforms } from '../platforms/index.ts';

const server = await startTestServer({ config: { managePort: 0 } });
const status = async (base: string, path: string, method = 'GET'): Promise<number> => {
  const answer = await fetch(base + path, { method, redirect: 'manual' });
  await answer.body?.cancel();
  return answer.status;
};

describe('with ORDERGATE_MANAGE_PORT', () => {
  test('the port of the gateways serves no URL of management', async () => {
    const management = [
      ...['/', '/docs', '/docs/jintong', '/console', '/console/sign-in', '/metrics'],
      ...['/readyz', '/manage/v1/version', '/manage/v1/openapi.json', '/manage/v1/orders'],
    ];
    for (const path of management) {
      equal(await status(server.url, path), 404, path);
      ok((await status(server.manageUrl, path)) !== 404, path);
    }
    const headers = { authorization: `Bearer ${server.adminToken}` };
    equal((await fetch(`${server.url}/manage/v1/orders`, { headers })).status, 404);
    equal((await fetch(`${server.manageUrl}/manage/v1/orders`, { headers })).status, 200);
  });

  test('the port of management serves no URL of a platform', async () => {
    const served = platforms.flatMap(({ paths, endpoints = [] }) => [...paths, ...endpoints]);
    ok(served.length > 5);
    for (const { method, path } of served) {
      const real = path.replaceAll(/\{\w+\}/g, 'x');
      equal(await status(server.manageUrl, real, method), 404, path);
      ok((await status(server.url, real, method)) !== 404, path);
    }
    const { body } = await manage({ ...server, url: server.manageUrl }, 'GET', '/requests');
    const strays = body.items.filter((one: { outcome: string }) => one.outcome === 'not-found');
    deepEqual(strays, [], 'a mistyped URL of management is no call of a partner');
  });

  test('both ports serve /healthz', async () => {
    equal(await status(server.url, '/healthz'), 200);
    equal(await status(server.manageUrl, '/healthz'), 200);
  });

  test('a signed call arrives, and management shows it', async () => {
    equal((await call(server, form(hasten('15112480268')))).code, 'CallSuccess');
    const there = { ...server, url: server.manageUrl };
    const { body } = await manage(there, 'GET', '/orders/jintong/15112480268');
    equal(body.orderId, '15112480268');
  });

  test('the link of the start leads to the management port', async () => {
    match(String(await server.signInLink()), new RegExp(`^${server.manageUrl}/console/link/`));
  });
});

test('without ORDERGATE_MANAGE_PORT one listener serves everything', async () => {
  const one = await startTestServer();
  equal(one.manageUrl, one.url);
  for (const path of ['/', '/docs', '/healthz', '/readyz'])
    equal(await status(one.url, path), 200, path);
  equal((await call(one, form(hasten('15112480268')))).code, 'CallSuccess');
});

describe('a wrong token', () => {
  const lines: string[] = [];
  const log = pino({ level: 'info' }, { write: (line: string) => void lines.push(line) });

  test('is counted and logged without the token; a flood of wrong tokens is refused, and a right token does not wait', async () => {
    const production = await startTestServer({
      log,
      config: { environment: 'production', managePort: 0 },
    });
    const stop = new AbortController();
    const headers = { authorization: 'Bearer og_guessed-by-a-stranger' };
    const guess = () =>
      fetch(`${production.manageUrl}/manage/v1/orders`, { headers, signal: stop.signal });
    const first = await guess();
    deepEqual([first.status, first.headers.get('www-authenticate')], [401, 'Bearer']);

    const flood = Array.from({ length: 60 }, guess);
    const refused = await Promise.any(
      flood.map(async (one) => {
        const answer = await one;
        if (answer.status !== 429) throw new Error('not refused');
        return answer;
      }),
    );
    const { error } = (await refused.json()) as { error: { code: string; message: string } };
    deepEqual([error.code, refused.headers.get('retry-after')], ['too-many-guesses', '60']);
    match(error.message, /Correct the token, and try again in a minute/);

    const there = { ...production, url: production.manageUrl };
    equal((await manage(there, 'GET', '/orders')).status, 200);
    const authorization = `Bearer ${production.adminToken}`;
    const metrics = await fetch(`${production.manageUrl}/metrics`, { headers: { authorization } });
    const counted = /^ordergate_management_wrong_tokens_total (\d+)$/m.exec(await metrics.text());
    ok(Number(counted?.[1]) > 30, String(counted));
    stop.abort();
    await Promise.allSettled(flood);

    const told = lines.filter((line) => line.includes('a wrong token was sent'));
    ok(
      told.length >= 1 && told.length < 15,
      `${told.length} lines for ${counted?.[1]} wrong tokens`,
    );
    match(told[0]!, /"address":"127\.0\.0\.1"/);
    ok(!lines.join('').includes('guessed-by-a-stranger'));
  });
});

test('production warns if other machines reach management at the port of the gateways', async () => {
  for (const [config, warns] of [
    [{ host: '0.0.0.0' }, true],
    [{ host: '0.0.0.0', managePort: 0 }, false],
    [{ host: '127.0.0.1' }, false],
  ] as const) {
    const lines: string[] = [];
    const log = pino({ level: 'info' }, { write: (line: string) => void lines.push(line) });
    await startTestServer({ log, config: { environment: 'production', ...config } });
    equal(lines.join('').includes('Set ORDERGATE_MANAGE_PORT'), warns, JSON.stringify(config));
  }
});
