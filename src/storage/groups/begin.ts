// Makes a ledger on one PostgreSQL the group 00 of a home schema, where it stands: the way into groups.
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Connection, type Row } from '../postgres/connection.ts';
import { requireNewest } from '../postgres/database.ts';
import { UnusableDatabaseError } from '../postgres/errors.ts';
import { refuseServed } from '../postgres/served.ts';
import { TRANSFERRING } from '../postgres/transfer-tables.ts';
import { type GroupPlace, isSchemaName } from './file.ts';
import { listGroups } from './move/journal.ts';

/** Its numbers of deliveries and deadlines stay as they are, see ids.ts. */
export const FIRST_GROUP = '00';

/** The platform and an id under which a party owns orders. */
export type OwnerName = readonly [platform: string, owner: string];

export interface Begun {
  readonly schema: string;
  readonly owners: number;
  readonly orders: number;
}

export interface BeginOptions {
  /** The name of the URL's server in the file of the groups. */
  readonly server: string;
  /** The schema that a file from before names; undefined if there is no file. */
  readonly expected?: string | undefined;
  /** Owners that have perhaps no order, endpoint or listener yet; read when no node serves. */
  readOwners(): Promise<readonly OwnerName[]>;
}

/**
 * One transaction: after a kill nothing has changed, or all. Repeating it does no harm.
 *
 * @throws {UnusableDatabaseError} if there is no ledger of this version, or if nodes serve it
 */
export async function beginGroups(url: string, options: BeginOptions): Promise<Begun> {
  const { server, expected, readOwners } = options;
  const name = `ordergate-begin-${randomBytes(6).toString('hex')}`;
  await requireNewest(url, `${name}.look`);
  const connection = await Connection.open({ url, name, kind: 'long' });
  try {
    const schema = connection.session.schema!;
    refuseSchema(schema, expected);
    const before = await groupsOf(connection);
    if (before.size > 0) {
      refuseOtherGroups(before, schema, expected !== undefined);
      return await report(connection, schema);
    }
    await waitForNodes(connection);
    const owners = await readOwners();
    return await connection.transaction(async () => {
      // A node that starts meanwhile waits for its first beat, and then finds the group.
      await connection.runText('LOCK TABLE nodes IN SHARE ROW EXCLUSIVE MODE');
      await refuseServed(connection);
      await place(connection, owners);
      await connection.run(MAKE, [FIRST_GROUP, server, schema]);
      return report(connection, schema);
    });
  } finally {
    await connection.close();
  }
}

function refuseSchema(schema: string, expected: string | undefined): void {
  if (expected !== undefined && expected !== schema) {
    throw new UnusableDatabaseError(
      `the file names ${expected} as the home and as group ${FIRST_GROUP}, and the ledger of ORDERGATE_DATABASE_URL is in schema ${schema}. Nothing was changed. Name another file.`,
    );
  }
  if (isSchemaName(schema)) return;
  throw new UnusableDatabaseError(
    `the schema "${schema}" cannot be that of a group, whose name has at most 48 small letters, digits and _. Nothing was changed. Rename it: ALTER SCHEMA "${schema}" RENAME TO ordergate`,
  );
}

/** The file of several groups is not ours to write: only the nodes' own file names all servers. */
function refuseOtherGroups(groups: Groups, schema: string, hasFile: boolean): void {
  const isOurs = groups.get(FIRST_GROUP)?.schema === schema;
  if (isOurs && (hasFile || groups.size === 1)) return;
  throw new UnusableDatabaseError(
    `the schema ${schema} is the home of groups already (${[...groups.keys()].join(', ')}). Nothing was changed. Use the file that its nodes have.`,
  );
}

/** A node that was stopped just now looks alive for some seconds; one that beats again is alive. */
async function waitForNodes(connection: Connection): Promise<void> {
  const [copying] = await connection.runText(
    `SELECT value FROM settings WHERE name = '${TRANSFERRING}'`,
  );
  if (copying) {
    throw new UnusableDatabaseError(
      'a ledger is being brought into the database, or that was cut off. Nothing was changed. Run the migration or the restore again first.',
    );
  }
  const first = await newestBeat(connection);
  for (;;) {
    const { at, isFresh } = await newestBeat(connection);
    if (!isFresh) return;
    if (at !== first.at) await refuseServed(connection);
    await sleep(500);
  }
}

async function newestBeat(connection: Connection) {
  const [row] = (await connection.runText(
    `SELECT max(seen_at)::text, coalesce(max(seen_at) > clock_timestamp() - interval '10 seconds', false) FROM nodes`,
  )) as [Row];
  return { at: row[0] as string | null, isFresh: row[1] === true };
}

/**
 * Everything in this ledger belongs to the only group, whatever the tables held: the ledger may have
 * been group 00 before, and have gone back.
 */
async function place(connection: Connection, owners: readonly OwnerName[]): Promise<void> {
  await connection.run(PLACE_OWNERS, [
    FIRST_GROUP,
    owners.map(([platform]) => platform),
    owners.map(([, owner]) => owner),
  ]);
  await connection.run(PLACE_ORDERS, [FIRST_GROUP]);
}

async function report(connection: Connection, schema: string): Promise<Begun> {
  const [row] = (await connection.run(COUNT, [FIRST_GROUP])) as [Row];
  return { schema, owners: Number(row[0]), orders: Number(row[1]) };
}

type Groups = ReadonlyMap<string, GroupPlace>;

async function groupsOf(connection: Connection): Promise<Groups> {
  return new Map((await listGroups(connection)).map((group) => [group.name, group]));
}

const MAKE = {
  name: 'begin-make',
  text: 'INSERT INTO groups (name, server, schema) VALUES ($1, $2, $3)',
};
const PLACE_OWNERS = {
  name: 'begin-owners',
  text: `INSERT INTO party_groups SELECT platform, owner, $1 FROM (
      SELECT platform, owner FROM order_ids UNION SELECT platform, party FROM endpoints
      UNION SELECT platform, party FROM listeners UNION SELECT platform, party_id FROM parties
      UNION SELECT * FROM unnest($2::text[], $3::text[])) AS held (platform, owner)
    ON CONFLICT (platform, party_id) DO UPDATE SET group_name = excluded.group_name`,
};
const PLACE_ORDERS = {
  name: 'begin-orders',
  text: `INSERT INTO order_places SELECT platform, order_id, $1 FROM order_ids
    ON CONFLICT (platform, order_id) DO UPDATE SET group_name = excluded.group_name`,
};
const COUNT = {
  name: 'begin-count',
  text: `SELECT (SELECT count(*) FROM party_groups WHERE group_name = $1),
    (SELECT count(*) FROM order_places WHERE group_name = $1)`,
};
