// What the suite of callbacks is written with: endpoints, and the steps of a delivery as short names.
import assert from 'node:assert/strict';
import type { NewEndpoint } from '../../src/core/callback-endpoint.ts';
import type { Attempt, ClaimedDelivery, ClaimRequest } from '../../src/core/callbacks.ts';
import { MINUTE } from '../../src/core/clock.ts';
import type { Order } from '../../src/core/order.ts';
import type { OpenStorage } from '../../src/storage/storage.ts';
import { anOrder, change, create, T0 } from './fixtures.ts';

export const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
export const LEASE = MINUTE;

let endpoints = 0;
export function anEndpoint(fields: Partial<NewEndpoint> = {}): NewEndpoint {
  return {
    endpointId: `ep_${++endpoints}`,
    platform: 'p',
    party: 'owner1',
    origin: 'registered',
    url: 'https://shop.example/callbacks',
    preset: 'standard',
    expects: null,
    eventTypes: null,
    enabled: true,
    createdAt: T0,
    secrets: [{ secret: SECRET, createdAt: T0, expiresAt: null }],
    ...fields,
  };
}

/** What a test does again and again with one storage. */
export function hands({ ledger, callbacks }: OpenStorage) {
  let messages = 0;
  const claim = async (now: number, fields: Partial<ClaimRequest> = {}) =>
    (
      await callbacks.claim({
        now,
        limit: 100,
        perEndpoint: 100,
        underWay: {},
        leaseMs: LEASE,
        ...fields,
      })
    ).deliveries;
  return {
    ledger,
    callbacks,
    claim,
    /** Orders `a`, `b`… of owner1. */
    async orders(...ids: string[]): Promise<Order[]> {
      const orders = ids.map((id) => anOrder('p', id));
      await create(ledger, orders);
      return orders;
    },
    /** Changes an order so many times; returns it as it is then. */
    async changes(order: Order, count = 1): Promise<Order> {
      let now = order;
      for (let i = 0; i < count; i++) {
        const next = change(now, `s${now.version + 1}`);
        assert.equal(await ledger.commit(next), 'committed');
        now = next.order;
      }
      return now;
    },
    /** Makes a delivery of every new event for every endpoint that listens. */
    async fanOut(now = T0): Promise<number> {
      const { cursor, to, events, endpoints } = await callbacks.readEvents(1000, []);
      const deliveries = events.flatMap(({ seq, owner, version, orderId }) =>
        endpoints
          .filter((e) => e.party === owner && seq > e.sinceSeq)
          .map(({ endpointId }) => ({
            seq,
            endpoint: endpointId,
            messageId: `msg_${++messages}`,
            contentType: 'text/plain',
            body: `${orderId}${version}`,
          })),
      );
      assert.equal(
        await callbacks.fanOut({ from: cursor, to, deliveries, declared: [], now }),
        true,
      );
      return deliveries.length;
    },
    /** Claims what is due and says of which orders and versions it is. */
    bodies: async (now: number, fields?: Partial<ClaimRequest>) =>
      (await claim(now, fields)).map(({ body }) => body).sort(),
    deliver: (delivery: ClaimedDelivery, at: number) =>
      callbacks.settle([result(delivery, at, null, null)], []),
    fail: (delivery: ClaimedDelivery, at: number, retryAt: number | null) =>
      callbacks.settle([result(delivery, at, 'status 500', retryAt)], []),
  };
}

function result(
  { deliveryId, leaseUntil }: ClaimedDelivery,
  at: number,
  error: string | null,
  retryAt: number | null,
) {
  const status = error === null ? 200 : 500;
  const attempt: Attempt = { at, status, error, durationMicros: 7, answer: 'answer' };
  return { deliveryId, leaseUntil, attempt, retryAt };
}

export async function assertCallbacksSound({ callbacks }: OpenStorage): Promise<void> {
  assert.deepEqual(await callbacks.audit(), {
    deliveriesWithoutEvent: 0,
    attemptsOutOfStep: 0,
    queuesStuck: 0,
    cursorBeyondEvents: 0,
    eventsPassedOver: 0,
  });
}
