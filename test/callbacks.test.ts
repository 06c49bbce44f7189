// Callbacks end to end: real changes, real posts to real receivers; at least once, in order, nothing lost.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { describe, test } from 'node:test';
import { pino } from 'pino';
import { sign } from '../src/callbacks/signature.ts';
import { changeOrder } from '../src/core/change-order.ts';
import { HOUR, MINUTE, SECOND } from '../src/core/clock.ts';
import { orderId } from '../src/core/ledger.ts';
import { jintong } from '../src/platforms/jintong/index.ts';
import type { Platform } from '../src/protocol/platform.ts';
import { SCHEDULES } from '../src/protocol/retry-schedule.ts';
import { addOrders, change, ORDER, startCallbackServer, versions } from './callback-server.ts';
import { call, cancel, form } from './jintong.ts';
import { ok, startReceiver, status } from './receiver.ts';
import { manage } from './support.ts';

test('a change is posted as Standard Webhooks prescribes, as a snapshot of that change', async () => {
  const { server, clock, register, drain, deliveries } = await startCallbackServer();
  const receiver = await startReceiver();
  const { secret } = await register(receiver.url);
  await change(server, clock);
  await call(server, form(cancel(ORDER)));
  await drain();
  const [first, second] = receiver.received;
  const at = new Date(clock.now()).toISOString();
  assert.deepEqual(first!.json, {
    type: 'order.hastened',
    timestamp: at,
    data: {
      platform: 'jintong',
      orderId: ORDER,
      party: 'jane88',
      version: 2,
      action: 'hastened',
      state: 'D',
      from: 'D',
      to: 'D',
      line: null,
      at,
      payload: null,
    },
  });
  assert.deepEqual([second!.json.type, second!.json.data.state], ['order.cancelled', 'S']);
  for (const { headers, body } of receiver.received) {
    const id = String(headers['webhook-id']);
    const seconds = Number(headers['webhook-timestamp']);
    assert.match(id, /^msg_[\w-]{20}$/);
    // By the world's clock, which is the one that a receiver has.
    assert.ok(Math.abs(Date.now() / 1000 - seconds) < 300);
    assert.equal(headers['webhook-signature'], sign(secret, id, seconds, body));
    assert.equal(headers['content-type'], 'application/json; charset=utf-8');
  }
  const [newest] = await deliveries();
  assert.equal(newest.attempts[0].answer, 'ok');
  const { callbacks } = (await manage(server, 'GET', `/orders/jintong/${ORDER}`)).body;
  assert.deepEqual(callbacks, await deliveries(`platform=jintong&orderId=${ORDER}`));
});

test('an endpoint gets the events of its party, of the types it asked for, from its making on', async () => {
  const { server, clock, register, drain } = await startCallbackServer();
  const [all, some, others, late] = await Promise.all([0, 0, 0, 0].map(() => startReceiver()));
  await register(all!.url);
  await register(some!.url, { eventTypes: ['order.cancelled'] });
  await register(others!.url, { party: '989457552' });
  await change(server, clock);
  await register(late!.url); // Before the fan-out, and yet behind the change.
  await call(server, form(cancel(ORDER)));
  await drain();
  const types = [all, some, others, late].map((r) => r!.received.map(({ json }) => json.type));
  const [hastened, cancelled] = ['order.hastened', 'order.cancelled'];
  assert.deepEqual(types, [[hastened, cancelled], [cancelled], [], [cancelled]]);
});

test('that an operator read what is sealed is the history’s business, and nobody’s outside', async () => {
  const { server, register, drain } = await startCallbackServer();
  const receiver = await startReceiver();
  await register(receiver.url);
  const request = { platform: 'jintong', orderId: orderId(ORDER), requestId: null } as const;
  await changeOrder(
    server.storage.ledger,
    server.clock,
    { ...request, actor: 'operator' },
    (o) => ({
      ok: true,
      action: 'filled',
      state: o.state,
      sealed: [{ name: 'cards', text: 'I001XB999', mask: '****' }],
      reply: null,
    }),
  );
  const body = { name: 'cards', note: '客诉' };
  assert.equal((await manage(server, 'POST', `/orders/jintong/${ORDER}/reveal`, body)).status, 200);
  await call(server, form(cancel(ORDER)));
  await drain();
  const types = receiver.received.map(({ json }) => json.type);
  assert.deepEqual(types, ['order.filled', 'order.cancelled']);
});

