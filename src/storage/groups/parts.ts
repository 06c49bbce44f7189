// The ledgers that a ledger in groups consists of: one for each group, and the home if it is none of them.
import { CannotConnectError } from '../postgres/connect-errors.ts';
import { ConnectionLostError, UnusableDatabaseError } from '../postgres/errors.ts';
import { postgresSource } from '../postgres/transfer.ts';
import type { TransferSource } from '../transfer/port.ts';
import type { GroupsFile } from './file.ts';
import { schemaUrl } from './file.ts';
import { listGroups } from './move/journal.ts';
import { problemOf, withHome } from './move/sides.ts';

/** The name of the home among the parts, where it is no group's schema. */
export const HOME = 'home';

export interface Part {
  /** The name of the group, or {@link HOME}. */
  readonly name: string;
  readonly server: string;
  readonly schema: string;
  /** Leads to the schema. */
  readonly url: string;
}

/**
 * The home comes first, or else the group that shares its schema. No group may be moving: a part would
 * be read at a place that it leaves.
 *
 * @throws {UnusableDatabaseError} if the home does not answer, the file lacks a server, or a group is
 * being moved
 */
export async function partsOf(file: GroupsFile): Promise<readonly Part[]> {
  const groups = await withHome(file, listGroups);
  const moving = groups.find(({ state }) => state === 'moving');
  if (moving) {
    throw new UnusableDatabaseError(
      `group ${moving.name} is being moved. Nothing was read. Wait until \`ordergate groups list\` shows it as serving.`,
    );
  }
  const isHome = ({ server, schema }: { server: string; schema: string }) =>
    server === file.home.server && schema === file.home.schema;
  const first = groups.some(isHome) ? groups.filter(isHome) : [{ ...file.home, name: HOME }];
  return [...first, ...groups.filter((group) => !isHome(group))].map(
    ({ name, server, schema }) => ({
      ...{ name, server, schema },
      url: schemaUrl(urlOf(file, name, server), schema),
    }),
  );
}

function urlOf({ servers }: GroupsFile, name: string, server: string): string {
  const url = servers.get(server);
  if (url !== undefined) return url;
  throw new UnusableDatabaseError(
    `group ${name} is on server ${server}, which the file of ORDERGATE_GROUPS does not name. Nothing was read. Add its URL.`,
  );
}

/** Works with a part. @throws {UnusableDatabaseError} that names the part, if its server does not answer */
export async function withPart<T>(
  { name, server, url }: Part,
  work: (source: TransferSource) => Promise<T>,
): Promise<T> {
  let source: TransferSource | undefined;
  try {
    source = await postgresSource(url);
    return await work(source);
  } catch (error) {
    const isOfServer = error instanceof CannotConnectError || error instanceof ConnectionLostError;
    if (!isOfServer && !(error instanceof UnusableDatabaseError)) throw error;
    const part = name === HOME ? 'the home' : `group ${name}`;
    throw new UnusableDatabaseError(`${part} on server ${server}: ${problemOf(error)}`, {
      cause: error,
    });
  } finally {
    await source?.close();
  }
}
