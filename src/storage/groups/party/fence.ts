// The fence: the old group refuses changes of the party with SQLSTATE OG003, upon which nodes try again, until
// the new group has everything; they are made there. Changes of others go on.
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

/** Locked when fan-out, which writes them, has read the last event of the party. */
const OF_CALLBACKS = [
  'endpoints',
  'deliveries',
  'delivery_attempts',
  'listeners',
  'listener_resends',
];
const POLL_MS = 20;
/** A lock that waits makes every change of the group wait. */
const LOCK_MS = 200;
const PAUSE_MS = 300;
const MOST_TRIES = 100;
/** If the mover is gone, changes go on at the old group after this time. */
const REFUSED_MS = 2 * FENCE_MS;
/** When the old server ends the mover's locks, because the mover is gone; longer than a statement of the target. */
const GONE_MS = 5000;

/** The name of a move's triggers, and of their function. */
const triggerOf = ({ moveId }: Pick<PartyMove, 'moveId'>): string => `party_moved_${moveId}`;

/** A party's endpoints and listeners are under `party`, its orders under `owner`. */
const REFUSED = { orders: 'owner', endpoints: 'party', listeners: 'party' } as const;

const COMPLETE = 'complete';

/** Whether the fence was completed: from then on the old group takes no change of the party. */
export async function isFenced(old: Connection, move: PartyMove): Promise<boolean> {
  const [row] = await old.runText(
    `SELECT obj_description(to_regprocedure(${literal(`${triggerOf(move)}()`)}), 'pg_proc') = '${COMPLETE}'`,
  );
  return row![0] === true;
}

/** @param until a time of the old server; from then on changes pass */
async function refuse(old: Connection, move: PartyMove, until: string): Promise<void> {
  await old.runText(
    `CREATE OR REPLACE FUNCTION ${triggerOf(move)}() RETURNS trigger LANGUAGE plpgsql AS $body$
     BEGIN
       IF clock_timestamp() < ${literal(until)}::timestamptz THEN
         RAISE EXCEPTION USING ERRCODE = '${OWNER_MOVED}', MESSAGE = 'the party is in another group';
       END IF;
       RETURN NEW;
     END $body$`,
  );
}

/** Lets changes go on at the old group; an earlier run may have ended within its fence. */
export async function openFence(old: Connection, move: PartyMove): Promise<void> {
  const [row] = await old.runText(`SELECT to_regproc(${literal(triggerOf(move))}) IS NOT NULL`);
  if (row![0] === true) await refuse(old, move, '-infinity');
}

/** Changes under way end before this does. @returns when it began, by performance.now() */
async function closeFence(old: Connection, move: PartyMove): Promise<number> {
  const begun = await lockTables(old, Object.keys(REFUSED));
  const [row] = await old.runText(
    `SELECT (clock_timestamp() + interval '${REFUSED_MS} ms')::text, EXISTS (SELECT FROM pg_trigger
       WHERE tgname = ${literal(triggerOf(move))} AND tgrelid = to_regclass('orders'))`,
  );
  await refuse(old, move, String(row![0]));
  if (row![1] !== true) {
    for (const [table, column] of Object.entries(REFUSED)) {
      await old.runText(
        `CREATE TRIGGER ${triggerOf(move)} BEFORE INSERT OR UPDATE ON ${table} FOR EACH ROW
         WHEN (NEW.platform = ${literal(move.platform)} AND NEW.${column} = ANY (${texts(move.owners)}))
         EXECUTE FUNCTION ${triggerOf(move)}()`,
      );
    }
  }
  await old.runText('COMMIT');
  return begun;
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

/** What was copied before the fence. */
export interface Copied {
  /** All changes up to this number. */
  readonly settled: number;
  /** Kept replies up to this time. */
  readonly replies: number;
}

export async function fenceParty(
  old: Connection,
  target: Connection,
  move: PartyMove,
  { settled, replies }: Copied,
  { onLocked, onKept }: FenceSteps,
): Promise<PartyFence> {
  await requireRoom(old, target, move);
  // A target that does not answer must not prolong the fence.
  await target.runText(`SET statement_timeout = ${FENCE_MS}`);
  const begun = await closeFence(old, move);
  const until = begun + FENCE_MS;
  const giveUp = async (reason: string): Promise<PartyFence> => {
    await target.runText('ROLLBACK').catch(() => {});
    await old.runText('ROLLBACK').catch(() => {});
    await openFence(old, move);
    return { outcome: 'late', reason };
  };
  try {
    await onLocked();
    while (!(await isFannedOut(old, move))) {
      if (performance.now() > until)
        return await giveUp('no node has made callbacks of the last change of the party');
      await sleep(POLL_MS);
    }
    await target.runText('BEGIN');
    await old.runText(
      `BEGIN; SET LOCAL lock_timeout = ${LOCK_MS}; SET LOCAL statement_timeout = ${FENCE_MS};
       SET LOCAL idle_in_transaction_session_timeout = ${GONE_MS}`,
    );
    if (!(await lock(old, OF_CALLBACKS, until)))
      return await giveUp('the tables of callbacks could not be locked');
    if (!(await isQuiet(old, move))) return await giveUp('callbacks of the party went on');
    await copyOrders(old, target, move, settled, Number.MAX_SAFE_INTEGER);
    await copyWaiting(old, target, move);
    await copyReplies(old, target, replies);
    await copyLimits(old, target);
    await compareChanges(old, target, move, settled);
    // Until the commit below is done, however long it waits for a standby, no change can come.
    if (!(await lock(old, ['orders'], until)))
      return await giveUp('the rest took too long to copy');
    await target.runText('COMMIT');
    await onKept();
    await removeWaiting(old, move);
    await refuse(old, move, 'infinity');
    await old.runText(`COMMENT ON FUNCTION ${triggerOf(move)}() IS '${COMPLETE}'`);
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

/** Others keep these tables locked for a moment only. */
async function lock(old: Connection, tables: readonly string[], until: number): Promise<boolean> {
  while (performance.now() < until) {
    await old.runText('SAVEPOINT before_lock');
    try {
      await old.runText(`LOCK TABLE ${tables.join(', ')} IN EXCLUSIVE MODE`);
      return true;
    } catch (error) {
      if (!isTimeout(error)) throw error;
      await old.runText('ROLLBACK TO SAVEPOINT before_lock');
      await sleep(POLL_MS);
    }
  }
  return false;
}

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
    drops.push(`DROP FUNCTION IF EXISTS ${triggerOf({ moveId })}()`);
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