describe('a receiver that fails', () => {
  const failures = {
    'answers 500': status(500),
    'answers 302': status(302, { location: 'http://127.0.0.1:9/' }),
    'answers garbage': (
      _response: unknown,
      _received: unknown,
      socket: { end(text: string): void },
    ) => socket.end('garbage\r\n\r\n'),
    'dies in the middle of an answer': (
      response: { writeHead(code: number, headers: object): { write(text: string): void } },
      _received: unknown,
      socket: { destroySoon(): void },
    ) => {
      response.writeHead(200, { 'content-length': 9 }).write('ok');
      socket.destroySoon();
    },
    'is slow': () => {},
  } as const;

  for (const [what, answer] of Object.entries(failures)) {
    test(`${what}: tried again at its time, in order, under the same id, and the others do not wait`, async () => {
      const { server, clock, register, drain, deliveries } = await startCallbackServer({
        timeoutMs: 250,
      });
      const receiver = await startReceiver(answer as typeof ok);
      const healthy = await startReceiver();
      await register(receiver.url);
      await register(healthy.url);
      await change(server, clock, 3);
      await drain();
      assert.deepEqual(versions(receiver.received), [2]);
      assert.deepEqual(versions(healthy.received), [2, 3, 4]);
      await drain();
      assert.equal(receiver.received.length, 1, 'not before its time');
      clock.advance(5 * SECOND);
      await drain();
      assert.deepEqual(versions(receiver.received), [2, 2]);
      receiver.answer = ok;
      clock.advance(5 * MINUTE);
      await drain();
      assert.deepEqual(versions(receiver.received), [2, 2, 2, 3, 4]);
      const ids = receiver.received.map(({ headers }) => headers['webhook-id']);
      assert.equal(new Set(ids).size, 3);
      assert.equal(new Set(ids.slice(0, 3)).size, 1);
      for (const { state } of await deliveries()) assert.equal(state, 'delivered');
    });
  }

  test('is down: what is due waits for it, and nothing is lost', async () => {
    const { server, clock, register, drain, deliveries } = await startCallbackServer();
    const receiver = await startReceiver();
    const port = Number(new URL(receiver.url).port);
    await receiver.close();
    await register(receiver.url);
    await change(server, clock, 2);
    await drain();
    const [, waiting] = await deliveries();
    assert.match(waiting.attempts[0].error, /ECONNREFUSED/);
    assert.equal(waiting.attempts[0].status, null);
    const again = await startReceiver(ok, port);
    clock.advance(5 * SECOND);
    await drain();
    assert.deepEqual(versions(again.received), [2, 3]);
  });
});

describe('the whole schedule on a simulated clock', () => {
  for (const preset of Object.keys(SCHEDULES) as (keyof typeof SCHEDULES)[]) {
    test(`${preset}: attempts at exactly its times, then a dead letter, an alert, and the next one passes`, async () => {
      const random = [0.25, 0.75, 0, 1 - 2 ** -53, 0.5, 0.1, 0.9];
      let i = 0;
      const { server, clock, register, drain, deliveries } = await startCallbackServer({
        random: () => random[i++ % random.length]!,
      });
      const receiver = await startReceiver(status(503));
      await register(receiver.url, { preset });
      await change(server, clock, 2);
      const began = clock.now();
      const { waits, jitter } = SCHEDULES[preset];
      const at = (): Promise<number[]> =>
        deliveries().then((items) =>
          items.at(-1)!.attempts.map((a: { at: string }) => Date.parse(a.at) - began),
        );
      let expected = 0;
      const times: number[] = [];
      for (const [n, wait] of waits.entries()) {
        const share = 1 - jitter + 2 * jitter * random[(n - 1 + random.length) % random.length]!;
        const exact = n === 0 || jitter === 0 ? wait : Math.round(wait * share);
        if (exact > 0) {
          clock.advance(exact - 1);
          await drain();
          assert.equal((await at()).length, n, `attempt ${n + 1} not a millisecond too soon`);
          clock.advance(1);
        }
        await drain();
        expected += exact;
        times.push(expected);
        assert.deepEqual((await at()).slice(0, n + 1), times);
      }
      const [younger, dead] = await deliveries();
      assert.equal(dead.state, 'dead');
      assert.equal(dead.attempts.length, waits.length);
      const { items } = (await manage(server, 'GET', '/callbacks/alerts')).body;
      assert.deepEqual(
        items.map((a: Record<string, unknown>) => [a.kind, a.deliveryId, a.detail]),
        [['dead-letter', dead.deliveryId, `${waits.length} attempts: status 503`]],
      );
      assert.equal(younger.attempts.length, 0, 'the breaker is open');
      receiver.answer = ok;
      clock.advance(10 * MINUTE);
      await drain();
      assert.equal((await deliveries())[0].state, 'delivered');
    });
  }

  test('Retry-After is honoured up to twice the step, by the receiver’s own clock', async () => {
    const { server, clock, register, drain, deliveries } = await startCallbackServer();
    const receiver = await startReceiver(status(429, { 'retry-after': '8' }));
    await register(receiver.url);
    await change(server, clock);
    const dueIn = async (): Promise<number> => {
      await drain();
      return Date.parse((await deliveries())[0].dueAt) - clock.now();
    };
    assert.equal(await dueIn(), 8 * SECOND);
    clock.advance(8 * SECOND);
    const date = 'Fri, 02 Jan 2015 03:00:00 GMT';
    receiver.answer = status(503, { date, 'retry-after': 'Fri, 02 Jan 2015 03:06:00 GMT' });
    assert.equal(await dueIn(), 6 * MINUTE);
    clock.advance(6 * MINUTE);
    receiver.answer = status(503, { 'retry-after': '999999' });
    assert.equal(await dueIn(), HOUR);
  });
});

