// Transfers the ledger of a stopped server from SQLite to PostgreSQL. An interrupted transfer can
// continue.
import { postgresTarget } from '../postgres/transfer.ts';
import type { Sealer } from '../seal.ts';
import { requireKey } from '../sqlite/open.ts';
import { sqliteSource } from '../sqlite/transfer.ts';
import {
  dropTransferMark,
  finishTransfer,
  readTransferMark,
  startTransfer,
  type TransferMark,
  takeStoppedLedger,
} from '../sqlite/transfer-mark.ts';
import { type OnProgress, prove, type TransferReport } from './backup.ts';
import { sumsOf, TransferError, type TransferSource, type TransferTarget } from './port.ts';
import { TABLES } from './tables.ts';

export interface MigrateOptions {
  readonly dataDirectory: string;
  readonly databaseUrl: string;
  /** Encrypts with the key that the nodes will have. */
  readonly sealer: Sealer;
  readonly onProgress: OnProgress;
}

/**
 * The directory stays locked during the transfer, so that nothing changes: SQLite has no list of
 * changes with which a copy could catch up. The mark stays, so that no server starts there again.
 *
 * @throws {DataDirectoryInUseError} if a server runs on it
 * @throws {TransferError} if the database is not empty, or if the copy differs
 */
export async function migrate(options: MigrateOptions): Promise<TransferReport> {
  const { dataDirectory, sealer, onProgress } = options;
  const unlock = takeStoppedLedger(dataDirectory);
  try {
    requireKey(dataDirectory, sealer);
    const isFirst = readTransferMark(dataDirectory) === null;
    const mark = startTransfer(dataDirectory);
    const source = sqliteSource(dataDirectory);
    try {
      const target = await openTarget(options, mark).catch((error: unknown) => {
        if (isFirst) dropTransferMark(dataDirectory);
        throw error;
      });
      try {
        await transferRows(source, target, onProgress);
        await target.finish();
        const sums = await sumsOf(source, target.storable);
        const audit = await prove(target, sums);
        // The mark comes first: after a kill between the two steps, the database still waits for
        // another run.
        finishTransfer(dataDirectory, mark);
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
  { id, finishedAt }: TransferMark,
): Promise<TransferTarget> {
  try {
    return await postgresTarget(databaseUrl, id, finishedAt === null);
  } catch (error) {
    if (finishedAt === null || !(error instanceof TransferError)) throw error;
    throw new TransferError(
      `${dataDirectory} was moved already, at ${finishedAt}. Nothing was changed.`,
    );
  }
}

async function transferRows(
  source: TransferSource,
  target: TransferTarget,
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
