// Slow receivers and a healthy one: whoever has nothing under way gets a place at once, however slow the others are.
import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import { test } from 'node:test';
import { addOrders, startCallbackServer, versions } from './callback-server.ts';
import { startReceiver } from './receiver.ts';

/** Receivers that answer 200, and only when the test tells them to. */
async function startSlow(count: number) {
  const held: ServerResponse[] = [];
  let isHolding = true;
  const receivers = await Promise.all(
    Array.from({ length: count }, () =>
      startReceiver((response) => {
        if (isHolding) held.push(response);
        else response.end('ok');
      }),
    ),
  );
  const answerAll = (): void => {
    isHolding = false;
    for (const response of held) response.end('ok');
  };
  return { receivers, answerAll };
}

for (const { slow, orders, eachHas } of [
  // Eight that answer after 13 s held all 256 places.
  { slow: 8, orders: 100, eachHas: 16 },
  // More deliveries than are claimed at once: they took all claims, too.
  { slow: 40, orders: 30, eachHas: 1 },
]) {
  test(`${slow} receivers hold their answers: a healthy endpoint gets each of its 60 callbacks meanwhile`, {
    timeout: 60_000,
  }, async () => {
    // The thread's own limit must not end what the test holds; the clock of the leases stands.
    const options = { isLive: true, timeoutMs: 120_000 };
    const { server, register } = await startCallbackServer(options);
    const { receivers, answerAll } = await startSlow(slow);
    for (const { url } of receivers) await register(url);
    await addOrders(server, orders, 'S');
    await Promise.all(receivers.map((receiver) => receiver.until(eachHas)));
    const healthy = await startReceiver();
    await register(healthy.url);
    for (let batch = 1; batch <= 3; batch++) {
      await addOrders(server, 20, `H${batch}-`);
      await healthy.until(20 * batch);
    }
    assert.equal(new Set(healthy.received.map(({ json }) => json.data.orderId)).size, 60);
    for (const { received } of receivers) {
      assert.ok(received.length < orders, 'none has answered yet');
    }
    answerAll();
    await Promise.all(receivers.map((receiver) => receiver.until(orders + 60)));
    for (const { received } of receivers) {
      assert.equal(versions(received).length, orders + 60, 'and each gets all of its own, once');
    }
  });
}
