// The fence: changes of the old group wait until the new group has all of the party, and those of the
// party are then refused with SQLSTATE OG003, upon which nodes make them in the new group.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Connection } from '../../postgres/connection.ts';
import { OWNER_MOVED } from '../../postgres/errors.ts';
import { LONG_MS } from '../../postgres/session.ts';
import { FENCE_MS, isTimeout, lockTables } from '../move/fence.ts';
import { literal, MoveError } from '../move/sides.ts';
import { copyWaiting, isFannedOut, isQuiet, removeWaiting } from './endpoints.ts';
import type { PartyMove } from './journal.ts';
import { requireRoom } from './numbers.ts';
import { compareChanges, copyOrders } from './orders.ts';
import { texts } from './rows.ts';
import { copyLimits, copyReplies } from './shared-rows.ts';

/**
 * `orders` comes first, because a change locks it first. `limit_counts` is not locked: a call that
 * waited for it would have written before, and fan-out does not read past a gap in the numbers of
 * events while such a transaction is open.
 */
const OF_CHANGES = [
  ...['orders', 'order_ids', 'order_keys', 'history', 'sealed_texts', 'unique_keys', 'deadlines'],
  ...['lists', 'list_entries', 'list_counts', 'kept_replies'],
];
/** Locked when fan-out, which writes them, has read the last event of the party. */
const OF_CALLBACKS = [
  'endpoints',
  'deliveries',
  'delivery_attempts',
  'listeners',
  'listener_resends',
];
const POLL_MS = 20;

const FUNCTION = 'party_moved_1';
const triggerOf = ({ moveId }: Pick<PartyMove, 'moveId'>): string => `party_moved_${moveId}`;

/** A party's endpoints and listeners are under `party`, its orders under `owner`. */
const REFUSED = { orders: 'owner', endpoints: 'party', listeners: 'party' } as const;

/** Whether the fence was completed: from then on the old group takes no change of the party. */
export async function isFenced(old: Connection, move: PartyMove): Promise<boolean> {
  const [row] = await old.runText(
    `SELECT EXISTS (SELECT FROM pg_trigger WHERE tgname = ${literal(triggerOf(move))} AND tgrelid = to_regclass('orders'))`,
  );
  return row![0] === true;
}

export interface FenceSteps {
  onLocked(): void | Promise<void>;
  /** The new group has everything, and the old one does not refuse changes yet. */
  onKept(): void | Promise<void>;
}

/** `late`: changes went on at the old group, and why. */
export type PartyFence =
  | { readonly outcome: 'fenced'; readonly heldMs: number }
  | { readonly outcome: 'late'; readonly reason: string };

/** @param settled all changes up to this number were copied and compared */
export async function fenceParty(
  old: Connection,
  target: Connection,
  move: PartyMove,
  settled: number,
  { onLocked, onKept }: FenceSteps,
): Promise<PartyFence> {
  await requireRoom(old, target, move);
  await old.runText(
    `CREATE OR REPLACE FUNCTION ${FUNCTION}() RETURNS trigger LANGUAGE plpgsql AS $body$
     BEGIN
       RAISE EXCEPTION USING ERRCODE = '${OWNER_MOVED}', MESSAGE = 'the party has moved to another group';
     END $body$`,
  );
  // A target that does not answer must not prolong the fence.
  await target.runText(`SET statement_timeout = ${FENCE_MS}`);
  const begun = await lockTables(old, OF_CHANGES);
  const until = begun + FENCE_MS;
  const giveUp = async (reason: string): Promise<PartyFence> => {
    await target.runText('ROLLBACK').catch(() => {});
    await old.runText('ROLLBACK').catch(() => {});
    return { outcome: 'late', reason };
  };
  try {
    await onLocked();
    await target.runText('BEGIN');
    while (!(await isFannedOut(old, move))) {
      if (performance.now() > until)
        return await giveUp('no node has made callbacks of the last change of the party');
      await sleep(POLL_MS);
    }
    if (!(await lockCallbacks(old, until)))
      return await giveUp('the tables of callbacks could not be locked');
    if (!(await isQuiet(old, move))) return await giveUp('callbacks of the party went on');
    await copyOrders(old, target, move, settled, Number.MAX_SAFE_INTEGER);
    await copyWaiting(old, target, move);
    await copyReplies(old, target, 'since the copy');
    await copyLimits(old, target);
    await compareChanges(old, target, move, settled);
    if (performance.now() > until) return await giveUp('the rest took too long to copy');
    await target.runText('COMMIT');
    await onKept();
    await removeWaiting(old, move);
    for (const [table, column] of Object.entries(REFUSED)) {
      await old.runText(
        `CREATE TRIGGER ${triggerOf(move)} BEFORE INSERT OR UPDATE ON ${table} FOR EACH ROW
         WHEN (NEW.platform = ${literal(move.platform)} AND NEW.${column} = ANY (${texts(move.owners)}))
         EXECUTE FUNCTION ${FUNCTION}()`,
      );
    }
    await old.runText('COMMIT');
    return { outcome: 'fenced', heldMs: Math.round(performance.now() - begun) };
  } catch (error) {
    const late = await giveUp((error as Error).message);
    if (isTimeout(error)) return late;
    throw error;
  } finally {
    await target.runText(`SET statement_timeout = ${LONG_MS}`);
  }
}

/** Whoever writes callbacks keeps them locked for a moment only. */
async function lockCallbacks(old: Connection, until: number): Promise<boolean> {
  while (performance.now() < until) {
    await old.runText('SAVEPOINT callbacks');
    try {
      await old.runText(`LOCK TABLE ${OF_CALLBACKS.join(', ')} IN EXCLUSIVE MODE`);
      return true;
    } catch (error) {
      if (!isTimeout(error)) throw error;
      await old.runText('ROLLBACK TO SAVEPOINT callbacks');
      await sleep(POLL_MS);
    }
  }
  return false;
}

/** A lock that waits makes every change of the group wait. */
const LOCK_MS = 200;
const PAUSE_MS = 300;
const MOST_TRIES = 100;

/**
 * Before a party comes back to a group. A fence stays when its move has ended, because a node may
 * sleep through the move, and would then make orders in the old group.
 *
 * @param moveIds the moves with which the party left the group
 */
export async function removeFences(side: Connection, moveIds: readonly string[]): Promise<void> {
  for (const moveId of moveIds) {
    const drops = Object.keys(REFUSED).map(
      (table) => `DROP TRIGGER IF EXISTS ${triggerOf({ moveId })} ON ${table}`,
    );
    for (let i = 1; ; i++) {
      try {
        await side.runText(
          `BEGIN; SET LOCAL lock_timeout = ${LOCK_MS}; ${drops.join('; ')}; COMMIT`,
        );
        break;
      } catch (error) {
        await side.runText('ROLLBACK');
        if (!isTimeout(error)) throw error;
        if (i === MOST_TRIES)
          throw new MoveError(
            'a long transaction reads the tables of the new group, such as a backup (pg_stat_activity); move the party when it has ended',
          );
        await sleep(PAUSE_MS);
      }
    }
  }
}
