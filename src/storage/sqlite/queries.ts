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

/** Rows that SQLite finds by an index, reads and sorts in some 30 ms. */
const FEW = 10_000;

type PlacedOrder = [...OrderRow, id: number];

/** @param few rows that are few enough to be read and sorted, whatever the page's size */
export function listOrders(db: DatabaseSync, wanted: OrderQuery, few = FEW): Page<Order> {
  const { platform, state, owner, q, limit, isFirstKeys } = wanted;
  // The indexes of states and owners begin with the platform.
  const isSplit =
    platform === undefined && q === undefined && (state !== undefined || owner !== undefined);
  const rows = isSplit
    ? platformsOf(db)
        .flatMap((one) => select(db, { ...wanted, platform: one }, few))
        .sort((a, b) => b[5] - a[5] || b[9] - a[9])
    : select(db, wanted, few);
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  const more = rows.length > limit && last && !isFirstKeys;
  return {
    items: page.map((row) => toOrder(row.slice(0, 9) as OrderRow)),
    nextCursor: more ? `${last[5]}.${last[9]}` : null,
  };
}

function platformsOf(db: DatabaseSync): string[] {
  const names = tuples<[name: string]>(
    db,
    `WITH RECURSIVE p (name) AS (SELECT min(platform) FROM orders UNION ALL
       SELECT (SELECT min(platform) FROM orders WHERE platform > name) FROM p WHERE name IS NOT NULL)
     SELECT name FROM p WHERE name IS NOT NULL`,
  );
  return names.all().map(([name]) => name);
}

/**
 * Which index a list uses. SQLite has no statistics here and takes any index: it sorted all 333,000
 * orders of a platform for the newest 50, and walked through all orders of an owner for a state that
 * a hundred orders have. So the rows of an index are counted, up to `few`.
 */
function planOf(db: DatabaseSync, wanted: OrderQuery, few: number) {
  const isFew = (from: string, ...values: SQLInputValue[]): boolean =>
    Number(
      db.prepare(`SELECT count(*) AS n FROM (SELECT 1 ${from} LIMIT ${few})`).get(...values)!.n,
    ) < few;
  const { platform, state, owner, q, isFirstKeys = false } = wanted;
  if (q !== undefined) {
    const range = [q, q + AFTER];
    const ids = `FROM orders WHERE order_id >= ? AND order_id < ?${platform === undefined ? '' : ' AND +platform = ?'}`;
    const idValues = platform === undefined ? range : [...range, platform];
    const byKeys =
      isFirstKeys ||
      (isFew(ids, ...idValues) &&
        isFew('FROM order_keys WHERE value >= ? AND value < ?', ...range));
    return { byKeys, byState: false, walks: !byKeys, range, ids, idValues };
  }
  const ofPlatform = { byKeys: false, byState: false, walks: false } as const;
  if (platform === undefined || (state === undefined) !== (owner === undefined)) return ofPlatform;
  if (state === undefined) {
    return { ...ofPlatform, walks: !isFew('FROM orders WHERE platform = ?', platform) };
  }
  const byState = isFew('FROM orders WHERE platform = ? AND state = ?', platform, state);
  return { ...ofPlatform, byState };
}

/** One row more than the page has, if there is one. */
function select(db: DatabaseSync, wanted: OrderQuery, few: number): PlacedOrder[] {
  const where: string[] = [];
  const values: SQLInputValue[] = [];
  const filter = (condition: string, ...given: (SQLInputValue | undefined)[]): void => {
    if (given.includes(undefined)) return;
    where.push(condition);
    values.push(...(given as SQLInputValue[]));
  };
  const plan = planOf(db, wanted, few);
  // A plus keeps SQLite from the index of a column.
  const passed = plan.byKeys || plan.walks ? '+' : '';
  filter(`${passed}platform = ?`, wanted.platform);
  filter(`${passed}state = ?`, wanted.state);
  filter(`${plan.byState ? '+' : passed}owner = ?`, wanted.owner);
  const inTime = plan.byKeys ? '+created_at' : 'created_at';
  filter(`${inTime} >= ?`, wanted.from);
  filter(`${inTime} < ?`, wanted.to);
  if ('range' in plan) {
    const { byKeys, range, ids, idValues } = plan;
    const first = (by: string): string =>
      wanted.isFirstKeys ? `ORDER BY ${by} LIMIT ${wanted.limit + 1}` : '';
    const keys = `FROM order_keys WHERE value >= ? AND value < ? ${first('value')}`;
    if (byKeys) {
      filter(
        `id IN (SELECT id FROM (SELECT id ${ids} ${first('order_id')})
           UNION SELECT order_row FROM (SELECT order_row ${keys}))`,
        ...idValues,
        ...range,
      );
    } else {
      filter(
        `((+order_id >= ? AND +order_id < ?) OR +id IN (SELECT order_row ${keys}))`,
        ...range,
        ...range,
      );
    }
  }
  if (wanted.cursor !== undefined) {
    const [createdAt, id] = wanted.cursor.split('.').map(Number);
    filter('(created_at, id) < (?, ?)', createdAt, id);
  }
  const statement = tuples<PlacedOrder>(
    db,
    `SELECT ${ORDER_COLUMNS}, id FROM orders ${where.length > 0 ? `WHERE ${where.join(' AND ')}` : ''}
     ORDER BY created_at DESC, id DESC LIMIT ?`,
  );
  return statement.all(...values, wanted.limit + 1);
}

/** CROSS: SQLite otherwise reads the history of all orders in its sequence, 80 ms at 490,000 rows. */
const HISTORY = `
  WITH RECURSIVE chain (seq, previous) AS (
    SELECT seq, previous FROM history
      WHERE seq = (SELECT last_change FROM orders WHERE order_id = ? AND platform = ?)
    UNION ALL
    SELECT history.seq, history.previous FROM history JOIN chain ON history.seq = chain.previous
  )
  SELECT version, at, action, line, from_state AS "from", to_state AS "to", actor, note,
         request_id AS requestId
  FROM chain CROSS JOIN history USING (seq) ORDER BY seq`;

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
