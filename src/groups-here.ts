// What `ordergate groups` does with the groups of the file of ORDERGATE_GROUPS.
import { accessSync, constants, existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { type Config, ConfigError, UsageError } from './config.ts';
import { ownersOf } from './directory/owners.ts';
import { platformsOf } from './platform-file.ts';
import { addGroup } from './storage/groups/add.ts';
import { backUpGroups } from './storage/groups/backup.ts';
import { type Begun, beginGroups, FIRST_GROUP, type OwnerName } from './storage/groups/begin.ts';
import {
  type GroupPlace,
  type GroupsFile,
  groupsFileText,
  homeUrl,
  parseGroupsFile,
  readGroupsFile,
  writeGroupsFile,
} from './storage/groups/file.ts';
import { type KnownGroups, readKnown } from './storage/groups/known.ts';
import { dropOld } from './storage/groups/move/after.ts';
import { type MoveReport, type MoveRequest, moveGroup } from './storage/groups/move/mover.ts';
import { type GroupOverview, readOverview } from './storage/groups/overview.ts';
import {
  moveParty,
  type PartyMoveReport,
  type PartyMoveRequest,
} from './storage/groups/party/mover.ts';
import { restoreGroups } from './storage/groups/restore.ts';
import { partiesOf } from './transfers.ts';
import { VERSION } from './version.ts';

/** @throws {UsageError} if no file is named */
function fileOf(path: string | undefined): GroupsFile {
  if (path !== undefined) return readGroupsFile(path);
  throw new UsageError(
    'ORDERGATE_GROUPS is not set: it names the file of the groups, which docs/scaling.md explains',
  );
}

export const groupsOf = async (path: string | undefined): Promise<GroupOverview[]> =>
  readOverview(fileOf(path));

/** @throws {UsageError} if there is no such group or server, or no move that could go back */
export async function moveGroupOf(
  path: string | undefined,
  request: Omit<MoveRequest, 'file'>,
): Promise<MoveReport> {
  const { group, to, back } = request;
  const file = fileOf(path);
  if (!back) requireServer(file, path!, to);
  const { moving } = await requireGroup(file, group);
  if (back && !moving.includes(group)) {
    throw new UsageError(`no move of group ${group} is under way`);
  }
  return moveGroup({ ...request, file });
}

export interface PartyMoveOptions extends Pick<PartyMoveRequest, 'back' | 'onPoint'> {
  /** PLATFORM/PARTY */
  readonly party: string;
  /** The name of a group. */
  readonly to: string;
}

/**
 * Moves a party with all ids under which it owns orders. Parties that share such an id with it move, too.
 *
 * @throws {UsageError} if there is no such party or group
 */
export async function movePartyOf(
  config: Config,
  { party, ...request }: PartyMoveOptions,
): Promise<PartyMoveReport & { readonly ids: readonly string[] }> {
  const file = fileOf(config.groupsFile);
  const [platform = '', partyId = ''] = /^([a-z0-9-]+)\/(.+)$/s.exec(party)?.slice(1) ?? [];
  if (partyId === '') throw new UsageError(`"${party}" has to be PLATFORM/PARTY`);
  if (!request.back) await requireGroup(file, request.to);
  const ids = await idsThatMove(config, platform, partyId);
  const report = await moveParty({ ...request, file, platform, partyId, owners: ids });
  return { ...report, ids };
}

/** The ids of the party, and of each party that shares one of them. */
async function idsThatMove(
  config: Config,
  platform: string,
  partyId: string,
): Promise<readonly string[]> {
  const its = (await platformsOf(config)).find(({ name }) => name === platform);
  const parties: (readonly string[])[] = [];
  const home = { ...config, databaseUrl: homeUrl(config.groupsFile!) };
  for await (const party of partiesOf(home)) {
    if (its && party.platform === platform) parties.push([party.partyId, ...ownersOf(its, party)]);
  }
  if (!parties.some(([id]) => id === partyId))
    throw new UsageError(`there is no party "${partyId}" of ${platform}`);
  const ids = new Set([partyId]);
  for (let size = 0; size < ids.size; ) {
    size = ids.size;
    for (const all of parties) if (all.some((id) => ids.has(id))) for (const id of all) ids.add(id);
  }
  return [...ids];
}

/** @throws {UsageError} if there is no such group */
export async function dropOldOf(
  path: string | undefined,
  group: string,
  adminFrom: string | undefined,
): Promise<string[]> {
  const file = fileOf(path);
  await requireGroup(file, group);
  return dropOld(file, group, { adminFrom });
}

function requireServer({ servers }: GroupsFile, path: string, server: string): void {
  if (servers.has(server)) return;
  throw new UsageError(
    `${path} names no server ${server}; it has ${[...servers.keys()].join(', ')}. A new server's URL has to be in the file of every node first, and the nodes started with it.`,
  );
}

async function requireGroup(file: GroupsFile, group: string): Promise<KnownGroups> {
  const known = await readKnown(file);
  if (known.names.includes(group)) return known;
  throw new UsageError(`there is no group ${group}; there are: ${known.names.join(', ')}`);
}

/**
 * Makes the ledger of ORDERGATE_DATABASE_URL group 00 where it stands, and writes the file of the
 * groups. A file from before has to name the same place.
 */
export async function beginGroupsOf(config: Config, path: string): Promise<Begun> {
  const { databaseUrl } = config;
  if (databaseUrl === undefined) {
    throw new UsageError(
      `ORDERGATE_DATABASE_URL is not set: it names the ledger that becomes group ${FIRST_GROUP}`,
    );
  }
  const known = existsSync(path) ? readGroupsFile(path) : undefined;
  const first = known?.groups.get(FIRST_GROUP);
  if (known && (first?.server !== known.home.server || first.schema !== known.home.schema)) {
    throw new ConfigError(
      `${path} does not name its home as group ${FIRST_GROUP}. Nothing was changed. Name another file.`,
    );
  }
  if (!known) requireFolder(path);
  const server = known?.home.server ?? 'a';
  const begun = await beginGroups(databaseUrl, {
    ...{ server, expected: known?.home.schema },
    readOwners: () => ownersIn(config),
  });
  if (!known) {
    const home = { server, schema: begun.schema };
    const servers = new Map([[server, databaseUrl]]);
    writeGroupsFile(path, { home, servers, groups: new Map([[FIRST_GROUP, home]]) });
  }
  return begun;
}

function requireFolder(path: string): void {
  try {
    accessSync(dirname(resolve(path)), constants.W_OK);
  } catch {
    throw new ConfigError(`${path} cannot be written. Nothing was changed. Name another file.`);
  }
}

async function ownersIn(config: Config): Promise<OwnerName[]> {
  const platforms = await platformsOf(config);
  const owners: OwnerName[] = [];
  for await (const party of partiesOf(config)) {
    const platform = platforms.find(({ name }) => name === party.platform);
    if (!platform) continue;
    for (const owner of ownersOf(platform, party)) owners.push([party.platform, owner]);
  }
  return owners;
}

export interface AddRequest {
  readonly group: string;
  readonly server: string;
  /** Default: `ordergate_` and the name of the group. */
  readonly schema?: string | undefined;
  /** Whether the file gets the group's line. */
  readonly write: boolean;
}

/** @returns where the group is, and whether the file names it now */
export async function addGroupOf(
  path: string | undefined,
  { group, server, schema = `ordergate_${group}`, write }: AddRequest,
): Promise<GroupPlace & { readonly isInFile: boolean }> {
  const file = fileOf(path);
  const { groups } = file;
  requireServer(file, path!, server);
  const place = { server, schema };
  const known = groups.get(group);
  if (known && (known.server !== server || known.schema !== schema)) {
    throw new ConfigError(
      `${path} has group ${group} in schema ${known.schema} on server ${known.server}. Nothing was changed.`,
    );
  }
  const wanted = { ...file, groups: new Map([...groups, [group, place]]) };
  parseGroupsFile(groupsFileText(wanted), path!); // Refuses names as a start would.
  await addGroup(file, group, place);
  if (write && !known) writeGroupsFile(path!, wanted);
  return { ...place, isInFile: write || known !== undefined };
}

/** A directory with a copy of each group. @returns counts and digests by group */
export const backUpAllGroups = (
  groupsFile: string,
  directory: string,
  onProgress: (rows: number) => void,
) => backUpGroups(groupsFile, directory, VERSION, onProgress);

/** Restores such a directory. @returns what was restored, by group */
export const restoreAllGroups = restoreGroups;
