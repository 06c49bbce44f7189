// `ordergate backup FILE|DIRECTORY`: copies the ledger consistently, also while a server uses it.
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigError, readConfig, readFlags } from '../config.ts';
import { backUpLedger } from '../main.ts';
import { say } from './output.ts';
import { progress } from './progress.ts';
import { TEXTS } from './texts.ts';

export async function run(args: readonly string[]): Promise<number> {
  const { values, positionals } = readFlags(args, {
    'with-key': { type: 'boolean', default: false },
  });
  const { 'with-key': withKey, ...settings } = values;
  const [place] = positionals;
  if (place === undefined || positionals.length > 1) {
    throw new ConfigError(`usage: ordergate ${TEXTS.backup.usage}`);
  }
  const isDirectory = statSync(place, { throwIfNoEntry: false })?.isDirectory() ?? false;
  if (!isDirectory && /[/\\]$/.test(place)) {
    throw new ConfigError(`there is no directory ${place}; make it first, or name a file`);
  }
  const file = isDirectory ? join(place, ownName(new Date())) : place;
  const sums = await backUpLedger(
    readConfig(settings),
    file,
    { withKey },
    progress('copying rows'),
  );
  const secrets = withKey
    ? 'It holds the master key and the admin token: whoever has it can read everything.'
    : 'The master key and the admin token are not in it: keep them elsewhere.';
  say(
    `backed up ${sums.orders?.rows} orders and ${sums.history?.rows} changes to ${file}. ${secrets}`,
  );
  return 0;
}

const ownName = (at: Date): string =>
  `ordergate-${at.toISOString().replaceAll(/[-:]|\.\d+/g, '')}.ndjson.gz`;
