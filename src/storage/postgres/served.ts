// Keeps a ledger from being served in two ways: by nodes that know of its groups, and by nodes that do not.
import type { Connection } from './connection.ts';
import { UnusableDatabaseError } from './errors.ts';
import type { Pool } from './pool.ts';

/** Nodes with a beat in the last ten seconds; a node beats once a second. */
const ALIVE = `SELECT count(*) FROM nodes WHERE seen_at > clock_timestamp() - interval '10 seconds'`;

/** @throws {UnusableDatabaseError} if a node serves the schema of the connection */
export async function refuseServed(connection: Connection): Promise<void> {
  const [row] = await connection.runText(ALIVE);
  const nodes = Number(row![0]);
  if (nodes === 0) return;
  const [which, it] = nodes === 1 ? ['one node serves', 'it'] : [`${nodes} nodes serve`, 'them'];
  throw new UnusableDatabaseError(
    `${which} this ledger without groups. Nothing was changed. Stop ${it}, and run the command again; then start the nodes with ORDERGATE_GROUPS.`,
  );
}

const GROUPS = {
  name: 'groups-of-this-home',
  text: `SELECT string_agg(name, ', ' ORDER BY name) FROM groups`,
};

/**
 * A node without the file would create orders whose ids no group has reserved, and would not find
 * those of other groups. Call it after the first beat, see `refuseServed`.
 *
 * @throws {UnusableDatabaseError} if the schema is the home of groups
 */
export async function refuseHome(pool: Pool): Promise<void> {
  const [row] = await pool.run(GROUPS);
  if (row?.[0] == null) return;
  throw new UnusableDatabaseError(
    `this schema is the home of groups of owners (${row[0]}). Nothing was changed. Name the file of the groups in ORDERGATE_GROUPS, in place of ORDERGATE_DATABASE_URL.`,
  );
}
