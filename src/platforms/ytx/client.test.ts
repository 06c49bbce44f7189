// The typed client against the real server; and what it says of replies that are none.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { manage, startTestServer } from '../../../test/support.ts';
import { ACCOUNT, APP, MOBILE, TOKENS } from '../../../test/ytx.ts';
import { readCallback, YtxClient, YtxRefusedError, YtxReplyError } from './client.ts';

const server = await startTestServer();
const options = { baseUrl: server.url, accountSID: ACCOUNT, authToken: TOKENS[ACCOUNT] };
const client = new YtxClient(options);
const order = { appid: APP, rechargeAccount: MOBILE, productCode: 'P1', customParm: 'client-1' };

test('submit, submit again, query by requestId, by customParm, and several', async () => {
  const requestId = await client.productOrder(order);
  assert.equal(await client.productOrder(order), requestId);
  const result = await client.getOrderResult(APP, { requestId });
  assert.deepEqual([result.requestId, result.orderSts], [requestId, '0']);
  const old = await client.getOrderResult(APP, { customParm: '123456' });
  assert.equal(old.requestId, '2016010000000219');
  const [first, second] = await client.getOrderResults(APP, ['2016010000000220', '404']);
  assert.deepEqual(
    [first, second].map((one) => ('orderSts' in one! ? one.orderSts : one!.statusCode)),
    ['-1', '-704'],
  );
});

test('a refusal has its statusCode', async () => {
  const wrong = new YtxClient({ ...options, authToken: 'another-token' });
  await assert.rejects(
    wrong.productOrder(order),
    (error) => error instanceof YtxRefusedError && error.statusCode === '-201',
  );
});

test('a clock of its own, which the sandbox may have moved', async () => {
  const fresh = await startTestServer();
  await manage(fresh, 'POST', '/clock', { advanceSeconds: 2 * 86_400 });
  const moved = { ...options, baseUrl: fresh.url };
  // "In a sandbox only, … ytx's timestamp [is] good by the sandbox's clock or by the world's".
  for (const now of [() => fresh.clock.now(), Date.now]) {
    assert.match(await new YtxClient({ ...moved, now }).productOrder(order), /^\d{16}$/);
  }
  const now = () => fresh.clock.now() + 3_600_000;
  await assert.rejects(new YtxClient({ ...moved, now }).productOrder(order), /-203/);
});

for (const [what, body] of [
  ['no JSON', '<html>'],
  ['another object', '{"a":1}'],
  ['a list', '[]'],
] as const) {
  test(`a reply that is ${what}`, async () => {
    const odd = new YtxClient({ ...options, fetch: async () => new Response(body) });
    await assert.rejects(odd.productOrder(order), YtxReplyError);
    await assert.rejects(odd.getOrderResult(APP, { requestId: '1' }), YtxReplyError);
  });
}

test('a callback that lacks a field', () => {
  assert.throws(() => readCallback('{"requestId":"1"}'), YtxReplyError);
});
