// `ordergate import FILE`: parties and orders from a file, streamed; can be run again.
import { createReadStream, statSync } from 'node:fs';
import { ConfigError, readConfig, readFlags } from '../config.ts';
import { openWorkplace } from '../main.ts';
import { importFile } from '../protocol/import-file.ts';
import type { Command } from './command.ts';
import { progress } from './progress.ts';

/** Refusals that are printed; the rest is counted. */
const SHOWN = 100;

export const importCommand: Command = {
  name: 'import',
  usage: 'import FILE',
  summary: 'bring in parties and orders: {"platform": {"section": [...]}}, or NDJSON',
  async run(args) {
    const { values, positionals } = readFlags(args, {});
    const [file] = positionals;
    if (file === undefined || positionals.length > 1)
      throw new ConfigError('usage: ordergate import FILE');
    const found = statSync(file); // A missing file shows before the ledger is opened.
    if (found.isDirectory()) throw new ConfigError(`${file} is a directory`);
    const { size } = found;
    const workplace = await openWorkplace({ config: readConfig(values) });
    try {
      const stream = createReadStream(file, 'utf8');
      const show = progress('importing', size);
      let refused = 0;
      const report = await importFile(
        stream,
        { ...workplace, ledger: workplace.storage.ledger, tokens: workplace.storage.tokens },
        {
          onRefused(line, problem) {
            if (refused++ < SHOWN) process.stderr.write(`${file}:${line}: ${problem}\n`);
          },
          onProgress: ({ orders }) =>
            show(stream.bytesRead, ` ${orders.toLocaleString('en')} orders`),
        },
      );
      if (refused > SHOWN) process.stderr.write(`and ${refused - SHOWN} more\n`);
      const entries = report.catalog > 0 ? `, ${report.catalog} catalog entries` : '';
      process.stdout.write(
        `imported ${report.orders} orders and ${report.parties} parties${entries}; ${report.existing} were there already; ${report.refused} refused\n`,
      );
      return report.refused === 0 ? 0 : 1;
    } finally {
      await workplace.storage.close();
    }
  },
};
