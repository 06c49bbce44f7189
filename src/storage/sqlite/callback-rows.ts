// Callbacks as rows: what the threads hand each other, and how rows become what core knows.
import type { CallbackEndpoint } from '../../core/callback-endpoint.ts';
import type { Delivery, DeliveryState } from '../../core/callbacks.ts';
import type { Sealer } from '../seal.ts';

/** The states as the column `deliveries.state` has them, by position. */
export const STATES: readonly DeliveryState[] = ['pending', 'delivered', 'dead'];

export const ENDPOINT_COLUMNS = `endpoint_id AS endpointId, platform, party, origin, url, preset, expects,
  event_types AS eventTypes, enabled, off_reason AS offReason, off_at AS offAt, created_at AS createdAt,
  secrets, failures, failing_since AS failingSince, open_until AS openUntil`;

export interface EndpointRow {
  readonly endpointId: string;
  readonly platform: string;
  readonly party: string;
  readonly origin: CallbackEndpoint['origin'];
  readonly url: string;
  readonly preset: CallbackEndpoint['preset'];
  readonly expects: CallbackEndpoint['expects'];
  readonly eventTypes: string | null;
  readonly enabled: number;
  readonly offReason: string | null;
  readonly offAt: number | null;
  readonly createdAt: number;
  /** Sealed. */
  readonly secrets: string;
  readonly failures: number;
  readonly failingSince: number | null;
  readonly openUntil: number | null;
}

const place = (endpointId: string): string => `callback-endpoint/${endpointId}`;

export function sealSecrets(
  endpointId: string,
  secrets: CallbackEndpoint['secrets'],
  sealer: Sealer,
): string {
  return sealer.seal(JSON.stringify(secrets), place(endpointId));
}

export function toEndpoint(row: EndpointRow, sealer: Sealer): CallbackEndpoint {
  const { eventTypes, enabled, offReason, offAt, secrets, ...rest } = row;
  const { failures, failingSince, openUntil, ...endpoint } = rest;
  return {
    ...endpoint,
    eventTypes: eventTypes === null ? null : JSON.parse(eventTypes),
    enabled: enabled === 1,
    off: offReason === null || offAt === null ? null : { reason: offReason, at: offAt },
    // A platform declares no secret, so nothing is sealed there.
    secrets: secrets === '' ? [] : JSON.parse(sealer.open(secrets, place(row.endpointId))),
    health: { failures, failingSince, openUntil },
  };
}

export interface DeliveryRow extends Omit<Delivery, 'state' | 'dueAt' | 'attempts'> {
  readonly state: number;
  readonly claimAt: number | null;
}

export function toDelivery(row: DeliveryRow, attempts: Delivery['attempts']): Delivery {
  const { state, claimAt, ...rest } = row;
  return { ...rest, state: STATES[state]!, dueAt: claimAt, attempts };
}
