// Rows of callbacks on PostgreSQL: endpoints in the form that the schema's functions return.
import type { EndpointHealth } from '../../core/callback-endpoint.ts';
import type { EndpointRow } from '../endpoint-row.ts';

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
