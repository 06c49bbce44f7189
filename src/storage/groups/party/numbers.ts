// Numbers of a party's events, deliveries, endpoints and alerts in its new group. Each move takes as many
// numbers as the party has, and not as many as both groups have counted: those would double with each move
// there and back.
import type { Connection } from '../../postgres/connection.ts';
import { literal, MoveError } from '../move/sides.ts';
import type { PartyMove } from './journal.ts';
import { isMine } from './rows.ts';

export interface Numbers {
  /** What is added to the number of an event of the old group that is above 0. */
  readonly seq: number;
  /** What is added to other ones: of events that the party had brought to the old group. */
  readonly past: number;
  // The party's newest row of each table gets this number, and each older one the next lower number.
  readonly delivery: number;
  readonly endpoint: number;
  readonly alert: number;
}

type Party = Pick<PartyMove, 'moveId' | 'platform' | 'owners'>;

/** Room for the numbers that the old group gives while the party moves. */
const ROOM = 2 ** 24;
/** More than nodes draw from a sequence between two statements. */
const MARGIN = 2 ** 16;
/** An id over all groups has room for so many ids of one group; see ids.ts. */
const MOST_IDS = 2 ** 43;
/** JSON and JavaScript carry larger numbers inexactly. */
const LOWEST_EVENT = -(2 ** 52);

const TABLES = { delivery: 'deliveries', endpoint: 'endpoints', alert: 'callback_alerts' } as const;

/**
 * Events get numbers below 1, under those of every earlier arrival: callbacks read numbers above their
 * cursor, so that no event is told again. Deliveries, endpoints and alerts get a range of numbers that
 * the new group's own sequences leave out. Each keeps its place among those of the party.
 */
export async function setNumbersAside(
  old: Connection,
  target: Connection,
  party: Party,
): Promise<Numbers> {
  const { moveId, platform, owners } = party;
  const [[newest]] = (await old.runText('SELECT last_value FROM history_numbers')) as [[unknown]];
  const span = Number(newest) + ROOM;
  const [[lowest]] = (await target.runText(
    'SELECT least(1, (SELECT min(first_seq) FROM arrivals))',
  )) as [[unknown]];
  const seq = Number(lowest) - 1 - span;
  const brought = await rangeBrought(old, party);
  const past = seq - (brought?.last ?? 0);
  const firstSeq = brought ? brought.first + past : seq + 1;
  if (firstSeq < LOWEST_EVENT) refuse('events');
  const tops = { delivery: 0, endpoint: 0, alert: 0 };
  const sequenceOf = (table: string): string => `pg_get_serial_sequence(${literal(table)}, 'id')`;
  for (const [kind, table] of Object.entries(TABLES) as [keyof typeof TABLES, string][]) {
    const [[last]] = (await target.runText(
      `SELECT coalesce(pg_sequence_last_value(${sequenceOf(table)}), 0)`,
    )) as [[unknown]];
    const [[rows]] = (await old.runText(
      kind === 'endpoint'
        ? `SELECT count(*) FROM endpoints t WHERE ${isMine(party, 'party')}`
        : `SELECT count(*) FROM ${table} WHERE endpoint IN (SELECT t.id FROM endpoints t WHERE ${isMine(party, 'party')})`,
    )) as [[unknown]];
    tops[kind] = Number(last) + MARGIN + Number(rows) + ROOM;
    if (tops[kind] > MOST_IDS) refuse(table);
  }
  await target.run(
    {
      name: 'set-aside',
      text: `INSERT INTO arrivals (move_id, platform, owners, first_seq, last_seq)
        SELECT $1, $2, $3, $4::bigint, $5::bigint`,
    },
    [moveId, platform, JSON.stringify(owners), firstSeq, span + seq],
  );
  for (const [kind, table] of Object.entries(TABLES) as [keyof typeof TABLES, string][])
    await target.runText(`SELECT setval(${sequenceOf(table)}, ${tops[kind]})`);
  return { seq, past, ...tops };
}

function refuse(what: string): never {
  throw new MoveError(
    `the new group has given nearly all numbers of ${what}; choose another group`,
  );
}

/** What came to the old group with the party has numbers below 1 there. They do not change during a move. */
async function rangeBrought(
  old: Connection,
  party: Party,
): Promise<{ readonly first: number; readonly last: number } | undefined> {
  const [row] = await old.runText(
    `SELECT min(t.seq), max(t.seq) FROM history t WHERE t.seq < 1 AND ${isMine(party)}`,
  );
  const [first, last] = row!;
  return first === null ? undefined : { first: Number(first), last: Number(last) };
}

/** Of a move that goes on; the journal does not hold `past`. */
export async function readNumbers(old: Connection, move: PartyMove): Promise<PartyMove> {
  const brought = await rangeBrought(old, move);
  const { numbers } = move;
  return { ...move, numbers: { ...numbers, past: numbers.seq - (brought?.last ?? 0) } };
}

/** @throws {MoveError} if the old group has given more numbers than were set aside */
export async function requireRoom(
  old: Connection,
  target: Connection,
  { moveId, numbers }: PartyMove,
): Promise<void> {
  const [[newest]] = (await old.runText('SELECT last_value FROM history_numbers')) as [[unknown]];
  const [room] = await target.run(
    { name: 'room', text: 'SELECT last_seq FROM arrivals WHERE move_id = $1' },
    [moveId],
  );
  if (Number(newest) + numbers.seq <= Number(room?.[0])) return;
  throw new MoveError(
    `the old group has made more than ${ROOM} changes since the move began; move the party again`,
  );
}

/** Gives the numbers of events back; those of the sequences are left out for good. */
export async function giveNumbersBack(target: Connection, { moveId }: PartyMove): Promise<void> {
  const text = 'DELETE FROM arrivals WHERE move_id = $1';
  await target.run({ name: 'give-back', text }, [moveId]);
}
