// The suite of what operators do by hand: send one now, give one up, end a pause, delete an endpoint.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FAILURES_TO_OPEN } from '../../src/core/breaker.ts';
import { DAY, HOUR } from '../../src/core/clock.ts';
import type { OpenStorage } from '../../src/storage/storage.ts';
import { anEndpoint, hands, LEASE } from './callback-fixtures.ts';
import { T0 } from './fixtures.ts';

export function callbackOperatorRules(open: () => OpenStorage): void {
  /** Three deliveries of one order to one endpoint; the first has failed and is due in a day. */
  async function waiting() {
    const h = hands(open());
    const endpoint = anEndpoint();
    await h.callbacks.createEndpoint(endpoint);
    const [order] = await h.orders('a');
    await h.changes(order!, 2);
    await h.fanOut();
    const [first] = await h.claim(T0);
    await h.fail(first!, T0, T0 + DAY);
    const listed = (await h.callbacks.listDeliveries({ limit: 9 })).items;
    const [id, second, third] = listed.map(({ deliveryId }) => deliveryId).toReversed();
    const states = async () =>
      (await h.callbacks.listDeliveries({ limit: 9 })).items.map(({ state }) => state).toReversed();
    const { endpointId } = endpoint;
    return { h, endpointId, first: id!, second: second!, third: third!, states };
  }

  test('one that is pending is claimed before its time; a second claim finds it under way', async () => {
    const { h, first, endpointId } = await waiting();
    const claim = await h.callbacks.claimOne(first, T0 + 1, LEASE);
    assert.ok(claim.kind === 'claimed');
    const { delivery, dueAt, endpoint } = claim;
    assert.deepEqual(
      [delivery.body, delivery.step, delivery.leaseUntil, dueAt, endpoint.endpointId],
      ['a1', 1, T0 + 1 + LEASE, T0 + DAY, endpointId],
    );
    const again = await h.callbacks.claimOne(first, T0 + 2, LEASE);
    assert.deepEqual({ ...again }, { kind: 'under-way', until: T0 + 1 + LEASE });
    assert.equal(await h.callbacks.giveUp(first, T0 + 2, ''), 'under-way');
    await h.deliver(delivery, T0 + 2);
    assert.deepEqual(await h.bodies(T0 + 2), ['a2']);
  });

  test('why one cannot be claimed: it waits for an earlier one, has ended, is not there, or its endpoint is off', async () => {
    const { h, first, second, third, endpointId } = await waiting();
    const claim = async (id: number) => ({ ...(await h.callbacks.claimOne(id, T0, LEASE)) });
    assert.deepEqual(await claim(second), { kind: 'waits', earlier: first });
    assert.deepEqual(await claim(third), { kind: 'waits', earlier: first });
    assert.deepEqual(await claim(99_999), { kind: 'unknown' });
    await h.callbacks.giveUp(first, T0, '');
    assert.deepEqual(await claim(first), { kind: 'ended', state: 'dead' });
    await h.callbacks.changeEndpoint(endpointId, { enabled: false }, T0, '');
    assert.deepEqual(await claim(second), { kind: 'endpoint-off' });
  });

  test('one that is given up is a dead letter with an alert, and the next of its order goes out', async () => {
    const { h, first, second, third, states } = await waiting();
    assert.equal(await h.callbacks.giveUp(second, T0, 'given up'), 'given-up');
    assert.deepEqual(await states(), ['pending', 'dead', 'pending']);
    assert.deepEqual(await h.bodies(T0), [], 'the first still waits for its time');
    assert.equal(await h.callbacks.giveUp(first, T0, 'given up'), 'given-up');
    assert.equal(await h.callbacks.giveUp(first, T0, 'given up'), 'ended');
    assert.equal(await h.callbacks.giveUp(99_999, T0, ''), 'unknown');
    const [claimed] = await h.claim(T0);
    assert.equal(claimed!.deliveryId, third);
    const { items } = await h.callbacks.listAlerts(9);
    assert.deepEqual(
      items.map(({ kind, deliveryId, detail }) => ({ kind, deliveryId, detail })),
      [first, second].map((id) => ({ kind: 'dead-letter', deliveryId: id, detail: 'given up' })),
    );
  });

  test('the end of a pause lets out what is due, and brings what waits for its time forward when asked', async () => {
    const h = hands(open());
    const endpoint = anEndpoint();
    const { endpointId } = endpoint;
    await h.callbacks.createEndpoint(endpoint);
    const count = 300; // More than one step.
    const ids = Array.from({ length: count + 2 }, (_, i) => `o${i}`);
    await h.orders(...ids);
    await h.fanOut();
    for (const one of await h.claim(T0, { limit: count, perEndpoint: count })) {
      await h.fail(one, T0, T0 + DAY);
    }
    assert.deepEqual(await h.bodies(T0), [], 'the breaker is open');
    assert.equal(await h.callbacks.endPause(endpointId, T0, false), 0);
    assert.equal((await h.bodies(T0)).length, 2, 'what had its time before');
    const { health } = (await h.callbacks.findEndpoint(endpointId))!;
    assert.deepEqual(health, { failures: 0, failingSince: null, openUntil: null });
    assert.equal(await h.callbacks.endPause(endpointId, T0 + 1, true), count);
    assert.equal((await h.claim(T0 + 1, { limit: 999, perEndpoint: 999 })).length, count);
    assert.equal(await h.callbacks.endPause(endpointId, T0 + 2, true), 0, 'all are under way');
    await h.callbacks.changeEndpoint(endpointId, { enabled: false }, T0, '');
    assert.equal(await h.callbacks.endPause(endpointId, T0 + DAY, true), 0);
    assert.equal(await h.callbacks.endPause('ep_none', T0, true), 0);
  });

  test('an endpoint that is deleted is listed no more; what was pending is dead and is not replayed', async () => {
    const { h, endpointId, first, states } = await waiting();
    const other = anEndpoint();
    await h.callbacks.createEndpoint(other);
    assert.equal(await h.callbacks.deleteEndpoint(endpointId, T0), 3);
    assert.deepEqual(await states(), ['dead', 'dead', 'dead']);
    assert.equal(await h.callbacks.findEndpoint(endpointId), null);
    const listed = await h.callbacks.listEndpoints({});
    assert.deepEqual(
      listed.map((e) => e.endpointId),
      [other.endpointId],
    );
    const enabled = { enabled: true };
    assert.equal(await h.callbacks.changeEndpoint(endpointId, enabled, T0, ''), null);
    assert.equal(await h.callbacks.deleteEndpoint(endpointId, T0), null);
    assert.equal(await h.callbacks.deleteEndpoint('ep_none', T0), null);
    assert.equal(await h.callbacks.replay(first, T0), false);
    assert.equal(await h.callbacks.replayAll({ endpointId }, T0), 0);
    assert.equal((await h.callbacks.listDeliveries({ endpointId, limit: 9 })).items.length, 3);
    assert.deepEqual(await h.bodies(T0 + DAY), []);
    await h.orders('b');
    assert.equal(await h.fanOut(), 1, 'the other one alone');
    const { dead, endpointsOff } = await h.callbacks.stats();
    assert.deepEqual([dead, endpointsOff], [0, 0]);
    assert.equal((await h.callbacks.listAlerts(9)).items.length, 0);
  });

  test('a deletion lets finish what is under way, and ends with the next clearing what has failed', async () => {
    const h = hands(open());
    const endpoint = anEndpoint();
    const { endpointId } = endpoint;
    await h.callbacks.createEndpoint(endpoint);
    const count = 300;
    await h.orders(...Array.from({ length: count }, (_, i) => `o${i}`));
    await h.fanOut();
    const [one, two] = await h.claim(T0, { limit: 2 });
    assert.equal(await h.callbacks.deleteEndpoint(endpointId, T0), count - 2);
    const { paused } = await h.deliver(one!, T0);
    assert.deepEqual(paused, [endpointId], 'what else is claimed of it goes out no more');
    await h.fail(two!, T0, T0 + HOUR);
    const state = async (deliveryId: number) =>
      (await h.callbacks.listDeliveries({ deliveryId, limit: 1 })).items[0]!.state;
    assert.equal(await state(one!.deliveryId), 'delivered');
    assert.equal(await state(two!.deliveryId), 'pending');
    await h.callbacks.prune(T0 - DAY);
    assert.equal(await state(two!.deliveryId), 'dead');
  });

  test('a breaker that is open does not hold back one that is claimed by hand', async () => {
    const h = hands(open());
    await h.callbacks.createEndpoint(anEndpoint());
    await h.orders(...Array.from({ length: FAILURES_TO_OPEN + 1 }, (_, i) => `o${i}`));
    await h.fanOut();
    for (const one of await h.claim(T0, { limit: FAILURES_TO_OPEN })) {
      await h.fail(one, T0, T0 + DAY);
    }
    const [last] = (await h.callbacks.listDeliveries({ limit: 1 })).items;
    const claim = await h.callbacks.claimOne(last!.deliveryId, T0, LEASE);
    assert.ok(claim.kind === 'claimed');
    assert.deepEqual((await h.deliver(claim.delivery, T0)).paused, [], 'and ends the pause');
  });
}
