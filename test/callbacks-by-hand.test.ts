// What operators do with callbacks by hand: send one now, give one up, end a pause by a ping or a replay, delete an endpoint.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { HOUR, SECOND } from '../src/core/clock.ts';
import { addOrders, change, startCallbackServer, versions } from './callback-server.ts';
import { ok, startReceiver, status } from './receiver.ts';
import { manage } from './support.ts';

/** One order changed three times, whose first callback has failed twice and is due in five minutes. */
async function failing() {
  const started = await startCallbackServer();
  const { server, clock, register, drain, deliveries } = started;
  const receiver = await startReceiver(status(500));
  const { endpointId } = await register(receiver.url);
  await change(server, clock, 3);
  await drain();
  clock.advance(5 * SECOND);
  await drain();
  const [third, second, first] = (await deliveries()).map(
    ({ deliveryId }: { deliveryId: number }) => deliveryId,
  );
  const post = (path: string, body: object = {}) =>
    manage(server, 'POST', `/callbacks/${path}`, body);
  const read = async (id: number) =>
    (await manage(server, 'GET', `/callbacks/deliveries/${id}`)).body;
  return { ...started, receiver, endpointId, first, second, third, post, read };
}

/** Enough failures that the endpoint is left alone, and one callback that nobody has tried. */
async function paused() {
  const started = await startCallbackServer();
  const receiver = await startReceiver(status(500));
  const { endpointId } = await started.register(receiver.url);
  await addOrders(started.server, 60);
  await started.drain();
  return { ...started, receiver, endpointId };
}

describe('POST …/attempt', () => {
  test('sends a pending callback now; the next of its order follows', async () => {
    const { receiver, first, post, read, drain } = await failing();
    receiver.answer = ok;
    const before = receiver.received.length;
    const sent = await post(`deliveries/${first}/attempt`);
    assert.equal(sent.status, 200);
    assert.equal(receiver.received.length, before + 1);
    assert.deepEqual([sent.body.state, sent.body.attempts.length], ['delivered', 3]);
    assert.deepEqual(await read(first), sent.body);
    await drain();
    assert.deepEqual(versions(receiver.received).slice(before), [2, 3, 4]);
  });

  test('one that fails keeps its time, and uses up no attempt of its schedule', async () => {
    const { clock, receiver, first, post, read, drain } = await failing();
    const { dueAt } = await read(first);
    for (let i = 0; i < 20; i++) {
      const { status: got, body } = await post(`deliveries/${first}/attempt`);
      assert.deepEqual([got, body.state, body.dueAt], [200, 'pending', dueAt]);
      assert.equal(body.attempts.at(-1).error, 'status 500');
    }
    clock.advance(HOUR);
    await drain();
    receiver.answer = ok;
    await post(`deliveries/${first}/attempt`);
    assert.equal((await read(first)).state, 'delivered');
  });

  test('409 says why not, and names the earlier one that it waits for', async () => {
    const { server, receiver, first, second, third, endpointId, post } = await failing();
    const refused = async (id: number, code: string) => {
      const { status: got, body } = await post(`deliveries/${id}/attempt`);
      assert.deepEqual([got, body.error.code], [409, code]);
      return body.error.message as string;
    };
    for (const id of [second, third]) {
      assert.match(await refused(id, 'delivery-waits'), new RegExp(`waits for delivery ${first},`));
    }
    let answer = () => {};
    receiver.answer = (response) => {
      answer = () => response.end('ok');
    };
    const before = receiver.received.length;
    const underWay = post(`deliveries/${first}/attempt`);
    await receiver.until(before + 1);
    await refused(first, 'delivery-under-way');
    assert.equal((await post(`deliveries/${first}/give-up`)).status, 409);
    answer();
    assert.equal((await underWay).body.state, 'delivered');
    assert.match(await refused(first, 'delivery-ended'), /is delivered; POST …\/replay/);
    await manage(server, 'PATCH', `/callbacks/endpoints/${endpointId}`, { enabled: false });
    assert.match(await refused(second, 'endpoint-off'), /switch the endpoint on/);
    for (const [id, wanted] of [
      ['99999', 404],
      ['abc', 400],
      ['-1', 400],
      ['1.5', 400],
    ] as const) {
      for (const action of ['attempt', 'give-up', 'replay']) {
        assert.equal((await post(`deliveries/${id}/${action}`)).status, wanted, id);
      }
    }
  });

  test('goes out under a pause, and ends the pause where it is acknowledged', async () => {
    const { server, receiver, drain, deliveries } = await paused();
    receiver.answer = ok;
    const [untried] = await deliveries('state=pending&limit=1');
    assert.equal(untried.attempts.length, 0);
    const path = `/callbacks/deliveries/${untried.deliveryId}/attempt`;
    assert.equal((await manage(server, 'POST', path, {})).body.state, 'delivered');
    const [endpoint] = (await manage(server, 'GET', '/callbacks/endpoints')).body.items;
    assert.deepEqual([endpoint.pausedUntil, endpoint.failures], [null, 0]);
    await drain();
    assert.ok(receiver.received.length > 40, 'and what had not been tried follows');
  });
});

