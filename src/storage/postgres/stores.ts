// The stores of tokens, catalog, sealed texts and alarm documents on PostgreSQL.
import type { AlarmDocuments } from '../../core/alarm-documents.ts';
import type { CatalogEntry, CatalogStore } from '../../core/catalog.ts';
import type { Json } from '../../core/order.ts';
import type { Token, TokenGrant, TokenStore } from '../../core/token.ts';
import { ALARM_COLUMNS, toAlarmDocument } from '../alarm-row.ts';
import type { SealedTextRow, SealedTexts } from '../storage.ts';
import { grantsPage, readTokenCursor, tokensPage } from '../token-pages.ts';
import { announce } from './announce.ts';
import type { Statement } from './connection.ts';
import type { Pool } from './pool.ts';
import { GroupReader } from './reader.ts';
import { statements } from './statements.ts';
import { tokenStatements } from './token-statements.ts';

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
    async list({ platform, partyId = null, grantId: wanted = null, limit, cursor }) {
      const values = [platform, ...readTokenCursor(cursor), partyId, wanted, limit + 1];
      const rows = await pool.run(tokenStatements.list, values);
      const tokens = rows.map(([digest, kind, party, grantId, expiresAt, attributes]) => ({
        ...{ platform, digest, kind, partyId: party, grantId, expiresAt },
        attributes: JSON.parse(String(attributes)),
      }));
      return tokensPage(tokens as Token[], limit);
    },
    async listGrants({ platform, partyId = null, limit, cursor = '' }) {
      const rows = await pool.run(tokenStatements.listGrants, [
        platform,
        cursor,
        partyId,
        limit + 1,
      ]);
      const grants = rows.map(([grantId, party, count, expiresAt, attributes]) => ({
        ...{ grantId, partyId: party, tokens: Number(count), expiresAt },
        attributes: JSON.parse(String(attributes)),
      }));
      return grantsPage(grants as TokenGrant[], limit);
    },
    async end(platform, digest) {
      const [ended] = await pool.runOnce(tokenStatements.end, [platform, digest]);
      return Number(ended![0]) === 1;
    },
    async revoke(platform, grantId) {
      const [ended] = await pool.change(tokenStatements.revoke, [platform, grantId]);
      return Number(ended![0]);
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
      if (Number(saved![1]) > 0) announce(pool, 'catalog');
      return Number(saved![0]) === 1;
    },
    async remove(platform, kind, key) {
      const [removed] = await pool.runOnce(statements.removeCatalog, [platform, kind, key]);
      if (Number(removed![1]) > 0) announce(pool, 'catalog');
      return Number(removed![0]) === 1;
    },
  };
}

export function sealedTexts(pool: Pool, keepKeyCheck: () => Promise<void>): SealedTexts {
  return {
    async page(after, limit) {
      const place = (after ?? ['', '', '', 0, '']) as readonly Json[];
      const rows = await pool.run(statements.sealedTexts, [...place, limit]);
      return rows.map((row) => {
        const [platform, owner, orderId, createdAt, name, sealed] = row.map(String);
        const at = [platform!, owner!, orderId!, Number(createdAt), name!];
        return { at, platform, orderId, name, sealed } as unknown as SealedTextRow;
      });
    },
    async replace({ at, sealed }, renewed) {
      await pool.run(statements.replaceSealed, [...(at as readonly Json[]), sealed, renewed]);
    },
    keepKeyCheck,
  };
}

const ALARMS = {
  list: {
    name: 'list-alarm-documents',
    text: `SELECT ${ALARM_COLUMNS} FROM alarm_documents WHERE kind = $1 AND at < $2 ORDER BY at DESC, id LIMIT $3`,
  },
  find: {
    name: 'alarm-document',
    text: `SELECT ${ALARM_COLUMNS} FROM alarm_documents WHERE kind = $1 AND id = $2`,
  },
  create: {
    name: 'create-alarm-document',
    text: 'INSERT INTO alarm_documents VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING RETURNING 1',
  },
  replace: {
    name: 'replace-alarm-document',
    text: 'UPDATE alarm_documents SET version = $1, document = $2 WHERE kind = $3 AND id = $4 AND version = $5 RETURNING 1',
  },
  remove: {
    name: 'remove-alarm-document',
    text: 'DELETE FROM alarm_documents WHERE kind = $1 AND id = $2 RETURNING 1',
  },
  prune: {
    name: 'prune-alarms',
    text: "DELETE FROM alarm_documents WHERE kind = 'alarm' AND at < $1 RETURNING 1",
  },
} satisfies Record<string, Statement>;

export function alarmStore(pool: Pool): AlarmDocuments {
  return {
    async list(kind, limit, before = Number.MAX_SAFE_INTEGER) {
      return (await pool.run(ALARMS.list, [kind, before, limit])).map(toAlarmDocument);
    },
    async find(kind, id) {
      const [row] = await pool.run(ALARMS.find, [kind, id]);
      return row ? toAlarmDocument(row) : null;
    },
    async save({ kind, id, version, at, document }) {
      const text = JSON.stringify(document);
      const saved =
        version === 1
          ? await pool.runOnce(ALARMS.create, [kind, id, version, at, text])
          : await pool.runOnce(ALARMS.replace, [version, text, kind, id, version - 1]);
      return saved.length === 1;
    },
    async remove(kind, id) {
      return (await pool.runOnce(ALARMS.remove, [kind, id])).length === 1;
    },
    async prune(before) {
      return (await pool.change(ALARMS.prune, [before])).length;
    },
  };
}
