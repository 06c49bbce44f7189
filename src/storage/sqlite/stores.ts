// The token store and the catalog store on SQLite.
import type { CatalogEntry, CatalogStore } from '../../core/catalog.ts';
import type { Token, TokenStore } from '../../core/token.ts';
import type { Reader } from './reader.ts';
import type { Writer } from './writer.ts';

export function tokenStore(reader: Reader, writer: Writer): TokenStore {
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
