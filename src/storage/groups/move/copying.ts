// PostgreSQL's own copy of a group: publication, slot and subscription, and how far they have come.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Connection } from '../../postgres/connection.ts';
import { type Move, nameOf } from './journal.ts';
import { literal, MoveError, quoted, type Sides } from './sides.ts';
import { tablesOf } from './tables.ts';

/** A copy whose marks take no longer is caught up enough for a short fence. */
const CAUGHT_UP_MS = 300;
const MARK_POLL_MS = 10;
const POLL_MS = 100;
/** After so many failed attempts of the target's workers, the move goes back. */
const MOST_ERRORS = 5;

/**
 * Makes publication, slot and subscription, each unless it exists. The publication lists the tables,
 * so that a table which is made meanwhile is no part of it, and publishes months as their table.
 */
export async function startCopy({ beside, target, oldUrl }: Sides, move: Move): Promise<void> {
  const name = nameOf(move);
  if (!(await exists(beside, `pg_publication WHERE pubname = ${literal(name)}`))) {
    const { moved } = await tablesOf(beside, move.from.schema);
    await beside.runText(
      `CREATE PUBLICATION ${name} FOR TABLE ${moved.map(quoted).join(', ')} WITH (publish_via_partition_root = true)`,
    );
  }
  if (await exists(target, `pg_subscription WHERE subname = ${literal(name)}`)) return;
  // A slot of an attempt that was killed before its subscription keeps log files for nobody.
  await dropSlot(beside, move);
  await beside.runText(`SELECT pg_create_logical_replication_slot(${literal(name)}, 'pgoutput')`);
  await target.runText(
    `CREATE SUBSCRIPTION ${name} CONNECTION ${literal(oldUrl)} PUBLICATION ${name} WITH (create_slot = false, slot_name = ${name})`,
  );
}

async function exists(connection: Connection, where: string): Promise<boolean> {
  const [row] = await connection.runText(`SELECT EXISTS (SELECT FROM ${where})`);
  return row![0] === true;
}

/** @throws {MoveError} if the slot is gone, after which the copy misses changes */
export async function requireSlot(old: Connection, move: Move): Promise<void> {
  const [row] = await old.runText(
    `SELECT wal_status FROM pg_replication_slots WHERE slot_name = ${literal(nameOf(move))}`,
  );
  if (row && row[0] !== 'lost') return;
  throw new MoveError(
    row
      ? 'the old server has removed log files that the copy had not read (max_slot_wal_keep_size); raise that setting, and move the group again'
      : 'the replication slot is gone from the old server, as after a failover; move the group again',
  );
}

/** Waits until the new side has every table, and follows the old side closely. */
export async function catchUp(sides: Sides, move: Move): Promise<void> {
  const { old, target } = sides;
  const name = literal(nameOf(move));
  for (;;) {
    await requireSlot(old, move);
    const [[open, errors]] = (await target.runText(
      `SELECT (SELECT count(*) FROM pg_subscription_rel WHERE srsubid = s.oid AND srsubstate <> 'r'),
         (SELECT apply_error_count + sync_error_count FROM pg_stat_subscription_stats t WHERE t.subid = s.oid)
       FROM pg_subscription s WHERE subname = ${name}`,
    )) as [[unknown, unknown]];
    if (Number(errors) > MOST_ERRORS) {
      throw new MoveError(
        `the new server could not copy the group in ${MOST_ERRORS} attempts; its log says why`,
      );
    }
    if (Number(open) === 0) {
      const sentAt = performance.now();
      await passMark(sides, move, `caught up at ${Date.now()}`, Number.POSITIVE_INFINITY);
      if (performance.now() - sentAt < CAUGHT_UP_MS) return;
    }
    await sleep(POLL_MS);
  }
}

/**
 * Writes a mark at the old side and waits until it is at the new side. The copy applies transactions
 * in the sequence of their commits, so that everything that was committed before is there as well.
 *
 * @param until by performance.now()
 * @returns whether the mark has arrived in time
 */
export async function passMark(
  { beside, target, old }: Sides,
  move: Move,
  mark: string,
  until: number,
): Promise<boolean> {
  await beside.run(
    {
      name: 'write-mark',
      text: `INSERT INTO moves (move_id, group_name, from_server, from_schema, to_server, to_schema, step, begun_at,
          ended_at, publication, slot, subscription, detail)
        VALUES ($1, '', '', '', '', '', 'mark', 0, 0, '', '', '', $2)
        ON CONFLICT (move_id) DO UPDATE SET detail = excluded.detail`,
    },
    [markId(move), mark],
  );
  for (let i = 1; performance.now() < until; i++) {
    const text = 'SELECT EXISTS (SELECT FROM moves WHERE move_id = $1 AND detail = $2)';
    const [row] = await target.run({ name: 'read-mark', text }, [markId(move), mark]);
    if (row![0] === true) return true;
    if (i % 100 === 0 && until === Number.POSITIVE_INFINITY) await requireSlot(old, move);
    await sleep(MARK_POLL_MS);
  }
  return false;
}

const markId = ({ moveId }: Move): string => `mark-${moveId}`;

/** Removes subscription, slot, publication and mark, each if it exists. */
export async function endCopy({ beside, target }: Sides, move: Move): Promise<void> {
  const name = nameOf(move);
  if (await exists(target, `pg_subscription WHERE subname = ${literal(name)}`)) {
    await target.runText(`ALTER SUBSCRIPTION ${name} DISABLE`);
    // The slot is dropped below: the new server may not reach the old one any more.
    await target.runText(`ALTER SUBSCRIPTION ${name} SET (slot_name = NONE)`);
    await target.runText(`DROP SUBSCRIPTION ${name}`);
  }
  await dropSlot(beside, move);
  await beside.runText(`DROP PUBLICATION IF EXISTS ${name}`);
  for (const side of [beside, target]) {
    if (!(await exists(side, "pg_class WHERE oid = to_regclass('moves')"))) continue;
    await side.run({ name: 'remove-mark', text: 'DELETE FROM moves WHERE move_id = $1' }, [
      markId(move),
    ]);
  }
}

/** A worker that was just told to end may hold the slot for a moment. */
async function dropSlot(old: Connection, move: Move): Promise<void> {
  const slots = `pg_replication_slots WHERE slot_name = ${literal(nameOf(move))}`;
  for (let i = 0; await exists(old, slots); i++) {
    await old.runText(
      `SELECT pg_terminate_backend(active_pid) FROM ${slots} AND active_pid IS NOT NULL`,
    );
    await sleep(POLL_MS);
    await old
      .runText(`SELECT pg_drop_replication_slot(slot_name) FROM ${slots} AND active_pid IS NULL`)
      .catch((error) => {
        if (i > 50) throw error; // A worker took the slot between the two statements.
      });
  }
}
