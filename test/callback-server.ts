// What the tests of callbacks share: a server that posts only when a test says so, and changes for it to tell of.
import assert from 'node:assert/strict';
import type { CallbackOverrides } from '../src/callbacks/callbacks.ts';
import { MINUTE } from '../src/core/clock.ts';
import type { Ordergate } from '../src/main.ts';
import { call, form, hasten } from './jintong.ts';
import { ALLOW_LOCAL, type Received } from './receiver.ts';
import { manage, startTestServer, TestClock, type TestOptions } from './support.ts';

/** An order of the sandbox's partner jane88 that may be hastened. */
export const ORDER = '15112480268';

/** Starts a server on a clock that stands; `register` makes an endpoint of jane88. */
export async function startCallbackServer(
  callbacks: CallbackOverrides = {},
  options: TestOptions = {},
) {
  const clock = new TestClock();
  const server = await startTestServer({
    ...options,
    clock,
    config: { callbackAllow: ALLOW_LOCAL, ...options.config },
    // Not by itself: a test says when, so that what it sees does not depend on how fast it is.
    callbacks: { isLive: false, random: () => 0.5, ...callbacks },
  });
  const register = async (url: string, fields: object = {}) => {
    const body = { platform: 'jintong', party: 'jane88', url, ...fields };
    const made = await manage(server, 'POST', '/callbacks/endpoints', body);
    assert.equal(made.status, 201, JSON.stringify(made.body));
    return made.body as { endpointId: string; secret: string };
  };
  const deliveries = async (query = '') =>
    (await manage(server, 'GET', `/callbacks/deliveries?${query}`)).body.items;
  return { clock, server, register, deliveries, drain: () => server.callbacks.drain() };
}

/** Hastens an order so many times, which each time is a change. */
export async function change(server: Ordergate, clock: TestClock, count = 1, order = ORDER) {
  for (let i = 0; i < count; i++) {
    clock.advance(10 * MINUTE);
    assert.equal((await call(server, form(hasten(order)))).code, 'CallSuccess');
  }
}

/** Makes so many orders of jane88, each of which is a change. */
export async function addOrders(server: Ordergate, count: number, prefix = 'B'): Promise<void> {
  const orders = Array.from({ length: count }, (_, i) => ({
    platform: 'jintong',
    orderId: `${prefix}${i}`,
    userName: 'jane88',
    state: 'D',
    amount: '1.00',
    createdAt: '2026-01-01 00:00:00',
  }));
  assert.equal((await manage(server, 'POST', '/orders', orders)).status, 201);
}

export const versions = (received: readonly Received[]): number[] =>
  received.map(({ json }) => json.data.version);
