// Runs a command. Each command stands in a file of its own, which is loaded only when it runs.
import { nearest, UsageError } from '../config.ts';
import { VERSION } from '../version.ts';
import type { CommandText } from './command.ts';
import { EXIT, exitOf, kindOf } from './errors.ts';
import { explain } from './explain.ts';
import { complain } from './output.ts';
import { type Group, SUMMARIES } from './texts.ts';

/** What the file of a command exports. */
interface Command {
  /** Resolves to the exit code. */
  run(args: readonly string[]): Promise<number>;
}

/** Loads the help texts of a group. */
const TEXTS: Readonly<Record<Group, () => Promise<Readonly<Record<string, CommandText>>>>> = {
  develop: () => import('./texts/develop.ts'),
  operate: () => import('./texts/operate.ts'),
  serve: () => import('./texts/serve.ts'),
  keep: () => import('./texts/keep.ts'),
  tool: () => import('./texts/tool.ts'),
};

type KeysOf<T> = T extends T ? keyof T : never;
export type CommandName = KeysOf<(typeof SUMMARIES)[Group]>;

/** Loads the file of a command, and with it only what this command needs. */
const LOAD: Readonly<Record<CommandName, () => Promise<Command>>> = {
  call: () => import('./call.ts'),
  listen: () => import('./listen.ts'),
  requests: () => import('./requests.ts'),
  docs: () => import('./docs.ts'),
  callbacks: () => import('./callbacks.ts'),
  clock: () => import('./clock.ts'),
  orders: () => import('./orders.ts'),
  parties: () => import('./parties.ts'),
  debug: () => import('./debug.ts'),
  conformance: () => import('./conformance.ts'),
  scenario: () => import('./scenario.ts'),
  export: () => import('./export.ts'),
  move: () => import('./move.ts'),
  users: () => import('./users.ts'),
  serve: () => import('./serve.ts'),
  import: () => import('./import.ts'),
  seed: () => import('./seed.ts'),
  reset: () => import('./reset.ts'),
  verify: () => import('./verify.ts'),
  head: () => import('./head.ts'),
  lost: () => import('./lost.ts'),
  doctor: () => import('./doctor.ts'),
  backup: () => import('./backup.ts'),
  restore: () => import('./restore.ts'),
  migrate: () => import('./migrate.ts'),
  groups: () => import('./groups.ts'),
  profile: () => import('./profile.ts'),
  completion: () => import('./completion.ts'),
};

const isHelp = (arg: string): boolean => arg === '--help' || arg === '-h';

/** The texts of a command with its summary. @throws {UsageError} names the nearest command */
async function textOf(name: string): Promise<CommandText & { readonly summary: string }> {
  for (const [group, summaries] of Object.entries(SUMMARIES)) {
    if (!Object.hasOwn(summaries, name)) continue;
    const texts = Object.values(await TEXTS[group as Group]());
    const text = texts.find((one) => one.name === name);
    if (!text) throw new Error(`texts/${group}.ts has no ${name}`);
    return { ...text, summary: (summaries as Readonly<Record<string, string>>)[name]! };
  }
  throw unknownCommand(name);
}

/** In the order of the help text. */
export const commandNames = Object.values(SUMMARIES).flatMap((group) =>
  Object.keys(group),
) as readonly CommandName[];

/** The texts of every command. */
export const textsOfAll = () => Promise.all(commandNames.map(textOf));

const unknownCommand = (name: string): UsageError =>
  new UsageError(
    `there is no command "${name}"; there are: ${commandNames.join(', ')}. The nearest is: ${nearest(name, commandNames)}`,
  );

/** The help text of all commands, or of the command `about`. @throws {UsageError} */
export async function help(about: string | undefined): Promise<string> {
  if (about === 'settings') return (await import('./settings-help.ts')).settingsInFull();
  const { overview, page } = await import('./help.ts');
  if (about === undefined || about === 'help') return overview();
  const text = await textOf(about);
  return page(text.summary, text);
}

async function main([name, ...args]: readonly string[]): Promise<number> {
  if (name === undefined || name === 'help' || isHelp(name)) {
    process.stdout.write(`${await help(args.find((arg) => !arg.startsWith('-')))}\n`);
    return EXIT.done;
  }
  if (name === '--version') {
    process.stdout.write(`${VERSION}\n`);
    return EXIT.done;
  }
  if (!Object.hasOwn(LOAD, name)) throw unknownCommand(name);
  if (args.some(isHelp)) {
    process.stdout.write(`${await help(name)}\n`);
    return EXIT.done;
  }
  return (await LOAD[name as CommandName]()).run(args);
}

/** Resolves to the exit code; `EXIT` lists them. */
export async function runCommand(args: readonly string[]): Promise<number> {
  try {
    return await main(args);
  } catch (error) {
    const exit = exitOf(error);
    const message = explain(error);
    if (args.includes('--json')) {
      complain(JSON.stringify({ error: { code: kindOf(exit), message } }));
    } else {
      complain(await inColumns(`ordergate: ${message}`));
    }
    return exit;
  }
}

/** A terminal gets lines of its width; a log keeps an error in one line. */
async function inColumns(text: string): Promise<string> {
  return process.stderr.isTTY ? (await import('./wrapped.ts')).wrapped(text, '') : text;
}
