// What remains of a party in its old group after the switch: it is compared with the new group, and leaves.
import { arrivalHash, sealHead } from '../../postgres/chain-groups.ts';
import type { Connection } from '../../postgres/connection.ts';
import { auditSide } from '../move/after.ts';
import { literal, MoveError } from '../move/sides.ts';
import type { PartyMove } from './journal.ts';
import { compareChanges, isOf, keysOf, missingRows } from './orders.ts';
import { isMine, NOT_YET } from './rows.ts';

/** Orders in one transaction. */
const BATCH = 500;

/** From now on nodes carry out the party's deadlines in the new group, and not in the old one. */
export async function moveDeadlines(
  old: Connection,
  target: Connection,
  move: PartyMove,
): Promise<void> {
  await target.runText(
    `UPDATE deadlines t SET due_at = due_at - ${NOT_YET} WHERE ${isMine(move)} AND due_at > ${NOT_YET / 2}`,
  );
  await old.runText(`DELETE FROM deadlines t WHERE ${isMine(move)}`);
}

/** Says in the home schema that the new group holds the party's orders. */
export async function moveOrderPlaces(
  home: Connection,
  target: Connection,
  { platform, owners, from, to }: PartyMove,
): Promise<void> {
  for (let last = ''; ; ) {
    const rows = await target.run(
      {
        name: 'party-ids',
        text: `SELECT order_id FROM order_ids WHERE platform = $1 AND owner = ANY ($2) AND order_id > $3
          ORDER BY order_id LIMIT ${BATCH}`,
      },
      [platform, owners, last],
    );
    if (rows.length === 0) return;
    await home.run(
      {
        name: 'party-order-places',
        text: `UPDATE order_places SET group_name = $1
          WHERE platform = $2 AND order_id = ANY ($3) AND group_name = $4`,
      },
      [to, platform, rows.map(([id]) => String(id)), from],
    );
    last = String(rows.at(-1)![0]);
  }
}

/**
 * Puts the changes that came into the chain of the new group, and checks that group as `ordergate
 * verify` does. Nodes serve the party there meanwhile.
 *
 * @throws {MoveError} the party stays in the new group, and its rows stay in the old one
 */
export async function checkArrival(
  old: Connection,
  target: Connection,
  move: PartyMove,
): Promise<string> {
  const there = await compareChanges(old, target, move);
  const problems = await missingRows(old, target, move);
  const [range] = await target.run(
    { name: 'arrival', text: 'SELECT first_seq, last_seq FROM arrivals WHERE move_id = $1' },
    [move.moveId],
  );
  const [firstSeq, lastSeq] = range!.map(Number) as [number, number];
  await target.runText('BEGIN READ ONLY');
  const { changes, hash, parts } = await arrivalHash(target, { firstSeq, lastSeq });
  await target.runText('COMMIT');
  await target.run(
    {
      name: 'arrived',
      text: `UPDATE arrivals SET changes = $2, hash = $3, parts = $4,
          arrived_at = floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint WHERE move_id = $1 AND hash IS NULL`,
    },
    [move.moveId, changes, hash, JSON.stringify(parts)],
  );
  await sealHead(target);
  const found = await auditSide(target);
  problems.push(...found.problems);
  if (problems.length > 0) {
    throw new MoveError(
      `the party is served in group ${move.to}, and the check found: ${problems.join('; ')}. Its rows in group ${move.from} are kept.`,
    );
  }
  return `${there.count} changes are equal in both groups, and verify found no error in the ${found.orders} orders of group ${move.to}`;
}

/** Empties the old group of the party. Its chain keeps the number and the hash of each change. */
export async function removeParty(old: Connection, move: PartyMove): Promise<void> {
  const mine = isMine(move);
  for (let after = ''; ; ) {
    const orders = await old.runText(
      `SELECT t.owner, t.order_id, t.created_at FROM orders t WHERE ${mine} ${after} ORDER BY 1, 2, 3 LIMIT ${BATCH}`,
    );
    if (orders.length === 0) break;
    const these = (table: string) => `${keysOf(orders)} WHERE ${isOf(table, move)}`;
    await old.transaction(async () => {
      await old.runText(
        `INSERT INTO departed_changes SELECT t.seq, t.created_at, t.hash FROM history t, ${these('history')}`,
      );
      for (const table of ['history', 'sealed_texts', 'orders'])
        await old.runText(`DELETE FROM ${table} t USING ${these(table)}`);
    });
    // Removed rows are skipped by their place, because an index still leads to them.
    const [owner, orderId] = orders.at(-1)!.map(String);
    after = `AND (t.owner, t.order_id) >= (${literal(owner!)}, ${literal(orderId!)})`;
  }
  for (const table of [
    ...['deadlines', 'order_keys', 'unique_keys', 'list_entries', 'list_counts', 'lists'],
    'order_ids',
  ])
    await old.runText(`DELETE FROM ${table} t WHERE ${mine}`);
}
