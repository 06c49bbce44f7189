// Reads the settings and the flags of a command.
import type { parseArgs } from 'node:util';
import { ConfigError, UsageError } from './setting-readers.ts';
import { ALL_SETTINGS, type Config } from './settings.ts';

export { ConfigError, UsageError } from './setting-readers.ts';
export type { Config } from './settings.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** Whether the ledger is on a database server, or on several, and not in the data directory. */
export const isOnServer = ({ databaseUrl, groupsFile }: Config): boolean =>
  databaseUrl !== undefined || groupsFile !== undefined;

/** The settings with a flag, in the form of parseArgs. */
export const CONFIG_FLAGS = {
  port: { type: 'string' },
  host: { type: 'string' },
  data: { type: 'string' },
  env: { type: 'string' },
  platforms: { type: 'string' },
} as const;

/**
 * Flags take precedence over variables.
 * @throws {ConfigError} names the setting and its accepted values
 */
export function readConfig(flags: Environment, env: Environment = process.env): Config {
  const entries = ALL_SETTINGS.map(([name, { variable, flag, default: normal, read }]) => {
    const given = (flag === undefined ? undefined : flags[flag]) ?? env[variable];
    const called = flag === undefined ? variable : `${variable} (--${flag})`;
    return [name, readSetting(read, given ?? normal, called)];
  });
  return Object.fromEntries(entries) as Config;
}

/** A setting that cannot be right is a mistake in the command line, also where a variable gives it. */
function readSetting<T>(
  read: (text: string | undefined, name: string) => T,
  text: string | undefined,
  name: string,
): T {
  try {
    return read(text, name);
  } catch (error) {
    throw error instanceof ConfigError ? new UsageError(error.message) : error;
  }
}

/**
 * Reads a command's own flags and the flags of the settings.
 * @throws {ConfigError}
 */
export function readFlags<
  const Options extends NonNullable<Parameters<typeof parseArgs>[0]>['options'],
>(args: readonly string[], options: Options) {
  // An import would load all that node:util can do, 10 ms before `ordergate --version` answers.
  const util = process.getBuiltinModule('node:util');
  try {
    return util.parseArgs({
      args: [...args],
      options: { ...CONFIG_FLAGS, ...options },
      allowPositionals: true,
    });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code !== 'ERR_PARSE_ARGS_UNKNOWN_OPTION') throw new UsageError(message);
    const flag = /'(-[^'=]*)/.exec(message)?.[1] ?? '';
    const known = Object.keys({ ...CONFIG_FLAGS, ...options }).map((name) => `--${name}`);
    throw new UsageError(
      `there is no flag '${flag}'; the nearest is ${nearest(flag, known)}. The flags of this command are: ${known.join(', ')}`,
    );
  }
}

/** The item of `known` (not empty) with the smallest edit distance to `given`. */
export function nearest(given: string, known: readonly string[]): string {
  const text = given.slice(0, 100); // The running time grows with the square of the length.
  const ranked = known.map((name) => [changedLetters(text, name), name] as const);
  return ranked.sort(([a], [b]) => a - b)[0]![1];
}

/** The number of letters to insert, delete or replace (Levenshtein), computed row by row. */
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
