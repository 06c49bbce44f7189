// Connects core's decision about results with the rows of SQLite.
import { type HeldClaim, settleResults, toSettled } from '../../core/callback-settle.ts';
import type { DeliveryResult, Settled } from '../../core/callbacks.ts';
import { DELIVERY_STATES } from '../callback-limits.ts';
import { letNextOut } from './callback-queue.ts';
import type { CallbackStatements } from './callback-statements.ts';

export function settleAll(s: CallbackStatements, results: readonly DeliveryResult[]): Settled {
  const held = new Map<number, HeldClaim & { readonly orderRow: number }>();
  for (const { deliveryId, leaseUntil } of results) {
    const claim = s.claimed.get(deliveryId, leaseUntil);
    if (!claim) continue;
    const { enabled, ...row } = s.endpointById.get(claim.endpoint)!;
    held.set(deliveryId, { ...claim, endpoint: { ...row, isOn: enabled === 1 } });
  }
  const group = settleResults(results, (deliveryId) => held.get(deliveryId));
  for (const { deliveryId, number, attempt, state, retryAt, isStep } of group.deliveries) {
    const { at, status, error, durationMicros, answer } = attempt;
    s.attempt.run(deliveryId, number, at, status, error, durationMicros, answer);
    if (state === 'pending') s.retry.run(retryAt, retryAt, isStep ? 1 : 0, deliveryId);
    else s.end.run(DELIVERY_STATES.indexOf(state), at, deliveryId);
    // An older delivery that was replayed meanwhile comes first.
    const { orderRow, endpoint } = held.get(deliveryId)!;
    letNextOut(s, orderRow, endpoint.id);
  }
  for (const { id, failures, failingSince, openUntil, off } of group.endpoints) {
    s.health.run(failures, failingSince, openUntil, id);
    if (off) s.switchOff.run(off.reason, off.at, id);
  }
  for (const { at, kind, endpoint, deliveryId, detail } of group.alerts) {
    s.alert.run(at, kind, endpoint, deliveryId, detail);
  }
  return toSettled(group);
}
