// smoke
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { call, form, hasten } from './jintong.ts';
import { ALLOW_LOCAL, startReceiver } from './receiver.ts';
import { manage, startTestServer, TestClock } from './support.ts';

test('smoke', async () => {
  const clock = new TestClock();
  const receiver = await startReceiver();
  const server = await startTestServer({ clock, config: { callbackAllow: ALLOW_LOCAL } });
  const made = await manage(server, 'POST', '/callbacks/endpoints', {
    platform: 'jintong',
    party: 'jane88',
    url: receiver.url,
  });
  assert.equal(made.status, 201, JSON.stringify(made.body));
  console.log(made.body);
  await call(server, form(hasten('15112480268')));
  await server.callbacks.drain();
  console.log(receiver.received);
  console.log(JSON.stringify((await manage(server, 'GET', '/callbacks/deliveries')).body, null, 1));
  console.log(
    JSON.stringify(
      (await manage(server, 'GET', '/orders/jintong/15112480268')).body.callbacks.length,
    ),
  );
  console.log(await server.storage.callbacks.stats(), await server.storage.callbacks.audit());
});
