// The token store and the catalog store on PostgreSQL.
import type { CatalogEntry, CatalogStore } from '../../core/catalog.ts';
import type { Token, TokenStore } from '../../core/token.ts';
import type { Pool } from './pool.ts';
import { GroupReader } from './reader.ts';
import { statements } from './statements.ts';

export function tokenStore(pool: Pool): TokenStore {
  const finder = new GroupReader<readonly [platform: string, digest: string], Token | null>(
    async (asked) => {
      const values = [asked.map(([platform]) => platform), asked.map(([, digest]) => digest)];
      const found: (Token | null)[] = asked.map(() => null);
      for (const row of await pool.run(statements.token, values)) {
        const [n, kind, partyId, grantId, expiresAt, attributes] = row;
        const [platform, digest] = asked[Number(n) - 1]!;
        const rest = {
          kind,
          partyId,
          grantId,
          expiresAt,
          attributes: JSON.parse(String(attributes)),
        };
        found[Number(n) - 1] = { platform, digest, ...rest } as Token;
      }
      return found;
    },
  );
  return {
    find: (platform, digest) => finder.ask([platform, digest]),
    async save(tokens, spend) {
      const rows = tokens.map((token) => ({
        ...token,
        attributes: JSON.stringify(token.attributes),
      }));
      const values = [JSON.stringify(rows), spend?.platform ?? null, spend?.digest ?? null];
      const [saved] = await pool.runOnce(statements.saveTokens, values);
      return saved![0] === true;
    },
    async revoke(platform, grantId) {
      return (await pool.change(statements.revokeTokens, [platform, grantId])).length;
    },
    async forget(before) {
      return (await pool.run(statements.forgetTokens, [before])).length;
    },
  };
}

export function catalogStore(pool: Pool): CatalogStore {
  return {
    async list() {
      const rows = await pool.run(statements.catalog);
      return rows.map(
        ([platform, kind, key, document]) =>
          ({ platform, kind, key, document: JSON.parse(String(document)) }) as CatalogEntry,
      );
    },
    async save({ platform, kind, key, document }, mode) {
      const values = [platform, kind, key, JSON.stringify(document)];
      const [saved] =
        mode === 'create'
          ? await pool.runOnce(statements.createCatalog, values)
          : await pool.change(statements.replaceCatalog, values);
      return Number(saved![0]) === 1;
    },
    async remove(platform, kind, key) {
      const [removed] = await pool.runOnce(statements.removeCatalog, [platform, kind, key]);
      return Number(removed![0]) === 1;
    },
  };
}
