// A client whose clock is off: it learns the server's time once, and says so.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { APPS } from '../../test/suning.ts';
import { startTestServer } from '../../test/support.ts';
import { ACCOUNT, APP, TOKENS } from '../../test/ytx.ts';
import { suning } from '../platforms/suning/client.ts';
import { ytx } from '../platforms/ytx/client.ts';
import { createClient } from './client.ts';
import { RefusedError } from './errors.ts';

const server = await startTestServer();
const HOUR = 3_600_000;
const [appKey, appSecret] = APPS.plain;
const JANUARY = { startTime: '2015-01-01 00:00:00', endTime: '2015-02-01 00:00:00' } as const;
const toSuning = (offMs: number, more: object = {}) =>
  createClient(suning, {
    baseUrl: server.url,
    credentials: { appKey, appSecret },
    now: () => Date.now() + offMs,
    ...more,
  });

for (const offMs of [HOUR, -HOUR, -56 * 365 * 24 * HOUR]) {
  test(`suning, a clock off by ${offMs / HOUR} hours: one repeat, and the result says so`, async () => {
    const client = toSuning(offMs);
    const first = await client.try('suning.fws.historyorder.query', JANUARY);
    assert.ok(first.ok);
    assert.equal(first.attempts, 2);
    assert.equal(first.clock?.learnt, true);
    assert.ok(Math.abs(first.clock.offsetMs + offMs) < 60_000, String(first.clock.offsetMs));
    const next = await client.try('suning.fws.historyorder.query', JANUARY);
    assert.ok(next.ok);
    assert.deepEqual([next.attempts, next.clock?.learnt], [1, false]);
  });
}

test('ytx: the client repeats a call once if its clock is a day behind or ahead', async () => {
  const query = { appid: APP, requestId: ['2016010000000219'] };
  for (const offMs of [-25 * HOUR, HOUR]) {
    const client = createClient(ytx, {
      baseUrl: server.url,
      credentials: { accountSID: ACCOUNT, authToken: TOKENS[ACCOUNT] },
      now: () => Date.now() + offMs,
    });
    const order = { rechargeAccount: '18812340804', productCode: 'P1', customParm: `c${offMs}` };
    const result = await client.try('productOrder', { appid: APP, ...order });
    assert.ok(result.ok);
    assert.deepEqual([result.attempts, result.clock?.learnt], [2, true]);
    assert.ok(
      (await client.try('getOrderResult', { ...query, requestId: [result.value.requestId] })).ok,
    );
  }
});

test('if the client’s clock is corrected later, the client learns the difference again', async () => {
  let offMs = HOUR;
  const client = toSuning(0, { now: () => Date.now() + offMs });
  assert.ok((await client.try('suning.fws.historyorder.query', JANUARY)).ok);
  offMs = 0;
  const after = await client.try('suning.fws.historyorder.query', JANUARY);
  assert.ok(after.ok);
  assert.equal(after.clock?.learnt, true);
  assert.ok(Math.abs(after.clock.offsetMs) < 60_000);
});

test('it is not learnt: where the setting says so, from a reply without Date, and twice in one call', async () => {
  const refusedAfter = async (attempts: number, more: object) => {
    const result = await toSuning(HOUR, more).try('suning.fws.historyorder.query', JANUARY);
    assert.ok(!result.ok && result.error instanceof RefusedError);
    assert.equal(result.error.refused.code, 'sys.check.app-time:error');
    assert.equal(result.error.attempts, attempts);
  };
  await refusedAfter(1, { learnClock: false });
  const dated =
    (date: string | null): typeof fetch =>
    async (url, init) => {
      const answer = await fetch(url, init);
      const headers = new Headers(answer.headers);
      if (date === null) headers.delete('date');
      else headers.set('date', date);
      return new Response(await answer.text(), { headers });
    };
  await refusedAfter(1, { fetch: dated(null) });
  await refusedAfter(2, { fetch: dated('Fri, 02 Jan 1970 00:00:00 GMT') });
});

test('simultaneous calls that are refused for their time are all repeated', async () => {
  const client = toSuning(HOUR);
  const results = await Promise.all(
    Array.from({ length: 5 }, () => client.try('suning.fws.historyorder.query', JANUARY)),
  );
  for (const result of results) {
    assert.ok(result.ok);
    assert.deepEqual([result.attempts, result.clock?.learnt], [2, true]);
  }
});
