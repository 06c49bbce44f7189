// `ordergate restore FILE`: restores a backup to a new place, or only proves that the backup can be
// restored.

import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type Config, readConfig, readFlags, UsageError } from '../config.ts';
import { restoreLedger } from '../main.ts';
import { settingsAmong, wrongUse } from './flags.ts';
import { print, say } from './output.ts';
import { progress } from './progress.ts';
import { restore as TEXT } from './texts/keep.ts';

export async function run(args: readonly string[]): Promise<number> {
  const { values, positionals } = readFlags(args, TEXT.flags);
  const { database, verify, json } = values;
  const settings = settingsAmong(values);
  const [file] = positionals;
  // Only a flag names the target, never a variable, because variables name the place that a
  // server uses.
  const to = [settings.data !== undefined, database].filter(Boolean).length;
  if (file !== undefined && to === 0 && !verify) {
    wrongUse(
      TEXT,
      `say where ${file} goes: --data DIRECTORY (a fresh one), or --database (the empty one that ORDERGATE_DATABASE_URL names); or --verify alone, which only proves the backup`,
    );
  }
  if (file === undefined || positionals.length > 1 || to > 1) wrongUse(TEXT);
  const found = statSync(file);
  const config = readConfig(settings);
  if (found.isDirectory())
    return restoreDirectory(file, config, { ...values, isData: to === 1 && !database });
  const { size } = found;
  if (database && config.groupsFile !== undefined) {
    throw new UsageError(
      `${file} is a backup of one ledger, and ORDERGATE_GROUPS is set: name a directory that \`ordergate backup\` made with it, or unset it`,
    );
  }
  if (database && config.databaseUrl === undefined) {
    throw new UsageError('--database needs ORDERGATE_DATABASE_URL, which names it');
  }
  const place =
    to === 0
      ? null
      : {
          dataDirectory: config.dataDirectory,
          ...(database && { databaseUrl: config.databaseUrl }),
        };
  const { sums, audit } = await restoreLedger(file, { place, verify }, progress('rows'));
  if (json) {
    const target = place === null ? null : database ? 'database' : config.dataDirectory;
    const [orders, changes] = [sums.orders?.rows, sums.history?.rows];
    return print({ file, bytes: size, target, orders, changes, isAudited: audit !== undefined });
  }
  const what = `${sums.orders?.rows} orders and ${sums.history?.rows} changes`;
  const where = place === null ? '' : ` into ${database ? 'the database' : config.dataDirectory}`;
  const proof = audit
    ? `; ${Object.keys(sums).length} tables agree in counts and digests, and the audit found the ledger sound`
    : '';
  say(
    `${place === null ? 'verified' : 'restored'} ${what} of ${file} (${size} bytes)${where}${proof}`,
  );
  if (place && !database && !existsSync(join(config.dataDirectory, 'master.key'))) {
    say(
      `the backup holds no master key: before you serve it, put the master.key of that ledger into ${config.dataDirectory}, or set ORDERGATE_KEY`,
    );
  }
  return 0;
}

interface DirectoryValues {
  readonly database: boolean;
  readonly verify: boolean;
  readonly json: boolean;
  /** Whether --data names a target. */
  readonly isData: boolean;
}

/** A backup of a ledger in groups. */
async function restoreDirectory(
  directory: string,
  { groupsFile }: Config,
  { database, verify, json, isData }: DirectoryValues,
): Promise<number> {
  if (isData) {
    throw new UsageError(
      `${directory} is a backup of groups: only --database restores it, into the schemas of ORDERGATE_GROUPS. Each file in it can be restored alone.`,
    );
  }
  if (database && groupsFile === undefined) {
    throw new UsageError(
      `${directory} is a backup of groups: --database needs ORDERGATE_GROUPS, whose file names their schemas`,
    );
  }
  const { restoreAllGroups } = await import('../groups-here.ts');
  const reports = await restoreAllGroups(directory, {
    groupsFile: database ? groupsFile! : null,
    verify,
    onProgress: progress('rows'),
  });
  const names = Object.keys(reports).sort();
  const count = (table: string): number =>
    names.reduce((sum, name) => sum + (reports[name]!.sums[table]?.rows ?? 0), 0);
  const [orders, changes] = [count('orders'), count('history')];
  if (json) {
    const isAudited = names.every((name) => reports[name]!.audit !== undefined);
    return print({
      file: directory,
      target: database ? 'groups' : null,
      orders,
      changes,
      parts: names,
      isAudited,
    });
  }
  const where = database ? ` into the schemas of ${groupsFile}` : '';
  const proof = verify
    ? '; all tables agree in counts and digests, and the audit found each part sound'
    : '';
  say(
    `${database ? 'restored' : 'verified'} ${orders} orders and ${changes} changes of ${directory} (${names.join(', ')})${where}${proof}`,
  );
  return 0;
}
