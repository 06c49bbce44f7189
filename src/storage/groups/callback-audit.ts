// The audit of callbacks over all groups, one after the other.
import type { CallbackAudit } from '../../core/callbacks.ts';
import type { Groups } from './groups.ts';

export async function auditCallbacks(groups: Groups): Promise<CallbackAudit> {
  const sums: { -readonly [K in keyof CallbackAudit]: number } = {
    deliveriesWithoutEvent: 0,
    attemptsOutOfStep: 0,
    queuesStuck: 0,
    cursorBeyondEvents: 0,
    eventsPassedOver: 0,
  };
  for (const { storage } of groups.all) {
    const found = await storage.callbacks.audit();
    for (const name of Object.keys(sums) as (keyof CallbackAudit)[]) sums[name] += found[name];
  }
  return sums;
}
