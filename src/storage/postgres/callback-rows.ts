// Callbacks as rows of this engine: endpoints as the functions of the schema give them.
import type { EndpointHealth } from '../../core/callback-endpoint.ts';
import type { EndpointRow } from '../endpoint-row.ts';

/** An endpoint's row as the functions give it, in the names of its columns. */
export interface EndpointColumns extends EndpointHealth {
  readonly id: number;
  readonly [column: string]: unknown;
}

/** `to_jsonb` of a row, as the rows that have names of ours. */
export function fromColumns(row: EndpointColumns): EndpointRow {
  const named = Object.entries(row).map(([column, value]) => [
    column.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()),
    value,
  ]);
  const { id: _, sinceSeq: __, ...rest } = Object.fromEntries(named);
  return rest as EndpointRow;
}
