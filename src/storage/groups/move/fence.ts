// The fence: changes of a group wait at the old side until the new side has everything, and are then
// refused there with SQLSTATE OG002, upon which nodes repeat them at the new place.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Connection, Row } from '../../postgres/connection.ts';
import { StatementError } from '../../postgres/errors.ts';
import { LONG_MS } from '../../postgres/session.ts';
import { passMark, requireSlot } from './copying.ts';
import type { Move } from './journal.ts';
import { literal, MoveError, quoted, type Sides } from './sides.ts';
import { tablesOf } from './tables.ts';

/** Nodes let a change wait for 5 s; a fence that takes longer than this is given up. */
export const FENCE_MS = 3500;
/** When the old server ends the fence by itself, because the mover or its machine is gone. */
const GONE_MS = 5000;
/**
 * Short, so that writers that wait behind the lock go on soon, and shorter than the deadlock
 * timeout, so that the mover gives way and no writer is ended.
 */
const LOCK_MS = 200;
const PAUSE_MS = 300;
const MOST_TRIES = 100;
/** Lost fences after which the move goes back. */
export const MOST_FENCES = 3;

/** The lock was not needed or not held long: `late` means that changes went on at the old side. */
export type FenceResult =
  | { readonly outcome: 'fenced'; readonly heldMs: number; readonly lastSeq: number }
  | { readonly outcome: 'late' };

const TRIGGER = 'group_moved';
/** A created order's own refusal has the SQLSTATE OG001, which the schema's functions catch. */
const FUNCTION = `CREATE OR REPLACE FUNCTION group_moved_1() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
  RAISE EXCEPTION USING ERRCODE = 'OG002', MESSAGE = 'the group has moved';
END $body$`;

/** Whether a fence was completed: from then on the old side takes no changes. */
export async function isFenced(old: Connection): Promise<boolean> {
  const [row] = await old.runText(
    `SELECT EXISTS (SELECT FROM pg_trigger WHERE tgname = '${TRIGGER}' AND tgrelid = to_regclass('orders'))`,
  );
  return row![0] === true;
}

/** @param settled every change up to this number was compared before */
export async function fence(
  sides: Sides,
  move: Move,
  settled: number,
  onLocked: () => void | Promise<void> = () => {},
): Promise<FenceResult> {
  const { old, target } = sides;
  const { fenced } = await tablesOf(old, move.from.schema);
  await old.runText(FUNCTION);
  await requireSlot(old, move);
  // A target that does not answer must not prolong the fence.
  await target.runText(`SET statement_timeout = ${FENCE_MS}`);
  const begun = await lockTables(old, fenced);
  try {
    await onLocked();
    if (!(await isFenced(old))) {
      const until = begun + FENCE_MS;
      const isWhole =
        (await passMark(sides, move, `fence at ${Date.now()}`, until)) &&
        (await copySequences(sides, move)) &&
        (await isSameSince(sides, settled));
      if (!isWhole || performance.now() >= until) {
        await old.runText('ROLLBACK');
        return { outcome: 'late' };
      }
      await old.runText(triggersOn(fenced));
    }
    const [[lastSeq]] = (await old.runText('SELECT coalesce(max(seq), 0) FROM history')) as [Row];
    await old.runText('COMMIT');
    return {
      outcome: 'fenced',
      heldMs: Math.round(performance.now() - begun),
      lastSeq: Number(lastSeq),
    };
  } catch (error) {
    await old.runText('ROLLBACK').catch(() => {});
    if (isTimeout(error)) return { outcome: 'late' };
    throw error;
  } finally {
    await target.runText(`SET statement_timeout = ${LONG_MS}`);
  }
}

/** A lock or a statement took too long, or the session gave way in a deadlock. */
export const isTimeout = (error: unknown): boolean =>
  error instanceof StatementError && /^(55P03|40P01|57014)$/.test(error.sqlState);

