// The reader's statements, prepared once.
import type { DatabaseSync } from 'node:sqlite';
import { ORDER_COLUMNS, type OrderRow, type PlacedRow } from './queries.ts';
import { query, tuples } from './query.ts';

export function prepareReads(db: DatabaseSync) {
  const sealedOf = <Row extends object>(columns: string, more = '') =>
    query<Row>(
      db,
      `SELECT ${columns} FROM sealed_texts
       WHERE order_row = (SELECT id FROM orders WHERE order_id = ? AND platform = ?)${more}`,
    );
  return {
    order: tuples<OrderRow>(
      db,
      `SELECT ${ORDER_COLUMNS} FROM orders WHERE order_id = ? AND platform = ?`,
    ),
    // Without id and platform, which the caller has.
    placed: tuples<PlacedRow>(
      db,
      `SELECT owner, state, version, created_at, updated_at, attributes, lines, id, last_change, head
       FROM orders WHERE order_id = ? AND platform = ?`,
    ),
    byKey: tuples<OrderRow>(
      db,
      `SELECT ${ORDER_COLUMNS} FROM orders WHERE id =
         (SELECT order_row FROM unique_keys WHERE platform = ? AND owner = ? AND name = ? AND value = ?)`,
    ),
    sealedText: sealedOf<{ sealed: string }>('sealed', ' AND name = ?'),
    masks: sealedOf<{ name: string; mask: string }>('name, mask', ' ORDER BY name'),
    kept: query<{ reply: string }>(
      db,
      'SELECT reply FROM kept_replies WHERE key = ? AND expires_at > ?',
    ),
    anyOrder: db.prepare('SELECT 1 FROM orders LIMIT 1'),
    anyParty: db.prepare('SELECT 1 FROM parties LIMIT 1'),
    nextDeadline: query<{ dueAt: number }>(
      db,
      'SELECT due_at AS dueAt FROM deadlines WHERE lease_until <= ? ORDER BY due_at LIMIT 1',
    ),
    parties: query<{ document: string }>(db, 'SELECT document FROM parties'),
    setting: query<{ value: string }>(db, 'SELECT value FROM settings WHERE name = ?'),
    settingsBetween: query<{ name: string; value: string }>(
      db,
      'SELECT name, value FROM settings WHERE name >= ? AND name < ?',
    ),
  };
}
