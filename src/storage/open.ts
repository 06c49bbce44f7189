// Opens storage with the engine that the configuration asks for.
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Party } from '../core/party.ts';
import type { Sealer } from './seal.ts';
import { requireFiles } from './sqlite/data-directory.ts';
import { openSqlite } from './sqlite/open.ts';
import type { OpenStorage } from './storage.ts';

/** The place of the ledger: a directory, or a database that several nodes may share. */
export interface StoragePlace {
  readonly dataDirectory: string;
  readonly databaseUrl?: string | undefined;
  /** The file of a ledger in groups of owners, in place of both. */
  readonly groupsFile?: string | undefined;
}

export interface StorageOptions {
  /** False if the caller passed a clock, which then takes precedence over the database's time. */
  readonly databaseTime?: boolean;
  /**
   * Continues although acknowledged changes are known to be lost (a SQLite ledger without its log).
   */
  readonly acceptLoss?: boolean | undefined;
  /**
   * The limits of the request log. Only SQLite uses `reserveBytes`, because its disk belongs to
   * this machine. Only PostgreSQL uses `idsTellTime`: whether a call's id was made at the call's
   * time, so that a list by time reads only the ids of that time.
   */
  readonly requestLog?:
    | {
        readonly maxBytes: number;
        readonly reserveBytes: number;
        readonly idsTellTime?: boolean;
      }
    | undefined;
  /** The ids under which a party owns orders. Only groups of owners use it, to place them. */
  readonly ownersOf?: ((party: Party) => readonly string[]) | undefined;
}

export async function openStorage(
  { dataDirectory, databaseUrl, groupsFile }: StoragePlace,
  sealer: Sealer,
  options: StorageOptions = {},
): Promise<OpenStorage> {
  if (groupsFile !== undefined) {
    const { openGroups } = await import('./groups/open.ts');
    const { ownersOf = ({ partyId }) => [partyId] } = options;
    return openGroups(groupsFile, sealer, { ...options, ownersOf });
  }
  if (databaseUrl === undefined) return openSqlite(dataDirectory, sealer, {}, options);
  // Loaded on demand, so that a server on a directory does not wait for the driver.
  const { openPostgres } = await import('./postgres/open.ts');
  return openPostgres(databaseUrl, sealer, options);
}

/** Whether a ledger exists, of any version and state. Creates nothing. */
export async function holdsLedger(place: StoragePlace): Promise<boolean> {
  const { dataDirectory, databaseUrl, groupsFile } = place;
  if (groupsFile !== undefined) {
    const { holdsHome } = await import('./groups/open.ts');
    return holdsHome(groupsFile);
  }
  if (databaseUrl === undefined) {
    requireFiles(dataDirectory);
    return existsSync(join(dataDirectory, 'ledger.db'));
  }
  const { hasSchema } = await import('./postgres/database.ts');
  return hasSchema(databaseUrl, `ordergate-${randomUUID()}.look`);
}
