// Keeps profiles in the user's configuration directory: servers by name, their tokens sealed or
// referred to, never in open text.
import { execSync } from 'node:child_process';
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { ConfigError, nearest, UsageError } from '../config.ts';

/**
 * Where the token of a profile comes from. `sealed` is AES-256-GCM under the key in `profile.key`,
 * bound to the profile's name and URL: a line whose URL was altered does not open, so that the token
 * goes to no other server. `variable` and `command` refer to a place that keeps the token itself.
 */
export type TokenSource =
  | { readonly sealed: string }
  | { readonly variable: string }
  | { readonly command: string };

export interface Profile {
  /** The management API. */
  readonly url: string;
  /** The gateways, where they have an address of their own. */
  readonly gateway?: string;
  readonly token: TokenSource;
}

export interface OpenProfile {
  readonly name: string;
  readonly url: string;
  readonly gateway: string;
  /** @throws {ConfigError} if the token cannot be had */
  readToken(): string;
}

interface ProfileFile {
  readonly current: string | null;
  readonly profiles: Readonly<Record<string, Profile>>;
}

const EMPTY: ProfileFile = { current: null, profiles: {} };
/** Only the user may read or write these. */
const [FILE_MODE, DIRECTORY_MODE] = [0o600, 0o700];
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** The directory of the profiles: of XDG, of Windows, or `~/.config/ordergate`. */
export function profileDirectory(): string {
  const { XDG_CONFIG_HOME: xdg, APPDATA: roaming } = process.env;
  const base = xdg || (process.platform === 'win32' ? roaming : undefined);
  return join(base || join(homedir(), '.config'), 'ordergate');
}

const fileName = (): string => join(profileDirectory(), 'profiles.json');

export function readProfiles(): ProfileFile {
  const path = fileName();
  if (!existsSync(path)) return EMPTY;
  try {
    const { current = null, profiles = {} } = JSON.parse(readFileSync(path, 'utf8'));
    return { current, profiles: Object.assign(Object.create(null), profiles) };
  } catch (error) {
    throw new ConfigError(
      `${path} is not readable as JSON (${(error as Error).message}); repair it, or remove it and add the profiles again`,
    );
  }
}

/** Replaces the file in one step, so that an interrupted write leaves the old one. */
export function writeProfiles(content: ProfileFile): void {
  const path = fileName();
  mkdirSync(profileDirectory(), { recursive: true, mode: DIRECTORY_MODE });
  const fresh = `${path}.${process.pid}`;
  writeFileSync(fresh, `${JSON.stringify(content, null, 2)}\n`, { mode: FILE_MODE });
  renameSync(fresh, path);
}

/** @throws {UsageError} names the nearest profile */
export function findProfile(name: string): OpenProfile {
  const { profiles } = readProfiles();
  const profile = profiles[name];
  if (profile) return opened(name, profile);
  const known = Object.keys(profiles);
  const hint =
    known.length === 0
      ? 'there is none yet; ordergate profile add makes one'
      : `there are: ${known.join(', ')}. The nearest is: ${nearest(name, known)}`;
  throw new UsageError(`there is no profile "${name}"; ${hint}`);
}

/** Undefined if none was chosen. */
export function currentProfile(): OpenProfile | undefined {
  const { current, profiles } = readProfiles();
  const profile = current === null ? undefined : profiles[current];
  return profile && opened(current!, profile);
}

const opened = (name: string, { url, gateway = url, token }: Profile): OpenProfile => ({
  name,
  url,
  gateway,
  readToken: () => tokenOf(name, url, token),
});

function tokenOf(name: string, url: string, source: TokenSource): string {
  if ('sealed' in source) return open(source.sealed, name, url);
  if ('variable' in source) {
    const token = process.env[source.variable];
    if (token) return token;
    throw new ConfigError(
      `profile "${name}" takes its token from the variable ${source.variable}, which is not set`,
    );
  }
  try {
    const stdio = ['inherit', 'pipe', 'inherit'] as const;
    const token = execSync(source.command, { encoding: 'utf8', stdio: [...stdio] }).trim();
    if (token !== '') return token;
  } catch {
    // The command has said on standard error what is wrong with it.
  }
  throw new ConfigError(
    `profile "${name}" takes its token from the command "${source.command}", which failed or printed nothing`,
  );
}

/** What binds a sealed token to its place. */
const placeOf = (name: string, url: string): Buffer => Buffer.from(JSON.stringify([name, url]));

export function seal(token: string, name: string, url: string): string {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', readKey(true), nonce).setAAD(placeOf(name, url));
  const sealed = Buffer.concat([nonce, cipher.update(token, 'utf8'), cipher.final()]);
  return Buffer.concat([sealed, cipher.getAuthTag()]).toString('base64');
}

function open(sealed: string, name: string, url: string): string {
  const bytes = Buffer.from(sealed, 'base64');
  try {
    const end = bytes.length - TAG_BYTES;
    const nonce = bytes.subarray(0, NONCE_BYTES);
    const decipher = createDecipheriv('aes-256-gcm', readKey(false), nonce)
      .setAAD(placeOf(name, url))
      .setAuthTag(bytes.subarray(end));
    const text = decipher.update(bytes.subarray(NONCE_BYTES, end));
    return Buffer.concat([text, decipher.final()]).toString('utf8');
  } catch {
    throw new ConfigError(
      `the token of profile "${name}" does not open: its line in ${fileName()} was altered, or profile.key beside it is another one. Add the profile again`,
    );
  }
}

function readKey(mayMake: boolean): Buffer {
  const path = join(profileDirectory(), 'profile.key');
  if (mayMake && !existsSync(path)) {
    mkdirSync(profileDirectory(), { recursive: true, mode: DIRECTORY_MODE });
    writeFileSync(path, `${randomBytes(32).toString('base64')}\n`, { mode: FILE_MODE, flag: 'wx' });
  }
  return Buffer.from(readFileSync(path, 'utf8').trim(), 'base64');
}
