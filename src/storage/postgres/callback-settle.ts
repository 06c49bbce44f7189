// What becomes of attempts, of their deliveries and of the health of endpoints: decided here, by core's rules.
import { afterFailure, HEALTHY, isLost } from '../../core/breaker.ts';
import type { EndpointHealth } from '../../core/callback-endpoint.ts';
import type { AlertKind, CallbackAlert, DeliveryResult, Settled } from '../../core/callbacks.ts';

/** Claims that still hold, by the delivery's id, with the columns of their endpoints. */
export interface LockedClaims {
  readonly [deliveryId: string]: {
    readonly attempts: number;
    readonly endpoint: {
      readonly id: number;
      readonly endpoint_id: string;
      readonly platform: string;
      readonly party: string;
      readonly enabled: number;
      readonly failures: number;
      readonly failing_since: number | null;
      readonly open_until: number | null;
    };
  };
}

interface EndpointState extends EndpointHealth {
  readonly id: number;
  readonly isOn: boolean;
  readonly offReason: string | null;
  readonly offAt: number | null;
}

const ALERT_DETAIL = 300;

export function settleAll(results: readonly DeliveryResult[], held: LockedClaims) {
  const paused = new Set<string>();
  const alerts: Omit<CallbackAlert, 'alertId'>[] = [];
  const alertRows: object[] = [];
  const attempts: object[] = [];
  const states = new Map<number, EndpointState>();
  for (const { deliveryId, attempt, retryAt } of results) {
    const claim = held[deliveryId];
    if (!claim) continue;
    const { id, endpoint_id: endpointId, platform, party, ...row } = claim.endpoint;
    const number = claim.attempts + 1;
    attempts.push({ deliveryId, number, ...attempt, retryAt });
    const { at, error } = attempt;
    const alert = (kind: AlertKind, delivery: number | null, reason: string): void => {
      const detail = reason.slice(0, ALERT_DETAIL);
      alertRows.push({ at, kind, endpoint: id, delivery, detail });
      alerts.push({ at, kind, endpointId, platform, party, deliveryId: delivery, detail });
    };
    if (error !== null && retryAt === null)
      alert('dead-letter', deliveryId, `${number} attempts: ${error}`);
    const before: EndpointState = states.get(id) ?? {
      id,
      isOn: row.enabled === 1,
      offReason: null,
      offAt: null,
      failures: row.failures,
      failingSince: row.failing_since,
      openUntil: row.open_until,
    };
    if (!before.isOn) paused.add(endpointId);
    if (error === null && before.failures === 0 && before.openUntil === null) continue;
    const health = error === null ? HEALTHY : afterFailure(before, at);
    states.set(id, { ...before, ...health });
    if (health.openUntil !== null) paused.add(endpointId);
    else paused.delete(endpointId);
    if (before.isOn && isLost(health, at)) {
      const since = new Date(health.failingSince!).toISOString();
      const reason = `every attempt since ${since} has failed, the last with: ${error}`;
      const offReason = reason.slice(0, ALERT_DETAIL);
      states.set(id, { ...before, ...health, isOn: false, offReason, offAt: at });
      alert('endpoint-switched-off', null, reason);
    }
  }
  const settled: Settled = { alerts, paused: [...paused] };
  return { settled, changes: { attempts, endpoints: [...states.values()], alerts: alertRows } };
}
