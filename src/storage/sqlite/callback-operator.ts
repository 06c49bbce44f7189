// Operators' manual actions on deliveries and endpoints: send now, give up, end a pause, replay,
// delete.
import { HEALTHY } from '../../core/breaker.ts';
import type { GaveUp, HandClaim } from '../../core/callback-by-hand.ts';
import type { CallbackStore } from '../../core/callbacks.ts';
import { DELIVERY_STATES, OPERATOR_STEP } from '../callback-limits.ts';
import { type EndpointRow, toEndpoint } from '../endpoint-row.ts';
import type { Sealer } from '../seal.ts';
import { letNextOut } from './callback-queue.ts';
import type { DeliveryColumns } from './callback-rows.ts';
import type { CallbackStatements } from './callback-statements.ts';
import type { Background } from './thread.ts';
import type { Writer } from './writer.ts';

interface Parts {
  readonly writer: Writer;
  readonly background: Background;
  readonly sealer: Sealer;
}

/** {@link HandClaim} with the endpoint's row. */
type HandClaimRow =
  | Exclude<HandClaim, { readonly kind: 'claimed' }>
  | (Omit<Extract<HandClaim, { readonly kind: 'claimed' }>, 'endpoint'> & {
      readonly endpoint: EndpointRow;
    });

export function operatorMethods(
  { writer, background, sealer }: Parts,
  s: CallbackStatements,
): Pick<
  CallbackStore,
  'claimOne' | 'giveUp' | 'endPause' | 'deleteEndpoint' | 'replay' | 'replayAll'
> {
  return {
    async claimOne(deliveryId, now, leaseMs) {
      const claim = await writer.run(() => claimOne(s, deliveryId, now, leaseMs));
      if (claim.kind !== 'claimed') return claim;
      return { ...claim, endpoint: toEndpoint(claim.endpoint, sealer) };
    },

    giveUp: (deliveryId, now, detail) => writer.run(() => giveUp(s, deliveryId, now, detail)),

    async endPause(endpointId, now, bringForward) {
      for (let total = 0; ; ) {
        const forwarded = await writer.run(() => endPause(s, endpointId, now, bringForward));
        total += forwarded;
        if (forwarded < OPERATOR_STEP) return total;
      }
    },

    async deleteEndpoint(endpointId, now) {
      for (let total = 0; ; ) {
        const ended = await writer.run(() => deleteEndpoint(s, endpointId, now));
        if (ended === null) return null;
        total += ended;
        if (ended < OPERATOR_STEP) return total;
      }
    },

    replay: (deliveryId, now) => writer.run(() => replay(s, deliveryId, now)),

    async replayAll(filter, now) {
      let total = 0;
      for (let after = 0; ; ) {
        const ids = await background.call('endedIds', { ...filter, after, limit: OPERATOR_STEP });
        if (ids.length === 0) return total;
        total += await writer.run(() => ids.filter((id) => replay(s, id, now)).length);
        after = ids.at(-1)!;
      }
    },
  };
}

const isUnderWay = ({ claimAt, dueAt }: DeliveryColumns, now: number): boolean =>
  claimAt !== null && claimAt > dueAt && claimAt > now;

function claimOne(
  s: CallbackStatements,
  deliveryId: number,
  now: number,
  leaseMs: number,
): HandClaimRow {
  const found = s.delivery.get(deliveryId);
  if (!found) return { kind: 'unknown' };
  const { endpoint: id, orderRow, state, dueAt, claimAt, ...delivery } = found;
  if (state !== 0) return { kind: 'ended', state: DELIVERY_STATES[state]! };
  if (claimAt === null) return { kind: 'waits', earlier: s.head.get(orderRow, id)!.id };
  if (isUnderWay(found, now)) return { kind: 'under-way', until: claimAt };
  const { id: _, ...endpoint } = s.endpointById.get(id)!;
  if (endpoint.enabled === 0) return { kind: 'endpoint-off' };
  const leaseUntil = now + leaseMs;
  // A lease is a claim_at after due_at. The claim overwrites the time at which the delivery was
  // due.
  s.leaseNow.run(leaseUntil, now, deliveryId);
  const { endpointId } = endpoint;
  return { kind: 'claimed', delivery: { ...delivery, endpointId, leaseUntil }, dueAt, endpoint };
}

function giveUp(s: CallbackStatements, deliveryId: number, now: number, detail: string): GaveUp {
  const found = s.delivery.get(deliveryId);
  if (!found) return 'unknown';
  if (found.state !== 0) return 'ended';
  if (isUnderWay(found, now)) return 'under-way';
  s.giveUp.run(now, deliveryId);
  s.alert.run(now, 'dead-letter', found.endpoint, deliveryId, detail);
  letNextOut(s, found.orderRow, found.endpoint, now);
  return 'given-up';
}

/** Ends the pause, and makes one step of the waiting deliveries due; returns their number. */
function endPause(
  s: CallbackStatements,
  endpointId: string,
  now: number,
  bringForward: boolean,
): number {
  const found = s.endpoint.get(endpointId);
  if (!found || found.enabled === 0) return 0;
  s.health.run(HEALTHY.failures, HEALTHY.failingSince, HEALTHY.openUntil, found.id);
  if (!bringForward) return 0;
  return Number(s.bringForward.run(now, now, found.id, now, OPERATOR_STEP).changes);
}

/**
 * Ends one step of the pending deliveries, and deletes the endpoint after the last; null if it does
 * not exist.
 */
function deleteEndpoint(s: CallbackStatements, endpointId: string, now: number): number | null {
  const found = s.endpoint.get(endpointId);
  if (!found) return null;
  // Switches the endpoint off first, so that a deletion interrupted between two steps sends nothing
  // more.
  s.switchOff.run('it is being deleted', now, found.id);
  const ended = Number(s.endPending.run(now, found.id, now, OPERATOR_STEP).changes);
  if (ended < OPERATOR_STEP) s.deleteEndpoint.run(found.id);
  return ended;
}

function replay(s: CallbackStatements, deliveryId: number, now: number): boolean {
  const found = s.ended.get(deliveryId);
  if (!found) return false;
  s.requeue.run(now, deliveryId);
  letNextOut(s, found.orderRow, found.endpoint, now);
  return true;
}
