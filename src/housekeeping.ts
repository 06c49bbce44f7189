// The periodic tasks of a server, every hour and every ten seconds, for main.
import type { Config } from './config.ts';
import { DAY, HOUR, SECOND } from './core/clock.ts';
import type { Logger } from './log.ts';
import type { Workplace } from './workplace.ts';

/** How long an expired token stays known, so that its holder is told to refresh it. */
const TOKEN_MEMORY_MS = 30 * DAY;

/** How long an alarm stays listed. */
const ALARM_MEMORY_MS = 90 * DAY;

/** Returns a function that stops the tasks. */
export function keepHouse(
  { storage, parties, clock }: Workplace,
  config: Config,
  log: Logger,
): () => void {
  const { ledger, requests, tokens, callbacks, people, alarms } = storage;
  const chores = [
    () => requests.prune(Date.now() - config.requestLogDays * DAY),
    () => ledger.forgetReplies(clock.now()),
    () => parties.forgetEnded(clock.now()),
    () => tokens.forget(clock.now() - TOKEN_MEMORY_MS),
    () => callbacks.prune(clock.now() - config.requestLogDays * DAY),
    () => alarms.prune(clock.now() - ALARM_MEMORY_MS),
    // Sessions and links expire by real time, whatever a sandbox's clock shows.
    () => people.forgetCredentials(Date.now()),
  ];
  let droppedBefore = 0;
  const dropWatch = setInterval(() => {
    const dropped = requests.dropped - droppedBefore;
    droppedBefore += dropped;
    const { problem } = requests;
    if (dropped > 0) log.error({ dropped, problem }, 'calls were served and not logged');
  }, 10 * SECOND);
  dropWatch.unref();
  const housekeeping = setInterval(async () => {
    for (const chore of chores) {
      // A failed task does not prevent the others.
      await chore().catch((error: unknown) =>
        log.error({ err: error }, 'housekeeping failed; it is tried again in an hour'),
      );
    }
  }, HOUR);
  housekeeping.unref();
  return () => {
    clearInterval(dropWatch);
    clearInterval(housekeeping);
  };
}