describe('POST …/give-up', () => {
  test('makes a dead letter with its alert, and the next of its order goes out', async () => {
    const { server, receiver, first, second, post, read, drain } = await failing();
    receiver.answer = ok;
    const before = receiver.received.length;
    const given = await post(`deliveries/${first}/give-up`, { note: 'their ticket 7' });
    assert.deepEqual([given.status, given.body.state, given.body.dueAt], [200, 'dead', null]);
    const { items } = (await manage(server, 'GET', '/callbacks/alerts')).body;
    assert.deepEqual(
      [items[0].kind, items[0].deliveryId, items[0].detail],
      ['dead-letter', first, 'given up by an operator: their ticket 7'],
    );
    await drain();
    assert.deepEqual(versions(receiver.received).slice(before), [3, 4]);
    assert.equal((await read(second)).state, 'delivered');
    const again = await post(`deliveries/${first}/give-up`);
    assert.deepEqual([again.status, again.body.error.code], [409, 'delivery-ended']);
    assert.deepEqual((await post(`deliveries/${first}/replay`)).body, { replayed: 1 });
  });
});

test('a ping that is acknowledged ends the pause and brings what waits forward; one that is not changes nothing', async () => {
  const { server, receiver, endpointId, drain, deliveries } = await paused();
  const before = receiver.received.length;
  const ping = async () =>
    (await manage(server, 'POST', `/callbacks/endpoints/${endpointId}/ping`, {})).body;
  const failed = await ping();
  assert.deepEqual([failed.status, failed.broughtForward], [500, 0]);
  await drain();
  assert.equal(receiver.received.length, before + 1, 'the ping alone');
  receiver.answer = ok;
  const good = await ping();
  assert.deepEqual([good.status, good.error, good.broughtForward], [200, null, before]);
  await drain();
  assert.equal((await deliveries('state=delivered&limit=100')).length, 60);
});

test('a replay under a pause says until when, and can end the pause', async () => {
  const { server, clock, receiver, endpointId, drain, deliveries } = await paused();
  const [old] = await deliveries('state=pending&limit=1');
  await manage(server, 'POST', `/callbacks/deliveries/${old.deliveryId}/give-up`, {});
  const path = `/callbacks/deliveries/${old.deliveryId}/replay`;
  const { body } = await manage(server, 'POST', path, {});
  const pausedUntil = new Date(clock.now() + 30 * SECOND).toISOString();
  const held = [{ endpointId, pausedUntil }];
  assert.deepEqual(body, { replayed: 1, pausedUntil, held });
  const before = receiver.received.length;
  await drain();
  assert.equal(receiver.received.length, before);
  receiver.answer = ok;
  await manage(server, 'POST', `/callbacks/deliveries/${old.deliveryId}/give-up`, {});
  const ended = await manage(server, 'POST', path, { endPause: true });
  assert.deepEqual(ended.body, { replayed: 1 });
  await drain();
  assert.ok(receiver.received.length > before);

  const range = { platform: 'jintong', party: 'jane88', to: '2027-01-01', from: '2025-01-01' };
  await manage(server, 'PATCH', `/callbacks/endpoints/${endpointId}`, { enabled: false });
  const all = await manage(server, 'POST', '/callbacks/replay', range);
  assert.deepEqual(all.body.held, [{ endpointId, off: 'by an operator' }]);
});

test('an endpoint is deleted: it hears no more, and what was pending is dead, listed and not replayed', async () => {
  const { server, clock, receiver, endpointId, first, deliveries, drain, post } = await failing();
  const other = await startReceiver();
  const path = `/callbacks/endpoints/${endpointId}`;
  const made = await post('endpoints', { platform: 'jintong', party: 'jane88', url: other.url });
  assert.equal(made.status, 201);
  const deleted = await manage(server, 'DELETE', path);
  assert.deepEqual(deleted, {
    status: 200,
    body: { endpointId, deleted: true, givenUp: 3 },
  });
  const { items } = (await manage(server, 'GET', '/callbacks/endpoints')).body;
  assert.deepEqual(
    items.map((e: { endpointId: string }) => e.endpointId),
    [made.body.endpointId],
  );
  for (const { state } of await deliveries(`endpointId=${endpointId}`)) assert.equal(state, 'dead');
  const before = receiver.received.length;
  receiver.answer = ok;
  clock.advance(HOUR);
  await change(server, clock);
  await drain();
  assert.deepEqual([receiver.received.length, versions(other.received)], [before, [5]]);
  const replayed = await post(`deliveries/${first}/replay`);
  assert.deepEqual([replayed.status, replayed.body.error.code], [409, 'endpoint-deleted']);
  const again = await manage(server, 'DELETE', path);
  assert.deepEqual([again.status, again.body.error.code], [404, 'unknown-endpoint']);
  assert.equal((await manage(server, 'PATCH', path, { enabled: true })).status, 404);
  assert.equal((await post(`endpoints/${endpointId}/ping`)).status, 404);
});
