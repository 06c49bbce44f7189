// Queries that show deadlines: those of one order, and those before a time.
import type { DatabaseSync } from 'node:sqlite';
import type { OrderDeadline } from '../../core/ledger.ts';
import type { OrderId } from '../../core/order.ts';
import { query } from './query.ts';

/** Soonest first. */
export function deadlinesOf(
  db: DatabaseSync,
  platform: string,
  orderId: OrderId,
): readonly OrderDeadline[] {
  const deadlines = query<Pick<OrderDeadline, 'kind' | 'dueAt'>>(
    db,
    `SELECT kind, due_at AS dueAt FROM deadlines
     WHERE order_row = (SELECT id FROM orders WHERE order_id = ? AND platform = ?)
     ORDER BY due_at, kind`,
  );
  return deadlines.all(orderId, platform).map((row) => ({ ...row, platform, orderId }));
}

/** The deadlines of all orders, soonest first. */
export function deadlinesBefore(
  db: DatabaseSync,
  before: number,
  limit: number,
): readonly OrderDeadline[] {
  const deadlines = query<OrderDeadline>(
    db,
    `SELECT o.platform, o.order_id AS orderId, d.kind, d.due_at AS dueAt
     FROM deadlines AS d CROSS JOIN orders AS o ON o.id = d.order_row
     WHERE d.due_at < ? ORDER BY d.due_at LIMIT ?`,
  );
  return deadlines.all(before, limit).map((row) => ({ ...row }));
}
