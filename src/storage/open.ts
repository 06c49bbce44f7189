// Opens storage with the engine that the configuration asks for.
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Sealer } from './seal.ts';
import { requireFiles } from './sqlite/data-directory.ts';
import { openSqlite } from './sqlite/open.ts';
import type { OpenStorage } from './storage.ts';

/** Where the ledger is: a directory, or a database that several nodes may share. */
export interface StoragePlace {
  readonly dataDirectory: string;
  readonly databaseUrl?: string | undefined;
}

export interface StorageOptions {
  /** False where a clock of this process was handed in, which then wins over the database's time. */
  readonly databaseTime?: boolean;
  /** Goes on where acknowledged changes are known to be lost (a SQLite ledger without its log). */
  readonly acceptLoss?: boolean | undefined;
  /** The bounds of the request log; `reserveBytes` counts on SQLite, whose disk this process sees. */
  readonly requestLog?: { readonly maxBytes: number; readonly reserveBytes: number } | undefined;
}

export async function openStorage(
  { dataDirectory, databaseUrl }: StoragePlace,
  sealer: Sealer,
  options: StorageOptions = {},
): Promise<OpenStorage> {
  if (databaseUrl === undefined) return openSqlite(dataDirectory, sealer, {}, options);
  // Loaded here: who serves from a directory does not wait for a driver to be read.
  const { openPostgres } = await import('./postgres/open.ts');
  return openPostgres(databaseUrl, sealer, options);
}

/** Whether there is a ledger to open, of whatever version and state. Nothing is made. */
export async function holdsLedger({ dataDirectory, databaseUrl }: StoragePlace): Promise<boolean> {
  if (databaseUrl === undefined) {
    requireFiles(dataDirectory);
    return existsSync(join(dataDirectory, 'ledger.db'));
  }
  const { hasSchema } = await import('./postgres/database.ts');
  return hasSchema(databaseUrl, `ordergate-${randomUUID()}.look`);
}
