// The counted lists that a service-market order stands in: one for each combination of filters that finds it.
import type { SubscriptionDetail } from './subscription.ts';

/** The filters of queryHistoryOrder besides the time; null where one is not given. */
export interface HistoryFilter {
  readonly orderCategory: string | null;
  readonly serverId: string | null;
  readonly chargeId: string | null;
}

export function listName({ orderCategory, serverId, chargeId }: HistoryFilter): string {
  return JSON.stringify([orderCategory, serverId, chargeId]);
}

/**
 * serverId and chargeId match orders that have such a line (both on the same line, when both are
 * given): so many lists that each question is one of them, and its count is kept, not counted.
 */
export function listsOf(category: string, details: readonly SubscriptionDetail[]): string[] {
  const names = new Set<string>();
  for (const orderCategory of [null, category]) {
    names.add(listName({ orderCategory, serverId: null, chargeId: null }));
    for (const { serverId, chargeId } of details) {
      names.add(listName({ orderCategory, serverId, chargeId: null }));
      names.add(listName({ orderCategory, serverId: null, chargeId }));
      names.add(listName({ orderCategory, serverId, chargeId }));
    }
  }
  return [...names];
}
