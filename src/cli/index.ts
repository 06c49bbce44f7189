#!/usr/bin/env node
// `ordergate COMMAND`: the list of commands; one file each.
import { ConfigError } from '../config.ts';
import { VERSION } from '../main.ts';
import { backupCommand } from './backup.ts';
import type { Command } from './command.ts';
import { headCommand } from './head.ts';
import { importCommand } from './import.ts';
import { lostCommand } from './lost.ts';
import { migrateCommand } from './migrate.ts';
import { moveCommand } from './move.ts';
import { restoreCommand } from './restore.ts';
import { seedCommand } from './seed.ts';
import { serveCommand } from './serve.ts';
import { verifyCommand } from './verify.ts';

const commands: readonly Command[] = [
  serveCommand,
  importCommand,
  moveCommand,
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
More variables: ORDERGATE_KEY, ORDERGATE_ADMIN_TOKEN, ORDERGATE_TRUSTED_PROXIES,
ORDERGATE_REQUEST_LOG_DAYS, ORDERGATE_REQUEST_LOG_MIB,
ORDERGATE_MAX_CONNECTIONS, ORDERGATE_LOG_LEVEL; README.md says what they do.`;

function help(): string {
  const width = Math.max(...commands.map((command) => command.usage.length));
  const lines = commands.map(
    ({ usage, summary }) => `  ordergate ${usage.padEnd(width)}  ${summary}`,
  );
  return `Ordergate ${VERSION}: an order open platform in one process\n\n${lines.join('\n')}\n\n${SETTINGS}\n`;
}

/** Errors that say what is wrong and what to do; anything else is a bug, and shows its stack. */
const EXPLAINED = [
  'ERR_CONFIG',
  'ERR_UNUSABLE_FILE',
  'ERR_DISK_FULL',
  'ERR_UNUSABLE_DATABASE',
  'ERR_COPY',
  'ERR_DATA_DIRECTORY_IN_USE',
  'ERR_MASTER_KEY',
  'ERR_IMPORT_SYNTAX',
  'ERR_LEDGER_UNAVAILABLE',
  'EADDRINUSE',
  'EACCES',
  'ENOENT',
  'EEXIST',
  'ENOTDIR',
  'EISDIR',
  'EROFS',
  'ENOSPC',
  'EAI_AGAIN',
  'EADDRNOTAVAIL',
  'ENOTFOUND',
];

async function main([name, ...args]: readonly string[]): Promise<number> {
  if (name === undefined || name === 'help' || name === '--help' || args.includes('--help')) {
    process.stdout.write(help());
    return 0;
  }
  if (name === '--version') {
    process.stdout.write(`${VERSION}\n`);
    return 0;
  }
  const command = commands.find((candidate) => candidate.name === name);
  if (!command) {
    const known = commands.map((candidate) => candidate.name).join(', ');
    throw new ConfigError(`there is no command "${name}"; there are: ${known}`);
  }
  return command.run(args);
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  const { code, message, stack } = error as NodeJS.ErrnoException;
  const advice = code === 'ENOSPC' ? '. The disk is full: make room there, then try again.' : '';
  process.stderr.write(
    `ordergate: ${code && EXPLAINED.includes(code) ? message + advice : stack}\n`,
  );
  process.exitCode = 1;
}
