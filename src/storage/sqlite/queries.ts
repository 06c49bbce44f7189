// Reads the ledger: one order, its history, lists, and the audit.
import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import type { LedgerAudit, OrderQuery, Page } from '../../core/ledger.ts';
import type { HistoryEntry, Order, OrderId, OwnerId } from '../../core/order.ts';
import type { LedgerHead } from '../chain.ts';
import { auditChain } from './chain-audit.ts';
import type { Place } from './change-rows.ts';
import { isDamage } from './errors.ts';
import { query, tuples } from './query.ts';

export const ORDER_COLUMNS =
  'order_id, platform, owner, state, version, created_at, updated_at, attributes, lines';

export type OrderRow = [
  orderId: string,
  platform: string,
  owner: string,
  state: string,
  version: number,
  createdAt: number,
  updatedAt: number,
  attributes: string,
  lines: string | null,
];

export function toOrder(row: OrderRow): Order {
  const [orderId, platform, ...rest] = row;
  return orderOf(platform, orderId as OrderId, rest);
}

type OrderFields = OrderRow extends [string, string, ...infer Rest] ? Rest : never;

function orderOf(
  platform: string,
  orderId: OrderId,
  fields: readonly [...OrderFields, ...unknown[]],
): Order {
  const [owner, state, version, createdAt, updatedAt, attributes, lines] = fields;
  return {
    platform,
    orderId,
    owner: owner as OwnerId,
    state,
    version,
    createdAt,
    updatedAt,
    attributes: JSON.parse(attributes),
    lines: lines === null ? [] : JSON.parse(lines),
  };
}

/** An order's row without its id and platform, which the caller has, and with the row's place. */
export type PlacedRow = [...OrderFields, row: number, lastChange: number, head: string | null];

export function placed(
  platform: string,
  orderId: OrderId,
  found: PlacedRow,
): { order: Order; place: Place } {
  const order = orderOf(platform, orderId, found);
  const { state, owner, createdAt } = order;
  const [, , , , , , , row, lastChange, head] = found;
  return { order, place: { row, lastChange, state, head, owner, createdAt } };
}

/** Sorts directly after every text that begins with `prefix`. */
const AFTER = '\u{10FFFF}';

export function listOrders(db: DatabaseSync, wanted: OrderQuery): Page<Order> {
  const where: string[] = [];
  const values: SQLInputValue[] = [];
  const filter = (condition: string, ...given: (SQLInputValue | undefined)[]): void => {
    if (given.includes(undefined)) return;
    where.push(condition);
    values.push(...(given as SQLInputValue[]));
  };
  filter('platform = ?', wanted.platform);
  filter('state = ?', wanted.state);
  filter('owner = ?', wanted.owner);
  filter('created_at >= ?', wanted.from);
  filter('created_at < ?', wanted.to);
  if (wanted.q !== undefined) {
    const range = [wanted.q, wanted.q + AFTER];
    filter(
      `id IN (SELECT id FROM orders WHERE order_id >= ? AND order_id < ?
              UNION SELECT order_row FROM order_keys WHERE value >= ? AND value < ?)`,
      ...range,
      ...range,
    );
  }
  if (wanted.cursor !== undefined) {
    const [createdAt, id] = wanted.cursor.split('.').map(Number);
    filter('(created_at, id) < (?, ?)', createdAt, id);
  }
  const statement = tuples<[...OrderRow, id: number]>(
    db,
    `SELECT ${ORDER_COLUMNS}, id FROM orders ${where.length > 0 ? `WHERE ${where.join(' AND ')}` : ''}
     ORDER BY created_at DESC, id DESC LIMIT ?`,
  );
  const rows = statement.all(...values, wanted.limit + 1);
  const more = rows.length > wanted.limit;
  if (more) rows.pop();
  const last = rows.at(-1);
  return {
    items: rows.map((row) => toOrder(row.slice(0, 9) as OrderRow)),
    nextCursor: more && last ? `${last[5]}.${last[9]}` : null,
  };
}

const HISTORY = `
  WITH RECURSIVE chain (seq, previous) AS (
    SELECT seq, previous FROM history
      WHERE seq = (SELECT last_change FROM orders WHERE order_id = ? AND platform = ?)
    UNION ALL
    SELECT history.seq, history.previous FROM history JOIN chain ON history.seq = chain.previous
  )
  SELECT version, at, action, line, from_state AS "from", to_state AS "to", actor, note,
         request_id AS requestId
  FROM history JOIN chain USING (seq) ORDER BY seq`;

export function readHistory(db: DatabaseSync, platform: string, orderId: string): HistoryEntry[] {
  return query<HistoryEntry>(db, HISTORY).all(orderId, platform);
}

/**
 * Counts the rows that break a rule. It reads everything, which takes minutes for a ledger of
 * millions.
 */
export function audit(db: DatabaseSync, head?: LedgerHead): LedgerAudit {
  const damage: string[] = [];
  /** An unreadable part is reported, and the next query still runs. */
  const read = <T>(ask: () => T, otherwise: T): T => {
    try {
      return ask();
    } catch (error) {
      if (!isDamage(error)) throw error;
      damage.push((error as Error).message);
      return otherwise;
    }
  };
  const count = (sql: string): number =>
    read(() => Number(Object.values(db.prepare(sql).get()!)[0]), 0);
  const check = read(() => db.prepare('PRAGMA integrity_check(20)').all(), []);
  damage.push(...check.map((row) => String(row.integrity_check)).filter((line) => line !== 'ok'));
  damage.push(...read(() => auditChain(db, head), []));
  return {
    orders: count('SELECT count(*) FROM orders'),
    changes: count('SELECT count(*) FROM history'),
    ordersOutOfStep: count(`
      SELECT count(*) FROM orders
      LEFT JOIN history AS last ON last.seq = orders.last_change
      LEFT JOIN (SELECT order_row, count(*) AS n, max(seq) AS newest FROM history GROUP BY order_row) AS h
        ON h.order_row = orders.id
      WHERE h.n IS NOT orders.version OR h.newest IS NOT orders.last_change
        OR last.version IS NOT orders.version
        OR (last.line IS NULL AND last.to_state IS NOT orders.state)`),
    changesWithoutEvent: count(
      'SELECT count(*) FROM history WHERE seq NOT IN (SELECT seq FROM events)',
    ),
    eventsWithoutChange: count(
      'SELECT count(*) FROM events WHERE seq NOT IN (SELECT seq FROM history)',
    ),
    damage,
  };
}
