// After the switch: the old schema gets another name, is compared with the new side, and is dropped when asked.
import type { Connection } from '../../postgres/connection.ts';
import { audit } from '../../postgres/queries.ts';
import type { GroupsFile } from '../file.ts';
import { changesOf, isSame } from './fence.ts';
import { endMove, listMoves, type Move, oldSchemaOf } from './journal.ts';
import {
  type AdminUrls,
  literal,
  MoveError,
  openSide,
  quoted,
  type Sides,
  withHome,
} from './sides.ts';

/**
 * A node that has not learned of the move reads at the old place until the schema has another name.
 *
 * @returns the number of the last change at the old side
 */
export async function renameOld({ beside }: Sides, move: Move): Promise<number> {
  const old = quoted(oldSchemaOf(move));
  const [found] = await beside.runText(
    `SELECT to_regnamespace(${literal(oldSchemaOf(move))}) IS NOT NULL`,
  );
  if (!found![0]) await beside.runText(`ALTER SCHEMA ${quoted(move.from.schema)} RENAME TO ${old}`);
  // Both sides are read by the statements of a ledger from now on.
  await beside.runText(`SET search_path = ${old}`);
  const [[last]] = (await beside.runText('SELECT coalesce(max(seq), 0) FROM history')) as [
    [unknown],
  ];
  return Number(last);
}

/**
 * Compares every change of the old side, and checks the new side as `ordergate verify` does, whose
 * sums came with the copy. Nodes serve the group meanwhile.
 *
 * @throws {MoveError} the group stays at the new place, and the old schema is kept
 */
export async function checkMoved(
  { beside, target }: Sides,
  move: Move,
  lastSeq: number,
): Promise<string> {
  const [there, here] = [await changesOf(beside, 0, lastSeq), await changesOf(target, 0, lastSeq)];
  const { problems, orders } = await auditSide(target);
  if (!isSame(there, here))
    problems.push(
      `the old side has ${there.count} changes, and the new side ${here.count} of them`,
    );
  if (problems.length > 0) {
    throw new MoveError(
      `group ${move.group} is served at its new place, and the check found: ${problems.join('; ')}. The old schema ${oldSchemaOf(move)} on server ${move.from.server} is kept.`,
    );
  }
  return `${there.count} changes up to number ${lastSeq} are equal on both sides, and verify found no error in ${orders} orders`;
}

/** What `ordergate verify` finds in one group, in words. */
export async function auditSide(
  side: Connection,
): Promise<{ readonly problems: string[]; readonly orders: number }> {
  const { damage, ordersOutOfStep, changesWithoutEvent, orders } = await audit(side);
  const problems = [...damage];
  if (ordersOutOfStep > 0)
    problems.push(`${ordersOutOfStep} orders are not what their history says`);
  if (changesWithoutEvent > 0) problems.push(`${changesWithoutEvent} changes have no event`);
  return { problems, orders };
}

/** Drops the old schemas of a group's moves that were checked. @returns their names */
export async function dropOld(file: GroupsFile, group: string, urls: AdminUrls): Promise<string[]> {
  return withHome(file, async (home) => {
    const moves = (await listMoves(home)).filter(
      (move) => move.group === group && move.step === 'moved',
    );
    if (moves.length === 0)
      throw new MoveError(`no old schema of group ${group} is left from a move that was checked`);
    const dropped: string[] = [];
    for (const move of moves) {
      const url = urls.adminFrom ?? file.servers.get(move.from.server);
      if (url === undefined)
        throw new MoveError(`the file of ORDERGATE_GROUPS names no server ${move.from.server}`);
      const side = await openSide(url, move.from.schema);
      try {
        await side.runText(`DROP SCHEMA IF EXISTS ${quoted(oldSchemaOf(move))} CASCADE`);
      } finally {
        await side.close();
      }
      await endMove(home, move, 'dropped', move.detail ?? '');
      dropped.push(`${move.from.server}/${oldSchemaOf(move)}`);
    }
    return dropped;
  });
}
