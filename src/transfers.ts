// Wires backup, restore and migration: selects the ledger and the secrets.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Config, ConfigError, UsageError } from './config.ts';
import type { Party } from './core/party.ts';
import { requireLedger } from './require-ledger.ts';
import { readAdminToken, readMasterKey, readOldMasterKeys } from './secrets.ts';
import { partyFromJson } from './storage/party-row.ts';
import { Sealer } from './storage/seal.ts';
import {
  backUp,
  type OnProgress,
  openSource,
  type RestoreOptions,
  restore,
  type TransferReport,
} from './storage/transfer/backup.ts';
import type { Sums } from './storage/transfer/digest.ts';
import { TABLES } from './storage/transfer/tables.ts';
import { VERSION } from './version.ts';

/** A consistent copy of the ledger. A server may continue to use the ledger. */
export async function backUpLedger(
  config: Config,
  file: string,
  { withKey }: { readonly withKey: boolean },
  onProgress: OnProgress,
): Promise<Sums> {
  await requireLedger(config); // Before a token is made.
  const secrets = withKey
    ? { masterKey: readExistingKey(config).toString('hex'), adminToken: readAdminToken(config) }
    : undefined;
  return backUp(config, file, { version: VERSION, ...(secrets && { secrets }) }, onProgress);
}

/** Restores a backup to a new place, or proves that it could be restored. */
export function restoreLedger(
  file: string,
  options: Omit<RestoreOptions, 'onProgress'>,
  onProgress: OnProgress,
): Promise<TransferReport> {
  return restore(file, { ...options, onProgress });
}

/** Transfers the ledger of the data directory to the database. */
export async function migrateLedger(
  config: Config,
  onProgress: OnProgress,
): Promise<TransferReport> {
  const { dataDirectory, databaseUrl, groupsFile } = config;
  if (groupsFile !== undefined) {
    throw new UsageError(
      'ORDERGATE_GROUPS is set, and a ledger moves to one PostgreSQL: name it in ORDERGATE_DATABASE_URL, and make groups of it then (ordergate help groups). Nothing was changed.',
    );
  }
  if (databaseUrl === undefined) {
    throw new UsageError(
      'ORDERGATE_DATABASE_URL has to name the database that the ledger moves to',
    );
  }
  await requireLedger({ dataDirectory });
  const { migrate } = await import('./storage/transfer/migrate.ts');
  const sealer = new Sealer(
    readExistingKey({ ...config, databaseUrl: undefined }),
    readOldMasterKeys(config),
  );
  return migrate({ dataDirectory, databaseUrl, sealer, onProgress });
}

/** The existing key, because a new key would open nothing. */
function readExistingKey(config: Config): Buffer {
  const { masterKey, dataDirectory } = config;
  if (masterKey === undefined && !existsSync(join(dataDirectory, 'master.key'))) {
    throw new ConfigError(`${dataDirectory} holds no master.key, and ORDERGATE_KEY is not set`);
  }
  return readMasterKey(config);
}

/** The current head of the ledger, also while a server runs. */
export async function ledgerHeadOf(config: Config): Promise<string> {
  await requireLedger(config);
  if (config.groupsFile !== undefined) {
    return (await import('./storage/groups/head.ts')).readHeadOfGroups(config.groupsFile);
  }
  const source = await openSource(config);
  try {
    return await source.head();
  } finally {
    await source.close();
  }
}

/** The documents of all parties, whose keys are sealed; read also while a server runs. */
async function* partyRows(config: Config): AsyncGenerator<readonly [string, string, string]> {
  const source = await openSource(config);
  try {
    for await (const batch of source.rows(TABLES.find(({ name }) => name === 'parties')!)) {
      for (const line of batch) {
        const [platform, id, document] = JSON.parse(line) as [string, string, unknown];
        const json = typeof document === 'string' ? document : JSON.stringify(document);
        yield [platform, id, json];
      }
    }
  } finally {
    await source.close();
  }
}

const sealerOf = (config: Config): Sealer =>
  new Sealer(readExistingKey(config), readOldMasterKeys(config));

/** All parties with their keys. */
export async function* partiesOf(config: Config): AsyncGenerator<Party> {
  const sealer = sealerOf(config);
  for await (const [, , json] of partyRows(config)) yield partyFromJson(json, sealer);
}

/** A party with its keys; null if there is none. */
export async function partyOf(
  config: Config,
  platform: string,
  partyId: string,
): Promise<Party | null> {
  for await (const [ofPlatform, id, json] of partyRows(config)) {
    if (ofPlatform === platform && id === partyId) return partyFromJson(json, sealerOf(config));
  }
  return null;
}
