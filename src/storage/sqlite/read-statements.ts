// The reader's statements, prepared once.
import type { DatabaseSync } from 'node:sqlite';
import { ORDER_COLUMNS } from './queries.ts';

export function prepareReads(db: DatabaseSync) {
  const order = db.prepare(
    `SELECT ${ORDER_COLUMNS} FROM orders WHERE order_id = ? AND platform = ?`,
  );
  order.setReturnArrays(true);
  const byKey = db.prepare(
    `SELECT ${ORDER_COLUMNS} FROM orders WHERE id =
       (SELECT order_row FROM unique_keys WHERE platform = ? AND owner = ? AND name = ? AND value = ?)`,
  );
  byKey.setReturnArrays(true);
  const sealedOf = (columns: string, more = '') =>
    db.prepare(
      `SELECT ${columns} FROM sealed_texts
       WHERE order_row = (SELECT id FROM orders WHERE order_id = ? AND platform = ?)${more}`,
    );
  const placed = db.prepare(
    // Without its id and platform: whoever asks for an order has them.
    `SELECT owner, state, version, created_at, updated_at, attributes, lines, id, last_change, head
     FROM orders WHERE order_id = ? AND platform = ?`,
  );
  placed.setReturnArrays(true);
  return {
    order,
    placed,
    byKey,
    sealedText: sealedOf('sealed', ' AND name = ?'),
    masks: sealedOf('name, mask', ' ORDER BY name'),
    kept: db.prepare('SELECT reply FROM kept_replies WHERE key = ? AND expires_at > ?'),
    anyOrder: db.prepare('SELECT 1 FROM orders LIMIT 1'),
    anyParty: db.prepare('SELECT 1 FROM parties LIMIT 1'),
    nextDeadline: db.prepare(
      'SELECT due_at FROM deadlines WHERE lease_until <= ? ORDER BY due_at LIMIT 1',
    ),
    parties: db.prepare('SELECT document FROM parties'),
    setting: db.prepare('SELECT value FROM settings WHERE name = ?'),
    settingsBetween: db.prepare('SELECT name, value FROM settings WHERE name >= ? AND name < ?'),
  };
}
