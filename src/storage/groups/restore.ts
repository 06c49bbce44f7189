// Restores a backup of groups into the schemas of the file of the groups, or proves it.
import { randomUUID } from 'node:crypto';
import { CannotConnectError } from '../postgres/connect-errors.ts';
import { Connection, type Row } from '../postgres/connection.ts';
import { ConnectionLostError, UnusableDatabaseError } from '../postgres/errors.ts';
import { postgresTarget } from '../postgres/transfer.ts';
import { type OnProgress, restore, restorePart, type TransferReport } from '../transfer/backup.ts';
import { differences, type Sums } from '../transfer/digest.ts';
import { RESTORE, TransferError } from '../transfer/port.ts';
import { ensureSchema } from './adopt.ts';
import { fileOf, type Manifest, readManifest, titleOf } from './backup.ts';
import { type GroupPlace, type GroupsFile, readGroupsFile, schemaUrl } from './file.ts';
import { problemOf } from './move/sides.ts';
import { HOME } from './parts.ts';

export interface GroupsRestore {
  /** Null proves the backup in temporary directories, and keeps nothing. */
  readonly groupsFile: string | null;
  readonly verify: boolean;
  readonly onProgress: OnProgress;
}

export type PartReports = Readonly<Record<string, TransferReport>>;

/** Orders in one statement. */
const BATCH = 10_000;

/**
 * No part can be served before all are complete: each schema keeps the mark of an unfinished copy, and
 * the home loses it last. After a kill, run it again: it empties what it had brought.
 *
 * @throws {TransferError} if the backup is damaged, does not fit the file, or a schema holds a ledger
 */
export async function restoreGroups(
  directory: string,
  { groupsFile, verify, onProgress }: GroupsRestore,
): Promise<PartReports> {
  const manifest = readManifest(directory);
  // The home comes first, so that no node can start on it meanwhile.
  const names = [manifest.home, ...Object.keys(manifest.parts).filter((n) => n !== manifest.home)];
  const reports: Record<string, TransferReport> = {};
  let done = 0;
  const counted = (rows: number) => onProgress(done + rows);
  const keep = (name: string, report: TransferReport): void => {
    refuseOther(directory, name, manifest.parts[name]!, report.sums);
    reports[name] = report;
    done += Object.values(report.sums).reduce((sum, { rows }) => sum + rows, 0);
  };
  if (groupsFile === null) {
    for (const name of names) {
      const options = { place: null, verify: true, onProgress: counted };
      keep(name, await restore(fileOf(directory, name), options));
    }
    return reports;
  }
  const file = readGroupsFile(groupsFile);
  const places = placesIn(manifest, file, groupsFile);
  const id = `${RESTORE}${randomUUID()}`;
  const begun: string[] = [];
  try {
    for (const name of names) {
      const { server, schema } = places.get(name)!;
      const url = file.servers.get(server)!;
      const databaseUrl = schemaUrl(url, schema);
      const report = await named(name, server, async () => {
        await ensureSchema(url, schema, newName());
        const options = { verify, onProgress: counted };
        return restorePart(fileOf(directory, name), databaseUrl, id, options);
      });
      begun.push(databaseUrl);
      keep(name, report);
    }
    await placeAll(manifest, file, places);
  } catch (error) {
    for (const url of begun) await giveUp(url, id);
    throw error;
  }
  for (const url of begun.toReversed()) await finish(url, id, (target) => target.release());
  return reports;
}

/** The error of a part, with its name. */
async function named<T>(name: string, server: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof TransferError) {
      throw new TransferError(`${titleOf(name)}: ${error.message}`);
    }
    const isOfServer = error instanceof CannotConnectError || error instanceof ConnectionLostError;
    if (!isOfServer && !(error instanceof UnusableDatabaseError)) throw error;
    const problem = `${titleOf(name)} on server ${server}: ${problemOf(error)}`;
    throw new UnusableDatabaseError(problem, { cause: error });
  }
}

const newName = (): string => `ordergate-restore-${randomUUID().slice(-12)}`;

function refuseOther(directory: string, name: string, wanted: Sums, found: Sums): void {
  const [wrong] = differences(wanted, found);
  if (wrong === undefined) return;
  throw new TransferError(
    `${fileOf(directory, name)}: it is not the file that the backup was made with: ${wrong}`,
  );
}

