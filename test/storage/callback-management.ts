// The suite of what operators do with callbacks: replays, lists, counts, changes, and what is forgotten.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DAY } from '../../src/core/clock.ts';
import type { OpenStorage } from '../../src/storage/storage.ts';
import { anEndpoint, hands } from './callback-fixtures.ts';
import { anOrder, create, T0 } from './fixtures.ts';

export function callbackManagementRules(open: () => OpenStorage): void {
  test('a replay sends again what has ended, older before younger, and under the same message id', async () => {
    const h = hands(open());
    await h.callbacks.createEndpoint(anEndpoint());
    const [order] = await h.orders('a');
    await h.changes(order!, 3);
    await h.fanOut();
    const ids: number[] = [];
    for (let i = 0; i < 3; i++) {
      const [delivery] = await h.claim(T0);
      ids.push(delivery!.deliveryId);
      if (i < 2) await h.fail(delivery!, T0, null);
      else await h.fail(delivery!, T0, T0 + DAY);
    }
    const before = (await h.callbacks.listDeliveries({ limit: 9 })).items;
    assert.equal(await h.callbacks.replayAll({ party: 'owner1', from: T0, to: T0 }, T0), 0);
    assert.equal(await h.callbacks.replayAll({ state: 'delivered' }, T0), 0);
    assert.equal(await h.callbacks.replayAll({ platform: 'p', party: 'owner1' }, T0 + 1), 2);
    assert.equal(await h.callbacks.replay(ids[0]!, T0), false, 'it is pending');
    const sent: string[] = [];
    for (let next = await h.claim(T0 + 1); next.length > 0; next = await h.claim(T0 + 1)) {
      assert.equal(next.length, 1);
      sent.push(next[0]!.body);
      await h.deliver(next[0]!, T0 + 1);
    }
    assert.deepEqual(sent, ['a1', 'a2'], 'a3 still waits for its time');
    const [again] = (await h.callbacks.listDeliveries({ state: 'delivered', limit: 1 })).items;
    assert.equal(
      again!.messageId,
      before.find((d) => d.deliveryId === again!.deliveryId)!.messageId,
    );
    assert.deepEqual(
      again!.attempts.map(({ error }) => error),
      ['status 500', null],
    );
    assert.deepEqual(await h.bodies(T0 + DAY), ['a3']);
  });

  test('a replay lets finish what is under way, and then goes first', async () => {
    const h = hands(open());
    await h.callbacks.createEndpoint(anEndpoint());
    await h.changes((await h.orders('a'))[0]!, 1);
    await h.fanOut();
    const [a1] = await h.claim(T0);
    await h.deliver(a1!, T0);
    const [a2] = await h.claim(T0);
    assert.equal(await h.callbacks.replay(a1!.deliveryId, T0), true);
    assert.deepEqual(await h.bodies(T0), []);
    await h.fail(a2!, T0, T0);
    assert.deepEqual(await h.bodies(T0), ['a1']);
  });

  test('deliveries are listed by everything that support staff know, newest first', async () => {
    const h = hands(open());
    const endpoint = anEndpoint();
    await h.callbacks.createEndpoint(endpoint);
    await h.callbacks.createEndpoint(anEndpoint({ party: 'owner2' }));
    await h.orders('a', 'b');
    await create(h.ledger, [anOrder('p', 'c', { owner: 'owner2' })]);
    await h.fanOut(T0 + 5);
    const [a] = await h.claim(T0 + 5, { limit: 1 });
    await h.deliver(a!, T0 + 5);
    const list = async (query: object) =>
      (await h.callbacks.listDeliveries({ limit: 9, ...query })).items.map((d) => d.orderId);
    assert.deepEqual(await list({}), ['c', 'b', 'a']);
    assert.deepEqual(await list({ party: 'owner2' }), ['c']);
    assert.deepEqual(await list({ endpointId: endpoint.endpointId }), ['b', 'a']);
    assert.deepEqual(await list({ platform: 'p', orderId: 'b' }), ['b']);
    assert.deepEqual(await list({ platform: 'q' }), []);
    assert.deepEqual(await list({ state: 'delivered' }), ['a']);
    assert.deepEqual(await list({ from: T0 + 6 }), []);
    assert.deepEqual(await list({ to: T0 + 6, state: 'pending' }), ['c', 'b']);
    const first = await h.callbacks.listDeliveries({ limit: 2 });
    const rest = await h.callbacks.listDeliveries({ limit: 2, cursor: first.nextCursor! });
    assert.deepEqual(
      rest.items.map((d) => d.orderId),
      ['a'],
    );
    assert.equal(rest.nextCursor, null);
    // A brief list is the same list without bodies and answers.
    const whole = (await h.callbacks.listDeliveries({ limit: 9 })).items;
    assert.ok(whole.every(({ body }) => body !== ''));
    const brief = (await h.callbacks.listDeliveries({ limit: 9, isBrief: true })).items;
    const bare = whole.map((one) => ({
      ...one,
      body: '',
      attempts: one.attempts.map((attempt) => ({ ...attempt, answer: '' })),
    }));
    assert.deepEqual(brief, bare);
  });

  test('what has ended long ago is forgotten with its attempts; what is pending never', async () => {
    const h = hands(open());
    await h.callbacks.createEndpoint(anEndpoint());
    await h.orders('a', 'b', 'c');
    await h.fanOut();
    const [a, b] = await h.claim(T0, { limit: 2 });
    await h.deliver(a!, T0);
    await h.fail(b!, T0, null);
    assert.equal(await h.callbacks.prune(T0), 0);
    assert.equal(await h.callbacks.prune(T0 + 1), 3, 'two deliveries, and the alert');
    const { items } = await h.callbacks.listDeliveries({ limit: 9 });
    assert.deepEqual(
      items.map((d) => d.orderId),
      ['c'],
    );
  });

  test('the counts that an operator watches', async () => {
    const h = hands(open());
    const off = anEndpoint({ party: 'owner2' });
    for (const one of [anEndpoint(), off]) await h.callbacks.createEndpoint(one);
    await h.orders('a', 'b');
    await create(h.ledger, [anOrder('p', 'c', { owner: 'owner2' })]);
    await h.fanOut(T0 + 3);
    const [a] = await h.claim(T0 + 3, { limit: 1 });
    await h.fail(a!, T0 + 3, null);
    await h.callbacks.changeEndpoint(off.endpointId, { enabled: false }, T0, 'by an operator');
    assert.deepEqual(await h.callbacks.stats(), {
      pending: 1,
      oldestPendingAt: T0 + 3,
      dead: 1,
      endpointsOff: 1,
    });
  });

  test('an endpoint is changed in what is given alone', async () => {
    const h = hands(open());
    const endpoint = anEndpoint();
    await h.callbacks.createEndpoint(endpoint);
    const { endpointId } = endpoint;
    const changed = await h.callbacks.changeEndpoint(endpointId, { eventTypes: ['x'] }, T0, '');
    const off = { reason: 'why', at: T0 };
    const health = { failures: 0, failingSince: null, openUntil: null };
    assert.deepEqual({ ...changed }, { ...endpoint, eventTypes: ['x'], off: null, health });
    await h.callbacks.changeEndpoint(endpointId, { enabled: false, expects: 'ok' }, T0, 'why');
    assert.deepEqual(
      { ...(await h.callbacks.findEndpoint(endpointId)) },
      { ...endpoint, eventTypes: ['x'], expects: 'ok', enabled: false, off, health },
    );
    assert.equal(await h.callbacks.changeEndpoint('ep_none', {}, T0, ''), null);
    assert.equal(await h.callbacks.findEndpoint('ep_none'), null);
    assert.equal((await h.callbacks.listEndpoints({ party: 'owner2' })).length, 0);
  });
}
