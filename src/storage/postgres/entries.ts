// Reads every order with its entries in other tables, for an audit against the platforms'
// declarations.
import type { OrderWithEntries } from '../../core/order-entries.ts';
import { toEntries } from '../entries.ts';
import { rowsOf } from './chain-audit.ts';
import type { ConnectionOptions } from './connect.ts';
import { Connection } from './connection.ts';
import { toOrder } from './queries.ts';

const grouped = (table: string, what: string): string =>
  `(SELECT platform, owner, order_id, created_at, json_agg(${what})::text AS all_of
    FROM ${table} GROUP BY 1, 2, 3, 4)`;
const OF_ORDER = 'USING (platform, owner, order_id, created_at)';

const ROWS = `
  SELECT order_id, platform, owner, o.state, o.version, created_at, o.updated_at, o.attributes, o.lines,
    k.all_of, u.all_of, l.all_of, d.all_of
  FROM orders AS o
  LEFT JOIN ${grouped('order_keys', 'json_build_array(name, value)')} AS k ${OF_ORDER}
  LEFT JOIN ${grouped('unique_keys', 'json_build_array(name, value)')} AS u ${OF_ORDER}
  LEFT JOIN ${grouped('list_entries', 'name')} AS l ${OF_ORDER}
  LEFT JOIN (SELECT platform, owner, order_id, json_agg(json_build_array(kind, due_at))::text AS all_of
    FROM deadlines GROUP BY 1, 2, 3) AS d USING (platform, owner, order_id)`;

/** Runs in the caller's transaction, so that an order and its entries belong to one moment. */
export async function* ordersWithEntries(connection: Connection): AsyncGenerator<OrderWithEntries> {
  for await (const row of rowsOf(connection, ROWS)) {
    const [keys, uniqueKeys, lists, deadlines] = row.slice(9) as (string | null)[];
    yield { order: toOrder(row), entries: toEntries({ keys, uniqueKeys, lists, deadlines }) };
  }
}

/** Uses its own connection and one snapshot. */
export async function* readEntries(options: ConnectionOptions): AsyncGenerator<OrderWithEntries> {
  const connection = await Connection.open(options);
  try {
    await connection.runText('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    yield* ordersWithEntries(connection);
  } finally {
    await connection.close();
  }
}
