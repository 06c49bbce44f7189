// Every setting: its variable, its flag, its default, and why.
import { parseArgs } from 'node:util';
import { AddressList, splitAddresses } from './directory/addresses.ts';

export interface Config {
  /** PORT, --port: 8787. 0 takes a free one. */
  readonly port: number;
  /** HOST, --host: 127.0.0.1, so that a first start is reachable from this machine only. */
  readonly host: string;
  /** ORDERGATE_DATA, --data: ./data. Holds the ledger; one process at a time. */
  readonly dataDirectory: string;
  /** ORDERGATE_DATABASE_URL: none. postgres://… keeps the ledger there instead, for any number of nodes. */
  readonly databaseUrl: string | undefined;
  /** ORDERGATE_ENV, --env: sandbox fills an empty ledger with fixtures and lets the clock be moved. */
  readonly environment: 'sandbox' | 'production';
  /** ORDERGATE_KEY: 32 bytes as 64 hex digits or base64. Default: master.key in the data directory. */
  readonly masterKey: string | undefined;
  /** ORDERGATE_KEY_OLD: master keys of before, separated by commas; what they sealed is opened and sealed anew. Default: none. */
  readonly oldMasterKeys: readonly string[];
  /** ORDERGATE_ADMIN_TOKEN: bearer token of the management API. Default: admin.token there. */
  readonly adminToken: string | undefined;
  /**
   * ORDERGATE_PUBLIC_URL: none. Where browsers reach this server, such as https://open.example.cn. With
   * https the cookie of the consent page is Secure, and the form is taken from that origin alone.
   */
  readonly publicUrl: string | undefined;
  /** ORDERGATE_TRUSTED_PROXIES: addresses and ranges whose X-Forwarded-For counts. Default: none. */
  readonly trustedProxies: AddressList;
  /** ORDERGATE_CALLBACK_ALLOW: addresses and ranges that are not public and callbacks may go to. Default: none. */
  readonly callbackAllow: AddressList;
  /** ORDERGATE_REQUEST_LOG_DAYS: 30. How long gateway calls and ended callbacks are kept. */
  readonly requestLogDays: number;
  /** ORDERGATE_REQUEST_LOG_MIB: 2048. What the request log may hold; the oldest calls go first. */
  readonly requestLogMib: number;
  /** ORDERGATE_MAX_CONNECTIONS: 4096. Connections that may be open; beyond it idle ones give way. */
  readonly maxConnections: number;
  /** ORDERGATE_LOG_LEVEL: info. */
  readonly logLevel: string;
}

export class ConfigError extends Error {
  readonly code = 'ERR_CONFIG';
  override readonly name = 'ConfigError';
}

/** A flag or a command that does not exist: nothing was done. */
export class UsageError extends ConfigError {}

export const CONFIG_FLAGS = {
  port: { type: 'string' },
  host: { type: 'string' },
  data: { type: 'string' },
  env: { type: 'string' },
} as const;

type Environment = Readonly<Record<string, string | undefined>>;

const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'];

/** Flags win over variables. @throws {ConfigError} that names the setting and what it accepts. */
export function readConfig(flags: Environment, env: Environment = process.env): Config {
  const environment = flags.env ?? env.ORDERGATE_ENV ?? 'sandbox';
  if (environment !== 'sandbox' && environment !== 'production') {
    throw new ConfigError(
      `ORDERGATE_ENV (--env) is "${environment}"; it has to be sandbox or production`,
    );
  }
  const logLevel = env.ORDERGATE_LOG_LEVEL ?? 'info';
  if (!LOG_LEVELS.includes(logLevel)) {
    throw new ConfigError(
      `ORDERGATE_LOG_LEVEL is "${logLevel}"; it has to be one of ${LOG_LEVELS.join(', ')}`,
    );
  }
  return {
    port: wholeNumber('PORT (--port)', flags.port ?? env.PORT ?? '8787', 0, 65_535),
    host: flags.host ?? env.HOST ?? '127.0.0.1',
    dataDirectory: flags.data ?? env.ORDERGATE_DATA ?? './data',
    databaseUrl: databaseUrl(env.ORDERGATE_DATABASE_URL),
    environment,
    masterKey: env.ORDERGATE_KEY || undefined,
    oldMasterKeys: (env.ORDERGATE_KEY_OLD ?? '')
      .split(',')
      .map((key) => key.trim())
      .filter(Boolean),
    adminToken: env.ORDERGATE_ADMIN_TOKEN || undefined,
    publicUrl: publicUrl(env.ORDERGATE_PUBLIC_URL),
    trustedProxies: addresses('ORDERGATE_TRUSTED_PROXIES', env.ORDERGATE_TRUSTED_PROXIES ?? ''),
    callbackAllow: addresses('ORDERGATE_CALLBACK_ALLOW', env.ORDERGATE_CALLBACK_ALLOW ?? ''),
    requestLogDays: wholeNumber(
      'ORDERGATE_REQUEST_LOG_DAYS',
      env.ORDERGATE_REQUEST_LOG_DAYS ?? '30',
      1,
      3650,
    ),
    requestLogMib: wholeNumber(
      'ORDERGATE_REQUEST_LOG_MIB',
      env.ORDERGATE_REQUEST_LOG_MIB ?? '2048',
      16,
      10_000_000,
    ),
    maxConnections: wholeNumber(
      'ORDERGATE_MAX_CONNECTIONS',
      env.ORDERGATE_MAX_CONNECTIONS ?? '4096',
      16,
      1_000_000,
    ),
    logLevel,
  };
}

