// `ordergate lost`: lists calls that were acknowledged but whose changes the ledger lacks.

import { readConfig, readFlags, UsageError } from '../config.ts';
import { findLostCalls } from '../core/lost-calls.ts';
import { openWorkplace } from '../main.ts';
import { settingsAmong } from './flags.ts';
import { say } from './output.ts';
import { lost as TEXT } from './texts/keep.ts';

export async function run(args: readonly string[]): Promise<number> {
  const { values } = readFlags(args, TEXT.flags);
  const since = values.since === undefined ? undefined : Date.parse(values.since);
  if (Number.isNaN(since)) {
    throw new UsageError(
      `--since is "${values.since}"; it has to be a time such as 2026-01-31T00:00:00Z`,
    );
  }
  const { storage, platforms } = await openWorkplace({
    config: readConfig(settingsAmong(values)),
    mustExist: true,
  });
  try {
    const calls = findLostCalls({
      ledger: storage.ledger,
      requests: storage.requests,
      since,
      kindOf({ platform: name, method, outcome }) {
        const platform = platforms.find((one) => one.name === name);
        if (!platform || method === null || outcome !== platform.successCode) return undefined;
        return platform.changing[method];
      },
    });
    let count = 0;
    if (values.json) say('{"type":"ready"}');
    for await (const { id, at, platform, party, method, orderId, address } of calls) {
      count++;
      const call = {
        at: new Date(at).toISOString(),
        platform,
        party,
        method,
        orderId,
        address,
        requestId: id,
      };
      say(JSON.stringify(call));
    }
    process.stderr.write(
      count === 0
        ? 'Every change that the request log calls acknowledged is in the ledger.\n'
        : `${count} calls were acknowledged and their changes are not in the ledger. Tell their partners, or make the changes again. The request log itself may lack its last second.\n`,
    );
    return 0;
  } finally {
    await storage.close();
  }
}
