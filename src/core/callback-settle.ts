// Computes what follows from the results of posts: each delivery's next state, its endpoint's
// health, and the alerts.
import { afterFailure, HEALTHY, isLost } from './breaker.ts';
import type { CallbackEndpoint, EndpointHealth } from './callback-endpoint.ts';
import type { AlertKind, Attempt, CallbackAlert, DeliveryResult, Settled } from './callbacks.ts';
import type { Instant } from './clock.ts';

/** RFC 9110, 15.5.11: the resource is gone, and probably for good. */
const GONE = 410;

/**
 * Maximum length of a stored reason in characters, so that a long answer cannot fill the ledger.
 */
export const MAX_ALERT_DETAIL = 300;

/** An endpoint's row, locked while the results are written. */
export interface HeldEndpoint
  extends EndpointHealth,
    Pick<CallbackEndpoint, 'endpointId' | 'platform' | 'party' | 'origin' | 'url'> {
  /** The row's number. */
  readonly id: number;
  readonly isOn: boolean;
}

/** A claim whose lease still holds. */
export interface HeldClaim {
  /** The number of attempts before this one. */
  readonly attempts: number;
  readonly endpoint: HeldEndpoint;
}

export interface SettledDelivery {
  readonly deliveryId: number;
  /** The attempt's number; the first is 1. */
  readonly number: number;
  readonly attempt: Attempt;
  readonly state: 'pending' | 'delivered' | 'dead';
  /** The time at which a pending delivery is due; null if the delivery has ended. */
  readonly retryAt: Instant | null;
  /** False if the retry schedule does not count the attempt. */
  readonly isStep: boolean;
}

export interface SettledEndpoint extends EndpointHealth {
  readonly id: number;
  /** Null: the endpoint stays on or off, as it is. */
  readonly off: { readonly reason: string; readonly at: Instant } | null;
}

export interface SettledAlert extends Omit<CallbackAlert, 'alertId'> {
  readonly endpoint: number;
}

export interface SettledGroup {
  readonly deliveries: readonly SettledDelivery[];
  /** The endpoints whose row changes. */
  readonly endpoints: readonly SettledEndpoint[];
  readonly alerts: readonly SettledAlert[];
  readonly paused: Settled['paused'];
}

/** Whether an answer switches the endpoint off. The delivery then stays pending. */
export const isGone = ({ status }: Pick<Attempt, 'status'>): boolean => status === GONE;

/**
 * Computes the effect of a group of results, in their order. Both storage engines lock the rows,
 * call this function, and write its answer.
 *
 * @param claimOf finds the delivery's claim; undefined if the lease was lost, and then nothing
 * changes
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
    // The final state of each endpoint decides: a success does not switch on an endpoint that an
    // operator has switched off.
    paused: states
      .filter(({ now }) => !now.isOn || now.openUntil !== null)
      .map(({ now }) => now.endpointId),
  };
}

/**
 * If the endpoint's address changed during the post, the answer says nothing about the new address.
 * A platform's declared endpoint takes over a changed address of its owner only when events are
 * fanned out.
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

/** The part of the computed group that storage returns to its caller. */
export function toSettled({ alerts, paused }: SettledGroup): Settled {
  return { paused, alerts: alerts.map(({ endpoint: _, ...alert }) => alert) };
}
