// Runs a command. Each command stands in a file of its own, which is loaded only when it runs.
import { nearest, UsageError } from '../config.ts';
import { VERSION } from '../version.ts';
import { explain } from './explain.ts';
import { complain } from './output.ts';
import { settingsInFull, settingsInShort } from './settings-help.ts';
import { type CommandName, TEXTS } from './texts.ts';
import { wrapped, wrappedUsage } from './wrapped.ts';

/** What the file of a command exports. */
interface Command {
  /** Resolves to the exit code. */
  run(args: readonly string[]): Promise<number>;
}

/** Loads the file of a command, and with it only what this command needs. */
const LOAD: Readonly<Record<CommandName, () => Promise<Command>>> = {
  serve: () => import('./serve.ts'),
  import: () => import('./import.ts'),
  move: () => import('./move.ts'),
  debug: () => import('./debug.ts'),
  reset: () => import('./reset.ts'),
  seed: () => import('./seed.ts'),
  users: () => import('./users.ts'),
  verify: () => import('./verify.ts'),
  head: () => import('./head.ts'),
  lost: () => import('./lost.ts'),
  backup: () => import('./backup.ts'),
  restore: () => import('./restore.ts'),
  migrate: () => import('./migrate.ts'),
};

const isCommand = (name: string): name is CommandName => Object.hasOwn(TEXTS, name);

/** The help text of all commands, or of the command `about`. */
function help(about: string | undefined): string {
  const texts = about !== undefined && isCommand(about) ? [TEXTS[about]] : Object.values(TEXTS);
  const lines = texts.map(
    ({ usage, summary }) =>
      `${wrappedUsage(`ordergate ${usage}`, '  ')}\n${wrapped(summary, '      ')}`,
  );
  return `Ordergate ${VERSION}: an order open platform in one process\n\n${lines.join('\n')}\n\n${settingsInShort()}\n`;
}

async function main([name, ...args]: readonly string[]): Promise<number> {
  if (name === undefined || name === 'help' || name === '--help' || args.includes('--help')) {
    if (name === 'help' && args[0] === 'settings') process.stdout.write(`${settingsInFull()}\n`);
    else process.stdout.write(help(name === 'help' ? args[0] : name));
    return 0;
  }
  if (name === '--version') {
    process.stdout.write(`${VERSION}\n`);
    return 0;
  }
  if (!isCommand(name)) {
    const known = Object.keys(TEXTS);
    throw new UsageError(
      `there is no command "${name}"; there are: ${known.join(', ')}. The nearest is: ${nearest(name, known)}`,
    );
  }
  const command = await LOAD[name]();
  return command.run(args);
}

/** Resolves to the exit code: 2 for an unknown flag or command, 1 for any other failure. */
export async function runCommand(args: readonly string[]): Promise<number> {
  try {
    return await main(args);
  } catch (error) {
    complain(`ordergate: ${explain(error)}`);
    return error instanceof UsageError ? 2 : 1;
  }
}
