// The numbers of events never go back: a sequence that was left behind is raised before a session draws from it.
import type { Connection } from './connection.ts';

/** Numbers are below 2^53, so that they are safe integers: 2,048 generations of 4 trillion each. */
const GENERATION_BITS = 42;
/** One node raises it; "ogaw". */
const LOCK = 0x6f676177;

/** The newest number that any event has, or that callbacks have read. */
const NEWEST = `greatest((SELECT cursor FROM fan_out), (SELECT max(seq) FROM history),
  (SELECT max(since_seq) FROM endpoints))`;

const IS_BEHIND = `SELECT last_value < ${NEWEST} FROM history_numbers`;

/**
 * A sequence does not go everywhere with its tables: logical replication and a copy of the tables alone
 * leave it behind. What then happens would get numbers that callbacks have read already, and be posted to
 * nobody. It goes on with the first number of the next generation: what lies between may have been given
 * by a server that is lost.
 *
 * @returns whether the sequence was behind
 * @throws {StatementError} a server that takes no changes
 */
export async function keepNumbersAhead(connection: Connection): Promise<boolean> {
  const [row] = await connection.runText(IS_BEHIND);
  if (row?.[0] !== true) return false;
  await connection.runText(
    `BEGIN; SELECT pg_advisory_xact_lock(${LOCK}, hashtext(current_schema()));
     SELECT setval('history_numbers', ((${NEWEST} >> ${GENERATION_BITS}) + 1) << ${GENERATION_BITS})
       WHERE (${IS_BEHIND}); COMMIT`,
  );
  return true;
}
