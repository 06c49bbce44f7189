// The groups that the home schema knows, and which of them are on a move.
import type { GroupsFile } from './file.ts';
import { listGroups, listMoves } from './move/journal.ts';
import { withHome } from './move/sides.ts';

export interface KnownGroups {
  readonly names: readonly string[];
  /** Groups with a move that goes on, or that was cut off. */
  readonly moving: readonly string[];
}

/** @throws {UnusableDatabaseError} if the home's server does not answer */
export const readKnown = (file: GroupsFile): Promise<KnownGroups> =>
  withHome(file, async (home) => ({
    names: (await listGroups(home)).map(({ name }) => name),
    moving: (await listMoves(home))
      .filter(({ endedAt }) => endedAt === null)
      .map(({ group }) => group),
  }));
