// `ordergate serve`: the server, until SIGTERM or SIGINT.
import { readConfig, readFlags } from '../config.ts';
import { callLine, startOrdergate } from '../main.ts';
import type { Command } from './command.ts';

export const serveCommand: Command = {
  name: 'serve',
  usage: 'serve [--accept-loss]',
  summary: 'serve the gateways and the management API',
  async run(args) {
    const { values } = readFlags(args, { 'accept-loss': { type: 'boolean' } });
    const { 'accept-loss': acceptLoss, ...settings } = values;
    const config = readConfig(settings);
    const isWatched = config.environment === 'sandbox' && process.stderr.isTTY;
    const onCall = isWatched
      ? (record: Parameters<typeof callLine>[0]) =>
          void process.stderr.write(`${callLine(record)}\n`)
      : undefined;
    const ordergate = await startOrdergate({ config, acceptLoss, onCall });
    const stopped = stopSignal(); // Before the line: who reads it may stop us at once.
    process.stdout.write(`ordergate listening on ${ordergate.url}\n`);
    // Not into a log: who may read that has no business in the console of a production server.
    const link = process.stderr.isTTY ? await ordergate.firstAccountLink() : null;
    if (link !== null) process.stderr.write(`the first account, within 15 minutes: ${link}\n`);
    await stopped;
    await ordergate.close();
    return 0;
  },
};

function stopSignal(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve());
  });
}
