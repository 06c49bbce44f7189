// Pages of one group without the rows of a party that is moving and is served from another group.
import type { GroupPage } from './merge.ts';

/** Reads on while a page has rows of such parties alone. */
export async function ownPage<T>(
  cursor: string | undefined,
  read: (cursor: string | undefined) => Promise<GroupPage<T>>,
  isOwn: (item: T) => boolean,
): Promise<GroupPage<T>> {
  for (let from = cursor; ; ) {
    const page = await read(from);
    const own = page.items.map(isOwn);
    const items = page.items.filter((_, i) => own[i]);
    if (items.length > 0 || page.nextCursor === null)
      return { ...page, items, cursors: page.cursors.filter((_, i) => own[i]) };
    from = page.nextCursor;
  }
}