test('a breaker spares a receiver that is down, and lets all through when it is back', async () => {
  const { server, clock, register, drain, deliveries } = await startCallbackServer();
  const receiver = await startReceiver(status(500));
  const { endpointId } = await register(receiver.url);
  await addOrders(server, 60);
  await drain();
  const spared = (await deliveries('limit=100')).filter(
    (d: { attempts: [] }) => d.attempts.length === 0,
  );
  assert.ok(receiver.received.length < 60 && spared.length === 60 - receiver.received.length);
  const [endpoint] = (await manage(server, 'GET', '/callbacks/endpoints')).body.items;
  assert.deepEqual(
    [endpoint.endpointId, endpoint.failures, endpoint.pausedUntil],
    [endpointId, receiver.received.length, new Date(clock.now() + 30 * SECOND).toISOString()],
  );
  const before = receiver.received.length;
  clock.advance(30 * SECOND - 1);
  await drain();
  assert.equal(receiver.received.length, before);
  clock.advance(1);
  await drain();
  assert.equal(receiver.received.length, before + 1, 'one probe');
  receiver.answer = ok;
  clock.advance(HOUR);
  await drain();
  assert.equal((await deliveries('state=delivered&limit=100')).length, 60);
});

test('a dead letter is replayed, and all of a time range, under their ids', async () => {
  const { server, clock, register, drain, deliveries } = await startCallbackServer();
  const receiver = await startReceiver();
  const { endpointId } = await register(receiver.url);
  await change(server, clock, 3);
  await drain();
  const [, second] = await deliveries();
  const one = await manage(server, 'POST', `/callbacks/deliveries/${second.deliveryId}/replay`, {});
  assert.deepEqual(one, { status: 200, body: { replayed: 1 } });
  await drain();
  const from = new Date(clock.now()).toISOString();
  clock.advance(1);
  const to = new Date(clock.now()).toISOString();
  const range = { endpointId, from, to };
  const all = await manage(server, 'POST', '/callbacks/replay', range);
  assert.deepEqual(all.body, { replayed: 3 });
  const none = { ...range, from: to, to: new Date(clock.now() + 1).toISOString() };
  assert.deepEqual((await manage(server, 'POST', '/callbacks/replay', none)).body, { replayed: 0 });
  await drain();
  assert.deepEqual(versions(receiver.received), [2, 3, 4, 3, 2, 3, 4]);
  const ids = receiver.received.map(({ headers }) => headers['webhook-id']);
  assert.equal(new Set(ids).size, 3);
  assert.deepEqual(
    (await deliveries()).map((d: { attempts: [] }) => d.attempts.length),
    [2, 3, 2],
  );
});

test('after a rotation both the new and the old secret sign; a ping is signed and leaves no delivery', async () => {
  const { server, register, deliveries, clock } = await startCallbackServer();
  const receiver = await startReceiver();
  const { endpointId, secret } = await register(receiver.url, { expects: 'ok' });
  const path = `/callbacks/endpoints/${endpointId}`;
  const given = `whsec_${randomBytes(24).toString('base64')}`;
  const body = { overlapSeconds: 60, secret: given };
  const rotated = (await manage(server, 'POST', `${path}/secrets`, body)).body;
  assert.deepEqual([rotated.secret, rotated.secrets.length], [given, 2]);
  const signatures = async () => {
    const pinged = await manage(server, 'POST', `${path}/ping`, {});
    assert.deepEqual(
      [pinged.body.status, pinged.body.error, pinged.body.answer],
      [200, null, 'ok'],
    );
    const { headers, body: text } = receiver.received.at(-1)!;
    const signed = (by: string) =>
      sign(by, String(headers['webhook-id']), Number(headers['webhook-timestamp']), text);
    const given = String(headers['webhook-signature']).split(' ');
    return { given, current: signed(rotated.secret), old: signed(secret) };
  };
  const both = await signatures();
  assert.deepEqual(both.given, [both.current, both.old]);
  clock.advance(MINUTE);
  const one = await signatures();
  assert.deepEqual(one.given, [one.current]);
  receiver.answer = status(404, {}, 'no');
  const { error } = (await manage(server, 'POST', `${path}/ping`, {})).body;
  assert.equal(error, 'status 404');
  assert.equal(receiver.received[0]!.json.type, 'ping');
  assert.deepEqual(await deliveries(), []);
  const listed = JSON.stringify((await manage(server, 'GET', '/callbacks/endpoints')).body);
  assert.equal(/whsec_/.test(listed), false, 'no list shows a secret');
});