/** Reads a command's flags, its own beside the settings'. @throws {ConfigError} */
export function readFlags<
  const Options extends NonNullable<Parameters<typeof parseArgs>[0]>['options'],
>(args: readonly string[], options: Options) {
  try {
    return parseArgs({
      args: [...args],
      options: { ...CONFIG_FLAGS, ...options },
      allowPositionals: true,
    });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code !== 'ERR_PARSE_ARGS_UNKNOWN_OPTION') throw new ConfigError(message);
    const flag = /'(-[^'=]*)/.exec(message)?.[1] ?? '';
    const known = Object.keys({ ...CONFIG_FLAGS, ...options }).map((name) => `--${name}`);
    throw new UsageError(
      `there is no flag '${flag}'; the nearest is ${nearest(flag, known)}. The flags of this command are: ${known.join(', ')}`,
    );
  }
}

/** The one of `known`, which is not empty, that takes the fewest changed letters. */
export function nearest(given: string, known: readonly string[]): string {
  const text = given.slice(0, 100); // The work grows with the square of the length.
  const ranked = known.map((name) => [changedLetters(text, name), name] as const);
  return ranked.sort(([a], [b]) => a - b)[0]![1];
}

/** Letters to put in, take out or exchange, one row of the table at a time (Levenshtein). */
function changedLetters(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, i) => i);
  for (const [i, letter] of [...from].entries()) {
    const next = [i + 1];
    for (let j = 0; j < to.length; j++) {
      const exchanged = row[j]! + (letter === to[j] ? 0 : 1);
      next.push(Math.min(exchanged, row[j + 1]! + 1, next[j]! + 1));
    }
    row = next;
  }
  return row.at(-1)!;
}

function wholeNumber(name: string, text: string, min: number, max: number): number {
  const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (!(value >= min && value <= max)) {
    throw new ConfigError(
      `${name} is "${text}"; it has to be a whole number from ${min} to ${max}`,
    );
  }
  return value;
}

/** Read whole where it is used, as libpq reads it. Never printed: it may hold a password. */
function databaseUrl(text: string | undefined): string | undefined {
  if (!text) return undefined;
  if (!/^postgres(ql)?:\/\//.test(text)) {
    throw new ConfigError(
      'ORDERGATE_DATABASE_URL has to be of the form postgres://USER:PASSWORD@HOST:PORT/DATABASE',
    );
  }
  return text;
}

function publicUrl(text: string | undefined): string | undefined {
  if (!text) return undefined;
  const url = URL.parse(text);
  const isBare =
    url !== null && url.pathname === '/' && url.search === '' && url.hash === '' && !url.username;
  if (isBare && (url.protocol === 'https:' || url.protocol === 'http:')) return url.origin;
  throw new ConfigError(
    `ORDERGATE_PUBLIC_URL is "${text}"; it has to be a scheme and a host, such as https://open.example.cn`,
  );
}

function addresses(name: string, text: string): AddressList {
  try {
    return new AddressList(splitAddresses(text));
  } catch (error) {
    throw new ConfigError(`${name}: ${(error as Error).message}`);
  }
}
