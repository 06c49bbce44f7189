// Tests the typed client against the real server, and with invalid replies.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { manage, startTestServer } from '../../../test/support.ts';
import { ACCOUNT, APP, MOBILE, TOKENS } from '../../../test/ytx.ts';
import { createClient } from '../../client/client.ts';
import { RefusedError, UnreadableReplyError } from '../../client/errors.ts';
import type { ClientOptions } from '../../client/options.ts';
import { CallbackError } from '../../client/webhooks.ts';
import { type Credentials, readCallback, ytx } from './client.ts';

const server = await startTestServer();
const credentials = { accountSID: ACCOUNT, authToken: TOKENS[ACCOUNT] };
const clientOf = (more: Partial<ClientOptions<Credentials>> = {}) =>
  createClient(ytx, { baseUrl: server.url, credentials, ...more });
const client = clientOf();
const order = { appid: APP, rechargeAccount: MOBILE, productCode: 'P1', customParm: 'client-1' };

test('the client submits, submits again, and queries by requestId, by customParm and several ids', async () => {
  const { requestId } = await client.call('productOrder', order);
  assert.equal((await client.call('productOrder', order)).requestId, requestId);
  const ask = async (by: { requestId: string[] } | { customParm: string }) =>
    (await client.call('getOrderResult', { appid: APP, ...by })).items.map((item) =>
      'refused' in item ? item.refused.code : [item.requestId, item.orderSts],
    );
  assert.deepEqual(await ask({ requestId: [requestId] }), [[requestId, '0']]);
  assert.deepEqual(await ask({ customParm: '123456' }), [['2016010000000219', '1']]);
  assert.deepEqual(await ask({ requestId: ['2016010000000220', '404'] }), [
    ['2016010000000220', '-1'],
    '-704',
  ]);
});

test('a refusal has the reply’s statusCode', async () => {
  const wrong = clientOf({ credentials: { ...credentials, authToken: 'another-token' } });
  await assert.rejects(
    wrong.call('productOrder', order),
    (error) => error instanceof RefusedError && error.refused.code === '-201',
  );
});

test('a clock of its own, which the sandbox may have moved', async () => {
  const fresh = await startTestServer();
  await manage(fresh, 'POST', '/clock', { advanceSeconds: 2 * 86_400 });
  const moved = { baseUrl: fresh.url, learnClock: false };
  // In a sandbox, ytx's time is good by the sandbox's clock or by the world's (settled.md, ALL5).
  for (const now of [() => fresh.clock.now(), Date.now]) {
    const { requestId } = await clientOf({ ...moved, now }).call('productOrder', order);
    assert.match(requestId, /^\d{16}$/);
  }
  const now = () => fresh.clock.now() + 3_600_000;
  await assert.rejects(clientOf({ ...moved, now }).call('productOrder', order), /-203/);
});

for (const [what, body] of [
  ['no JSON', '<html>'],
  ['another object', '{"a":1}'],
  ['a list', '[]'],
] as const) {
  test(`a reply that is ${what}`, async () => {
    const odd = clientOf({ fetch: async () => new Response(body) });
    await assert.rejects(odd.call('productOrder', order), UnreadableReplyError);
    const query = odd.call('getOrderResult', { appid: APP, requestId: ['1'] });
    await assert.rejects(query, UnreadableReplyError);
  });
}

test('a callback as bytes and as text; one that lacks a field, is no JSON, or was parsed before', () => {
  const result = {
    requestId: '1',
    appid: APP,
    orderSts: '1',
    remark: '成功',
    mobile: '188****0804',
  };
  const body = JSON.stringify({ ...result, oriAmount: '2.94', customParm: 'x' });
  assert.deepEqual(readCallback(body), JSON.parse(body));
  assert.deepEqual(readCallback(Buffer.from(body)), JSON.parse(body));
  for (const [bad, fault] of [
    ['{"requestId":"1"}', 'not-an-event'],
    ['<html>', 'not-an-event'],
    [JSON.parse(body), 'parsed-body'],
  ] as const) {
    assert.throws(() => readCallback(bad), { name: 'CallbackError', fault });
    assert.throws(() => readCallback(bad), CallbackError);
  }
});
