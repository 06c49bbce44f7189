// Moves the ledger of a stopped server from SQLite to PostgreSQL; cut off, it goes on where it was.
import { postgresTarget } from '../postgres/copy.ts';
import type { Sealer } from '../seal.ts';
import { sqliteSource } from '../sqlite/copy.ts';
import {
  dropMove,
  finishMove,
  type Move,
  readMove,
  startMove,
  takeStoppedLedger,
} from '../sqlite/move.ts';
import { requireKey } from '../sqlite/open.ts';
import { type CopyReport, type OnProgress, prove } from './copy.ts';
import { CopyError, type CopySource, type CopyTarget, sumsOf } from './port.ts';
import { TABLES } from './tables.ts';

export interface MigrateOptions {
  readonly dataDirectory: string;
  readonly databaseUrl: string;
  /** Under the key that the nodes will have. */
  readonly sealer: Sealer;
  readonly onProgress: OnProgress;
}

/**
 * The directory's lock is held all the while, so that nothing changes: a copy beside a server would
 * have to catch up with it in the end, and SQLite keeps no list of changes to all of its tables. Its mark
 * stays behind, so that no server starts there again.
 *
 * @throws {DataDirectoryInUseError} where a server runs on it
 * @throws {CopyError} where the database is not empty, or what arrived is not what was there
 */
export async function migrate(options: MigrateOptions): Promise<CopyReport> {
  const { dataDirectory, sealer, onProgress } = options;
  const unlock = takeStoppedLedger(dataDirectory);
  try {
    requireKey(dataDirectory, sealer);
    const isFirst = readMove(dataDirectory) === null;
    const move = startMove(dataDirectory);
    const source = sqliteSource(dataDirectory);
    try {
      const target = await openTarget(options, move).catch((error: unknown) => {
        if (isFirst) dropMove(dataDirectory);
        throw error;
      });
      try {
        await copyRows(source, target, onProgress);
        await target.finish();
        const sums = await sumsOf(source, target.storable);
        const audit = await prove(target, sums);
        // The mark first: killed between the two, the database still waits for another run.
        finishMove(dataDirectory, move);
        await target.release();
        return { sums, audit };
      } finally {
        await target.close();
      }
    } finally {
      await source.close();
    }
  } finally {
    unlock();
  }
}

async function openTarget(
  { dataDirectory, databaseUrl }: MigrateOptions,
  { id, finishedAt }: Move,
): Promise<CopyTarget> {
  try {
    return await postgresTarget(databaseUrl, id, finishedAt === null);
  } catch (error) {
    if (finishedAt === null || !(error instanceof CopyError)) throw error;
    throw new CopyError(
      `${dataDirectory} was moved already, at ${finishedAt}. Nothing was changed.`,
    );
  }
}

async function copyRows(
  source: CopySource,
  target: CopyTarget,
  onProgress: OnProgress,
): Promise<void> {
  const { progress } = target;
  let total = 0;
  let isBehind = progress !== null;
  for (const table of TABLES) {
    const goesOn = progress?.table === table.name;
    if (isBehind && !goesOn) continue;
    isBehind = false;
    let rows = goesOn ? progress.rows : 0;
    for await (const batch of source.rows(table, rows)) {
      rows += batch.length;
      total += batch.length;
      await target.add(table, batch.map(target.storable), { table: table.name, rows });
      onProgress(total);
    }
  }
}
