// Builds the entries of an order from JSON arrays, in which both engines collect them.
import type { LookUpKey } from '../core/order.ts';
import type { OrderEntries } from '../core/order-entries.ts';

type Texts = { readonly [name in keyof OrderEntries]: string | null | undefined };

/** @param texts JSON arrays; null if the order has no entry of the kind */
export function toEntries({ keys, uniqueKeys, lists, deadlines }: Texts): OrderEntries {
  const dues = read<[string, number]>(deadlines);
  return {
    keys: read<LookUpKey>(keys),
    uniqueKeys: read<LookUpKey>(uniqueKeys),
    lists: read<string>(lists),
    deadlines: dues.map(([kind, dueAt]) => ({ kind, dueAt })),
  };
}

const read = <T>(text: string | null | undefined): T[] => (text ? JSON.parse(text) : []);
