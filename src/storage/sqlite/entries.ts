// Reads every order with its entries in other tables, for an audit against the platforms'
// declarations.
import type { DatabaseSync } from 'node:sqlite';
import type { OrderWithEntries } from '../../core/order-entries.ts';
import { toEntries } from '../entries.ts';
import { ORDER_COLUMNS, type OrderRow, toOrder } from './queries.ts';
import { tuples } from './query.ts';

/** SQLite builds a temporary index for each subquery, so that the schema needs none. */
const ROWS = `
  SELECT ${ORDER_COLUMNS}, keys, unique_keys, lists, deadlines FROM orders AS o
  LEFT JOIN (SELECT order_row AS k, json_group_array(json_array(name, value)) AS keys
    FROM order_keys GROUP BY 1) ON k = o.id
  LEFT JOIN (SELECT order_row AS u, json_group_array(json_array(name, value)) AS unique_keys
    FROM unique_keys GROUP BY 1) ON u = o.id
  LEFT JOIN (SELECT e.order_row AS e, json_group_array(l.name) AS lists
    FROM list_entries AS e JOIN lists AS l ON l.id = e.list GROUP BY 1) ON e = o.id
  LEFT JOIN (SELECT order_row AS d, json_group_array(json_array(kind, due_at)) AS deadlines
    FROM deadlines GROUP BY 1) ON d = o.id`;

/** Only for a process without other work, because each step blocks the calling thread. */
export async function* ordersWithEntries(db: DatabaseSync): AsyncGenerator<OrderWithEntries> {
  for (const row of tuples<[...OrderRow, ...(string | null)[]]>(db, ROWS).iterate()) {
    const [keys, uniqueKeys, lists, deadlines] = row.slice(9) as (string | null)[];
    const entries = toEntries({ keys, uniqueKeys, lists, deadlines });
    yield { order: toOrder(row.slice(0, 9) as OrderRow), entries };
  }
}
