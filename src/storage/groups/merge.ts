// One list out of the lists of many groups, newest first, with a cursor that knows each group's place.
import type { Page } from '../../core/ledger.ts';

/** A page of one group, with the cursor that goes on behind each of its items. */
export interface GroupPage<T> extends Page<T> {
  readonly cursors: readonly string[];
}

export interface MergeOptions<G extends { readonly name: string }, T> {
  readonly groups: readonly G[];
  readonly limit: number;
  readonly cursor: string | undefined;
  /** Asks groups at once; a group that does not answer in time is missing in the answers. */
  ask(
    groups: readonly G[],
    question: (group: G) => Promise<GroupPage<T>>,
  ): Promise<{
    readonly answers: ReadonlyMap<G, GroupPage<T>>;
    readonly silent: readonly string[];
  }>;
  page(group: G, cursor: string | undefined, limit: number): Promise<GroupPage<T>>;
  /** Lists are sorted by it, the largest first. */
  at(item: T): number;
}

/** `g`, then the name and the cursor of each group that has more. */
export const GROUPS_CURSOR = /^g\d{2,3}:[\d.]*(~\d{2,3}:[\d.]*)*$/;

/**
 * A group whose page is not used up goes on behind its last used item. A group that did not answer
 * is named, and is not asked for the following pages, so that a list comes to its end.
 */
export async function mergePages<G extends { readonly name: string }, T>(
  options: MergeOptions<G, T>,
): Promise<Page<T>> {
  const { groups, limit, at } = options;
  const places = options.cursor === undefined ? undefined : readCursor(options.cursor);
  const asked = places ? groups.filter(({ name }) => places.has(name)) : groups;
  const { answers, silent } = await options.ask(asked, (group) =>
    options.page(group, places?.get(group.name) || undefined, limit),
  );
  const all = [...answers].flatMap(([group, { items }]) =>
    items.map((item, i) => ({ group, item, i })),
  );
  all.sort((a, b) => at(b.item) - at(a.item) || (a.group === b.group ? a.i - b.i : 0));
  const taken = all.slice(0, limit);
  const used = new Map<G, number>();
  for (const { group } of taken) used.set(group, (used.get(group) ?? 0) + 1);
  const next: string[] = [];
  for (const [group, { items, cursors, nextCursor }] of answers) {
    const count = used.get(group) ?? 0;
    const before = places?.get(group.name) ?? '';
    const place = count === items.length ? nextCursor : count === 0 ? before : cursors[count - 1]!;
    if (place !== null) next.push(`${group.name}:${place}`);
  }
  return {
    items: taken.map(({ item }) => item),
    nextCursor: next.length === 0 ? null : `g${next.join('~')}`,
    ...(silent.length > 0 && { unanswered: silent }),
  };
}

function readCursor(cursor: string): ReadonlyMap<string, string> {
  if (!GROUPS_CURSOR.test(cursor)) return new Map(); // One of a single ledger: there is no more of it.
  const parts = cursor.slice(1).split('~');
  return new Map(parts.map((part) => part.split(':') as [string, string]));
}
