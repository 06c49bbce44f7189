// Callbacks as rows: what the threads hand each other, and how rows become what core knows.
import type { Delivery, DeliveryState } from '../../core/callbacks.ts';

/** The states as the column `deliveries.state` has them, by position. */
export const STATES: readonly DeliveryState[] = ['pending', 'delivered', 'dead'];

export const ENDPOINT_COLUMNS = `endpoint_id AS endpointId, platform, party, origin, url, preset, expects,
  event_types AS eventTypes, enabled, off_reason AS offReason, off_at AS offAt, created_at AS createdAt,
  secrets, failures, failing_since AS failingSince, open_until AS openUntil`;

export interface DeliveryRow extends Omit<Delivery, 'state' | 'dueAt' | 'attempts'> {
  readonly state: number;
  readonly claimAt: number | null;
}

export function toDelivery(row: DeliveryRow, attempts: Delivery['attempts']): Delivery {
  const { state, claimAt, ...rest } = row;
  return { ...rest, state: STATES[state]!, dueAt: claimAt, attempts };
}
