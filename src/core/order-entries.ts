// The rows that follow from an order and are stored with it: look-up keys, unique keys, lists and
// deadlines.
import type { Instant } from './clock.ts';
import type { LookUpKey, Order, OrderModel } from './order.ts';

export interface DeadlineEntry {
  readonly kind: string;
  readonly dueAt: Instant;
}

/** The entries in storage, in any sequence. */
export interface OrderEntries {
  readonly keys: readonly LookUpKey[];
  readonly uniqueKeys: readonly LookUpKey[];
  readonly lists: readonly string[];
  readonly deadlines: readonly DeadlineEntry[];
}

export interface OrderWithEntries {
  readonly order: Order;
  readonly entries: OrderEntries;
}

/** The entries that the platform declares for the current order. */
export function declaredEntries(model: OrderModel, order: Order): OrderEntries {
  return {
    keys: model.lookUpKeys(order).filter(([, value]) => value !== ''),
    uniqueKeys: model.uniqueKeys?.(order) ?? [],
    lists: model.lists?.(order) ?? [],
    deadlines: model.deadlines?.(order) ?? [],
  };
}

/**
 * PostgreSQL stores neither a NUL nor half of a surrogate pair, so the comparison uses the form
 * that PostgreSQL stores.
 */
const storable = (text: string): string => text.toWellFormed().replaceAll('\0', '\u2400');

const time = (at: Instant): string =>
  Number.isFinite(at) && Math.abs(at) <= 8.64e15 ? new Date(at).toISOString() : String(at);

const KINDS: readonly {
  readonly table: string;
  readonly list: (entries: OrderEntries) => readonly string[];
}[] = [
  { table: 'order_keys', list: ({ keys }) => keys.map(([name, value]) => `${name} ${value}`) },
  {
    table: 'unique_keys',
    list: ({ uniqueKeys }) => uniqueKeys.map(([name, value]) => `${name} ${value}`),
  },
  { table: 'list_entries', list: ({ lists }) => lists },
  {
    table: 'deadlines',
    list: ({ deadlines }) => deadlines.map(({ kind, dueAt }) => `${kind} at ${time(dueAt)}`),
  },
];

/**
 * Compares the stored entries with the entries that the platform declares.
 *
 * @returns one sentence for each missing and each superfluous entry
 */
export function entryProblems(model: OrderModel, { order, entries }: OrderWithEntries): string[] {
  const declared = declaredEntries(model, order);
  return KINDS.flatMap(({ table, list }) => {
    const expected = new Set(list(declared).map(storable));
    const stored = new Set(list(entries).map(storable));
    const name = `${table}: order ${order.platform} ${order.orderId}`;
    return [
      ...without(expected, stored)
        .filter((entry) => !model.newKeys?.some((key) => entry.startsWith(`${key} `)))
        .map((entry) => `${name} lacks ${entry}`),
      ...without(stored, expected).map(
        (entry) => `${name} has ${entry}, which does not follow from the order`,
      ),
    ];
  });
}

const without = (these: ReadonlySet<string>, those: ReadonlySet<string>): string[] =>
  [...these].filter((entry) => !those.has(entry));
