// `ordergate head`: prints the head of the ledger, which the operator keeps elsewhere.
import { readConfig, readFlags } from '../config.ts';
import { ledgerHeadOf } from '../main.ts';

export async function run(args: readonly string[]): Promise<number> {
  const { values } = readFlags(args, {});
  process.stdout.write(`${await ledgerHeadOf(readConfig(values))}\n`);
  return 0;
}
