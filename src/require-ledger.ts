// Refuses a place without a ledger, in one sentence for all commands that read one.
import { ConfigError } from './config.ts';
import { holdsLedger, type StoragePlace } from './storage/open.ts';

/** @throws {ConfigError} if there is no ledger; nothing is created */
export async function requireLedger(place: StoragePlace): Promise<void> {
  if (await holdsLedger(place)) return;
  const { databaseUrl, groupsFile, dataDirectory } = place;
  if (groupsFile !== undefined) {
    throw new ConfigError(
      `the home schema of ${groupsFile} holds no ledger. Nothing was made. Correct ORDERGATE_GROUPS; ordergate serve makes one.`,
    );
  }
  throw new ConfigError(
    databaseUrl === undefined
      ? `${dataDirectory} holds no ledger. Nothing was made. Name the directory of one with --data (ORDERGATE_DATA); ordergate serve makes one.`
      : 'the database holds no ledger. Nothing was made. Name the database of one in ORDERGATE_DATABASE_URL; ordergate serve makes one.',
  );
}
