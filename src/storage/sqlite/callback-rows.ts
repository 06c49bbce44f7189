// Rows of callbacks on SQLite, and the conversion of a delivery's row for core.
import type { Delivery } from '../../core/callbacks.ts';
import { DELIVERY_STATES } from '../callback-limits.ts';
import type { EndpointRow } from '../endpoint-row.ts';

export const ENDPOINT_COLUMNS = `endpoint_id AS endpointId, platform, party, origin, url, preset, expects,
  event_types AS eventTypes, enabled, off_reason AS offReason, off_at AS offAt, created_at AS createdAt,
  secrets, failures, failing_since AS failingSince, open_until AS openUntil`;

/** An endpoint with its row's number. */
export type NumberedEndpoint = EndpointRow & { readonly id: number };

/** The columns of a delivery that manual actions need. */
export interface DeliveryColumns {
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

/** A delivery in a list. */
export interface DeliveryRow extends Omit<Delivery, 'state' | 'dueAt' | 'attempts'> {
  readonly state: number;
  readonly claimAt: number | null;
}

export function toDelivery(row: DeliveryRow, attempts: Delivery['attempts']): Delivery {
  const { state, claimAt, ...rest } = row;
  return { ...rest, state: DELIVERY_STATES[state]!, dueAt: claimAt, attempts };
}
