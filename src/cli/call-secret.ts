// The key that `ordergate call` signs with: from a file, a variable, the ledger or the fixtures.
import { readFileSync } from 'node:fs';
import { ConfigError, readConfig, UsageError } from '../config.ts';
import { settingsAmong } from './flags.ts';

export interface SecretQuestion {
  readonly platform: string;
  readonly party: string;
  readonly 'secret-file'?: string | undefined;
  readonly 'secret-variable'?: string | undefined;
  /** Whether the call goes to the server of the data directory. */
  readonly isOwn: boolean;
  readonly data?: string | undefined;
  readonly env?: string | undefined;
  readonly platforms?: string | undefined;
  readInput(): string;
}

/** @throws {UsageError | ConfigError} says how to give the key */
export async function secretFor(
  question: SecretQuestion,
): Promise<{ readonly secret: string; readonly from: string }> {
  const { platform, party, isOwn, readInput } = question;
  const { 'secret-file': file, 'secret-variable': variable } = question;
  if (file !== undefined && variable !== undefined) {
    throw new UsageError('give one of --secret-file and --secret-variable');
  }
  if (file !== undefined) {
    const secret = (file === '-' ? readInput() : readFileSync(file, 'utf8')).trim();
    if (secret !== '') return { secret, from: file === '-' ? 'standard input' : file };
    throw new UsageError(`${file} holds no key`);
  }
  if (variable !== undefined) {
    const secret = process.env[variable];
    if (secret) return { secret, from: `the variable ${variable}` };
    throw new UsageError(`the variable ${variable} is not set`);
  }
  const { data, env, platforms } = question;
  const config = readConfig(settingsAmong({ data, env, platforms }));
  const { findPartySecret } = await import('../party-secret.ts');
  const found = await findPartySecret(config, platform, party, isOwn);
  if (found) return { secret: found.secret, from: `the ${found.from}` };
  const where = isOwn ? 'neither the ledger nor the fixtures have' : 'the fixtures do not have';
  throw new ConfigError(
    `${where} a party "${party}" of ${platform}; --secret-file FILE or --secret-variable NAME gives its key`,
  );
}
