// Makes a group's schema, and takes the owners and the ids of a ledger that was there before into the
// home schema.
import { Connection } from '../postgres/connection.ts';
import { UnusableDatabaseError } from '../postgres/errors.ts';
import type { Placement } from './placement.ts';

/** Ids in one statement. */
const BATCH = 10_000;

/**
 * Makes the schema unless it exists, which a role may do without the right to make one.
 *
 * @param mustExist the schema held a ledger before: an empty one in its place would hide that it is gone
 * @throws {UnusableDatabaseError} if it must exist and does not
 */
export async function ensureSchema(
  url: string,
  schema: string,
  name: string,
  mustExist = false,
): Promise<void> {
  const connection = await Connection.open({ url, name, kind: 'long' });
  try {
    const found = await connection.runText(`SELECT FROM pg_namespace WHERE nspname = '${schema}'`);
    if (found.length > 0) return;
    if (mustExist) {
      throw new UnusableDatabaseError(
        `the schema ${schema}, in which the home schema has this group, is not in the database; it was dropped or renamed, the server is another, or the group has just moved`,
      );
    }
    await connection.runText(`CREATE SCHEMA IF NOT EXISTS "${schema}"`);
  } finally {
    await connection.close();
  }
}

/** Repeating it does no harm, so that it may be cut off at any place. */
export async function adoptLedger(
  url: string,
  name: string,
  group: string,
  placement: Placement,
): Promise<void> {
  const connection = await Connection.open({ url, name, kind: 'long' });
  try {
    const owners = await connection.runText(
      `SELECT DISTINCT platform, owner FROM order_ids UNION SELECT platform, party FROM endpoints
       UNION SELECT platform, party FROM listeners`,
    );
    await placement.adopt(group, owners as [string, string][]);
    for (let last: readonly unknown[] = ['', '']; ; ) {
      const rows = await connection.run(IDS, [...last, BATCH]);
      if (rows.length === 0) return;
      await placement.reserve(
        rows.map(([orderId, platform]) => ({
          platform: String(platform),
          orderId: String(orderId),
        })),
        group,
      );
      last = rows.at(-1)!;
    }
  } finally {
    await connection.close();
  }
}

const IDS = {
  name: 'adopted-ids',
  text: `SELECT order_id, platform FROM order_ids WHERE (order_id, platform) > ($1, $2) ORDER BY 1, 2 LIMIT $3`,
};
