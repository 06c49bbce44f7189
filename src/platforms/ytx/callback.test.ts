// Tests 状态回推 end to end: when an app's callback URL gets a result, and what it gets.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ALLOW_LOCAL, startReceiver, status } from '../../../test/receiver.ts';
import { manage, startTestServer, TestClock } from '../../../test/support.ts';
import { call, MOBILE, submit } from '../../../test/ytx.ts';
import { readCallback } from './client.ts';

async function start(environment: 'sandbox' | 'production') {
  const clock = new TestClock();
  const server = await startTestServer({
    clock,
    config: { environment, callbackAllow: ALLOW_LOCAL },
    callbacks: { isLive: false, random: () => 0.5 },
  });
  const receiver = await startReceiver();
  const [account, token] = ['callbackaccount01', 'a-token-of-callbacks'];
  const app = { appid: 'pushed', environment, functions: ['Unicom'], callbackUrl: receiver.url };
  const party = { platform: 'ytx', partyId: account, secret: token, attributes: { apps: [app] } };
  assert.equal((await manage(server, 'POST', '/parties', party)).status, 201);
  await manage(server, 'PUT', '/catalog/ytx/product/P1', { amountFen: 294 });
  const order = async (customParm: string): Promise<string> => {
    const reply = await call(server, submit(customParm, 'P1', MOBILE, 'pushed'), {
      account,
      token,
    });
    assert.equal(reply.statusCode, '0', JSON.stringify(reply));
    return reply.requestId;
  };
  const give = async (id: string, to: string, note: string) => {
    const moved = await manage(server, 'POST', `/orders/ytx/${id}/transitions`, { to, note });
    assert.equal(moved.status, 200, JSON.stringify(moved.body));
  };
  return { clock, server, receiver, order, give, drain: () => server.callbacks.drain() };
}

test('production: each result is posted to the app, unsigned, in order; the order itself is not', async () => {
  const { receiver, order, give, drain, server, clock } = await start('production');
  const id = await order('customer-1');
  await give(id, '1', 'B20260102');
  await give(id, '-2', '退回');
  receiver.answer = status(500);
  await drain();
  receiver.answer = status(200, {}, 'anything');
  clock.advance(5000);
  await drain();
  const [first, again, second, ...others] = receiver.received;
  assert.deepEqual(others, []);
  // "requestId, appid, orderSts, remark, mobile, oriAmount, customParm", the mobile masked.
  assert.equal(
    first!.body,
    `{"requestId":"${id}","appid":"pushed","orderSts":"1","remark":"B20260102","mobile":"188****0804","oriAmount":"2.94","customParm":"customer-1"}`,
  );
  assert.equal(again!.body, first!.body, 'a failed one comes again before the next');
  assert.equal(readCallback(second!.body).orderSts, '-2');
  assert.equal(first!.headers['content-type'], 'application/json; charset=utf-8');
  for (const name of Object.keys(first!.headers)) assert.doesNotMatch(name, /^webhook-/);
  const { items } = (await manage(server, 'GET', '/callbacks/endpoints')).body;
  assert.deepEqual(
    items.map((e: Record<string, unknown>) => [e.origin, e.party, e.url, e.secrets]),
    [['declared', 'pushed', receiver.url, []]],
  );
  const url = 'https://shop.example/';
  const path = `/callbacks/endpoints/${items[0].endpointId}`;
  assert.equal((await manage(server, 'PATCH', path, { url })).status, 400);
  assert.equal((await manage(server, 'POST', `${path}/secrets`, {})).status, 400);
  assert.equal((await manage(server, 'PATCH', path, { enabled: false })).status, 200);
});

test('retries and replays go to the new address of an app that has changed it', async () => {
  const { receiver, order, give, drain, server, clock } = await start('production');
  const path = '/parties/ytx/callbackaccount01';
  const { apps } = (await manage(server, 'GET', path)).body.attributes;
  const moveTo = async (callbackUrl?: string) => {
    const app = { ...apps[0], callbackUrl };
    const { status } = await manage(server, 'PATCH', path, { attributes: { apps: [app] } });
    assert.equal(status, 200);
  };
  receiver.answer = status(500);
  await give(await order('customer-3'), '1', 'x');
  await drain();
  assert.equal(receiver.received.length, 1);
  const moved = await startReceiver();
  await moveTo(moved.url);
  clock.advance(5000);
  await drain();
  assert.deepEqual([receiver.received.length, moved.received.length], [1, 1]);

  // If the owner wants no callbacks, nothing is sent, not even to the old address.
  const [{ deliveryId }] = (await manage(server, 'GET', '/callbacks/deliveries')).body.items;
  await moveTo();
  const replay = () => manage(server, 'POST', `/callbacks/deliveries/${deliveryId}/replay`, {});
  assert.equal((await replay()).status, 200);
  await drain();
  const [endpoint] = (await manage(server, 'GET', '/callbacks/endpoints')).body.items;
  const ping = await manage(server, 'POST', `/callbacks/endpoints/${endpoint.endpointId}/ping`, {});
  assert.equal(ping.body.error, 'its owner names no address now');
  const [unsent] = (await manage(server, 'GET', '/callbacks/deliveries')).body.items;
  assert.equal(unsent.attempts.at(-1).error, 'its owner names no address now');
  assert.deepEqual([receiver.received.length, moved.received.length], [1, 1]);
  await moveTo(moved.url);
  clock.advance(5000);
  await drain();
  assert.deepEqual([receiver.received.length, moved.received.length], [1, 2]);
});

test('"没有相关设置": the sandbox posts nothing', async () => {
  const { receiver, order, give, drain, server } = await start('sandbox');
  await give(await order('customer-2'), '1', 'x');
  await drain();
  assert.deepEqual(receiver.received, []);
  assert.deepEqual((await manage(server, 'GET', '/callbacks/endpoints')).body.items, []);
});
