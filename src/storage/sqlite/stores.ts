// The token store, the catalog store and the sealed texts on SQLite.
import type { CatalogEntry, CatalogStore } from '../../core/catalog.ts';
import { TOKEN_MARKS, type Token, type TokenGrant, type TokenStore } from '../../core/token.ts';
import type { SealedTextRow, SealedTexts } from '../storage.ts';
import { grantsPage, readTokenCursor, tokensPage } from '../token-pages.ts';
import type { Reader } from './reader.ts';
import type { Writer } from './writer.ts';

const NO_MARK = `kind NOT IN (${TOKEN_MARKS.map((kind) => `'${kind}'`).join(', ')})`;

export function tokenStore(reader: Reader, writer: Writer): TokenStore {
  const list = reader.db.prepare(
    `SELECT platform, digest, kind, party_id AS partyId, grant_id AS grantId,
       expires_at AS expiresAt, attributes
     FROM tokens WHERE platform = :platform AND (grant_id, digest) > (:grantAfter, :digestAfter)
       AND party_id = coalesce(:partyId, party_id) AND grant_id = coalesce(:grantId, grant_id)
       AND ${NO_MARK} ORDER BY grant_id, digest LIMIT :rows`,
  );
  const grants = reader.db.prepare(
    // Of the row with the greatest expires_at, as SQLite gives columns beside max().
    `SELECT grant_id AS grantId, party_id AS partyId, count(*) AS tokens,
       max(expires_at) AS expiresAt, attributes
     FROM tokens WHERE platform = :platform AND grant_id > :after
       AND party_id = coalesce(:partyId, party_id) AND ${NO_MARK}
     GROUP BY grant_id ORDER BY grant_id LIMIT :rows`,
  );
  const withAttributes = (row: Record<string, unknown>) => ({
    ...row,
    attributes: JSON.parse(String(row.attributes)),
  });
  const find = reader.db.prepare(
    `SELECT platform, digest, kind, party_id AS partyId, grant_id AS grantId,
       expires_at AS expiresAt, attributes
     FROM tokens WHERE platform = ? AND digest = ?`,
  );
  return {
    async find(platform, digest) {
      const row = await reader.read(() => find.get(platform, digest));
      if (!row) return null;
      return { ...row, attributes: JSON.parse(String(row.attributes)) } as unknown as Token;
    },
    save(tokens, spend) {
      const rows = tokens.map((token) => ({
        ...token,
        attributes: JSON.stringify(token.attributes),
      }));
      return writer.run({ op: 'saveTokens', tokens: rows, spend: spend ?? null });
    },
    async list({ platform, partyId = null, grantId = null, limit, cursor }) {
      const [grantAfter, digestAfter] = readTokenCursor(cursor);
      const values = { platform, partyId, grantId, grantAfter, digestAfter, rows: limit + 1 };
      const rows = await reader.read(() => list.all(values));
      return tokensPage(rows.map(withAttributes) as unknown as Token[], limit);
    },
    async listGrants({ platform, partyId = null, limit, cursor: after = '' }) {
      const values = { platform, partyId, after, rows: limit + 1 };
      const rows = await reader.read(() => grants.all(values));
      return grantsPage(rows.map(withAttributes) as unknown as TokenGrant[], limit);
    },
    end: (platform, digest) => writer.run({ op: 'endToken', platform, digest }),
    revoke: (platform, grantId) => writer.run({ op: 'revokeTokens', platform, grantId }),
    forget: (before) => writer.run({ op: 'forgetTokens', before }),
  };
}

export function catalogStore(reader: Reader, writer: Writer): CatalogStore {
  const list = reader.db.prepare('SELECT platform, kind, key, document FROM catalog');
  return {
    async list() {
      const rows = await reader.read(() => list.all());
      return rows.map(
        (row) =>
          ({ ...row, document: JSON.parse(String(row.document)) }) as unknown as CatalogEntry,
      );
    },
    save({ platform, kind, key, document }, mode) {
      const text = JSON.stringify(document);
      const create = mode === 'create';
      return writer.run({ op: 'saveCatalog', platform, kind, key, document: text, create });
    },
    remove: (platform, kind, key) => writer.run({ op: 'removeCatalog', platform, kind, key }),
  };
}

export function sealedTexts(
  reader: Reader,
  writer: Writer,
  keepKeyCheck: () => Promise<void>,
): SealedTexts {
  const page = reader.db.prepare(
    `SELECT s.id, o.platform, o.order_id AS orderId, s.name, s.sealed
     FROM sealed_texts AS s CROSS JOIN orders AS o ON o.id = s.order_row
     WHERE s.id > ? ORDER BY s.id LIMIT ?`,
  );
  return {
    async page(after, limit) {
      const rows = await reader.read(() => page.all(Number(after ?? 0), limit));
      return rows.map(({ id, ...row }) => ({ ...row, at: Number(id) }) as unknown as SealedTextRow);
    },
    async replace({ at, sealed }, renewed) {
      await writer.run({ op: 'replaceSealed', id: Number(at), sealed, renewed });
    },
    keepKeyCheck,
  };
}
