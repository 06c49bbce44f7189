// The list of commands, one file each, and how one of them is run.
import { nearest, UsageError } from '../config.ts';
import { VERSION } from '../main.ts';
import { backupCommand } from './backup.ts';
import type { Command } from './command.ts';
import { explain } from './explain.ts';
import { headCommand } from './head.ts';
import { importCommand } from './import.ts';
import { lostCommand } from './lost.ts';
import { migrateCommand } from './migrate.ts';
import { moveCommand } from './move.ts';
import { resetCommand } from './reset.ts';
import { restoreCommand } from './restore.ts';
import { seedCommand } from './seed.ts';
import { serveCommand } from './serve.ts';
import { verifyCommand } from './verify.ts';

const commands: readonly Command[] = [
  serveCommand,
  importCommand,
  moveCommand,
  resetCommand,
  seedCommand,
  verifyCommand,
  headCommand,
  lostCommand,
  backupCommand,
  restoreCommand,
  migrateCommand,
];

const SETTINGS = `Settings, as flags or variables:
  --port PORT          PORT            8787
  --host HOST          HOST            127.0.0.1
  --data DIRECTORY     ORDERGATE_DATA  ./data
  --env ENVIRONMENT    ORDERGATE_ENV   sandbox (or production)
More variables: ORDERGATE_DATABASE_URL, ORDERGATE_KEY, ORDERGATE_KEY_OLD,
ORDERGATE_ADMIN_TOKEN, ORDERGATE_PUBLIC_URL, ORDERGATE_TRUSTED_PROXIES,
ORDERGATE_CALLBACK_ALLOW, ORDERGATE_REQUEST_LOG_DAYS, ORDERGATE_REQUEST_LOG_MIB,
ORDERGATE_MAX_CONNECTIONS, ORDERGATE_LOG_LEVEL; README.md says what they do.`;

/** The columns of a terminal as it is opened; longer lines wrap in the middle of a word. */
const COLUMNS = 80;

/** `text` in lines of at most COLUMNS, each after `indent`. */
function wrapped(text: string, indent: string): string {
  const lines = [''];
  for (const word of text.split(' ')) {
    const last = lines.at(-1)!;
    if (last === '') lines[lines.length - 1] = indent + word;
    else if (last.length + 1 + word.length <= COLUMNS) lines[lines.length - 1] += ` ${word}`;
    else lines.push(indent + word);
  }
  return lines.join('\n');
}

/** Of all commands, or of the one that is named `about`. */
function help(about: string | undefined): string {
  const one = commands.filter(({ name }) => name === about);
  const lines = (one.length > 0 ? one : commands).map(
    ({ usage, summary }) => `${wrapped(`ordergate ${usage}`, '  ')}\n${wrapped(summary, '      ')}`,
  );
  return `Ordergate ${VERSION}: an order open platform in one process\n\n${lines.join('\n')}\n\n${SETTINGS}\n`;
}

async function main([name, ...args]: readonly string[]): Promise<number> {
  if (name === undefined || name === 'help' || name === '--help' || args.includes('--help')) {
    process.stdout.write(help(name === 'help' ? args[0] : name));
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

/** Resolves to the exit code: 2 for a flag or command that does not exist, 1 for all else that failed. */
export async function runCommand(args: readonly string[]): Promise<number> {
  try {
    return await main(args);
  } catch (error) {
    process.stderr.write(`ordergate: ${explain(error)}\n`);
    return error instanceof UsageError ? 2 : 1;
  }
}
