// Forces on callbacks: one that arrives twice, and one that arrives after the order's next one.
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { MINUTE } from '../src/core/clock.ts';
import { change, ORDER, startCallbackServer, versions } from './callback-server.ts';
import { call, form, hasten } from './jintong.ts';
import { startReceiver, status } from './receiver.ts';
import { manage, temporaryDirectory } from './support.ts';

const force = (text: string) => ({ headers: { 'x-sandbox-force': text } });

test('duplicate-callback: the callbacks of the change and of the next one arrive twice, with one id and one body', async () => {
  const { clock, server, register, deliveries, drain } = await startCallbackServer();
  const receiver = await startReceiver();
  await register(receiver.url);
  equal((await call(server, form(hasten(ORDER)), force('duplicate-callback'))).code, 'CallSuccess');
  await change(server, clock, 2);
  await drain();
  deepEqual(versions(receiver.received).sort(), [2, 2, 3, 3, 4]);
  for (const version of [2, 3]) {
    const [first, second] = receiver.received.filter(({ json }) => json.data.version === version);
    equal(first!.headers['webhook-id'], second!.headers['webhook-id']);
    equal(first!.body, second!.body);
  }
  const listed = await deliveries();
  deepEqual(
    listed.map(({ state, attempts }: { state: string; attempts: unknown[] }) => [
      state,
      attempts.length,
    ]),
    [
      ['delivered', 1],
      ['delivered', 2],
      ['delivered', 2],
    ],
  );
});

test('duplicate-callback: a callback that fails first is posted twice once it has been taken', async () => {
  const { clock, server, register, drain } = await startCallbackServer();
  const receiver = await startReceiver(status(500));
  await register(receiver.url);
  equal((await call(server, form(hasten(ORDER)), force('duplicate-callback'))).code, 'CallSuccess');
  await drain();
  equal(receiver.received.length, 1);
  receiver.answer = status(200);
  clock.advance(10 * MINUTE);
  await drain();
  deepEqual(versions(receiver.received), [2, 2, 2]);
});

test('reorder-callback: the callback arrives after that of the next change, and meanwhile says so', async () => {
  const { clock, server, register, deliveries, drain } = await startCallbackServer();
  const receiver = await startReceiver();
  await register(receiver.url);
  equal((await call(server, form(hasten(ORDER)), force('reorder-callback'))).code, 'CallSuccess');
  await drain();
  equal(receiver.received.length, 0);
  equal((await deliveries())[0].state, 'dead');
  const { body } = await manage(server, 'GET', '/callbacks/alerts');
  match(body.items[0].detail, /held back by the sandbox force reorder-callback/);
  await change(server, clock);
  await drain();
  deepEqual(versions(receiver.received), [3, 2]);
  await change(server, clock);
  await drain();
  deepEqual(versions(receiver.received), [3, 2, 4]);
  const states = (await deliveries()).map(({ state }: { state: string }) => state);
  deepEqual(states, ['delivered', 'delivered', 'delivered']);
  // A force is no failure of the receiver.
  const { body: endpoints } = await manage(server, 'GET', '/callbacks/endpoints');
  equal(endpoints.items[0].failures, 0);
});

test('reorder-callback: without a next change, the callback arrives after its longest wait', async () => {
  const { server, register, drain } = await startCallbackServer({ longestHoldMs: 20 });
  const receiver = await startReceiver();
  await register(receiver.url);
  await call(server, form(hasten(ORDER)), force('reorder-callback'));
  while (receiver.received.length === 0) await sleep(5).then(drain);
  deepEqual(versions(receiver.received), [2]);
});

test('reorder-callback: a stop lets the callback go, and the next start posts it', async () => {
  const dataDirectory = temporaryDirectory();
  const first = await startCallbackServer({}, { config: { dataDirectory } });
  const receiver = await startReceiver();
  await first.register(receiver.url);
  await call(first.server, form(hasten(ORDER)), force('reorder-callback'));
  await first.drain();
  await first.server.close();
  const second = await startCallbackServer({}, { config: { dataDirectory } });
  await second.drain();
  deepEqual(versions(receiver.received), [2]);
});

test('a call that changes nothing forces no callback', async () => {
  const { clock, server, register, drain } = await startCallbackServer();
  const receiver = await startReceiver();
  await register(receiver.url);
  await change(server, clock);
  const again = await call(server, form(hasten(ORDER)), force('duplicate-callback'));
  equal(again.code, 'CallFail');
  await change(server, clock);
  await drain();
  deepEqual(versions(receiver.received), [2, 3]);
});

test('a live server posts a duplicate and a reordered callback by itself', async () => {
  const { clock, server, register } = await startCallbackServer({ isLive: true });
  const receiver = await startReceiver();
  await register(receiver.url);
  await call(server, form(hasten(ORDER)), force('reorder-callback,duplicate-callback'));
  await change(server, clock);
  await receiver.until(4);
  const order = versions(receiver.received);
  ok(order.indexOf(3) < order.indexOf(2), String(order));
  deepEqual([...order].sort(), [2, 2, 3, 3]);
});
