// Rows of callbacks on PostgreSQL: endpoints in the form that the schema's functions return.
import type { EndpointHealth } from '../../core/callback-endpoint.ts';
import type { CallbackEvent } from '../../core/callbacks.ts';
import type { EndpointRow } from '../endpoint-row.ts';
import type { Row } from './connection.ts';

/** An endpoint's row as the functions return it, with the names of its columns. */
export interface EndpointColumns extends EndpointHealth {
  readonly id: number;
  readonly [column: string]: unknown;
}

/** Converts the `to_jsonb` of a row into a row with our field names. */
export function fromColumns(row: EndpointColumns): EndpointRow {
  const named = Object.entries(row).map(([column, value]) => [
    column.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()),
    value,
  ]);
  const { id: _, sinceSeq: __, ...rest } = Object.fromEntries(named);
  return rest as EndpointRow;
}

/** The fields of an `EndpointRow` in the sequence in which statements select their columns. */
const ENDPOINT_FIELDS = [
  'endpointId',
  'platform',
  'party',
  'origin',
  'url',
  'preset',
  'expects',
  'eventTypes',
  'enabled',
  'offReason',
  'offAt',
  'createdAt',
  'secrets',
  'failures',
  'failingSince',
  'openUntil',
] as const satisfies readonly (keyof EndpointRow)[];

export const toEndpointFields = (row: Row): EndpointRow =>
  Object.fromEntries(ENDPOINT_FIELDS.map((field, i) => [field, row[i]])) as unknown as EndpointRow;

/** An event from the columns that the statements of events select, in their sequence. */
export function toEvent(row: Row): CallbackEvent {
  const [seq, type, platform, orderId, owner, version, at, action, line, from, to, payload] = row;
  const order = { platform, orderId, owner, version, at, action, line, from, to };
  return {
    seq,
    type,
    ...order,
    payload: payload === null ? null : JSON.parse(String(payload)),
  } as CallbackEvent;
}
