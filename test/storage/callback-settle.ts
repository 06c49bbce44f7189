// The suite of what results do to endpoints: one that is off stays off, 410 switches off, an old address says nothing.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ClaimedDelivery, DeliveryResult } from '../../src/core/callbacks.ts';
import { DAY, SECOND } from '../../src/core/clock.ts';
import type { OpenStorage } from '../../src/storage/storage.ts';
import { anEndpoint, hands } from './callback-fixtures.ts';
import { T0 } from './fixtures.ts';

const URL = 'https://shop.example/callbacks';

function result(
  { deliveryId, leaseUntil }: ClaimedDelivery,
  status: number,
  more: Partial<DeliveryResult> = {},
): DeliveryResult {
  const error = status < 300 ? null : `status ${status}`;
  const attempt = { at: T0, status, error, durationMicros: 7, answer: '' };
  const retryAt = error === null ? null : T0 + DAY;
  return { deliveryId, leaseUntil, attempt, retryAt, url: URL, ...more };
}

export function callbackSettleRules(open: () => OpenStorage): void {
  /** An endpoint, and a claimed delivery to it of each of these orders. */
  async function claimed(...orders: string[]) {
    const h = hands(open());
    const endpoint = anEndpoint();
    await h.callbacks.createEndpoint(endpoint);
    await h.orders(...orders);
    await h.fanOut();
    const deliveries = await h.claim(T0);
    const { endpointId } = endpoint;
    return { h, endpointId, deliveries, found: async () => h.callbacks.findEndpoint(endpointId) };
  }

  test('an endpoint that is switched off during posts stays paused, whatever the results of the posts', async () => {
    for (const status of [200, 500]) {
      const { h, endpointId, deliveries } = await claimed(`a${status}`, `b${status}`);
      const [first, second] = deliveries;
      await h.callbacks.settle([result(first!, 500)], []);
      await h.callbacks.changeEndpoint(endpointId, { enabled: false }, T0, 'by an operator');
      const { paused } = await h.callbacks.settle([result(second!, status)], []);
      assert.deepEqual(paused, [endpointId], `the post came back with ${status}`);
      assert.equal((await h.callbacks.findEndpoint(endpointId))!.enabled, false);
    }
  });

  test('410 switches an endpoint off at once, with one alert, and keeps what is pending', async () => {
    const { h, endpointId, deliveries, found } = await claimed('a', 'b', 'c');
    const [a, b, c] = deliveries;
    // The schedule of b has no attempt left: it is kept all the same.
    const gone = [result(a!, 410), result(b!, 410, { retryAt: null }), result(c!, 500)];
    const { paused, alerts } = await h.callbacks.settle(gone, []);
    assert.deepEqual(paused, [endpointId]);
    assert.deepEqual(
      alerts.map(({ kind, deliveryId }) => ({ kind, deliveryId })),
      [{ kind: 'endpoint-switched-off', deliveryId: null }],
    );
    const { enabled, off } = (await found())!;
    assert.equal(enabled, false);
    assert.match(off!.reason, /^status 410 \(Gone\)/);
    const { items } = await h.callbacks.listDeliveries({ limit: 9 });
    assert.deepEqual(
      items.map(({ state }) => state),
      ['pending', 'pending', 'pending'],
    );
    assert.deepEqual(await h.bodies(T0 + 2 * DAY), []);
    await h.callbacks.changeEndpoint(endpointId, { enabled: true }, T0, '');
    assert.deepEqual(await h.bodies(T0 + 2 * DAY), ['a1', 'b1', 'c1']);
  });

  test('what an address has answered says nothing of the address that has replaced it meanwhile', async () => {
    const { h, endpointId, deliveries, found } = await claimed('a', 'b');
    const url = 'https://shop.example/elsewhere';
    await h.callbacks.changeEndpoint(endpointId, { url }, T0, '');
    const [a, b] = deliveries;
    const old = [result(a!, 410), result(b!, 500)];
    assert.deepEqual(await h.callbacks.settle(old, []), { paused: [], alerts: [] });
    const { enabled, health } = (await found())!;
    assert.deepEqual([enabled, health.failures], [true, 0]);
    assert.equal((await h.callbacks.listDeliveries({ limit: 9 })).items[0]!.attempts.length, 1);
  });

  test('an attempt that the schedule does not count leaves its step, and ends a delivery like any other', async () => {
    const { h, deliveries } = await claimed('a', 'b');
    const [a, b] = deliveries;
    const extra = [
      result(a!, 500, { isExtra: true, retryAt: T0 + SECOND }),
      result(b!, 200, { isExtra: true }),
    ];
    await h.callbacks.settle(extra, []);
    const [again, ...others] = await h.claim(T0 + SECOND);
    assert.deepEqual([again!.deliveryId, again!.step, others.length], [a!.deliveryId, 0, 0]);
    const { items } = await h.callbacks.listDeliveries({ limit: 9 });
    assert.deepEqual(
      items.map((d) => d.attempts.length),
      [1, 1],
    );
  });
}
