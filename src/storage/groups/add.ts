// Adds a group of owners: makes its schema with all tables, and names it in the home schema.
import { randomBytes } from 'node:crypto';
import { Connection } from '../postgres/connection.ts';
import { prepareDatabase, prepareMonths } from '../postgres/database.ts';
import { UnusableDatabaseError } from '../postgres/errors.ts';
import { ensureSchema } from './adopt.ts';
import { type GroupPlace, type GroupsFile, schemaUrl } from './file.ts';
import { listGroups } from './move/journal.ts';
import { problemOf, withHome } from './move/sides.ts';

/**
 * Repeating it does no harm, so that it may be cut off at any place: the group is served when the home
 * schema names it, which comes last.
 *
 * @throws {UnusableDatabaseError} if the name or the schema is taken, or a server does not answer
 */
export async function addGroup(file: GroupsFile, group: string, place: GroupPlace): Promise<void> {
  const url = file.servers.get(place.server)!;
  const own = schemaUrl(url, place.schema);
  const name = `ordergate-add-${randomBytes(6).toString('hex')}`;
  await withHome(file, async (home) => {
    if (await isMade(home, group, place)) return;
    const environment = (await home.runText(ENVIRONMENT))[0]?.[0];
    try {
      await ensureSchema(url, place.schema, `${name}.make`);
      await prepareDatabase(own, `${name}.migrate`);
      await prepareMonths(own, `${name}.months`, Date.now());
      const connection = await Connection.open({ url: own, name, kind: 'long' });
      try {
        await refuseLedger(connection, place);
        // A group belongs to the environment of its home from its first moment.
        if (environment !== undefined) await connection.run(KEEP_ENVIRONMENT, [environment]);
      } finally {
        await connection.close();
      }
    } catch (error) {
      throw new UnusableDatabaseError(`server ${place.server}: ${problemOf(error)}`, {
        cause: error,
      });
    }
    await home.run(MAKE, [group, place.server, place.schema]);
  });
}

async function isMade(home: Connection, group: string, place: GroupPlace): Promise<boolean> {
  const groups = await listGroups(home);
  const refuse = (problem: string): never => {
    throw new UnusableDatabaseError(`${problem}. Nothing was changed.`);
  };
  for (const { name, server, schema } of groups) {
    const isThere = server === place.server && schema === place.schema;
    if (name === group && isThere) return true;
    if (name === group) refuse(`group ${group} is in schema ${schema} on server ${server} already`);
    if (Number(name) === Number(group)) refuse(`there is a group ${name} of that number already`);
    if (isThere) refuse(`schema ${schema} on server ${server} is that of group ${name}`);
  }
  return false;
}

/** Every node keeps its settings in a ledger that it opens; that of the environment may be ours. */
async function refuseLedger(connection: Connection, { schema }: GroupPlace): Promise<void> {
  const [row] = await connection.runText(USED);
  if (row![0] !== true) return;
  throw new UnusableDatabaseError(
    `the schema ${schema} holds a ledger already. Nothing was changed. Name another one with --schema`,
  );
}

const USED = `SELECT EXISTS (SELECT FROM settings WHERE name <> 'environment') OR EXISTS (SELECT FROM order_ids)`;
const ENVIRONMENT = "SELECT value FROM settings WHERE name = 'environment'";
const KEEP_ENVIRONMENT = {
  name: 'add-environment',
  text: `INSERT INTO settings VALUES ('environment', $1) ON CONFLICT (name) DO NOTHING`,
};
const MAKE = {
  name: 'add-group',
  text: 'INSERT INTO groups (name, server, schema) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING',
};
