// `ordergate migrate sqlite-to-postgres`: moves the ledger of a stopped server; can be run again.

import { readConfig, readFlags } from '../config.ts';
import { migrateLedger } from '../main.ts';
import { settingsAmong, wordOf, wrongUse } from './flags.ts';
import { print, say } from './output.ts';
import { progress } from './progress.ts';
import { migrate as TEXT } from './texts/keep.ts';

export async function run(args: readonly string[]): Promise<number> {
  const { values, positionals } = readFlags(args, TEXT.flags);
  if (positionals.length > 1) wrongUse(TEXT);
  wordOf(positionals[0], TEXT);
  const config = readConfig(settingsAmong(values));
  const { sums } = await migrateLedger(config, progress('rows'));
  if (values.json) {
    const tables = Object.keys(sums).length;
    return print({ orders: sums.orders?.rows, changes: sums.history?.rows, tables });
  }
  say(
    `moved ${sums.orders?.rows} orders and ${sums.history?.rows} changes; ${Object.keys(sums).length} tables agree in counts and digests, and the audit found the ledger sound. Start the nodes with the same ORDERGATE_KEY and an ORDERGATE_ADMIN_TOKEN; ${config.dataDirectory} stays as it is and serves no more.`,
  );
  return 0;
}