test('by itself it posts soon after the change, and keeps what it has when it stops', async () => {
  const receiver = await startReceiver();
  const { server, clock, register } = await startCallbackServer({ isLive: true });
  await register(receiver.url);
  await change(server, clock, 2);
  await receiver.until(2);
  await server.close();
});

test('what an operator watches: attempts by outcome, alerts, what waits, and since when', async () => {
  const { server, clock, register, drain } = await startCallbackServer();
  const receiver = await startReceiver();
  const { endpointId } = await register(receiver.url);
  await change(server, clock);
  await drain();
  receiver.answer = status(500);
  await change(server, clock);
  await drain();
  clock.advance(7 * SECOND);
  await drain();
  const metrics = async () => (await fetch(`${server.url}/metrics`)).text();
  const first = await metrics();
  for (const line of [
    'ordergate_callback_attempts_total{outcome="delivered"} 1',
    'ordergate_callback_attempts_total{outcome="failed"} 2',
    'ordergate_callback_pending 1',
    'ordergate_callback_oldest_pending_age_seconds 7',
    'ordergate_callback_dead_letters 0',
    'ordergate_callback_endpoints_off 0',
  ]) {
    assert.ok(first.includes(`\n${line}\n`), line);
  }
  await manage(server, 'PATCH', `/callbacks/endpoints/${endpointId}`, { enabled: false });
  const off = await metrics();
  assert.ok(off.includes('\nordergate_callback_pending 0\n'));
  assert.ok(off.includes('\nordergate_callback_endpoints_off 1\n'));
});

test('an endpoint that fails for five days is switched off: an alert, a log line, a metric; then it is held', async () => {
  const lines: { level: number; kind?: string }[] = [];
  const log = pino({ level: 'error' }, { write: (line: string) => lines.push(JSON.parse(line)) });
  const { server, clock, register, drain, deliveries } = await startCallbackServer({}, { log });
  const receiver = await startReceiver(status(500));
  const { endpointId } = await register(receiver.url);
  for (let i = 0; i <= 10; i++) {
    await change(server, clock);
    await drain();
    clock.advance(12 * HOUR);
  }
  await drain();
  const [endpoint] = (await manage(server, 'GET', '/callbacks/endpoints')).body.items;
  assert.equal(endpoint.enabled, false);
  assert.match(
    endpoint.off.reason,
    /^every attempt since 2026-01-02T03:14:05.678Z has failed, .* status 500$/,
  );
  const { items } = (await manage(server, 'GET', '/callbacks/alerts')).body;
  const kinds = items.map(({ kind }: { kind: string }) => kind).sort();
  assert.ok(kinds.includes('dead-letter') && kinds.includes('endpoint-switched-off'));
  assert.deepEqual(lines.map(({ kind }) => kind).sort(), kinds);
  for (const { level } of lines) assert.equal(level, 50);
  const metrics = await (await fetch(`${server.url}/metrics`)).text();
  const counted = 'ordergate_callback_alerts_total{kind="endpoint-switched-off"} 1';
  assert.ok(metrics.includes(`\n${counted}\n`));
  const before = receiver.received.length;
  clock.advance(24 * HOUR);
  await change(server, clock);
  await drain();
  assert.equal(receiver.received.length, before);
  receiver.answer = ok;
  await manage(server, 'PATCH', `/callbacks/endpoints/${endpointId}`, { enabled: true });
  await drain();
  assert.deepEqual(await deliveries('state=pending'), []);
});

test("a platform's hook that throws holds nobody else up", async () => {
  let thrown = 0;
  const broken: Platform = {
    ...jintong,
    callbacks: {
      environments: ['sandbox'],
      body() {
        thrown++;
        throw new Error('a mistake in the hook');
      },
      endpoint: () => null,
    },
  };
  const { server, clock, register, drain } = await startCallbackServer({}, { platforms: [broken] });
  const receiver = await startReceiver();
  await register(receiver.url);
  await change(server, clock, 2);
  await drain();
  assert.deepEqual(versions(receiver.received), [2, 3]);
  assert.ok(thrown >= 2);
});

test('moving the sandbox’s clock answers after the callbacks that have become due', async () => {
  const { server, clock, register, drain } = await startCallbackServer();
  const receiver = await startReceiver(status(500));
  await register(receiver.url);
  await change(server, clock);
  await drain();
  receiver.answer = ok;
  await manage(server, 'POST', '/clock', { advanceSeconds: 5 });
  assert.deepEqual(versions(receiver.received), [2, 2]);
});
