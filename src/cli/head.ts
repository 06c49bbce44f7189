// `ordergate head`: prints the head of the ledger, which the operator keeps elsewhere.
import { readConfig, readFlags } from '../config.ts';
import { ledgerHeadOf } from '../main.ts';
import type { Command } from './command.ts';

export const headCommand: Command = {
  name: 'head',
  usage: 'head',
  summary: 'print the hash over all changes, to be written down elsewhere; see verify --head',
  async run(args) {
    const { values } = readFlags(args, {});
    process.stdout.write(`${await ledgerHeadOf(readConfig(values))}\n`);
    return 0;
  },
};
