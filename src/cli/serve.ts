// `ordergate serve`: runs the server until SIGTERM or SIGINT.

import { readConfig, readFlags } from '../config.ts';
import { callLine, startOrdergate } from '../main.ts';
import { settingsAmong } from './flags.ts';
import { complain, say } from './output.ts';
import { serviceNotice } from './service-notice.ts';
import { serve as TEXT } from './texts/serve.ts';

export async function run(args: readonly string[]): Promise<number> {
  const { values } = readFlags(args, TEXT.flags);
  const { 'accept-loss': acceptLoss, json } = values;
  const config = readConfig(settingsAmong(values));
  const isWatched = config.environment === 'sandbox' && process.stderr.isTTY;
  const onCall = isWatched
    ? (record: Parameters<typeof callLine>[0]) => void complain(`${callLine(record)}`)
    : undefined;
  const ordergate = await startOrdergate({ config, acceptLoss, onCall });
  const stopped = stopSignal(); // The listener precedes the printed line, whose reader may stop the server at once.
  const { url, manageUrl } = ordergate;
  if (json) say(JSON.stringify({ type: 'ready', url, manageUrl }));
  else say(`ordergate listening on ${url}`);
  if (!json && manageUrl !== url) say(`management on ${manageUrl}`);
  // The link is not written to a log, whose readers may not be allowed into the console.
  const link = process.stderr.isTTY ? await ordergate.firstAccountLink() : null;
  if (link !== null) complain(`the first account, within 15 minutes: ${link}`);
  const notice = serviceNotice(complain);
  notice.ready();
  await stopped;
  notice.stopping();
  await ordergate.close();
  return 0;
}

function stopSignal(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve());
  });
}
