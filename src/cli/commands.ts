// The list of commands, one file each, and the function that runs one of them.
import { nearest, UsageError } from '../config.ts';
import { VERSION } from '../main.ts';
import { backupCommand } from './backup.ts';
import type { Command } from './command.ts';
import { debugCommand } from './debug.ts';
import { explain } from './explain.ts';
import { headCommand } from './head.ts';
import { importCommand } from './import.ts';
import { lostCommand } from './lost.ts';
import { migrateCommand } from './migrate.ts';
import { moveCommand } from './move.ts';
import { complain } from './output.ts';
import { resetCommand } from './reset.ts';
import { restoreCommand } from './restore.ts';
import { seedCommand } from './seed.ts';
import { serveCommand } from './serve.ts';
import { settingsInFull, settingsInShort } from './settings-help.ts';
import { usersCommand } from './users.ts';
import { verifyCommand } from './verify.ts';
import { wrapped, wrappedUsage } from './wrapped.ts';

const commands: readonly Command[] = [
  serveCommand,
  importCommand,
  moveCommand,
  debugCommand,
  resetCommand,
  seedCommand,
  usersCommand,
  verifyCommand,
  headCommand,
  lostCommand,
  backupCommand,
  restoreCommand,
  migrateCommand,
];

/** The help text of all commands, or of the command `about`. */
function help(about: string | undefined): string {
  const one = commands.filter(({ name }) => name === about);
  const lines = (one.length > 0 ? one : commands).map(
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
  const command = commands.find((candidate) => candidate.name === name);
  if (!command) {
    const known = commands.map((candidate) => candidate.name);
    throw new UsageError(
      `there is no command "${name}"; there are: ${known.join(', ')}. The nearest is: ${nearest(name, known)}`,
    );
  }
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
