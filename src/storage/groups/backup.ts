// A backup of a ledger in groups: a directory with an ordinary backup of each part, and a manifest.
import { hash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { OnProgress } from '../transfer/backup.ts';
import type { Sums } from '../transfer/digest.ts';
import { writeBackup } from '../transfer/file.ts';
import { TransferError } from '../transfer/port.ts';
import { readGroupsFile } from './file.ts';
import { withHome } from './move/sides.ts';
import { HOME, type Part, partsOf, withPart } from './parts.ts';

/** Increased when older programs could not read the directory correctly. */
const FORMAT = 1;
const MANIFEST = 'manifest.json';

/** Platform, owner and the name of its group. */
export type PlacedOwner = readonly [platform: string, owner: string, group: string];

export interface Manifest {
  readonly ordergate: 'backup of groups';
  readonly format: number;
  readonly version: string;
  readonly at: string;
  /** The part that is the home: a group that shares its schema, or {@link HOME}. */
  readonly home: string;
  /** The counts and digests of each part's file, so that no file of another backup takes its place. */
  readonly parts: Readonly<Record<string, Sums>>;
  readonly owners: readonly PlacedOwner[];
}

export const fileOf = (directory: string, part: string): string =>
  join(directory, `${part}.ndjson.gz`);

/**
 * Each part is as of one moment of its own, one after the other. The home comes last: the party of
 * every order is then in it.
 *
 * @throws {TransferError} if the directory exists, or if an owner was moved to another group meanwhile
 * @throws {UnusableDatabaseError} if a part does not answer, or a group is being moved
 */
export async function backUpGroups(
  groupsFile: string,
  directory: string,
  version: string,
  onProgress: OnProgress,
): Promise<Readonly<Record<string, Sums>>> {
  if (existsSync(directory)) {
    throw new TransferError(
      `${directory} exists already. Nothing was changed. Name another directory.`,
    );
  }
  const file = readGroupsFile(groupsFile);
  const readState = async () => ({
    parts: await partsOf(file),
    owners: await withHome(file, async (home) => {
      const rows = await home.runText(OWNERS);
      return rows.map((row) => row.map(String) as unknown as PlacedOwner);
    }),
  });
  const before = await readState();
  const making = `${directory}.part`;
  rmSync(making, { recursive: true, force: true });
  mkdirSync(making, { mode: 0o700 });
  try {
    const parts: Record<string, Sums> = {};
    let done = 0;
    for (const part of [...before.parts.slice(1), before.parts[0]!]) {
      let rows = 0;
      parts[part.name] = await withPart(part, (source) =>
        writeBackup(fileOf(making, part.name), source, { version }, (count) => {
          rows = count;
          onProgress(done + rows);
        }),
      );
      done += rows;
    }
    const after = await readState();
    refuseMoved(before, after);
    writeManifest(making, {
      ...{ ordergate: 'backup of groups', format: FORMAT, version, at: new Date().toISOString() },
      ...{ home: before.parts[0]!.name, parts, owners: after.owners },
    });
    renameSync(making, directory);
    return parts;
  } catch (error) {
    rmSync(making, { recursive: true, force: true });
    throw error;
  }
}

interface State {
  readonly parts: readonly Part[];
  readonly owners: readonly PlacedOwner[];
}

/** An owner that moved between two snapshots would be in both parts, or in none. */
function refuseMoved(before: State, after: State): void {
  const refuse = (what: string): never => {
    throw new TransferError(
      `${what} while the backup was made, so that its parts do not fit each other. No backup was made. Run the command again.`,
    );
  };
  const places = (state: State) => new Map(state.parts.map(({ name, url }) => [name, url]));
  const [old, now] = [places(before), places(after)];
  for (const [name, url] of now) {
    if (!old.has(name)) refuse(`group ${name} was added`);
    if (old.get(name) !== url) refuse(`group ${name} was moved`);
  }
  const groupOf = new Map(
    after.owners.map(([platform, owner, group]) => [`${platform}\n${owner}`, group]),
  );
  for (const [platform, owner, group] of before.owners) {
    if (groupOf.get(`${platform}\n${owner}`) !== group) {
      refuse(`the owner ${owner} of ${platform} was moved`);
    }
  }
}

function writeManifest(directory: string, manifest: Manifest): void {
  const text = JSON.stringify(manifest);
  writeFileSync(join(directory, MANIFEST), `${text}\n${hash('sha256', text)}\n`, {
    mode: 0o600,
    flush: true,
  });
}

/** @throws {TransferError} if the directory is no backup of groups, or its manifest was altered */
export function readManifest(directory: string): Manifest {
  const bad = (problem: string) => new TransferError(`${directory}: ${problem}`);
  const path = join(directory, MANIFEST);
  if (!existsSync(path)) throw bad(`it is no backup of groups: it has no ${MANIFEST}`);
  const [text = '', digest] = readFileSync(path, 'utf8').split('\n');
  if (hash('sha256', text) !== digest) throw bad(`its ${MANIFEST} is not as it was written`);
  const manifest = JSON.parse(text) as Manifest;
  if (manifest.format !== FORMAT) {
    throw bad(`it has format ${manifest.format}; this Ordergate reads ${FORMAT}`);
  }
  for (const name of Object.keys(manifest.parts)) {
    if (!existsSync(fileOf(directory, name))) throw bad(`${titleOf(name)} is missing`);
  }
  return manifest;
}

export const titleOf = (part: string): string => (part === HOME ? 'the home' : `group ${part}`);

const OWNERS = 'SELECT platform, party_id, group_name FROM party_groups ORDER BY 1, 2';
