// Asks for a page of orders, whatever the list shows: all, a preset with reasons, or pasted ids.
import { ask } from '../../api/client.ts';
import type { Attention, Order, Page, SearchHit } from '../../api/types.ts';
import { type List, listQuery } from '../../lists/use-list.ts';

export interface Row {
  readonly order: Order;
  readonly reasons: Attention['reasons'];
}

export interface Rows {
  readonly items: readonly Row[];
  readonly nextCursor: string | null;
  readonly unknown?: readonly string[];
  readonly isMore?: boolean;
}

export async function askOrders(list: List, signal: AbortSignal): Promise<Rows> {
  const { preset, platform, ids } = list.state.filters;
  if (ids) return askPasted(ids, signal);
  if (preset) {
    const { items, isMore } = await ask<{ items: readonly Attention[]; isMore: boolean }>(
      '/attention',
      { query: { preset, platform }, signal },
    );
    return { items, nextCursor: null, isMore };
  }
  const { items, nextCursor } = await ask<Page<Order>>('/orders', {
    query: listQuery(list),
    signal,
  });
  return { items: items.map((order) => ({ order, reasons: [] })), nextCursor };
}

/** `platform/id` or an id alone, with blanks between. */
async function askPasted(ids: string, signal: AbortSignal): Promise<Rows> {
  const wanted = new Set(ids.split(' '));
  const q = [...wanted].map((one) => one.split('/').at(-1)!).join(' ');
  const found = await ask<{ items: readonly SearchHit[]; unknown: readonly string[] }>('/search', {
    query: { q },
    signal,
  });
  const orders = found.items.flatMap(({ order, platform, id }) =>
    order && (wanted.has(`${platform}/${id}`) || [...wanted].some((one) => !one.includes('/')))
      ? [order]
      : [],
  );
  return {
    items: orders.map((order) => ({ order, reasons: [] })),
    nextCursor: null,
    unknown: found.unknown,
  };
}
