// The stores of tokens, catalog, sealed texts and alarm documents on SQLite.
import type { AlarmDocuments } from '../../core/alarm-documents.ts';
import type { CatalogEntry, CatalogStore } from '../../core/catalog.ts';
import type { Json, JsonObject } from '../../core/order.ts';
import { IMPORTED_GRANT, type TokenStore } from '../../core/token.ts';
import { ALARM_COLUMNS, toAlarmDocument } from '../alarm-row.ts';
import type { SealedTextRow, SealedTexts } from '../storage.ts';
import { grantsPage, readTokenCursor, tokensPage } from '../token-pages.ts';
import { query } from './query.ts';
import type { Reader } from './reader.ts';
import { prepareTokenStatements } from './token-statements.ts';
import type { Writer } from './writer.ts';

const withAttributes = <Row extends { readonly attributes: string }>(row: Row) => ({
  ...row,
  attributes: JSON.parse(row.attributes) as JsonObject,
});

export function tokenStore(reader: Reader, writer: Writer): TokenStore {
  const s = prepareTokenStatements(writer.db);
  return {
    async find(platform, digest) {
      const row = await reader.read(() => s.find.get(platform, digest));
      return row ? withAttributes(row) : null;
    },
    save(tokens, spend) {
      const rows = tokens.map(
        ({ platform, digest, kind, partyId, grantId, expiresAt, attributes }) =>
          [
            platform,
            digest,
            kind,
            partyId,
            grantId,
            expiresAt,
            JSON.stringify(attributes),
          ] as const,
      );
      return writer.run(() => {
        if (spend && s.end.run(spend.platform, spend.digest).changes === 0) return false;
        for (const row of rows) s.add.run(...row);
        return true;
      });
    },
    async list({ platform, partyId = null, grantId = null, limit, cursor }) {
      const [grantAfter, digestAfter] = readTokenCursor(cursor);
      const values = { platform, partyId, grantId, grantAfter, digestAfter, rows: limit + 1 };
      const rows = await reader.read(() => s.list.all(values));
      return tokensPage(rows.map(withAttributes), limit);
    },
    async listGrants({ platform, partyId = null, limit, cursor: after = '' }) {
      const values = { platform, partyId, after, rows: limit + 1 };
      const rows = await reader.read(() => s.listGrants.all(values));
      return grantsPage(rows.map(withAttributes), limit);
    },
    end: (platform, digest) =>
      writer.run(
        () =>
          s.mark.run(platform, digest).changes === 1 || s.end.run(platform, digest).changes === 1,
      ),
    revoke(platform, grantId) {
      const ending = grantId.startsWith(IMPORTED_GRANT) ? s.markGrant : s.revoke;
      return writer.run(() => Number(ending.run(platform, grantId).changes));
    },
    forget: (before) => writer.run(() => Number(s.forget.run(before).changes)),
  };
}

export function catalogStore(reader: Reader, writer: Writer): CatalogStore {
  const list = query<Omit<CatalogEntry, 'document'> & { readonly document: string }>(
    reader.db,
    'SELECT platform, kind, key, document FROM catalog',
  );
  const create = writer.db.prepare(
    'INSERT INTO catalog VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING',
  );
  const replace = writer.db.prepare('INSERT OR REPLACE INTO catalog VALUES (?, ?, ?, ?)');
  const remove = writer.db.prepare(
    'DELETE FROM catalog WHERE platform = ? AND kind = ? AND key = ?',
  );
  return {
    async list() {
      const rows = await reader.read(() => list.all());
      return rows.map((row) => ({ ...row, document: JSON.parse(row.document) as JsonObject }));
    },
    save({ platform, kind, key, document }, mode) {
      const save = mode === 'create' ? create : replace;
      const text = JSON.stringify(document);
      return writer.run(() => save.run(platform, kind, key, text).changes === 1);
    },
    remove: (platform, kind, key) =>
      writer.run(() => remove.run(platform, kind, key).changes === 1),
  };
}

export function sealedTexts(
  reader: Reader,
  writer: Writer,
  keepKeyCheck: () => Promise<void>,
): SealedTexts {
  const page = query<Omit<SealedTextRow, 'at'> & { readonly at: number }>(
    reader.db,
    `SELECT s.id AS at, o.platform, o.order_id AS orderId, s.name, s.sealed
     FROM sealed_texts AS s CROSS JOIN orders AS o ON o.id = s.order_row
     WHERE s.id > ? ORDER BY s.id LIMIT ?`,
  );
  const replace = writer.db.prepare(
    'UPDATE sealed_texts SET sealed = ? WHERE id = ? AND sealed = ?',
  );
  const numbered = (at: Json): number => Number(at ?? 0);
  return {
    page: (after, limit) => reader.read(() => page.all(numbered(after), limit)),
    async replace({ at, sealed }, renewed) {
      await writer.run(() => replace.run(renewed, numbered(at), sealed));
    },
    keepKeyCheck,
  };
}

export function alarmStore(reader: Reader, writer: Writer): AlarmDocuments {
  const all = reader.db.prepare(
    `SELECT ${ALARM_COLUMNS} FROM alarm_documents WHERE kind = ? AND at < ? ORDER BY at DESC, id LIMIT ?`,
  );
  const one = reader.db.prepare(
    `SELECT ${ALARM_COLUMNS} FROM alarm_documents WHERE kind = ? AND id = ?`,
  );
  const create = writer.db.prepare(
    'INSERT INTO alarm_documents VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING',
  );
  const replace = writer.db.prepare(
    'UPDATE alarm_documents SET version = ?, document = ? WHERE kind = ? AND id = ? AND version = ?',
  );
  const remove = writer.db.prepare('DELETE FROM alarm_documents WHERE kind = ? AND id = ?');
  const prune = writer.db.prepare("DELETE FROM alarm_documents WHERE kind = 'alarm' AND at < ?");
  return {
    async list(kind, limit, before = Number.MAX_SAFE_INTEGER) {
      const rows = await reader.read(() => all.all(kind, before, limit));
      return rows.map((row) => toAlarmDocument(Object.values(row)));
    },
    async find(kind, id) {
      const row = await reader.read(() => one.get(kind, id));
      return row ? toAlarmDocument(Object.values(row)) : null;
    },
    save({ kind, id, version, at, document }) {
      const text = JSON.stringify(document);
      return writer.run(() => {
        const saved =
          version === 1
            ? create.run(kind, id, version, at, text)
            : replace.run(version, text, kind, id, version - 1);
        return saved.changes === 1;
      });
    },
    remove: (kind, id) => writer.run(() => remove.run(kind, id).changes === 1),
    prune: (before) => writer.run(() => Number(prune.run(before).changes)),
  };
}
