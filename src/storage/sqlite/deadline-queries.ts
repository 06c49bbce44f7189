// Reading deadlines to show them: those of one order, and those that come before a time.
import type { DatabaseSync } from 'node:sqlite';
import type { OrderDeadline } from '../../core/ledger.ts';

/** Soonest first. */
export function deadlinesOf(
  db: DatabaseSync,
  platform: string,
  orderId: string,
): readonly OrderDeadline[] {
  const rows = db
    .prepare(
      `SELECT kind, due_at AS dueAt FROM deadlines
       WHERE order_row = (SELECT id FROM orders WHERE order_id = ? AND platform = ?)
       ORDER BY due_at, kind`,
    )
    .all(orderId, platform);
  return rows.map((row) => ({ ...row, platform, orderId }) as unknown as OrderDeadline);
}

/** Of all orders, soonest first. */
export function deadlinesBefore(
  db: DatabaseSync,
  before: number,
  limit: number,
): readonly OrderDeadline[] {
  const rows = db
    .prepare(
      `SELECT o.platform, o.order_id AS orderId, d.kind, d.due_at AS dueAt
       FROM deadlines AS d CROSS JOIN orders AS o ON o.id = d.order_row
       WHERE d.due_at < ? ORDER BY d.due_at LIMIT ?`,
    )
    .all(before, limit);
  return rows.map((row) => ({ ...row }) as unknown as OrderDeadline);
}
