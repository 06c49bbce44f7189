// A page of a list that stands whole in memory: its rows in order, after a cursor, without sorting all of them.
import { z } from 'zod';
import type { Page } from '../core/ledger.ts';
import { ManageError, pageQuery } from './endpoint.ts';

/**
 * What a row is sorted by: a value, which other rows may have as well, and then what names the row alone.
 * All rows of a list have the same types at the same places.
 */
export type RowKey = readonly [value: string | number, ...name: string[]];

interface Order<T> {
  /** Names the order of the rows, because a cursor holds for the order that it was made in. */
  readonly sort: string;
  /** Turns the values around. Rows of one value stay in the order of their names. */
  readonly descending?: boolean;
  keyOf(row: T): RowKey;
}

const MEANING = 'has to be the nextCursor of an earlier answer to the same sort';

export const memoryPageQuery = {
  limit: pageQuery(/^/).limit,
  cursor: z
    .string()
    .regex(/^[\w-]+$/, MEANING)
    .optional(),
};

/**
 * The rows after the cursor. A row whose value changes between two pages may come twice or not at all; every
 * other row comes once, whatever is made or removed in between.
 *
 * @throws {ManageError} 400 where the cursor is none of this order
 */
export function memoryPage<T>(
  rows: Iterable<T>,
  { limit, cursor }: { readonly limit: number; readonly cursor?: string | undefined },
  { sort, descending = false, keyOf }: Order<T>,
): Page<T> {
  const after = cursor === undefined ? null : readCursor(cursor, sort);
  const compare = (a: RowKey, b: RowKey): number => {
    const i = a.findIndex((part, at) => part !== b[at]);
    if (i === -1) return 0;
    return a[i]! < b[i]! === (i === 0 && descending) ? 1 : -1;
  };
  // One more than is shown tells whether there is a next page.
  const first: { readonly key: RowKey; readonly row: T }[] = [];
  for (const row of rows) {
    const key = keyOf(row);
    if (after && compare(key, after) <= 0) continue;
    const last = first.at(-1);
    if (first.length > limit && last && compare(key, last.key) >= 0) continue;
    first.splice(placeOf(key, first, compare), 0, { key, row });
    if (first.length > limit + 1) first.pop();
  }
  const shown = first.slice(0, limit);
  const isLast = first.length <= limit;
  return {
    items: shown.map(({ row }) => row),
    nextCursor: isLast ? null : writeCursor(sort, shown.at(-1)!.key),
  };
}

/** By halving: the number of entries that come before the key. */
function placeOf(
  key: RowKey,
  entries: readonly { readonly key: RowKey }[],
  compare: (a: RowKey, b: RowKey) => number,
): number {
  let [low, high] = [0, entries.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (compare(entries[middle]!.key, key) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

const writeCursor = (sort: string, key: RowKey): string =>
  Buffer.from(JSON.stringify([sort, ...key])).toString('base64url');

const cursorSchema = z.tuple([z.string(), z.union([z.string(), z.number()])], z.string());

function readCursor(cursor: string, sort: string): RowKey {
  let read: unknown;
  try {
    read = JSON.parse(Buffer.from(cursor, 'base64url').toString());
  } catch {
    // What is no JSON is no cursor of ours, as what is of another form.
  }
  const parsed = cursorSchema.safeParse(read);
  if (parsed.success && parsed.data[0] === sort) {
    const [, value, ...name] = parsed.data;
    return [value, ...name];
  }
  throw new ManageError(400, 'bad-request', `cursor: ${MEANING}`, 'cursor');
}
