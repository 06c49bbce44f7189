// Backup, restore and migration: one way to copy rows from any source to any target.
import { randomUUID } from 'node:crypto';
import { lstatSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import type { StoragePlace } from '../open.ts';
import { differences, Sum, type Sums } from './digest.ts';
import { type BackupHeader, type BackupSecrets, readBackup, writeBackup } from './file.ts';
import {
  faultsOf,
  RESTORE,
  sumsOf,
  type TransferAudit,
  TransferError,
  type TransferSource,
  type TransferTarget,
} from './port.ts';

export type OnProgress = (rows: number) => void;

export interface TransferReport {
  readonly sums: Sums;
  /** The audit of the copied ledger; absent if not requested. */
  readonly audit?: TransferAudit;
}

/** Loads the driver on demand. Of a ledger in groups, the home schema is opened. */
export async function openSource({
  dataDirectory,
  databaseUrl,
  groupsFile,
}: StoragePlace): Promise<TransferSource> {
  if (groupsFile !== undefined) {
    const { homeUrl } = await import('../groups/file.ts');
    return (await import('../postgres/transfer.ts')).postgresSource(homeUrl(groupsFile));
  }
  if (databaseUrl === undefined)
    return (await import('../sqlite/transfer.ts')).sqliteSource(dataDirectory);
  return (await import('../postgres/transfer.ts')).postgresSource(databaseUrl);
}

export async function openTarget(
  { dataDirectory, databaseUrl }: StoragePlace,
  id: string,
): Promise<TransferTarget> {
  if (databaseUrl === undefined)
    return (await import('../sqlite/transfer.ts')).sqliteTarget(dataDirectory);
  return (await import('../postgres/transfer.ts')).postgresTarget(databaseUrl, id);
}

/** Makes a consistent copy of a ledger, even while a server uses it. */
export async function backUp(
  place: StoragePlace,
  file: string,
  about: { readonly version: string; readonly secrets?: BackupSecrets },
  onProgress: OnProgress,
): Promise<Sums> {
  const source = await openSource(place);
  try {
    return await writeBackup(file, source, about, onProgress);
  } finally {
    await source.close();
  }
}

export interface RestoreOptions {
  /** Null tests the backup in a temporary directory and keeps nothing. */
  readonly place: StoragePlace | null;
  /** Reads everything again and audits it. */
  readonly verify: boolean;
  readonly onProgress: OnProgress;
}

/**
 * @throws {TransferError} if the backup is damaged, the target is not empty, or rows did not arrive
 */
export async function restore(file: string, options: RestoreOptions): Promise<TransferReport> {
  if (options.place !== null) return restoreOrNothing(file, options.place, options);
  const dataDirectory = mkdtempSync(join(tmpdir(), 'ordergate-verify-'));
  try {
    return await restoreTo(file, { dataDirectory }, { ...options, verify: true });
  } finally {
    rmSync(dataDirectory, { recursive: true, force: true });
  }
}

/**
 * A failed restore leaves nothing: neither a directory that it created nor a file in an existing
 * one.
 */
async function restoreOrNothing(
  file: string,
  place: StoragePlace,
  options: RestoreOptions,
): Promise<TransferReport> {
  if (place.databaseUrl !== undefined) return restoreTo(file, place, options);
  const { dataDirectory } = place;
  const before = isThere(dataDirectory) ? readdirSync(dataDirectory) : null;
  const made = before === null ? firstMissing(dataDirectory) : null;
  try {
    return await restoreTo(file, place, options);
  } catch (error) {
    // A directory that was not empty was refused and keeps its content.
    const added =
      before === null ? [] : readdirSync(dataDirectory).filter((name) => !before.includes(name));
    for (const name of added) rmSync(join(dataDirectory, name), { recursive: true, force: true });
    if (made !== null) rmSync(made, { recursive: true, force: true });
    throw error;
  }
}

/** Also true for a link to nothing, which is not ours to remove. */
const isThere = (path: string): boolean => lstatSync(path, { throwIfNoEntry: false }) !== undefined;

/** The outermost missing directory of the path. */
function firstMissing(path: string): string {
  const parent = dirname(resolve(path));
  return isThere(parent) ? resolve(path) : firstMissing(parent);
}

/**
 * One of several ledgers that are released together: the copy keeps its mark, and serves nobody.
 *
 * @param id begins with {@link RESTORE}; the copy is finished under it
 */
export function restorePart(
  file: string,
  databaseUrl: string,
  id: string,
  options: Omit<RestoreOptions, 'place'>,
): Promise<TransferReport> {
  return restoreTo(file, { dataDirectory: '', databaseUrl }, options, { id, isPart: true });
}

async function restoreTo(
  file: string,
  place: StoragePlace,
  { verify, onProgress }: Omit<RestoreOptions, 'place'>,
  // An interrupted restore starts again in another place, because the file still exists.
  { id, isPart } = { id: `${RESTORE}${randomUUID()}`, isPart: false },
): Promise<TransferReport> {
  const target = await openTarget(place, id);
  try {
    let rows = 0;
    let header: BackupHeader | undefined;
    const brought: Record<string, Sum> = {};
    const sums = await readBackup(file, {
      async onHeader(found) {
        header = found;
      },
      async onRows(table, batch) {
        rows += batch.length;
        const kept = batch.map(target.storable);
        await target.add(table, kept, { table: table.name, rows });
        if (verify) {
          brought[table.name] ??= new Sum();
          brought[table.name]!.add(kept);
        }
        onProgress(rows);
      },
    });
    await target.finish();
    const expected = Object.entries(brought).map(([name, sum]) => [name, sum.result()]);
    const audit = verify && (await prove(target, { ...sums, ...Object.fromEntries(expected) }));
    if (!verify) await target.chain();
    if (header?.secrets && place.databaseUrl === undefined) writeSecrets(place, header.secrets);
    if (!isPart) await target.release();
    return { sums, ...(audit && { audit }) };
  } catch (error) {
    throw await abandoned(target, error);
  } finally {
    await target.close();
  }
}

/** The error of a failed restore, with the state of the target. */
async function abandoned(target: TransferTarget, error: unknown): Promise<unknown> {
  if (!target.abandon) return error;
  try {
    await target.abandon();
  } catch {
    if (!(error instanceof TransferError)) return error;
    return new TransferError(
      `${error.message}. The database still holds a part of the backup, and serves nobody. Run the restore again, which empties it first.`,
    );
  }
  if (!(error instanceof TransferError)) return error;
  return new TransferError(`${error.message}. The database is empty again.`);
}

function writeSecrets({ dataDirectory }: StoragePlace, secrets: BackupSecrets): void {
  const write = (name: string, text: string) =>
    writeFileSync(join(dataDirectory, name), `${text}\n`, { mode: 0o600 });
  write('master.key', secrets.masterKey);
  write('admin.token', secrets.adminToken);
}

/**
 * @throws {TransferError} if the copy differs from the expectation, or breaks a rule of the ledger
 */
export async function prove(target: TransferTarget, expected: Sums): Promise<TransferAudit> {
  const arrived = await target.readBack();
  try {
    const wrong = differences(expected, await sumsOf(arrived));
    if (wrong.length > 0) throw new TransferError(`the copy is not equal: ${wrong.join('; ')}`);
  } finally {
    await arrived.close();
  }
  // This runs only now, because rows with new hashes differ from those of the source.
  await target.chain();
  const chained = await target.readBack();
  try {
    const audit = await chained.audit();
    const faults = faultsOf(audit);
    if (faults.length > 0) throw new TransferError(`the ledger is not sound: ${faults.join('; ')}`);
    return audit;
  } finally {
    await chained.close();
  }
}
