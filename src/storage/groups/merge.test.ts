// One list out of many groups: whole and in order for any size of page, and what a silent group does to it.
import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import { askGroups } from './ask.ts';
import { groupOf, toInner, toWhole } from './ids.ts';
import { type GroupPage, mergePages } from './merge.ts';

interface Item {
  readonly id: number;
  readonly at: number;
}
interface Fake {
  readonly name: string;
  readonly server: string;
  problem: string | undefined;
  /** Newest first. */
  readonly items: readonly Item[];
}

/** Groups whose items lie between each other's, with equal times among them. */
const fakes = (counts: readonly number[]): Fake[] =>
  counts.map((count, g) => ({
    name: `0${g}`,
    server: 'a',
    problem: undefined,
    items: Array.from({ length: count }, (_, i) => ({
      id: count - i,
      at: Math.floor((count - i) / (g + 1)),
    })),
  }));

const page = async (
  { items }: Fake,
  cursor: string | undefined,
  limit: number,
): Promise<GroupPage<Item>> => {
  const rest = items.filter(({ id }) => cursor === undefined || id < Number(cursor));
  const kept = rest.slice(0, limit);
  const cursors = kept.map(({ id }) => String(id));
  return { items: kept, cursors, nextCursor: rest.length > limit ? cursors.at(-1)! : null };
};

async function whole(groups: Fake[], limit: number) {
  const found: Item[] = [];
  const unanswered: string[] = [];
  for (let cursor: string | undefined; ; ) {
    const at = (item: Item) => item.at;
    const next = await mergePages<Fake, Item>({ groups, limit, cursor, ask: askGroups, page, at });
    found.push(...next.items);
    unanswered.push(...(next.unanswered ?? []));
    if (next.nextCursor === null) return { found, unanswered };
    cursor = next.nextCursor;
  }
}

for (const limit of [1, 2, 3, 7, 100]) {
  test(`pages of ${limit}: each item once, the newest first`, async () => {
    const groups = fakes([9, 0, 17, 4]);
    const { found, unanswered } = await whole(groups, limit);
    equal(found.length, 30);
    equal(new Set(found).size, 30);
    const times = found.map(({ at }) => at);
    deepEqual(
      times,
      times.toSorted((a, b) => b - a),
    );
    deepEqual(unanswered, []);
  });
}

test('a group that does not answer is named once, and the list comes to its end', async () => {
  const groups = fakes([5, 5]);
  groups[1]!.problem = 'the server is down';
  const { found, unanswered } = await whole(groups, 2);
  deepEqual([found.length, unanswered], [5, ['01']]);
});

test('a number of a group is unique over all groups, and group 00 keeps its own', () => {
  equal(toWhole(0, 12345), 12345);
  for (const [group, id] of [
    [0, 1],
    [7, 1],
    [511, 2 ** 44 - 1],
  ] as const) {
    const id1 = toWhole(group, id);
    equal(Number.isSafeInteger(id1), true);
    deepEqual([groupOf(id1), toInner(id1)], [group, id]);
  }
});
