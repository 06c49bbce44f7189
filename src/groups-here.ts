// What `ordergate groups` does with the groups of the file of ORDERGATE_GROUPS.
import { ConfigError } from './config.ts';
import { type GroupsFile, readGroupsFile } from './storage/groups/file.ts';
import { dropOld } from './storage/groups/move/after.ts';
import { type MoveReport, type MoveRequest, moveGroup } from './storage/groups/move/mover.ts';
import { type GroupOverview, readOverview } from './storage/groups/overview.ts';

/** @throws {ConfigError} if there is no file */
function fileOf(path: string | undefined): GroupsFile {
  if (path !== undefined) return readGroupsFile(path);
  throw new ConfigError(
    'ORDERGATE_GROUPS is not set: it names the file of the groups, which docs/scaling.md explains',
  );
}

export const groupsOf = async (path: string | undefined): Promise<GroupOverview[]> =>
  readOverview(fileOf(path));

export const moveGroupOf = async (
  path: string | undefined,
  request: Omit<MoveRequest, 'file'>,
): Promise<MoveReport> => moveGroup({ ...request, file: fileOf(path) });

export const dropOldOf = async (
  path: string | undefined,
  group: string,
  adminFrom: string | undefined,
): Promise<string[]> => dropOld(fileOf(path), group, { adminFrom });