/** Where each part goes. @throws {TransferError} before anything is changed */
function placesIn(
  { home, parts }: Manifest,
  file: GroupsFile,
  path: string,
): ReadonlyMap<string, GroupPlace> {
  const refuse = (problem: string): never => {
    throw new TransferError(`${path}: ${problem}. Nothing was changed.`);
  };
  const same = (a: GroupPlace, b: GroupPlace) => a.server === b.server && a.schema === b.schema;
  const sharing = [...file.groups].find(([, place]) => same(place, file.home))?.[0] ?? HOME;
  if (sharing !== home) {
    refuse(
      home === HOME
        ? `its home is the schema of group ${sharing}, and that of the backup is no group`
        : `its home has to be the schema of group ${home}, as in the backup`,
    );
  }
  return new Map(
    Object.keys(parts).map((name) => {
      const place = name === HOME ? file.home : file.groups.get(name);
      return [name, place ?? refuse(`it names no group ${name}, which the backup holds`)];
    }),
  );
}

/** Writes into the home which group each owner and each order belongs to, and where the groups are. */
async function placeAll(
  { owners, parts }: Manifest,
  file: GroupsFile,
  places: ReadonlyMap<string, GroupPlace>,
): Promise<void> {
  const open = ({ server, schema }: GroupPlace) => {
    const url = schemaUrl(file.servers.get(server)!, schema);
    return Connection.open({ url, name: newName(), kind: 'long' });
  };
  const home = await open(file.home);
  try {
    await home.transaction(async () => {
      // What a restore has left that was killed after this transaction.
      await home.runEach('DELETE FROM groups; DELETE FROM party_groups; TRUNCATE order_places');
      await home.run(
        PLACE_OWNERS,
        [0, 1, 2].map((i) => owners.map((owner) => owner[i])),
      );
      for (const name of Object.keys(parts)) {
        if (name === HOME) continue;
        const place = places.get(name)!;
        const group = await open(place);
        try {
          await placeOrders(home, group, name);
        } finally {
          await group.close();
        }
        await home.run(MAKE, [name, place.server, place.schema]);
      }
    });
  } finally {
    await home.close();
  }
}

async function placeOrders(home: Connection, group: Connection, name: string): Promise<void> {
  for (let last: readonly unknown[] = ['', '']; ; ) {
    const rows = await group.run(ORDERS, [...last, BATCH]);
    if (rows.length === 0) return;
    const ids = rows.map(([orderId]) => orderId);
    const [[placed]] = (await home.run(PLACE_ORDERS, [
      ...[rows.map(([, platform]) => platform), ids, name],
    ])) as [Row];
    if (Number(placed) < rows.length) {
      throw new TransferError(
        `${rows.length - Number(placed)} of the orders ${ids[0]} to ${ids.at(-1)} of group ${name} are in another group, too`,
      );
    }
    last = rows.at(-1)!;
  }
}

type Target = Awaited<ReturnType<typeof postgresTarget>>;

async function finish(
  url: string,
  id: string,
  work: (target: Target) => Promise<void> | undefined,
): Promise<void> {
  const target = await postgresTarget(url, id, false);
  try {
    await work(target);
  } finally {
    await target.close();
  }
}

/** If a server is gone, its schema keeps the mark, so that nobody serves it. */
const giveUp = (url: string, id: string): Promise<void> =>
  finish(url, id, (target) => target.abandon?.()).catch(() => {});

const ORDERS = {
  name: 'restored-orders',
  text: `SELECT order_id, platform FROM order_ids WHERE (order_id, platform) > ($1, $2) ORDER BY 1, 2 LIMIT $3`,
};
const PLACE_OWNERS = {
  name: 'restore-owners',
  text: 'INSERT INTO party_groups SELECT * FROM unnest($1::text[], $2::text[], $3::text[])',
};
const PLACE_ORDERS = {
  name: 'restore-orders',
  text: `WITH placed AS (INSERT INTO order_places SELECT platform, order_id, $3
      FROM unnest($1::text[], $2::text[]) AS o (platform, order_id) ON CONFLICT DO NOTHING RETURNING 1)
    SELECT count(*) FROM placed`,
};
const MAKE = {
  name: 'restore-group',
  text: 'INSERT INTO groups (name, server, schema) VALUES ($1, $2, $3)',
};
