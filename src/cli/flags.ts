// Checks the words and flags of a command, and finds the settings among its flags.
import { CONFIG_FLAGS, nearest, UsageError } from '../config.ts';
import type { CommandText } from './command.ts';

type Texts = Readonly<Record<string, string | boolean | readonly (string | boolean)[] | undefined>>;
type Used = Pick<CommandText, 'name' | 'usage'>;

/** The flags that are settings, apart from a command's own. */
export const settingsAmong = (values: Texts): Record<string, string | undefined> =>
  Object.fromEntries(
    Object.keys(CONFIG_FLAGS).map((name) => [name, values[name] as string | undefined]),
  );

/** @throws {UsageError} with every form of the command */
export function wrongUse({ name, usage }: Used, problem?: string): never {
  const forms = usage.map((form) => `ordergate ${form}`).join(' | ');
  const why = problem === undefined ? '' : `${problem}. `;
  throw new UsageError(`${why}usage: ${forms} (ordergate help ${name} has examples)`);
}

/** The first word of a command, which has to be one of its words. @throws {UsageError} */
export function wordOf<const Word extends string>(
  given: string | undefined,
  command: Used & { readonly words: readonly Word[] },
): Word {
  const { name, words } = command;
  const found = words.find((word) => word === given);
  if (found !== undefined) return found;
  if (given === undefined) return wrongUse(command);
  throw new UsageError(
    `ordergate ${name} has no "${given}"; it has: ${words.join(', ')}. The nearest is: ${nearest(given, words)}`,
  );
}
