// The journal of moves in the home schema, and the switch of a group's place.
import type { Connection, Row } from '../../postgres/connection.ts';
import type { GroupPlace } from '../file.ts';

/**
 * `begun`: the target is being prepared. `copying`: publication, slot and subscription exist.
 * `fencing`: a fence was begun; whether it was completed is seen at the old side, see fence.ts.
 * `switched`: the home schema names the new place. `moved` and `back` are the two ends. `dropped`:
 * the old schema of a move that ended with `moved` is gone.
 */
export type MoveStep = 'begun' | 'copying' | 'fencing' | 'switched' | 'moved' | 'back' | 'dropped';

export interface Move {
  readonly moveId: string;
  readonly group: string;
  readonly from: GroupPlace;
  readonly to: GroupPlace;
  readonly step: MoveStep;
  readonly begunAt: number;
  readonly endedAt: number | null;
  /** How the move ended, in words. */
  readonly detail: string | null;
}

/** The name of a move's publication, slot and subscription. */
export const nameOf = ({ moveId }: Pick<Move, 'moveId'>): string => `ordergate_move_${moveId}`;
/** The old schema's name after the switch. */
export const oldSchemaOf = ({ moveId, from }: Pick<Move, 'moveId' | 'from'>): string =>
  `${from.schema}_old_${moveId}`;

const COLUMNS =
  'move_id, group_name, from_server, from_schema, to_server, to_schema, step, begun_at, ended_at, detail';

function toMove(row: Row): Move {
  const [moveId, group, fromServer, fromSchema, toServer, toSchema, step] = row.map(String);
  return {
    moveId: moveId!,
    group: group!,
    from: { server: fromServer!, schema: fromSchema! },
    to: { server: toServer!, schema: toSchema! },
    step: step as MoveStep,
    begunAt: Number(row[7]),
    endedAt: row[8] === null ? null : Number(row[8]),
    detail: row[9] === null ? null : String(row[9]),
  };
}

/** The move of a group that has not ended. */
export async function moveUnderWay(home: Connection, group: string): Promise<Move | null> {
  const text = `SELECT ${COLUMNS} FROM moves WHERE group_name = $1 AND ended_at IS NULL`;
  const [row] = await home.run({ name: 'move-under-way', text }, [group]);
  return row ? toMove(row) : null;
}

/** All moves, the newest first. */
export async function listMoves(home: Connection): Promise<Move[]> {
  return (await home.runText(`SELECT ${COLUMNS} FROM moves ORDER BY begun_at DESC, move_id`)).map(
    toMove,
  );
}

export interface GroupRow extends GroupPlace {
  readonly name: string;
  readonly epoch: number;
  readonly state: string;
}

export async function listGroups(home: Connection): Promise<GroupRow[]> {
  const rows = await home.runText(
    'SELECT name, server, schema, epoch, state FROM groups ORDER BY name',
  );
  return rows.map(([name, server, schema, epoch, state]) => ({
    name: String(name),
    server: String(server),
    schema: String(schema),
    epoch: Number(epoch),
    state: String(state),
  }));
}

export async function beginMove(
  home: Connection,
  { moveId, group, from, to }: Pick<Move, 'moveId' | 'group' | 'from' | 'to'>,
): Promise<void> {
  const name = nameOf({ moveId });
  await home.transaction(async () => {
    await home.run(
      {
        name: 'begin-move',
        text: `INSERT INTO moves (move_id, group_name, from_server, from_schema, to_server, to_schema, step, begun_at,
            publication, slot, subscription)
          SELECT $1, $2, $3, $4, $5, $6, 'begun', floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint, $7, $7, $7`,
      },
      [moveId, group, from.server, from.schema, to.server, to.schema, name],
    );
    await setState(home, group, 'moving');
  });
}

export async function setStep(home: Connection, move: Move, step: MoveStep): Promise<Move> {
  await home.run({ name: 'set-step', text: 'UPDATE moves SET step = $1 WHERE move_id = $2' }, [
    step,
    move.moveId,
  ]);
  return { ...move, step };
}

/** From its commit on the group is served at its new place. Does it once, however often it runs. */
export async function switchPlace(home: Connection, move: Move): Promise<Move> {
  await home.transaction(async () => {
    await home.run(
      {
        name: 'switch-place',
        text: `UPDATE groups SET server = $1, schema = $2, epoch = epoch + 1, state = 'serving'
          WHERE name = $3 AND server = $4 AND schema = $5`,
      },
      [move.to.server, move.to.schema, move.group, move.from.server, move.from.schema],
    );
    await setStep(home, move, 'switched');
  });
  return { ...move, step: 'switched' };
}

export async function endMove(
  home: Connection,
  move: Move,
  step: 'moved' | 'back' | 'dropped',
  detail: string,
): Promise<void> {
  await home.transaction(async () => {
    await home.run(
      {
        name: 'end-move',
        text: `UPDATE moves SET step = $1, detail = $2,
            ended_at = coalesce(ended_at, floor(extract(epoch FROM statement_timestamp()) * 1000)::bigint)
          WHERE move_id = $3`,
      },
      [step, detail, move.moveId],
    );
    if (step === 'back') await setState(home, move.group, 'serving');
  });
}

const setState = (home: Connection, group: string, state: string): Promise<Row[]> =>
  home.run({ name: 'set-group-state', text: 'UPDATE groups SET state = $1 WHERE name = $2' }, [
    state,
    group,
  ]);
