// The journal of moves of parties in the home schema, and the switch of a party's group.
import type { Connection, Row } from '../../postgres/connection.ts';
import type { Numbers } from './numbers.ts';

/**
 * `begun`: rows are copied to the new group, and a run that goes on begins the copy anew. `fencing`: a
 * fence was begun; whether it was completed is seen at the old group, see fence.ts. `switched`: the home
 * schema names the new group. `checked`: both groups were compared, and the old one is being emptied.
 * `moved` and `back` are the two ends.
 */
export type PartyMoveStep = 'begun' | 'fencing' | 'switched' | 'checked' | 'moved' | 'back';

export interface PartyMove {
  readonly moveId: string;
  readonly platform: string;
  readonly partyId: string;
  /** All ids that move; see `ownersThatMove`. */
  readonly owners: readonly string[];
  /** Names of groups. */
  readonly from: string;
  readonly to: string;
  readonly step: PartyMoveStep;
  readonly numbers: Numbers;
  /** Until when the endpoints are paused at the old group; null before they are. */
  readonly pausedUntil: number | null;
}

/** The columns of numbers are named for an earlier form, in which each of them was added to a number. */
const COLUMNS = `move_id, platform, party_id, owners, from_group, to_group, step, seq_shift, delivery_shift,
  endpoint_shift, alert_shift, paused_until`;

function toMove(row: Row): PartyMove {
  const [moveId, platform, partyId, owners, from, to, step] = row.map(String);
  const [seq, delivery, endpoint, alert] = row.slice(7, 11).map(Number);
  return {
    ...{ moveId: moveId!, platform: platform!, partyId: partyId! },
    ...{ owners: JSON.parse(owners!), from: from!, to: to!, step: step as PartyMoveStep },
    // `past` is read from the old group; see readNumbers.
    numbers: { seq: seq!, past: 0, delivery: delivery!, endpoint: endpoint!, alert: alert! },
    pausedUntil: row[11] === null ? null : Number(row[11]),
  };
}

/** The moves that have not ended. */
export async function partyMovesUnderWay(home: Connection): Promise<PartyMove[]> {
  const rows = await home.runText(
    `SELECT ${COLUMNS} FROM party_moves WHERE ended_at IS NULL ORDER BY begun_at`,
  );
  return rows.map(toMove);
}

export async function beginPartyMove(home: Connection, move: PartyMove): Promise<void> {
  const { moveId, platform, partyId, owners, from, to, numbers } = move;
  await home.run(
    {
      name: 'begin-party-move',
      text: `INSERT INTO party_moves (move_id, platform, party_id, owners, from_group, to_group, seq_shift,
          delivery_shift, endpoint_shift, alert_shift, step, begun_at)
        SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'begun',
          floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint`,
    },
    [
      ...[moveId, platform, partyId, JSON.stringify(owners), from, to],
      ...[numbers.seq, numbers.delivery, numbers.endpoint, numbers.alert],
    ],
  );
}

/** The placed group of each id; ids that nobody has placed are missing. */
export async function placesOf(
  home: Connection,
  platform: string,
  owners: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const rows = await home.run(
    {
      name: 'places-of',
      text: 'SELECT party_id, group_name FROM party_groups WHERE platform = $1 AND party_id = ANY ($2)',
    },
    [platform, owners],
  );
  return new Map(rows.map(([id, name]) => [String(id), String(name)]));
}

/** The moves with which ids of the party have left the group that it moves to. */
export async function departuresOf(
  home: Connection,
  { platform, owners, to }: PartyMove,
): Promise<string[]> {
  const rows = await home.run(
    {
      name: 'departures-of',
      text: `SELECT move_id FROM party_moves WHERE platform = $1 AND from_group = $2 AND step = 'moved'
        AND EXISTS (SELECT FROM jsonb_array_elements_text(owners::jsonb) AS o WHERE o = ANY ($3::text[]))`,
    },
    [platform, to, owners],
  );
  return rows.map(([moveId]) => String(moveId));
}

export async function setPartyStep(
  home: Connection,
  move: PartyMove,
  step: PartyMoveStep,
): Promise<PartyMove> {
  const text = 'UPDATE party_moves SET step = $1 WHERE move_id = $2';
  await home.run({ name: 'set-party-step', text }, [step, move.moveId]);
  return { ...move, step };
}

/** Kept before the endpoints are paused, so that whoever goes on knows which pauses are its own. */
export async function keepPause(
  home: Connection,
  move: PartyMove,
  pausedUntil: number,
): Promise<PartyMove> {
  const text = 'UPDATE party_moves SET paused_until = $1 WHERE move_id = $2';
  await home.run({ name: 'keep-pause', text }, [pausedUntil, move.moveId]);
  return { ...move, pausedUntil };
}

/** From its commit on the party is served in its new group. Does it once, however often it runs. */
export async function switchGroup(home: Connection, move: PartyMove): Promise<PartyMove> {
  const { platform, owners, from, to } = move;
  return home.transaction(async () => {
    await home.run(
      {
        name: 'switch-group',
        text: `UPDATE party_groups SET group_name = $1
          WHERE platform = $2 AND party_id = ANY ($3) AND group_name = $4`,
      },
      [to, platform, owners, from],
    );
    return setPartyStep(home, move, 'switched');
  });
}

export async function endPartyMove(
  home: Connection,
  { moveId }: PartyMove,
  step: 'moved' | 'back',
  detail: string,
): Promise<void> {
  await home.run(
    {
      name: 'end-party-move',
      text: `UPDATE party_moves SET step = $1, detail = $2,
          ended_at = floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint WHERE move_id = $3`,
    },
    [step, detail, moveId],
  );
}
