// Months that were detached. An audit takes what is older than a group's oldest order for detached, so that
// neither an older order nor a newer id without its order may come to a group.
import { boundsOf, monthOf } from '../../chain.ts';
import type { Connection } from '../../postgres/connection.ts';
import { MoveError } from '../move/sides.ts';
import type { PartySides } from './begin.ts';
import type { PartyMove } from './journal.ts';
import { isMine } from './rows.ts';

const DETACHED = `NOT EXISTS (SELECT FROM orders o WHERE o.platform = t.platform AND o.owner = t.owner
  AND o.order_id = t.order_id AND o.created_at = t.created_at)`;

/** @throws {MoveError} if the check after the switch would take a detached month for removed orders */
export async function requireMonths(
  { old, target }: Pick<PartySides, 'old' | 'target'>,
  party: Pick<PartyMove, 'platform' | 'owners' | 'from' | 'to'>,
): Promise<void> {
  const mine = isMine(party);
  const oldest = await timeOf(target, 'min(created_at) FROM orders');
  const brought = await timeOf(old, `min(created_at) FROM orders t WHERE ${mine}`);
  if (brought !== null && (oldest === null || brought < oldest)) {
    const [from] = boundsOf(monthOf(brought));
    const range = `t.created_at >= ${from} AND t.created_at < ${oldest ?? Number.MAX_SAFE_INTEGER}`;
    const gone = await timeOf(
      target,
      `max(created_at) FROM order_ids t WHERE ${range} AND ${DETACHED}`,
    );
    if (gone !== null) refuse(party.to, gone, `the party has orders of ${nameOf(brought)}`);
  }
  if (oldest === null) return;
  const left = await timeOf(
    old,
    `max(created_at) FROM order_ids t WHERE ${mine} AND t.created_at >= ${oldest} AND ${DETACHED}`,
  );
  if (left !== null) refuse(party.from, left, `group ${party.to} has orders of ${nameOf(oldest)}`);
}

function refuse(group: string, at: number, other: string): never {
  throw new MoveError(
    `the month ${nameOf(at)} was detached in group ${group}, and ${other}; detach that month in both groups, or attach it again`,
  );
}

/** Such as 2026-09. */
const nameOf = (at: number): string => new Date(at).toISOString().slice(0, 7);

async function timeOf(side: Connection, query: string): Promise<number | null> {
  const [row] = await side.runText(`SELECT ${query}`);
  return row![0] === null ? null : Number(row![0]);
}
