// Tests healthz, readyz, and the metrics with their access rules.
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, test } from 'node:test';
import { call, document, form, GATEWAY, hasten, post } from '../../test/jintong.ts';
import { manage, sqliteOnly, startTestServer, temporaryDirectory } from '../../test/support.ts';

const server = await startTestServer();
const get = async (path: string, headers: Record<string, string> = {}, to = server) => {
  const response = await fetch(to.url + path, { headers });
  return {
    status: response.status,
    type: response.headers.get('content-type'),
    text: await response.text(),
    challenge: response.headers.get('www-authenticate'),
  };
};

test('/healthz and /readyz answer 200 to everybody', async () => {
  const type = 'text/plain; charset=utf-8';
  deepEqual(await get('/healthz'), { status: 200, type, text: 'ok\n', challenge: null });
  deepEqual(await get('/readyz'), { status: 200, type, text: 'ready\n', challenge: null });
});

test('/readyz gives 503 while the ledger accepts no changes, and then 200 again; /healthz stays 200', {
  skip: sqliteOnly,
}, async () => {
  const dataDirectory = temporaryDirectory();
  const broken = await startTestServer({ config: { dataDirectory } });
  const sql = (text: string): void => {
    const db = new DatabaseSync(join(dataDirectory, 'ledger.db'), { timeout: 5000 });
    db.exec(text);
    db.close();
  };
  const states: number[] = [];
  const look = async (): Promise<void> => {
    states.push((await get('/readyz', {}, broken)).status);
    equal((await get('/healthz', {}, broken)).status, 200);
  };
  await look();
  sql('ALTER TABLE parties RENAME TO gone');
  await look();
  sql('ALTER TABLE gone RENAME TO parties');
  await look();
  // Simulates a disk error. After a failed change, only a successful change proves that the disk
  // works.
  sql(
    "CREATE TRIGGER full BEFORE INSERT ON settings BEGIN SELECT RAISE(ROLLBACK, 'disk full'); END",
  );
  sql(
    "CREATE TRIGGER full2 BEFORE UPDATE ON orders BEGIN SELECT RAISE(ROLLBACK, 'disk full'); END",
  );
  equal((await call(broken, form(hasten('15112480268')))).code, 'Unknown');
  await look();
  sql('DROP TRIGGER full; DROP TRIGGER full2');
  await look();
  equal((await call(broken, form(hasten('15112480268')))).code, 'CallSuccess');
  deepEqual(states, [200, 503, 200, 503, 200]);
});

describe('/metrics', () => {
  test('are readable for this machine itself, and for callers with the token', async () => {
    equal((await get('/metrics')).status, 200);
    for (const headers of [
      { 'x-forwarded-for': '203.0.113.7' },
      { 'x-forwarded-for': '127.0.0.1' },
      { 'x-forwarded-for': '' },
      { forwarded: 'for=127.0.0.1' },
    ]) {
      const refused = await get('/metrics', headers as Record<string, string>);
      deepEqual([refused.status, refused.challenge], [401, 'Bearer'], JSON.stringify(headers));
      ok(!refused.text.includes('ordergate_'));
      const token = { ...headers, authorization: `Bearer ${server.adminToken}` };
      equal((await get('/metrics', token as Record<string, string>)).status, 200);
      equal(
        (await get('/metrics', { ...token, authorization: 'Bearer x' } as Record<string, string>))
          .status,
        401,
      );
    }
  });

  test('are text in the format of Prometheus, with every name', async () => {
    const { type, text } = await get('/metrics');
    match(type!, /^text\/plain; version=0\.0\.4/);
    for (const name of [
      'ordergate_gateway_calls_total',
      'ordergate_gateway_call_duration_seconds',
      'ordergate_request_log_dropped',
      'process_cpu_seconds_total',
      'nodejs_eventloop_lag_seconds',
      'nodejs_heap_size_used_bytes',
    ]) {
      match(text, new RegExp(`^# HELP ${name} .`, 'm'), name);
      match(text, new RegExp(`^# TYPE ${name} (counter|gauge|histogram)$`, 'm'), name);
    }
    match(text, /^ordergate_request_log_dropped 0$/m);
  });

  /** The counters of calls, by `method outcome`. */
  async function calls(): Promise<Map<string, number>> {
    const { text } = await get('/metrics');
    const lines = text.matchAll(
      /^ordergate_gateway_calls_total\{platform="jintong",method="(.*)",outcome="(.*)"\} (\d+)$/gm,
    );
    return new Map(
      [...lines].map(([, method, outcome, count]) => [`${method} ${outcome}`, Number(count)]),
    );
  }

  test('count calls by method and outcome', async () => {
    const before = await calls();
    await post(server, form(hasten('15112480268')));
    await post(server, form(hasten('15112480268')));
    await post(server, form(hasten('15112480268')));
    await post(server, 'no request');
    const after = await calls();
    const grown = [...after].map(([name, count]) => [name, count - (before.get(name) ?? 0)]);
    deepEqual(Object.fromEntries(grown), {
      'HastenOrder CallSuccess': 1,
      'HastenOrder CallFail': 2,
      'other ArgumentIllegal': 1,
    });
  });

  test('count an unknown method as `other`, so that strangers cannot create label values', async () => {
    const before = (await calls()).get('other NotImplemented') ?? 0;
    for (const action of ['Fly1', 'Fly2', 'hastenorder', 'constructor', '"} 1\nfake 2']) {
      await post(server, form(document('jane88', action, { param: { OrderID: '1' } })));
    }
    const after = await calls();
    equal(after.get('other NotImplemented'), before + 5);
    deepEqual([...new Set([...after.keys()].map((name) => name.split(' ')[0]))].sort(), [
      'HastenOrder',
      'other',
    ]);
    const { text } = await get('/metrics');
    for (const strange of ['Fly1', 'fake', 'jane88', '15112480268'])
      ok(!text.includes(strange), strange);
  });

  test('observe the duration of every call', async () => {
    const observed = async (): Promise<number> => {
      const { text } = await get('/metrics');
      return Number(
        /^ordergate_gateway_call_duration_seconds_count\{platform="jintong"\} (\d+)$/m.exec(
          text,
        )![1],
      );
    };
    const before = await observed();
    await post(server, form(hasten('15112480268')));
    await post(server, 'no request');
    equal(await observed(), before + 2);
    const total = [...(await calls()).values()].reduce((a, b) => a + b);
    equal(await observed(), total);
  });
});

test('on :: an IPv4 caller is its IPv4 address, and on ::1 the URL has brackets', async () => {
  const both = await startTestServer({ config: { host: '::' } });
  const { port } = new URL(both.url);
  await fetch(`http://127.0.0.1:${port}${GATEWAY}`, { method: 'POST', body: 'x' });
  equal((await manage(both, 'GET', '/requests')).body.items[0].address, '127.0.0.1');
  equal((await fetch(`http://127.0.0.1:${port}/metrics`)).status, 200);
  const six = await startTestServer({ config: { host: '::1' } });
  match(six.url, /^http:\/\/\[::1\]:\d+$/);
  equal((await fetch(`${six.url}/metrics`)).status, 200);
});
