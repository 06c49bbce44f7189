// The writer's statements for orders, deadlines, parties and settings, prepared once.
import type { DatabaseSync } from 'node:sqlite';
import type { DueDeadline } from '../../core/deadlines.ts';
import type { OrderId } from '../../core/order.ts';
import type { Place } from './change-rows.ts';
import { query } from './query.ts';

export function prepareStatements(db: DatabaseSync) {
  // Inserts into the tables of ToldTable are reported to the transaction by their callers.
  return {
    find: query<Place>(
      db,
      `SELECT id AS "row", last_change AS lastChange, state, head, owner, created_at AS createdAt FROM orders
       WHERE order_id = ? AND platform = ?`,
    ),
    // Two statements, because SET of an indexed column rewrites the index even for an equal value.
    changeState: db.prepare(
      'UPDATE orders SET state = ?, version = ?, updated_at = ?, attributes = ?, lines = ?, last_change = ?, head = ? WHERE id = ? AND version = ?',
    ),
    keepState: db.prepare(
      'UPDATE orders SET version = ?, updated_at = ?, attributes = ?, lines = ?, last_change = ?, head = ? WHERE id = ? AND version = ?',
    ),
    insert: db.prepare(
      `INSERT INTO orders (order_id, platform, owner, state, version, created_at, updated_at, attributes, lines, last_change, head)
       VALUES (?, ?, ?, ?, 1, ?, ?, ?, ?, ?, ?) ON CONFLICT (order_id, platform) DO NOTHING`,
    ),
    key: db.prepare('INSERT OR IGNORE INTO order_keys (value, name, order_row) VALUES (?, ?, ?)'),
    history: db.prepare('INSERT INTO history VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)'),
    event: db.prepare('INSERT INTO events VALUES (?, ?, ?)'),
    setDeadline: db.prepare(
      `INSERT INTO deadlines (order_row, kind, due_at) VALUES (?, ?, ?)
       ON CONFLICT (order_row, kind) DO UPDATE SET due_at = excluded.due_at, lease_until = 0`,
    ),
    clearDeadline: db.prepare('DELETE FROM deadlines WHERE order_row = ? AND kind = ?'),
    endDeadline: db.prepare('DELETE FROM deadlines WHERE id = ? AND lease_until = ?'),
    claim: query<DueDeadline>(
      db,
      // A lease that would end later than a new lease was created while the clock was ahead.
      `UPDATE deadlines SET lease_until = ?1 WHERE id IN
         (SELECT id FROM deadlines WHERE due_at <= ?2 AND (lease_until <= ?2 OR lease_until > ?1)
          ORDER BY due_at, id LIMIT ?3)
       RETURNING id AS deadlineId, kind, due_at AS dueAt, lease_until AS leaseUntil,
         (SELECT platform FROM orders WHERE orders.id = order_row) AS platform,
         (SELECT order_id FROM orders WHERE orders.id = order_row) AS orderId`,
    ),
    seal: db.prepare(
      `INSERT INTO sealed_texts (order_row, name, sealed, mask) VALUES (?, ?, ?, ?)
       ON CONFLICT (order_row, name) DO NOTHING`,
    ),
    /** Replaces a text that is there. */
    sealAgain: db.prepare(
      'UPDATE sealed_texts SET sealed = ?, mask = ? WHERE order_row = ? AND name = ?',
    ),
    uniqueHolder: query<{ orderId: OrderId }>(
      db,
      `SELECT order_id AS orderId FROM orders WHERE id =
         (SELECT order_row FROM unique_keys WHERE platform = ? AND owner = ? AND name = ? AND value = ?)`,
    ),
    uniqueKey: db.prepare('INSERT INTO unique_keys VALUES (?, ?, ?, ?, ?)'),
    keep: db.prepare(
      `INSERT INTO kept_replies (key, reply, fingerprint, expires_at) VALUES (?, ?, ?, ?)
       ON CONFLICT (key) DO NOTHING`,
    ),
    /** Replaces an expired row. */
    keepAgain: db.prepare(
      `UPDATE kept_replies SET reply = ?, fingerprint = ?, expires_at = ?
       WHERE key = ? AND expires_at <= ?`,
    ),
    kept: query<{ reply: string; fingerprint: string | null }>(
      db,
      'SELECT reply, fingerprint FROM kept_replies WHERE key = ? AND expires_at > ?',
    ),
    forget: db.prepare(
      'DELETE FROM kept_replies WHERE key IN (SELECT key FROM kept_replies WHERE expires_at <= ? LIMIT 1000)',
    ),
    createParty: db.prepare('INSERT INTO parties VALUES (?, ?, ?) ON CONFLICT DO NOTHING'),
    replaceParty: db.prepare(
      `INSERT INTO parties VALUES (?, ?, ?)
       ON CONFLICT DO UPDATE SET document = excluded.document
         WHERE coalesce(document ->> 'version', 1) = ?`,
    ),
    setOnce: db.prepare('INSERT INTO settings VALUES (?, ?) ON CONFLICT DO NOTHING'),
    setting: query<{ value: string }>(db, 'SELECT value FROM settings WHERE name = ?'),
    set: db.prepare('INSERT OR REPLACE INTO settings VALUES (?, ?)'),
    // For whole numbers: a value lower than the stored one is ignored.
    setLatest: db.prepare(
      `INSERT INTO settings VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value
       WHERE CAST(settings.value AS INTEGER) < CAST(excluded.value AS INTEGER)`,
    ),
  };
}
