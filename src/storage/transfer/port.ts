// What an engine does to be the source of a transfer, and to be its target.
import type { CallbackAudit } from '../../core/callbacks.ts';
import type { LedgerAudit } from '../../core/ledger.ts';
import { Sum, type Sums } from './digest.ts';
import { TABLES, type TransferTable } from './tables.ts';

/** A row is a line: the JSON array of its columns. Batches bound what is in memory at once. */
export type Batch = readonly string[];

export interface TransferSource {
  readonly engine: 'sqlite' | 'postgres';
  /** The rows of one moment, the same for all tables; `skip` leaves out the first ones. */
  rows(table: TransferTable, skip?: number): AsyncIterable<Batch>;
  /** The setting as it was at that moment. */
  setting(name: string): Promise<string | null>;
  audit(): Promise<TransferAudit>;
  /** The head over all changes, as it is written down. */
  head(): Promise<string>;
  close(): Promise<void>;
}

export type TransferAudit = LedgerAudit & CallbackAudit;

/** How far a transfer has come: rows of a table that are in, and all tables before it. */
export interface Progress {
  readonly table: string;
  readonly rows: number;
}

export interface TransferTarget {
  /** Where a transfer of the same id was cut off; null where nothing has been brought in. */
  readonly progress: Progress | null;
  /** The row as this engine can keep it. */
  readonly storable: (line: string) => string;
  /** Keeps the rows and how far it has come, both or neither. */
  add(table: TransferTable, batch: Batch, progress: Progress): Promise<void>;
  /** All rows are in: what is counted on goes on behind them. Can be asked twice. */
  finish(): Promise<void>;
  /** Chains what the source had not chained, once the rows were compared. Can be asked twice. */
  chain(): Promise<void>;
  /** What was brought in, to be read again and audited. */
  readBack(): Promise<TransferSource>;
  /** From now on it is a ledger like any other. */
  release(): Promise<void>;
  /** After a restore has failed: takes away what it brought in, where that is not a file of its own. */
  abandon?(): Promise<void>;
  /** Lets go; what was not released stays unusable. */
  close(): Promise<void>;
}

/** Not empty, not complete, or not what it was: nothing that is there was changed. */
export class TransferError extends Error {
  readonly code = 'ERR_COPY';
  override readonly name = 'TransferError';
}

/** Begins the id of a restore: it is begun anew where it was cut off, where a migration goes on. */
export const RESTORE = 'restore-';

/** Bytes of rows, about, that are handed on at once. */
export const BATCH_CHARACTERS = 1_000_000;
export const BATCH_ROWS = 1000;

/** Reads all of it. `storable`: as another engine would hold it. */
export async function sumsOf(
  source: TransferSource,
  storable: (line: string) => string = (line) => line,
): Promise<Sums> {
  const sums: Record<string, ReturnType<Sum['result']>> = {};
  for (const table of TABLES) {
    const sum = new Sum();
    for await (const batch of source.rows(table)) sum.add(batch.map(storable));
    sums[table.name] = sum.result();
  }
  return sums;
}

/** What breaks a rule of the ledger, in words; none where it is sound. */
export function faultsOf({
  damage,
  notes: _,
  orders: __,
  changes: ___,
  ...counts
}: TransferAudit): string[] {
  const broken = Object.entries(counts).filter(([, count]) => count !== 0);
  return [...damage, ...broken.map(([fault, count]) => `${fault}: ${count}`)];
}