/** @returns when the lock was asked for, by performance.now() */
export async function lockTables(old: Connection, tables: readonly string[]): Promise<number> {
  for (let i = 0; i < MOST_TRIES; i++) {
    const begun = performance.now();
    await old.runText(
      `BEGIN; SET LOCAL lock_timeout = ${LOCK_MS}; SET LOCAL statement_timeout = ${FENCE_MS};
       SET LOCAL idle_in_transaction_session_timeout = ${GONE_MS}`,
    );
    try {
      // A vacuum gives way to a session whose deadlock check has run.
      await old.runText(
        "SELECT set_config('deadlock_timeout', '100ms', true) FROM pg_roles WHERE rolname = current_user AND rolsuper",
      );
      await old.runText(`LOCK TABLE ${tables.map(quoted).join(', ')} IN EXCLUSIVE MODE`);
      return begun;
    } catch (error) {
      await old.runText('ROLLBACK');
      if (!isTimeout(error)) throw error;
      await sleep(PAUSE_MS);
    }
  }
  throw new MoveError(
    `the group's tables could not be locked in ${MOST_TRIES} attempts; a long transaction holds them (pg_stat_activity)`,
  );
}

const triggersOn = (tables: readonly string[]): string => `DO $do$
DECLARE
  t text;
BEGIN
  FOREACH t IN ARRAY ARRAY[${tables.map(literal).join(', ')}] LOOP
    EXECUTE format('CREATE TRIGGER ${TRIGGER} BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON %I
      FOR EACH STATEMENT EXECUTE FUNCTION group_moved_1()', t);
  END LOOP;
END $do$`;

/** Replication does not carry sequences; nobody draws from them while the tables are locked. */
async function copySequences({ old, target }: Sides, { from }: Move): Promise<true> {
  const names = (
    await old.runText(
      `SELECT relname FROM pg_class WHERE relkind = 'S' AND relnamespace = to_regnamespace(${literal(from.schema)})`,
    )
  ).map(([name]) => String(name));
  const states = names.map(
    (name) => `SELECT ${literal(name)}, last_value, is_called FROM ${quoted(name)}`,
  );
  const rows = await old.runText(states.join(' UNION ALL '));
  const calls = rows.map(
    ([name, value, isCalled]) =>
      `setval(${literal(quoted(String(name)))}, ${Number(value)}, ${isCalled === true})`,
  );
  // The commit also makes sure that everything which the copy has applied is on the target's disk.
  await target.transaction(() =>
    target.runText(`SELECT ${calls.join(', ')}, pg_logical_emit_message(true, 'ordergate', '')`),
  );
  return true;
}

/** The number, the last one, and a digest of the changes in a range of numbers. */
const CHANGES = `SELECT count(*), coalesce(max(seq), 0),
  coalesce(sum(hashtextextended(ROW(seq, platform, owner, order_id, version, hash)::text, 0)::numeric), 0)::text
  FROM history WHERE seq > $1 AND seq <= $2`;
const NEVER = Number.MAX_SAFE_INTEGER;

export interface Changes {
  readonly count: number;
  readonly last: number;
  readonly digest: string;
}

export async function changesOf(side: Connection, after: number, upTo = NEVER): Promise<Changes> {
  const [row] = await side.run({ name: 'changes-of', text: CHANGES }, [after, upTo]);
  const [count, last, digest] = row!;
  return { count: Number(count), last: Number(last), digest: String(digest) };
}

export const isSame = (a: Changes, b: Changes): boolean =>
  a.count === b.count && a.last === b.last && a.digest === b.digest;

async function isSameSince({ old, target }: Sides, settled: number): Promise<boolean> {
  const [there, here] = [await changesOf(old, settled), await changesOf(target, settled)];
  if (isSame(there, here)) return true;
  throw new MoveError(
    `of the changes after number ${settled}, the old side has ${there.count} up to number ${there.last}, and the new side ${here.count} up to number ${here.last}`,
  );
}
