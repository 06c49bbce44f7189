// A callback endpoint in storage: a flat row with encrypted secrets.
import { randomBytes } from 'node:crypto';
import type { CallbackEndpoint, EndpointChange, NewEndpoint } from '../core/callback-endpoint.ts';
import type { Sealer } from './seal.ts';

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
  /** Encrypted. */
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
    // A declared endpoint has no secret, so nothing is encrypted.
    secrets: secrets === '' ? [] : JSON.parse(sealer.open(secrets, place(row.endpointId))),
    health: { failures, failingSince, openUntil },
  };
}

export const newEndpointId = (): string => `ep_${randomBytes(12).toString('base64url')}`;

export function toEndpointRow(endpoint: NewEndpoint, sealer: Sealer): EndpointRow {
  const { secrets, eventTypes, enabled, ...rest } = endpoint;
  return {
    ...rest,
    eventTypes: eventTypes && JSON.stringify(eventTypes),
    enabled: enabled ? 1 : 0,
    secrets: secrets.length === 0 ? '' : sealSecrets(endpoint.endpointId, secrets, sealer),
    offReason: null,
    offAt: null,
    failures: 0,
    failingSince: null,
    openUntil: null,
  };
}

export function changedFields(
  endpointId: string,
  { secrets, eventTypes, enabled, ...rest }: EndpointChange,
  reason: string,
  sealer: Sealer,
): Partial<EndpointRow> {
  return {
    ...rest,
    ...(eventTypes !== undefined && { eventTypes: eventTypes && JSON.stringify(eventTypes) }),
    ...(enabled !== undefined && { enabled: enabled ? 1 : 0, offReason: reason }),
    ...(secrets && { secrets: sealSecrets(endpointId, secrets, sealer) }),
  };
}
