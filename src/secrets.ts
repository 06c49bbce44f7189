// Reads the master key and the admin token from the environment, or from a file that only its owner
// can read.
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Config, ConfigError, isOnServer, UsageError } from './config.ts';
import { hasLedgerFile, makeDataDirectory } from './storage/sqlite/data-directory.ts';

/**
 * Returns 32 bytes.
 * @throws {ConfigError}
 */
export function readMasterKey(config: Config): Buffer {
  requireShared(config, 'ORDERGATE_KEY', config.masterKey);
  const name = config.masterKey === undefined ? 'master.key' : 'ORDERGATE_KEY';
  if (config.masterKey === undefined) refuseLostKey(config.dataDirectory);
  const text =
    config.masterKey ??
    secretFile(config.dataDirectory, 'master.key', () => randomBytes(32).toString('hex'));
  return readKey(name, text);
}

/** A new key would open nothing of a ledger, and would stand where the right one has to be put back. */
function refuseLostKey(directory: string): void {
  const path = join(directory, 'master.key');
  if (existsSync(path) || !hasLedgerFile(directory)) return;
  throw new ConfigError(
    `${path} is missing, and the ledger beside it was sealed with its key. Nothing was changed. Put the file back, or set ORDERGATE_KEY to the key`,
  );
}

/**
 * The keys in ORDERGATE_KEY_OLD, 32 bytes each.
 * @throws {ConfigError}
 */
export function readOldMasterKeys({ oldMasterKeys }: Pick<Config, 'oldMasterKeys'>): Buffer[] {
  return oldMasterKeys.map((text) => readKey('ORDERGATE_KEY_OLD', text));
}

/**
 * Called by a start before it makes files: the keys of the environment, where it names any.
 * @throws {UsageError}
 */
export function checkGivenKeys(config: Config): void {
  requireShared(config, 'ORDERGATE_KEY', config.masterKey);
  if (config.masterKey !== undefined) readKey('ORDERGATE_KEY', config.masterKey);
  readOldMasterKeys(config);
}

function readKey(name: string, text: string): Buffer {
  const key = /^[0-9a-f]{64}$/i.test(text) ? Buffer.from(text, 'hex') : Buffer.from(text, 'base64');
  if (key.length !== 32) {
    throw unreadable(
      name,
      `${name} has to be 32 bytes, as 64 hex digits or as base64 (openssl rand -hex 32)`,
    );
  }
  return key;
}

/** @throws {ConfigError} */
export function readAdminToken(config: Config): string {
  requireShared(config, 'ORDERGATE_ADMIN_TOKEN', config.adminToken);
  const name = config.adminToken === undefined ? 'admin.token' : 'ORDERGATE_ADMIN_TOKEN';
  const token =
    config.adminToken ??
    secretFile(config.dataDirectory, 'admin.token', () => randomBytes(24).toString('base64url'));
  if (token.length < 16) throw unreadable(name, `${name} has to be at least 16 characters`);
  return token;
}

/** A variable is a mistake in the settings, as any other that does not read; a file is damaged. */
const unreadable = (name: string, problem: string): ConfigError =>
  name.startsWith('ORDERGATE_') ? new UsageError(problem) : new ConfigError(problem);

/** A secret from a file of one machine would differ between the nodes. */
function requireShared(config: Config, name: string, value: string | undefined): void {
  if (!isOnServer(config) || value !== undefined) return;
  throw new UsageError(
    `${name} has to be set where ORDERGATE_DATABASE_URL or ORDERGATE_GROUPS is: all nodes need the same one, so that it cannot be a file in a data directory`,
  );
}

/** The text of the file, which the first start creates. A file that others can read is refused. */
function secretFile(directory: string, name: string, make: () => string): string {
  makeDataDirectory(directory);
  const path = join(directory, name);
  try {
    writeFileSync(path, `${make()}\n`, { mode: 0o600, flag: 'wx' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') {
      // On a full disk the file is created but stays empty, and the next start would read it as a
      // key.
      rmSync(path, { force: true });
      throw error;
    }
  }
  if (process.platform !== 'win32' && (statSync(path).mode & 0o077) !== 0) {
    throw new ConfigError(`${path} can be read by others than its owner; run: chmod 600 ${path}`);
  }
  return readFileSync(path, 'utf8').trim();
}
