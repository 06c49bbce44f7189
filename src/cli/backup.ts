// `ordergate backup FILE|DIRECTORY`: copies the ledger consistently, also while a server uses it.

import { statSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigError, readConfig, readFlags, UsageError } from '../config.ts';
import { backUpLedger } from '../main.ts';
import { settingsAmong, wrongUse } from './flags.ts';
import { print, say } from './output.ts';
import { progress } from './progress.ts';
import { backup as TEXT } from './texts/keep.ts';

export async function run(args: readonly string[]): Promise<number> {
  const { values, positionals } = readFlags(args, TEXT.flags);
  const withKey = values['with-key'];
  const [place] = positionals;
  if (place === undefined || positionals.length > 1) wrongUse(TEXT);
  const isDirectory = statSync(place, { throwIfNoEntry: false })?.isDirectory() ?? false;
  if (!isDirectory && /[/\\]$/.test(place)) {
    throw new ConfigError(`there is no directory ${place}; make it first, or name a file`);
  }
  const config = readConfig(settingsAmong(values));
  const { groupsFile } = config;
  const ending = groupsFile === undefined ? 'ndjson.gz' : 'groups';
  const file = isDirectory ? join(place, `${ownName(new Date())}.${ending}`) : place;
  const { json } = values;
  if (groupsFile !== undefined) {
    if (withKey) {
      throw new UsageError(
        '--with-key: the key of a ledger in groups is the ORDERGATE_KEY of its nodes; keep it elsewhere',
      );
    }
    const { backUpAllGroups } = await import('../groups-here.ts');
    const parts = await backUpAllGroups(groupsFile, file, progress('copying rows'));
    const all = Object.values(parts);
    const count = (table: string): number =>
      all.reduce((sum, sums) => sum + (sums[table]?.rows ?? 0), 0);
    const [orders, changes] = [count('orders'), count('history')];
    if (json) return print({ file, orders, changes, parts: Object.keys(parts).sort() });
    say(
      `backed up ${orders} orders and ${changes} changes to ${file}, with a file for each of ${Object.keys(parts).sort().join(', ')}. The master key and the admin token are not in it: keep them elsewhere.`,
    );
    return 0;
  }
  const sums = await backUpLedger(config, file, { withKey }, progress('copying rows'));
  const secrets = withKey
    ? 'It holds the master key and the admin token: whoever has it can read everything.'
    : 'The master key and the admin token are not in it: keep them elsewhere.';
  if (json) return print({ file, withKey, orders: sums.orders?.rows, changes: sums.history?.rows });
  say(
    `backed up ${sums.orders?.rows} orders and ${sums.history?.rows} changes to ${file}. ${secrets}`,
  );
  return 0;
}

const ownName = (at: Date): string => `ordergate-${at.toISOString().replaceAll(/[-:]|\.\d+/g, '')}`;
