// /clock: the sandbox's clock moves forward, is kept, and is not there in production.
import { deepEqual, equal, ok } from 'node:assert/strict';
import { describe, test } from 'node:test';
import { call, form, hasten } from '../../test/jintong.ts';
import { manage, startTestServer, TestClock, temporaryDirectory } from '../../test/support.ts';
import { changeOrder } from '../core/change-order.ts';
import { orderId, ownerId } from '../core/ledger.ts';
import type { Ordergate } from '../main.ts';
import { jintong } from '../platforms/jintong/index.ts';
import type { Platform } from '../protocol/platform.ts';

const read = (server: Ordergate) => manage(server, 'GET', '/clock');
const advance = (server: Ordergate, advanceSeconds: unknown) =>
  manage(server, 'POST', '/clock', { advanceSeconds });

test('GET answers {"now":"2026-01-02T03:04:05.678Z","offsetSeconds":0}, and POST answers in the same form', async () => {
  const server = await startTestServer({ clock: new TestClock('2026-01-02T03:04:05.678Z') });
  const expected = { now: '2026-01-02T03:04:05.678Z', offsetSeconds: 0 };
  deepEqual(await read(server), { status: 200, body: expected });
  deepEqual(Object.keys((await read(server)).body), ['now', 'offsetSeconds']);
  const moved = { now: '2026-01-02T03:14:05.678Z', offsetSeconds: 600 };
  deepEqual(await advance(server, 600), { status: 200, body: moved });
  deepEqual(await read(server), { status: 200, body: moved });
  deepEqual(await advance(server, 0), { status: 200, body: moved });
});

test('"it runs at real speed plus an offset"', async () => {
  const server = await startTestServer();
  await advance(server, 86_400);
  const before = Date.now();
  const now = Date.parse((await read(server)).body.now) - 86_400_000;
  ok(before <= now && now <= Date.now());
});

test('a rule reads it: "at exactly 10 minutes it is allowed again"', async () => {
  const server = await startTestServer({ clock: new TestClock() });
  const again = async () => (await call(server, form(hasten('15112480268')))).description;
  equal(await again(), '催单成功');
  await advance(server, 599);
  equal(await again(), '10分钟内才刚催单，不能再催单!');
  await advance(server, 1);
  equal(await again(), '催单成功');
});

describe('a value that is not a step forward is refused, and does not move the clock', () => {
  for (const body of [
    ...[-1, 0.5, 1e300, 315_360_001, '60', null, [60], true].map((s) => ({ advanceSeconds: s })),
    ...[{}, [], { advanceSeconds: 1, offsetSeconds: 0 }, { now: '2027-01-01T00:00:00Z' }],
  ]) {
    test(JSON.stringify(body), async () => {
      const before = await read(sandbox);
      const { status } = await manage(sandbox, 'POST', '/clock', body);
      equal(status, 400);
      deepEqual(await read(sandbox), before);
    });
  }
});
test('POST /clock/next-deadline moves to the next deadline, which has run by then', async () => {
  const server = await startTestServer();
  const before = (await manage(server, 'GET', '/attention?preset=near-limit')).body.items;
  const { status, body } = await manage(server, 'POST', '/clock/next-deadline');
  equal(status, 200);
  ok(Date.parse(body.now) >= Date.parse(body.dueAt));
  ok(body.offsetSeconds > 0);
  const order = await manage(server, 'GET', `/orders/${body.platform}/${body.orderId}`);
  ok(order.body.history.length > 1, 'the deadline has changed its order');
  ok(before.length > 0);
  let last = await manage(server, 'POST', '/clock/next-deadline');
  for (let i = 0; i < 50 && last.status === 200; i++) {
    last = await manage(server, 'POST', '/clock/next-deadline');
  }
  equal(last.status, 409);
  equal(last.body.error.code, 'no-deadline');
});

const sandbox = await startTestServer({ clock: new TestClock() });

test('a step of ten years is accepted, and simultaneous steps add up', async () => {
  const server = await startTestServer({ clock: new TestClock() });
  equal((await advance(server, 315_360_000)).body.now, '2035-12-31T03:04:05.678Z');
  const answers = await Promise.all(Array.from({ length: 20 }, () => advance(server, 7)));
  equal((await read(server)).body.offsetSeconds, 315_360_000 + 20 * 7);
  equal(new Set(answers.map((a) => a.status)).size, 1);
});

test('the offset survives a restart, and later steps add to it', async () => {
  const config = { dataDirectory: temporaryDirectory() };
  const clock = new TestClock();
  const first = await startTestServer({ config, clock });
  await advance(first, 3600);
  const before = await advance(first, 60);
  await first.close();
  const second = await startTestServer({ config, clock });
  deepEqual(await read(second), before);
  equal((await advance(second, 1)).body.offsetSeconds, 3661);
});

test('POST answers the same after everything that has become due has run, once', async () => {
  /** Jintong with a deadline, which it has none of by itself. */
  const withDeadline: Platform = {
    ...jintong,
    deadlines: ({ ledger, clock }) => ({
      async expire({ platform, orderId: id }, completes) {
        const request = {
          platform,
          orderId: id,
          actor: 'deadline:expire',
          requestId: null,
          completes,
        } as const;
        const outcome = await changeOrder(ledger, clock, request, () => ({
          ok: true,
          action: 'expired',
          state: 'G',
          reply: null,
        }));
        return outcome.ok;
      },
    }),
  };
  const server = await startTestServer({ clock: new TestClock(), platforms: [withDeadline] });
  const now = server.clock.now();
  const orders = Array.from({ length: 250 }, (_, i) => ({
    order: {
      platform: 'jintong',
      orderId: orderId(`due-${i}`),
      owner: ownerId('jane88'),
      state: 'A',
      version: 1,
      createdAt: now,
      updatedAt: now,
      attributes: {},
      lines: [],
    },
    keys: [],
    actor: 'operator' as const,
    note: null,
    deadlines: [{ kind: 'expire', dueAt: now + 60_000 }],
  }));
  await server.storage.ledger.createOrders({ orders, existing: 'refuse', now });
  const inState = async (state: string) =>
    (await manage(server, 'GET', `/orders?q=due-&state=${state}&limit=1000`)).body.items.length;
  await advance(server, 59);
  deepEqual([await inState('A'), await inState('G')], [250, 0]);
  await advance(server, 1);
  deepEqual([await inState('A'), await inState('G')], [0, 250]);
  await advance(server, 3600);
  const { history } = (await manage(server, 'GET', '/orders/jintong/due-0')).body;
  deepEqual(
    history.map((h: { actor: string; at: string }) => [h.actor, h.at]),
    [
      ['operator', '2026-01-02T03:04:05.678Z'],
      ['deadline:expire', '2026-01-02T03:05:05.678Z'],
    ],
  );
});

test('in production the path does not exist, and the clock is the real one', async () => {
  const clock = new TestClock();
  const server = await startTestServer({ config: { environment: 'production' }, clock });
  for (const answer of [await read(server), await advance(server, 60)]) {
    equal(answer.status, 404);
    equal(answer.body.error.code, 'not-found');
  }
  equal(server.clock.now(), clock.now());
});
