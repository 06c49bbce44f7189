// What becomes of the results of posts: the next state of each delivery, the health of its endpoint, and the alerts.
import { afterFailure, HEALTHY, isLost } from './breaker.ts';
import type { CallbackEndpoint, EndpointHealth } from './callback-endpoint.ts';
import type { AlertKind, Attempt, CallbackAlert, DeliveryResult, Settled } from './callbacks.ts';
import type { Instant } from './clock.ts';

/** RFC 9110, 15.5.11: the receiver says that the address is gone, and probably for good. */
const GONE = 410;

/** Characters of a reason that are kept: an answer's text must not fill the ledger. */
export const MAX_ALERT_DETAIL = 300;

/** An endpoint as its row stands while the results are written down. */
export interface HeldEndpoint
  extends EndpointHealth,
    Pick<CallbackEndpoint, 'endpointId' | 'platform' | 'party' | 'origin' | 'url'> {
  /** The number of its row. */
  readonly id: number;
  readonly isOn: boolean;
}

/** A claim that still holds. */
export interface HeldClaim {
  /** Attempts that were made before this one. */
  readonly attempts: number;
  readonly endpoint: HeldEndpoint;
}

export interface SettledDelivery {
  readonly deliveryId: number;
  /** The attempt's number, from 1. */
  readonly number: number;
  readonly attempt: Attempt;
  readonly state: 'pending' | 'delivered' | 'dead';
  /** When a pending delivery is due; null when the delivery has ended. */
  readonly retryAt: Instant | null;
  /** False for an attempt that the schedule does not count. */
  readonly isStep: boolean;
}

export interface SettledEndpoint extends EndpointHealth {
  readonly id: number;
  /** Null: the endpoint stays on, or off, as it was. */
  readonly off: { readonly reason: string; readonly at: Instant } | null;
}

export interface SettledAlert extends Omit<CallbackAlert, 'alertId'> {
  readonly endpoint: number;
}

export interface SettledGroup {
  readonly deliveries: readonly SettledDelivery[];
  /** Those whose row changes. */
  readonly endpoints: readonly SettledEndpoint[];
  readonly alerts: readonly SettledAlert[];
  readonly paused: Settled['paused'];
}

/** Whether an attempt ends the endpoint and not the delivery, which is kept then. */
export const isGone = ({ status }: Pick<Attempt, 'status'>): boolean => status === GONE;

/**
 * Decides a group of results, in their order. Both engines lock the rows, ask this function, and
 * write what it answers.
 *
 * @param claimOf the delivery's claim; undefined where the lease was lost, and then nothing changes
 */
export function settleResults(
  results: readonly DeliveryResult[],
  claimOf: (deliveryId: number) => HeldClaim | undefined,
): SettledGroup {
  const deliveries: SettledDelivery[] = [];
  const alerts: SettledAlert[] = [];
  const endpoints = new Map<number, { now: HeldEndpoint; off: SettledEndpoint['off'] }>();
  const changed = new Set<number>();
  const seen = new Set<number>();
  for (const result of results) {
    const { deliveryId, attempt, retryAt, isExtra = false } = result;
    const claim = claimOf(deliveryId);
    if (!claim || seen.has(deliveryId)) continue;
    seen.add(deliveryId);
    const { id } = claim.endpoint;
    const state = endpoints.get(id) ?? { now: claim.endpoint, off: null };
    endpoints.set(id, state);
    const { at, error } = attempt;
    const number = claim.attempts + 1;
    const alert = (kind: AlertKind, of: number | null, reason: string): void => {
      const { endpointId, platform, party } = state.now;
      const detail = reason.slice(0, MAX_ALERT_DETAIL);
      alerts.push({ at, kind, endpoint: id, endpointId, platform, party, deliveryId: of, detail });
    };

    const isItsAddress = wasPostedTo(state.now, result);
    const gone = error !== null && isItsAddress && isGone(attempt);
    const due = error === null ? null : (retryAt ?? (gone ? at : null));
    const ending = error === null ? 'delivered' : due === null ? 'dead' : 'pending';
    const isStep = !isExtra || ending !== 'pending';
    deliveries.push({ deliveryId, number, attempt, state: ending, retryAt: due, isStep });
    if (ending === 'dead') alert('dead-letter', deliveryId, `${number} attempts: ${error}`);

    if (!isItsAddress) continue;
    if (error === null && state.now.failures === 0 && state.now.openUntil === null) continue;
    const health = error === null ? HEALTHY : afterFailure(state.now, at);
    state.now = { ...state.now, ...health };
    changed.add(id);
    const lost = lostBecause(health, at, error, gone);
    if (lost === null || !state.now.isOn) continue;
    state.now = { ...state.now, isOn: false };
    state.off = { reason: lost.slice(0, MAX_ALERT_DETAIL), at };
    alert('endpoint-switched-off', null, lost);
  }
  const states = [...endpoints.values()];
  return {
    deliveries,
    endpoints: states
      .filter(({ now }) => changed.has(now.id))
      .map(({ now: { id, failures, failingSince, openUntil }, off }) => ({
        id,
        failures,
        failingSince,
        openUntil,
        off,
      })),
    alerts,
    // Of the state at the end: one success does not switch on what an operator has switched off.
    paused: states
      .filter(({ now }) => !now.isOn || now.openUntil !== null)
      .map(({ now }) => now.endpointId),
  };
}

/**
 * What an address answers says nothing of the one that has replaced it while the post was under way.
 * A platform's own endpoint follows its owner's setting only when events are fanned out.
 */
function wasPostedTo({ origin, url }: HeldEndpoint, result: DeliveryResult): boolean {
  return origin === 'declared' || result.url === undefined || result.url === url;
}

function lostBecause(
  health: EndpointHealth,
  now: Instant,
  error: string | null,
  gone: boolean,
): string | null {
  if (gone) return 'status 410 (Gone): the receiver takes no more callbacks at this address';
  if (!isLost(health, now)) return null;
  const since = new Date(health.failingSince!).toISOString();
  return `every attempt since ${since} has failed, the last with: ${error}`;
}

/** What the caller of a store is told of a group. */
export function toSettled({ alerts, paused }: SettledGroup): Settled {
  return { paused, alerts: alerts.map(({ endpoint: _, ...alert }) => alert) };
}
