// The interfaces by which an engine is the source or the target of a transfer.
import type { CallbackAudit } from '../../core/callback-audit.ts';
import type { LedgerAudit } from '../../core/ledger.ts';
import { Sum, type Sums } from './digest.ts';
import { TABLES, type TransferTable } from './tables.ts';

/** A row is a line: the JSON array of its columns. Batches limit the memory. */
export type Batch = readonly string[];

export interface TransferSource {
  readonly engine: 'sqlite' | 'postgres';
  /** The rows of one moment, equal for all tables; `skip` omits the first rows. */
  rows(table: TransferTable, skip?: number): AsyncIterable<Batch>;
  /** The setting's value at that moment. */
  setting(name: string): Promise<string | null>;
  audit(): Promise<TransferAudit>;
  /** The head over all changes, as text. */
  head(): Promise<string>;
  close(): Promise<void>;
}

export type TransferAudit = LedgerAudit & CallbackAudit;

/** The progress of a transfer: all earlier tables, and a number of rows of one table. */
export interface Progress {
  readonly table: string;
  readonly rows: number;
}

export interface TransferTarget {
  /** Where a transfer of the same id was interrupted; null if nothing was transferred. */
  readonly progress: Progress | null;
  /** The row as this engine can store it. */
  readonly storable: (line: string) => string;
  /** Stores the rows and the progress in one transaction. */
  add(table: TransferTable, batch: Batch, progress: Progress): Promise<void>;
  /** Sets sequences after all rows have arrived. May be called twice. */
  finish(): Promise<void>;
  /**
   * Chains changes that the source had not chained, after the rows were compared. May be called
   * twice.
   */
  chain(): Promise<void>;
  /** Opens the copy to read and audit it. */
  readBack(): Promise<TransferSource>;
  /** Makes the copy an ordinary ledger. */
  release(): Promise<void>;
  /** After a failed restore: deletes the copied data, unless the copy is a file of its own. */
  abandon?(): Promise<void>;
  /** Closes the target; an unreleased copy stays unusable. */
  close(): Promise<void>;
}

/**
 * The target is not empty, or the source is incomplete or altered. Existing data was not changed.
 */
export class TransferError extends Error {
  readonly code = 'ERR_COPY';
  override readonly name = 'TransferError';
}

/** The beginning of a restore's id. An interrupted restore starts again; a migration continues. */
export const RESTORE = 'restore-';

/** The approximate size of a batch in characters. */
export const BATCH_CHARACTERS = 1_000_000;
export const BATCH_ROWS = 1000;

/**
 * Reads everything.
 * `storable`: converts rows to the form of another engine.
 */
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

/** The broken rules of the ledger in words; empty if it is sound. */
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
