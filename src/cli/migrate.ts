// `ordergate migrate sqlite-to-postgres`: moves the ledger of a stopped server; can be run again.
import { ConfigError, readConfig, readFlags } from '../config.ts';
import { migrateLedger } from '../main.ts';
import { say } from './output.ts';
import { progress } from './progress.ts';
import { TEXTS } from './texts.ts';

export async function run(args: readonly string[]): Promise<number> {
  const { values, positionals } = readFlags(args, {});
  if (positionals.length !== 1 || positionals[0] !== 'sqlite-to-postgres') {
    throw new ConfigError(`usage: ordergate ${TEXTS.migrate.usage}`);
  }
  const config = readConfig(values);
  const { sums } = await migrateLedger(config, progress('rows'));
  say(
    `moved ${sums.orders?.rows} orders and ${sums.history?.rows} changes; ${Object.keys(sums).length} tables agree in counts and digests, and the audit found the ledger sound. Start the nodes with the same ORDERGATE_KEY and an ORDERGATE_ADMIN_TOKEN; ${config.dataDirectory} stays as it is and serves no more.`,
  );
  return 0;
}
