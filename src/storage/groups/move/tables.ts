// Which tables of a group move, and which of them the fence closes.
import type { Connection } from '../../postgres/connection.ts';

/** The target's own, and those that only the home schema uses. */
const STAY = ['schema_version', 'groups', 'party_groups', 'order_places'];
/**
 * `moves` carries the mover's marks through the replication. `nodes` says which nodes are alive, and
 * every node writes it anew each second.
 */
const UNFENCED = ['moves', 'nodes'];

export interface GroupTables {
  readonly moved: readonly string[];
  /** `orders` comes first, because a change locks it first. */
  readonly fenced: readonly string[];
}

export async function tablesOf(connection: Connection, schema: string): Promise<GroupTables> {
  const rows = await connection.run(
    {
      name: 'tables-of',
      text: `SELECT relname FROM pg_class WHERE relnamespace = to_regnamespace($1)
        AND relkind IN ('r', 'p') AND NOT relispartition ORDER BY relname <> 'orders', relname`,
    },
    [schema],
  );
  const moved = rows.map(([name]) => String(name)).filter((name) => !STAY.includes(name));
  return { moved, fenced: moved.filter((name) => !UNFENCED.includes(name)) };
}
