// Sandbox forces: every documented code of every platform is forced from real bytes, and answered in the platform's form.
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { test } from 'node:test';
import { platforms } from '../src/platforms/index.ts';
import type { ClauseRequest } from '../src/protocol/clause.ts';
import { ORDER } from './callback-server.ts';
import { DRIVERS, send, type Target } from './clause-drivers.ts';
import { manage, startTestServer, TestClock } from './support.ts';

const clock = new TestClock();
const server = await startTestServer({ clock });

/** A call of each platform that changes an order, and who makes it. */
const CALLS: Readonly<Record<string, { party: string; request: ClauseRequest }>> = {
  jintong: {
    party: 'jane88',
    request: { method: 'HastenOrder', params: { OrderID: ORDER, UserName: 'jane88' } },
  },
  suning: {
    party: 'b0c332a133c102765f39de0a1b2c3d4e',
    request: {
      method: 'suning.selfmarket.leaguerstatus.add',
      params: { iqStatus: '180', orderId: '1000531507', orderItemId: '00000208117603' },
    },
  },
  ytx: {
    party: 'abcdefghijklmnopqrstuvwxyz012345',
    request: {
      method: 'getOrderResult',
      params: { appid: 'ff8080813fc70a7b013fc72312324213', requestId: '2016010000000219' },
    },
  },
};

const targetOf = (platform: string, party: string): Target => ({
  url: server.url,
  now: clock.now(),
  party,
  secretOf: (id) => server.parties.find(platform, id)!.keys[0]!.secret,
});

/** Sends the platform's call with a header; the reply is checked by the test's own reader. */
async function force(platform: string, text: string, mutate: object = {}) {
  const { party, request } = CALLS[platform]!;
  const headers = { 'X-Sandbox-Force': text };
  return send(DRIVERS[platform]!, targetOf(platform, party), {
    ...request,
    mutate: { ...mutate, headers },
  } as ClauseRequest);
}

const rows = async (query: string) =>
  (await manage(server, 'GET', `/requests?${query}`)).body.items;
/** A row whose end is a field's name or a number, with one in its place. */
const written = (row: string): string => row.replace(/\*$/, 'orderId').replace(/\?$/, '503');

for (const { name, contract } of platforms) {
  test(`${name}: each documented code, forced once, arrives in its form, and its row says so`, async () => {
    const codes = Object.entries(contract.codes);
    ok(codes.length > 5);
    for (const [row, { wire }] of codes) {
      const code = written(row);
      const heard = await force(name, `code=${code}`);
      deepEqual([heard.code, heard.words], [code, wire], JSON.stringify(heard));
      // Jintong signs its replies; the reader has checked the signature of this one.
      if (name === 'jintong') equal(heard.isSigned, true);
      const [logged] = await rows(`platform=${name}&limit=1`);
      deepEqual([logged.outcome, logged.refusedBy], [code, 'sandbox-force']);
      equal(logged.detail, `forced by X-Sandbox-Force: code=${code}`);
    }
    equal((await manage(server, 'GET', `/orders?platform=${name}`)).status, 200);
  });
}

test('a forced code executes nothing: no order has changed', async () => {
  const { body } = await manage(server, 'GET', `/orders/jintong/${ORDER}`);
  equal(body.history.length, 1);
  const { body: shipped } = await manage(server, 'GET', '/orders/suning/1000531507');
  equal(shipped.history.length, 1);
});

test('Suning: a forced code comes as JSON where the call asks for JSON', async () => {
  const heard = await force('suning', 'code=sys.check.app-sign:error', {
    signed: { Format: 'json' },
  });
  equal(heard.code, 'sys.check.app-sign:error');
});

test('a call with a wrong signature, and of nobody, is refused as ever, and its force is not obeyed', async () => {
  const wrong = await force('jintong', 'code=CallFail', { digits: 'one-changed' });
  equal(wrong.code, 'SignFail');
  const nobody = await force('jintong', 'code=CallFail', { signed: { Partner: 'nobody' } });
  equal(nobody.code, 'UnfoundUserInfo');
  const [row] = await rows('platform=jintong&limit=1');
  ok(!row.detail.includes('forced'));
});

