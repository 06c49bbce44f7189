// Pages of tokens and of grants: their cursors, and the extra row that shows whether there is a
// next page.
import type { Page } from '../core/ledger.ts';
import type { Token, TokenGrant } from '../core/token.ts';

/** The grant and digest after which a page begins; a cursor joins both with a point. */
export function readTokenCursor(cursor = ''): readonly [grantId: string, digest: string] {
  const point = cursor.indexOf('.');
  return point < 0 ? ['', ''] : [cursor.slice(0, point), cursor.slice(point + 1)];
}

/** @param rows one more than `limit` if there are further rows */
export const tokensPage = (rows: readonly Token[], limit: number): Page<Token> =>
  cut(rows, limit, ({ grantId, digest }) => `${grantId}.${digest}`);

/** @param rows one more than `limit` if there are further rows */
export const grantsPage = (rows: readonly TokenGrant[], limit: number): Page<TokenGrant> =>
  cut(rows, limit, ({ grantId }) => grantId);

function cut<T>(rows: readonly T[], limit: number, cursorOf: (row: T) => string): Page<T> {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  return { items, nextCursor: rows.length > limit && last ? cursorOf(last) : null };
}
