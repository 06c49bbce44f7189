// What operators do to deliveries and endpoints by hand, on the connection that writes: send now, give up, end a pause, delete.
import { HEALTHY } from '../../core/breaker.ts';
import type { GaveUp, HandClaim } from '../../core/callback-by-hand.ts';
import type { EndpointRow } from '../endpoint-row.ts';
import { STATES } from './callback-rows.ts';
import type { prepareCallbackStatements } from './callback-statements.ts';

export type OperatorJob =
  | {
      readonly do: 'claimOne';
      readonly deliveryId: number;
      readonly now: number;
      readonly leaseMs: number;
    }
  | {
      readonly do: 'giveUp';
      readonly deliveryId: number;
      readonly now: number;
      readonly detail: string;
    }
  | {
      readonly do: 'endPause';
      readonly endpointId: string;
      readonly now: number;
      readonly bringForward: boolean;
    }
  | { readonly do: 'deleteEndpoint'; readonly endpointId: string; readonly now: number };

type Job<Name extends OperatorJob['do']> = Extract<OperatorJob, { readonly do: Name }>;
type Statements = ReturnType<typeof prepareCallbackStatements>;

interface DeliveryColumns {
  readonly deliveryId: number;
  readonly messageId: string;
  readonly endpoint: number;
  readonly orderRow: number;
  readonly state: number;
  readonly dueAt: number;
  readonly claimAt: number | null;
  readonly step: number;
  readonly contentType: string;
  readonly body: string;
}

/** As {@link HandClaim}, with the endpoint's row. */
export type HandClaimRow =
  | Exclude<HandClaim, { readonly kind: 'claimed' }>
  | (Omit<Extract<HandClaim, { readonly kind: 'claimed' }>, 'endpoint'> & {
      readonly endpoint: EndpointRow;
    });

/** Deliveries of one job: few enough that no change waits long behind it. */
export const OPERATOR_STEP = 250;

const isUnderWay = ({ claimAt, dueAt }: DeliveryColumns, now: number): boolean =>
  claimAt !== null && claimAt > dueAt && claimAt > now;

export function claimOne(
  s: Statements,
  { deliveryId, now, leaseMs }: Job<'claimOne'>,
): HandClaimRow {
  const found = s.delivery.get(deliveryId) as unknown as DeliveryColumns | undefined;
  if (!found) return { kind: 'unknown' };
  const { endpoint: id, orderRow, state, dueAt, claimAt, ...delivery } = found;
  if (state !== 0) return { kind: 'ended', state: STATES[state]! };
  if (claimAt === null) return { kind: 'waits', earlier: Number(s.head.get(orderRow, id)!.id) };
  if (isUnderWay(found, now)) return { kind: 'under-way', until: claimAt };
  const { id: _, ...endpoint } = s.endpointById.get(id) as unknown as EndpointRow & { id: number };
  if (endpoint.enabled === 0) return { kind: 'endpoint-off' };
  const leaseUntil = now + leaseMs;
  // A lease is a claim_at behind due_at, so the time that it would have waited for goes.
  s.leaseNow.run(leaseUntil, now, deliveryId);
  const { endpointId } = endpoint;
  return { kind: 'claimed', delivery: { ...delivery, endpointId, leaseUntil }, dueAt, endpoint };
}

/** @param letNextOut gives the next delivery of an order to an endpoint its turn */
export function giveUp(
  s: Statements,
  { deliveryId, now, detail }: Job<'giveUp'>,
  letNextOut: (orderRow: number, endpoint: number) => void,
): GaveUp {
  const found = s.delivery.get(deliveryId) as unknown as DeliveryColumns | undefined;
  if (!found) return 'unknown';
  if (found.state !== 0) return 'ended';
  if (isUnderWay(found, now)) return 'under-way';
  s.giveUp.run(now, deliveryId);
  s.alert.run(now, 'dead-letter', found.endpoint, deliveryId, detail);
  letNextOut(found.orderRow, found.endpoint);
  return 'given-up';
}

/** Ends the pause, and brings a step of what waits for its time forward; returns how many. */
export function endPause(
  s: Statements,
  { endpointId, now, bringForward }: Job<'endPause'>,
): number {
  const found = s.endpoint.get(endpointId);
  if (!found || found.enabled === 0) return 0;
  s.health.run(HEALTHY.failures, HEALTHY.failingSince, HEALTHY.openUntil, found.id!);
  if (!bringForward) return 0;
  return Number(s.bringForward.run(now, now, found.id!, now, OPERATOR_STEP).changes);
}

/** Ends a step of what is pending, and takes the endpoint away when that was all; null where there is none. */
export function deleteEndpoint(
  s: Statements,
  { endpointId, now }: Job<'deleteEndpoint'>,
): number | null {
  const found = s.endpoint.get(endpointId);
  if (!found) return null;
  // Off first, so that a deletion that is cut short between two steps sends nothing more.
  s.switchOff.run('it is being deleted', now, found.id!);
  const ended = Number(s.endPending.run(now, found.id!, now, OPERATOR_STEP).changes);
  if (ended < OPERATOR_STEP) s.deleteEndpoint.run(found.id!);
  return ended;
}
