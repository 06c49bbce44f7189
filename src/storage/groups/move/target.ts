// The new side of a move: its schema with empty tables, the months of the old side, and its removal.
import type { Connection } from '../../postgres/connection.ts';
import { prepareDatabase } from '../../postgres/database.ts';
import { type GroupsFile, schemaUrl } from '../file.ts';
import type { Move } from './journal.ts';
import { literal, MoveError, openSide, quoted, type Sides } from './sides.ts';
import { tablesOf } from './tables.ts';

const markOf = ({ moveId }: Move): string => `Ordergate: target of move ${moveId}`;

/** `none`: there is no such schema. `ours`: this move has made it. */
async function stateOf(
  target: Connection,
  move: Move,
): Promise<'none' | 'empty' | 'ours' | 'other'> {
  const [row] = await target.run(
    {
      name: 'target-state',
      text: `SELECT obj_description(oid, 'pg_namespace'), EXISTS (SELECT FROM pg_class WHERE relnamespace = n.oid)
        FROM pg_namespace n WHERE nspname = $1`,
    },
    [move.to.schema],
  );
  if (!row) return 'none';
  if (row[0] === markOf(move)) return 'ours';
  return row[1] ? 'other' : 'empty';
}

export async function refuseUsedTarget(target: Connection, move: Move): Promise<void> {
  if ((await stateOf(target, move)) !== 'other') return;
  throw new MoveError(
    `the schema ${move.to.schema} on server ${move.to.server} holds tables already. Nothing was changed. Drop or rename that schema, or name another server.`,
  );
}

/**
 * Makes the schema with the tables of this version and the months of the old side, all empty. The
 * tables belong to the role of the file's URL, because nodes use that role.
 */
export async function prepareTarget(file: GroupsFile, sides: Sides, move: Move): Promise<void> {
  const { target, old } = sides;
  await refuseUsedTarget(target, move);
  const schema = quoted(move.to.schema);
  const nodesUrl = file.servers.get(move.to.server)!;
  if ((await stateOf(target, move)) !== 'ours') {
    const nodes = await openSide(nodesUrl, move.to.schema);
    const [[role]] = (await nodes.runText('SELECT current_user')) as [[string]];
    await nodes.close();
    await target.transaction(async () => {
      await target.runText(`CREATE SCHEMA IF NOT EXISTS ${schema} AUTHORIZATION ${quoted(role)}`);
      await target.runText(`COMMENT ON SCHEMA ${schema} IS ${literal(markOf(move))}`);
    });
  }
  await prepareDatabase(schemaUrl(nodesUrl, move.to.schema), `ordergate-move-${move.moveId}`);
  await makeMonths(old, nodesUrl, move);
  const { moved } = await tablesOf(target, move.to.schema);
  const missing = (await tablesOf(old, move.from.schema)).moved.filter(
    (table) => !moved.includes(table),
  );
  if (missing.length > 0) {
    throw new MoveError(
      `the old side has tables that a new schema has not: ${missing.join(', ')}. Drop them, or move them out of the schema (a month that was detached is such a table).`,
    );
  }
  // A new schema has first rows, which the copy brings as well. Rows that a session without this
  // setting deletes are not subtracted from the sums of `covers`, which the copy brings, too.
  await target.transaction(async () => {
    await target.runText("SET LOCAL ordergate.session = ''");
    await target.runText(`TRUNCATE ${moved.map(quoted).join(', ')}`);
  });
}

/** Makes each partition of the old side at the new side, with the same name and bounds. */
async function makeMonths(old: Connection, url: string, move: Move): Promise<void> {
  const parts = await old.run(
    {
      name: 'months-of',
      text: `SELECT p.relname, c.relname, pg_get_expr(c.relpartbound, c.oid), array_to_string(c.reloptions, ', ')
        FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid JOIN pg_class p ON p.oid = i.inhparent
        WHERE p.relnamespace = to_regnamespace($1) AND p.relkind = 'p' ORDER BY c.relname`,
    },
    [move.from.schema],
  );
  const nodes = await openSide(url, move.to.schema);
  try {
    for (const [table, part, bound, options] of parts.map((row) => row.map(String))) {
      if (bound === 'DEFAULT') continue; // The migrations make it.
      const settings = options === 'null' || options === '' ? '' : ` WITH (${options})`;
      await nodes.runText(
        `CREATE TABLE IF NOT EXISTS ${quoted(part!)} PARTITION OF ${quoted(table!)} ${bound}${settings}`,
      );
    }
  } finally {
    await nodes.close();
  }
}

/** Removes what {@link prepareTarget} has made; a schema of anybody else stays. */
export async function removeTarget(target: Connection, move: Move): Promise<void> {
  if ((await stateOf(target, move)) !== 'ours') return;
  await target.runText(`DROP SCHEMA ${quoted(move.to.schema)} CASCADE`);
}

/** From now on the schema is a group's, and no move removes it. */
export async function ownTarget(target: Connection, move: Move): Promise<void> {
  await target.runText(`COMMENT ON SCHEMA ${quoted(move.to.schema)} IS NULL`);
}
