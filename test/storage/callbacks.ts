// The suite of callbacks: events become deliveries once, those of an order go out one behind the other, and nothing is lost.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FAILURES_TO_OPEN, SHORTEST_PAUSE_MS } from '../../src/core/breaker.ts';
import { DAY, HOUR, SECOND } from '../../src/core/clock.ts';
import type { OpenStorage } from '../../src/storage/storage.ts';
import { anEndpoint, hands, LEASE } from './callback-fixtures.ts';
import { anOrder, change, create, T0 } from './fixtures.ts';

export function callbackRules(open: () => OpenStorage): void {
  test('with no endpoint the cursor moves past what happens, and no event is read', async () => {
    const h = hands(open());
    await h.changes((await h.orders('a'))[0]!);
    const read = await h.callbacks.readEvents(10, []);
    assert.deepEqual(read, { isHeard: false, cursor: 0, to: 2, events: [], endpoints: [] });
    assert.equal(await h.fanOut(), 0);
    assert.equal((await h.callbacks.readEvents(10, [])).cursor, 2);
  });

  test('where platforms declare endpoints, and nobody has registered one, their events alone are read', async () => {
    const h = hands(open());
    await h.orders('a', 'b');
    await create(h.ledger, [anOrder('q', 'c'), anOrder('q', 'd')]);
    const read = async (limit: number, declaring: string[]) => {
      const { to, events, isHeard } = await h.callbacks.readEvents(limit, declaring);
      return { to, isHeard, orders: events.map(({ orderId }) => orderId) };
    };
    assert.deepEqual(await read(9, ['q']), { to: 4, isHeard: true, orders: ['c', 'd'] });
    assert.deepEqual(await read(1, ['q']), { to: 3, isHeard: true, orders: ['c'] });
    assert.deepEqual(await read(9, ['r']), { to: 4, isHeard: true, orders: [] });
    await h.callbacks.createEndpoint(anEndpoint());
    assert.deepEqual(await read(9, ['r']), { to: 4, isHeard: true, orders: ['a', 'b', 'c', 'd'] });
  });

  test('an event is a snapshot of its change; an endpoint gets those that come after it', async () => {
    const h = hands(open());
    const [order] = await h.orders('a');
    await h.callbacks.createEndpoint(anEndpoint());
    const moved = change(order!, 'paid', { event: { type: 'order.paid', payload: { fen: 1 } } });
    await h.ledger.commit(moved);
    await h.changes(moved.order);
    const { events } = await h.callbacks.readEvents(10, []);
    const [, event] = events;
    assert.deepEqual(
      { ...event },
      {
        seq: 2,
        type: 'order.paid',
        platform: 'p',
        orderId: 'a',
        owner: 'owner1',
        version: 2,
        at: moved.order.updatedAt,
        action: 'moved',
        line: null,
        from: 'open',
        to: 'paid',
        payload: { fen: 1 },
      },
    );
    assert.equal(await h.fanOut(), 2);
    assert.deepEqual(await h.bodies(T0), ['a2']);
  });

  test('of two that fan out the same events one does it', async () => {
    const h = hands(open());
    const endpoint = anEndpoint();
    await h.callbacks.createEndpoint(endpoint);
    await h.orders('a');
    const work = { from: 0, to: 1, declared: [], now: T0 };
    const delivery = { seq: 1, endpoint: endpoint.endpointId, contentType: 't', body: 'b' };
    const done = await Promise.all(
      ['x', 'y'].map((messageId) =>
        h.callbacks.fanOut({ ...work, deliveries: [{ ...delivery, messageId }] }),
      ),
    );
    // Either: on PostgreSQL they go over connections of their own.
    assert.deepEqual(done.toSorted(), [false, true]);
    assert.equal((await h.claim(T0)).length, 1);
  });

  test('an endpoint that a platform declares is one an owner, and follows what is declared', async () => {
    const h = hands(open());
    await h.orders('a', 'b');
    const declare = (from: number, url: string) =>
      h.callbacks.fanOut({
        from,
        to: from + 1,
        deliveries: [
          { seq: from + 1, endpoint: 0, messageId: `m${from}`, contentType: 't', body: 'b' },
        ],
        declared: [{ platform: 'p', party: 'owner1', url, preset: 'wechat', expects: 'ok' }],
        now: T0,
      });
    await declare(0, 'https://one.example');
    await declare(1, 'https://two.example');
    const [endpoint, ...others] = await h.callbacks.listEndpoints({});
    assert.deepEqual(others, []);
    const { url, origin, preset, expects, secrets } = endpoint!;
    assert.deepEqual(
      { url, origin, preset, expects, secrets },
      {
        url: 'https://two.example',
        origin: 'declared',
        preset: 'wechat',
        expects: 'ok',
        secrets: [],
      },
    );
    assert.equal((await h.claim(T0)).length, 2);
  });

  test('of one order and endpoint only the oldest pending goes out; a dead letter lets the next pass', async () => {
    const h = hands(open());
    await h.callbacks.createEndpoint(anEndpoint());
    const [a] = await h.orders('a', 'b');
    await h.changes(a!, 2);
    await h.fanOut();
    const [a1, b1] = await h.claim(T0);
    assert.deepEqual([a1!.body, b1!.body], ['a1', 'b1']);
    assert.deepEqual(await h.bodies(T0), []);
    await h.deliver(b1!, T0);
    await h.fail(a1!, T0, T0 + SECOND);
    assert.deepEqual(await h.bodies(T0), [], 'a2 waits for a1, which waits for its time');
    const [again] = await h.claim(T0 + SECOND);
    assert.deepEqual([again!.body, again!.step], ['a1', 1]);
    const { alerts } = await h.fail(again!, T0 + SECOND, null);
    assert.deepEqual(
      alerts.map(({ kind, deliveryId, detail }) => ({ kind, deliveryId, detail })),
      [{ kind: 'dead-letter', deliveryId: again!.deliveryId, detail: '2 attempts: status 500' }],
    );
    const [a2] = await h.claim(T0 + SECOND);
    assert.equal(a2!.body, 'a2');
    await h.deliver(a2!, T0 + SECOND);
    assert.deepEqual(await h.bodies(T0 + SECOND), ['a3']);
  });

  test('a claim ends with its lease: what is said of it afterwards changes nothing', async () => {
    const h = hands(open());
    await h.callbacks.createEndpoint(anEndpoint());
    await h.orders('a');
    await h.fanOut();
    const [first] = await h.claim(T0);
    assert.deepEqual(await h.bodies(T0 + LEASE - 1), []);
    const [second] = await h.claim(T0 + LEASE);
    assert.equal(second!.deliveryId, first!.deliveryId);
    await h.fail(first!, T0 + LEASE, null);
    assert.equal((await h.callbacks.listDeliveries({ limit: 9 })).items[0]!.state, 'pending');
    await h.deliver(second!, T0 + LEASE);
    const [delivery] = (await h.callbacks.listDeliveries({ limit: 9 })).items;
    assert.equal(delivery!.state, 'delivered');
    assert.equal(delivery!.attempts.length, 1);
  });

  test('what a process that is gone had claimed is given back', async () => {
    const h = hands(open());
    await h.callbacks.createEndpoint(anEndpoint());
    await h.orders('a', 'b');
    await h.fanOut();
    const [a] = await h.claim(T0, { limit: 1 });
    await h.fail(a!, T0, T0 + DAY);
    await h.claim(T0);
    assert.equal(await h.callbacks.reclaim(), 1);
    assert.deepEqual(await h.bodies(T0), ['b1'], 'and what waits for its time goes on waiting');
  });

  test('what was written while the clock was five hours ahead lasts no longer than it was to', async () => {
    const h = hands(open());
    const ahead = T0 + 5 * HOUR;
    const { endpointId } = anEndpoint();
    await h.callbacks.createEndpoint(anEndpoint({ endpointId }));
    await h.orders('leased', 'retried');
    await h.fanOut();
    const [, retried] = await h.claim(ahead);
    await h.fail(retried!, ahead, ahead + 5 * SECOND);
    await h.callbacks.createEndpoint(anEndpoint({ party: 'owner2' }));
    await create(h.ledger, [anOrder('p', 'made', { owner: 'owner2' })]);
    await h.fanOut(ahead);
    assert.deepEqual(
      await h.bodies(T0),
      [],
      'the clock is back, and all of it waits for five hours',
    );

    await h.callbacks.shortenPauses(T0, LEASE);
    assert.deepEqual(await h.bodies(T0), ['made1'], 'what was to go out at once goes out at once');
    assert.deepEqual(await h.bodies(T0 + 5 * SECOND - 1), []);
    assert.deepEqual(await h.bodies(T0 + 5 * SECOND), ['retried1']);
    assert.deepEqual(await h.bodies(T0 + LEASE - 1), [], 'a lease goes on');
    const free = await h.bodies(T0 + LEASE);
    assert.deepEqual(free.sort(), ['leased1', 'made1'], 'and no longer than its length');

    const before = await h.callbacks.listDeliveries({ limit: 9 });
    await h.callbacks.shortenPauses(T0 + LEASE, LEASE);
    assert.deepEqual(await h.callbacks.listDeliveries({ limit: 9 }), before, 'right times stay');
  });

  test('the pause of an endpoint that failed while the clock was ahead has its own length', async () => {
    const h = hands(open());
    const ahead = T0 + 5 * HOUR;
    const { endpointId } = anEndpoint();
    await h.callbacks.createEndpoint(anEndpoint({ endpointId }));
    await h.orders(...Array.from({ length: FAILURES_TO_OPEN }, (_, i) => `o${i}`));
    await h.fanOut();
    for (const delivery of await h.claim(ahead)) await h.fail(delivery, ahead, ahead + SECOND);
    await h.callbacks.shortenPauses(T0, LEASE);
    const { health } = (await h.callbacks.findEndpoint(endpointId))!;
    assert.deepEqual(health, {
      failures: FAILURES_TO_OPEN,
      failingSince: T0,
      openUntil: T0 + SHORTEST_PAUSE_MS,
    });
    await h.callbacks.shortenPauses(T0 + 1, LEASE);
    assert.deepEqual((await h.callbacks.findEndpoint(endpointId))!.health, health);
    assert.deepEqual(await h.bodies(T0 + SHORTEST_PAUSE_MS - 1), []);
    assert.equal((await h.bodies(T0 + SHORTEST_PAUSE_MS)).length, 1);
  });

  test('an endpoint gets what it has room for, and all get their turn', async () => {
    const h = hands(open());
    const [one, two] = [anEndpoint(), anEndpoint({ party: 'owner2' })];
    for (const endpoint of [one, two]) await h.callbacks.createEndpoint(endpoint);
    await h.orders('a', 'b', 'c');
    await create(
      h.ledger,
      ['x', 'y', 'z'].map((id) => anOrder('p', id, { owner: 'owner2' })),
    );
    await h.fanOut();
    assert.deepEqual(await h.bodies(T0, { limit: 2 }), ['a1', 'b1']);
    assert.deepEqual(
      await h.bodies(T0, { limit: 1 }),
      ['x1'],
      'the other one, not the first again',
    );
    const underWay = { [one.endpointId]: 2, [two.endpointId]: 1 };
    assert.deepEqual(await h.bodies(T0, { perEndpoint: 2, underWay }), ['y1']);
    assert.deepEqual(await h.bodies(T0, { underWay }), ['c1', 'z1']);
  });

  test('of a new address nothing is known: what the old one has failed at does not hold it back', async () => {
    const h = hands(open());
    const { endpointId } = anEndpoint();
    await h.callbacks.createEndpoint(anEndpoint({ endpointId }));
    await h.orders(...Array.from({ length: FAILURES_TO_OPEN + 2 }, (_, i) => `o${i}`));
    await h.fanOut();
    const failing = await h.claim(T0, { limit: FAILURES_TO_OPEN });
    for (const delivery of failing) await h.fail(delivery, T0, T0 + DAY);
    await h.callbacks.changeEndpoint(endpointId, { eventTypes: null }, T0, '');
    assert.deepEqual(await h.bodies(T0), [], 'another change leaves the pause as it is');
    const url = 'https://203.0.113.9/elsewhere';
    const changed = await h.callbacks.changeEndpoint(endpointId, { url }, T0, '');
    assert.deepEqual(changed!.health, { failures: 0, failingSince: null, openUntil: null });
    assert.equal((await h.bodies(T0)).length, 2);
  });

  test('an endpoint that fails is left alone, tried with one delivery, and then gets all', async () => {
    const h = hands(open());
    const { endpointId } = anEndpoint();
    await h.callbacks.createEndpoint(anEndpoint({ endpointId }));
    const ids = Array.from({ length: FAILURES_TO_OPEN + 3 }, (_, i) => `o${i}`);
    await h.orders(...ids);
    await h.fanOut();
    const failing = await h.claim(T0, { limit: FAILURES_TO_OPEN });
    for (const delivery of failing) await h.fail(delivery, T0, T0 + DAY);
    assert.deepEqual(await h.bodies(T0 + SHORTEST_PAUSE_MS - 1), []);
    const [probe, ...others] = await h.claim(T0 + SHORTEST_PAUSE_MS);
    assert.equal(others.length, 0);
    assert.equal(probe!.step, 0, 'what waited has used up no attempt');
    assert.deepEqual(await h.bodies(T0 + SHORTEST_PAUSE_MS), [], 'one probe at a time');
    await h.deliver(probe!, T0 + SHORTEST_PAUSE_MS);
    assert.equal((await h.bodies(T0 + SHORTEST_PAUSE_MS)).length, 2);
    const { health } = (await h.callbacks.findEndpoint(endpointId))!;
    assert.deepEqual(health, { failures: 0, failingSince: null, openUntil: null });
  });

  test('an endpoint that fails for five days is switched off, with an alert; switched on again, it gets callbacks', async () => {
    const h = hands(open());
    const endpoint = anEndpoint();
    await h.callbacks.createEndpoint(endpoint);
    const [a] = await h.orders('a');
    await h.fanOut();
    let at = T0;
    const kinds: string[] = [];
    const attempts = 11; // One every 12 hours: the last is five days behind the first.
    for (let i = 0; i < attempts; i++, at += DAY / 2) {
      const [delivery] = await h.claim(at);
      const { alerts } = await h.fail(delivery!, at, at + DAY / 2);
      kinds.push(...alerts.map(({ kind }) => `${kind} ${i}`));
    }
    assert.deepEqual(kinds, [`endpoint-switched-off ${attempts - 1}`]);
    const found = (await h.callbacks.findEndpoint(endpoint.endpointId))!;
    assert.equal(found.enabled, false);
    assert.equal(found.off!.at, T0 + 5 * DAY);
    assert.match(found.off!.reason, /^every attempt since 2026-01-02T03:04:05.678Z has failed/);
    assert.equal((await h.callbacks.listAlerts(9)).items[0]!.kind, 'endpoint-switched-off');
    assert.deepEqual(await h.bodies(at + DAY), [], 'it is held, and not lost');
    await h.changes(a!);
    assert.equal(await h.fanOut(at), 0, 'nothing is kept for an endpoint that is off');
    const on = await h.callbacks.changeEndpoint(endpoint.endpointId, { enabled: true }, at, '');
    assert.deepEqual([on!.enabled, on!.off, on!.health.failures], [true, null, 0]);
    assert.deepEqual(await h.bodies(at + DAY), ['a1']);
  });
}
