// The counted lists that contain a service-market order: one for each combination of filters that
// finds the order.
import type { SubscriptionDetail } from './subscription.ts';

/** The filters of queryHistoryOrder except the time; null if a filter is absent. */
export interface HistoryFilter {
  readonly orderCategory: string | null;
  readonly serverId: string | null;
  readonly chargeId: string | null;
}

export function listName({ orderCategory, serverId, chargeId }: HistoryFilter): string {
  return JSON.stringify([orderCategory, serverId, chargeId]);
}

/**
 * serverId and chargeId match orders with such a line (both on one line, if both are given). With
 * these lists, each query reads exactly one list, whose count is stored.
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
