// Numbers of a party's events, deliveries, endpoints and alerts in its new group.
import type { Connection } from '../../postgres/connection.ts';
import { literal, MoveError } from '../move/sides.ts';
import type { PartyMove, Shifts } from './journal.ts';

/** Room for the numbers that the old group gives while the party moves. */
const ROOM = 2 ** 24;
/** More than nodes draw from a sequence between two statements. */
const MARGIN = 2 ** 16;

const TABLES = { delivery: 'deliveries', endpoint: 'endpoints', alert: 'callback_alerts' } as const;

/**
 * Events get numbers below 1, under those of every earlier arrival: callbacks read numbers above their
 * cursor, so that no event is told again. Deliveries, endpoints and alerts get a range of numbers that
 * the new group's own sequences leave out. Each keeps its place among those of the party.
 */
export async function setNumbersAside(
  old: Connection,
  target: Connection,
  move: Pick<PartyMove, 'moveId' | 'platform' | 'owners'>,
): Promise<Shifts> {
  const [[newest]] = (await old.runText('SELECT last_value FROM history_numbers')) as [[unknown]];
  const span = Number(newest) + ROOM;
  const [[lowest]] = (await target.runText(
    'SELECT least(1, (SELECT min(first_seq) FROM arrivals))',
  )) as [[unknown]];
  const seq = Number(lowest) - 1 - span;
  // What came to the old group from a third one has numbers below 1 there, too.
  const [[oldest]] = (await old.runText(
    'SELECT least(1, (SELECT min(first_seq) FROM arrivals))',
  )) as [[unknown]];
  await target.run(
    {
      name: 'set-aside',
      text: `INSERT INTO arrivals (move_id, platform, owners, first_seq, last_seq)
        SELECT $1, $2, $3, $4::bigint, $5::bigint`,
    },
    [move.moveId, move.platform, JSON.stringify(move.owners), Number(oldest) + seq, span + seq],
  );
  const shifts = { delivery: 0, endpoint: 0, alert: 0 };
  for (const [kind, table] of Object.entries(TABLES) as [keyof typeof TABLES, string][]) {
    const sequence = `pg_get_serial_sequence(${literal(table)}, 'id')`;
    const last = async (side: Connection): Promise<number> => {
      const [row] = await side.runText(`SELECT coalesce(pg_sequence_last_value(${sequence}), 0)`);
      return Number(row![0]);
    };
    shifts[kind] = (await last(target)) + MARGIN;
    const next = shifts[kind] + (await last(old)) + ROOM;
    await target.runText(`SELECT setval(${sequence}, ${next})`);
  }
  return { seq, ...shifts };
}

/** @throws {MoveError} if the old group has given more numbers than were set aside */
export async function requireRoom(
  old: Connection,
  target: Connection,
  { moveId, shifts }: PartyMove,
): Promise<void> {
  const [[newest]] = (await old.runText('SELECT last_value FROM history_numbers')) as [[unknown]];
  const [room] = await target.run(
    { name: 'room', text: 'SELECT last_seq FROM arrivals WHERE move_id = $1' },
    [moveId],
  );
  if (Number(newest) + shifts.seq <= Number(room?.[0])) return;
  throw new MoveError(
    `the old group has made more than ${ROOM} changes since the move began; move the party again`,
  );
}

/** Gives the numbers of events back; those of the sequences are left out for good. */
export async function giveNumbersBack(target: Connection, { moveId }: PartyMove): Promise<void> {
  const text = 'DELETE FROM arrivals WHERE move_id = $1';
  await target.run({ name: 'give-back', text }, [moveId]);
}
