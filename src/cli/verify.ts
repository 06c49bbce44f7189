// `ordergate verify`: reads the whole ledger and says whether it is sound.
import { readConfig, readFlags } from '../config.ts';
import { openWorkplace } from '../main.ts';
import type { Command } from './command.ts';

export const verifyCommand: Command = {
  name: 'verify',
  usage: 'verify',
  summary: 'check every order, its history and its events, and the files',
  async run(args) {
    const { values } = readFlags(args, {});
    const { storage } = await openWorkplace({ config: readConfig(values) });
    try {
      const { damage, ...counts } = await storage.ledger.audit();
      for (const line of damage) process.stderr.write(`damage: ${line}\n`);
      process.stdout.write(`${JSON.stringify(counts)}\n`);
      const broken =
        counts.ordersOutOfStep + counts.changesWithoutEvent + counts.eventsWithoutChange;
      return broken === 0 && damage.length === 0 ? 0 : 1;
    } finally {
      await storage.close();
    }
  },
};
