// Deliveries and alerts of one group, with their numbers over all groups.
import type { CallbackAlert, CallbackStore, Delivery } from '../../core/callbacks.ts';
import type { Page } from '../../core/ledger.ts';
import type { Group } from './group.ts';
import { groupOf, toInner, toWhole } from './ids.ts';
import type { GroupPage } from './merge.ts';

export const wholeOrNull = (group: Group, id: number | null): number | null =>
  id === null ? null : toWhole(group.number, id);

export const wholeDeliveries = (group: Group, page: Page<Delivery>): GroupPage<Delivery> => ({
  items: page.items.map((one) => ({ ...one, deliveryId: toWhole(group.number, one.deliveryId) })),
  cursors: page.items.map(({ deliveryId }) => String(deliveryId)),
  nextCursor: page.nextCursor,
});

export const wholeAlerts = (
  group: Group,
  { items, nextCursor }: Page<CallbackAlert>,
): GroupPage<CallbackAlert> => ({
  items: items.map((one) => ({
    ...one,
    alertId: toWhole(group.number, one.alertId),
    deliveryId: wholeOrNull(group, one.deliveryId),
  })),
  cursors: items.map(({ alertId }) => String(alertId)),
  nextCursor,
});

/** A cursor is the number of a delivery over all groups, which sort one after the other. */
export async function deliveriesIn(
  group: Group | undefined,
  query: Parameters<CallbackStore['listDeliveries']>[0],
): Promise<Page<Delivery>> {
  if (!group) return { items: [], nextCursor: null };
  const { deliveryId, cursor } = query;
  let from: { readonly cursor?: string } = {};
  if (cursor !== undefined) {
    const of = groupOf(Number(cursor));
    if (of < group.number) return { items: [], nextCursor: null };
    if (of === group.number) from = { cursor: String(toInner(Number(cursor))) };
  }
  const { cursor: _, ...rest } = query;
  const inner = deliveryId === undefined ? {} : { deliveryId: toInner(deliveryId) };
  const page = await group.storage.callbacks.listDeliveries({ ...rest, ...inner, ...from });
  const { items, nextCursor } = wholeDeliveries(group, page);
  return {
    items,
    nextCursor: nextCursor === null ? null : String(toWhole(group.number, Number(nextCursor))),
  };
}