test('a call that is refused after its signature can be forced, too', async () => {
  const { party, request } = CALLS.jintong!;
  const heard = await send(DRIVERS.jintong!, targetOf('jintong', party), {
    ...request,
    params: { OrderID: '404', UserName: 'nobody' },
    mutate: { headers: { 'x-sandbox-force': 'code=Unknown' } },
  });
  equal(heard.code, 'Unknown');
});

test('a text that is no force changes nothing, and is a fault in the platform’s form; row and header say what is wrong', async () => {
  const wrong: readonly (readonly [string, RegExp])[] = [
    ['cod=CallFail', /there is no force "cod"; there are: code=CODE, latency=/],
    ['', /there is no force ""/],
    ['code=CalFail', /jintong has no code "CalFail"; .*CallFail/],
    ['code=', /code needs a value/],
    ['code=CallFail,code=SignFail', /code stands twice/],
    ['latency=60001', /latency takes whole milliseconds from 0 to 60000, and has "60001"/],
    ['latency=1.5', /whole milliseconds/],
    ['latency', /whole milliseconds/],
    ['reset=1', /reset takes no value/],
    ['reset,garbage', /two fates of one reply/],
    ['code=CallFail,duplicate-callback', /code executes nothing/],
    ['x'.repeat(501), /at most 500 characters/],
  ];
  for (const [text, problem] of wrong) {
    equal((await force('jintong', text)).code, 'Unknown', text);
    const [row] = await rows('platform=jintong&limit=1');
    match(row.detail, problem);
    equal(row.refusedBy, 'sandbox-force');
  }
  equal((await force('suning', 'code=*')).code, 'biz.selfmarket.addleaguerstatus.invalid-biz:100');
  equal((await force('ytx', 'nothing')).code, '-100');
  const { body } = await manage(server, 'GET', `/orders/jintong/${ORDER}`);
  equal(body.history.length, 1);
  const { path, ...call } = DRIVERS.jintong!.write(targetOf('jintong', 'jane88'), {
    ...CALLS.jintong!.request,
    mutate: { headers: { 'x-sandbox-force': 'cöde' } },
  } as ClauseRequest);
  const response = await fetch(server.url + path, { method: 'POST', ...call });
  match(response.headers.get('x-sandbox-force-problem')!, /^there is no force "c.{1,2}de"/);
});

test('a placeholder of a table takes a name or a number, and says so', async () => {
  await force('suning', 'code=biz.selfmarket.addleaguerstatus.missing-parameter:*');
  const [row] = await rows('platform=suning&limit=1');
  match(row.detail, /ends in a field's name: write it in the place of \*/);
});

test('production obeys no header and offers no rules', async () => {
  const production = await startTestServer({ config: { environment: 'production' } });
  const made = await manage(production, 'POST', '/parties', {
    platform: 'jintong',
    partyId: 'live01',
    users: ['live01'],
    grants: ['HastenOrder'],
  });
  equal(made.status, 201);
  const target: Target = {
    url: production.url,
    now: production.clock.now(),
    party: 'live01',
    secretOf: () => made.body.secret,
  };
  const heard = await send(DRIVERS.jintong!, target, {
    method: 'HastenOrder',
    params: { OrderID: '404', UserName: 'live01' },
    mutate: { headers: { 'x-sandbox-force': 'code=Unknown' } },
  });
  equal(heard.code, 'CallFail');
  for (const [method, path] of [
    ['GET', '/sandbox/forces'],
    ['POST', '/sandbox/forces'],
    ['DELETE', '/sandbox/forces/force_1'],
  ] as const) {
    equal((await manage(production, method, path, method === 'POST' ? {} : undefined)).status, 404);
  }
});
