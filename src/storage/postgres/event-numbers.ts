// Ensures that event numbers never go back: raises a sequence that is too low before a session
// draws from it.
import type { Connection } from './connection.ts';

/**
 * Numbers stay below 2^53, so that they are safe integers: 2,048 generations of 4 trillion each.
 */
const GENERATION_BITS = 42;
/** Only one node raises the sequence; "ogaw". */
const LOCK = 0x6f676177;

/** The largest number that any event has, or that callbacks have read. */
const NEWEST = `greatest((SELECT cursor FROM fan_out), (SELECT max(seq) FROM history),
  (SELECT max(since_seq) FROM endpoints))`;

const IS_BEHIND = `SELECT last_value < ${NEWEST} FROM history_numbers`;

export const WENT_BACK =
  'the numbers of events had gone back behind what callbacks have read, and are raised now: ordergate verify counts the events that were passed over meanwhile';

/**
 * Logical replication, or a copy of the tables alone, does not copy a sequence. New events would
 * then get numbers that callbacks have already read, and would be posted to nobody. The sequence
 * therefore continues with the first number of the next generation, because a lost server may have
 * used the numbers in between.
 *
 * @returns whether the sequence was too low
 * @throws {StatementError} if the server accepts no changes
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
