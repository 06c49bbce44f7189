// `ordergate head`: prints the head of the ledger, which the operator keeps elsewhere.

import { readConfig, readFlags } from '../config.ts';
import { ledgerHeadOf } from '../main.ts';
import { settingsAmong } from './flags.ts';
import { head as TEXT } from './texts/keep.ts';

export async function run(args: readonly string[]): Promise<number> {
  const { values } = readFlags(args, TEXT.flags);
  const head = await ledgerHeadOf(readConfig(settingsAmong(values)));
  process.stdout.write(`${values.json ? JSON.stringify({ head }) : head}\n`);
  return 0;
}
