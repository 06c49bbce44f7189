// Converts rows to orders, and contains the console's lists and the audit.
import type {
  LedgerAudit,
  OrderDeadline,
  OrderQuery,
  OrderRecord,
  Page,
} from '../../core/ledger.ts';
import type { HistoryEntry, Order, OrderId } from '../../core/order.ts';
import { type LedgerHead, monthOf } from '../chain.ts';
import type { Sealer } from '../seal.ts';
import { auditChain } from './chain-audit.ts';
import { auditGroups } from './chain-groups.ts';
import { storable } from './change-rows.ts';
import type { Connection, Row, Statement } from './connection.ts';
import { auditCovers } from './covers.ts';
import { auditAudit } from './people-store.ts';
import { auditParties, auditPlaces } from './place-audit.ts';
import type { Pool } from './pool.ts';

/** From the columns order_id, platform, owner, state, version, created_at, updated_at, attributes, lines. */
export function toOrder(row: Row): Order {
  const [orderId, platform, owner, state, version, createdAt, updatedAt, attributes, lines] = row;
  return {
    platform,
    orderId,
    owner,
    state,
    version,
    createdAt,
    updatedAt,
    attributes: JSON.parse(attributes as string),
    lines: lines === null ? [] : JSON.parse(lines as string),
  } as Order;
}

/** From the same columns, followed by the history and the sealed texts as arrays of arrays. */
export function toRecord(row: Row): OrderRecord {
  const history = (row[9] ?? []) as Row[];
  const sealed = (row[10] ?? []) as [name: string, mask: string][];
  return {
    order: toOrder(row),
    history: history.map(
      ([version, at, action, line, from, to, actor, note, requestId]) =>
        ({ version, at, action, line, from, to, actor, note, requestId }) as HistoryEntry,
    ),
    sealed: sealed.map(([name, mask]) => ({ name, mask: JSON.parse(mask) })),
  };
}

/** Sorts directly after every text that begins with `prefix`. */
const AFTER = '\u{10FFFF}';

/** Ids or keys beyond which a list by the beginning of an id does not read and sort all that fit. */
const MANY = 10_000;

/**
 * Whether so many ids or keys begin with the text that a list walks through all orders, newest
 * first, and is full soon.
 */
function densityOf({ q = '', platform }: OrderQuery): {
  statement: Statement;
  values: unknown[];
} {
  const ids = `SELECT 1 FROM order_ids WHERE order_id >= $1 AND order_id < $2${platform === undefined ? '' : ' AND platform = $3'}`;
  const text = `SELECT (SELECT count(*) FROM (${ids} LIMIT ${MANY}) AS i) >= ${MANY} OR
    (SELECT count(*) FROM (SELECT 1 FROM order_keys WHERE value >= $1 AND value < $2 LIMIT ${MANY}) AS k) >= ${MANY}`;
  return {
    statement: { name: `density${platform === undefined ? '' : '-platform'}`, text },
    values: [q, q + AFTER, ...(platform === undefined ? [] : [platform])],
  };
}

/**
 * The statement and its values. Each set of filters has its own statement, so that it can be
 * prepared.
 */
function orderList(
  query: OrderQuery,
  isDense = false,
): { statement: Statement; values: unknown[] } {
  const where: string[] = [];
  const names: string[] = [];
  const values: unknown[] = [];
  const filter = (name: string, condition: string, ...given: unknown[]): void => {
    if (given.includes(undefined)) return;
    names.push(name);
    let i = values.length;
    where.push(condition.replaceAll('?', () => `$${++i}`));
    values.push(...given);
  };
  let from = 'orders o';
  if (query.q !== undefined) {
    values.push(query.q, query.q + AFTER);
    names.push(query.isFirstKeys ? 'first' : isDense ? 'dense' : 'q');
    const first = (by: string) => (query.isFirstKeys ? `ORDER BY ${by} LIMIT ${query.limit}` : '');
    if (isDense) {
      where.push(`(o.order_id >= $1 AND o.order_id < $2 OR (o.platform, o.order_id) IN (
        SELECT platform, order_id FROM order_keys WHERE value >= $1 AND value < $2))`);
    }
    from = isDense
      ? from
      : `((SELECT platform, owner, order_id, created_at FROM order_ids
         WHERE order_id >= $1 AND order_id < $2 ${first('order_id')})
       UNION (SELECT platform, owner, order_id, created_at FROM order_keys
         WHERE value >= $1 AND value < $2 ${first('value')})) AS found
     JOIN orders o USING (platform, owner, order_id, created_at)`;
  }
  filter('platform', 'o.platform = ?', query.platform);
  filter('state', 'o.state = ?', query.state);
  filter('owner', "o.owner || '' = ?", query.owner);
  // The condition stands twice: for the choice of partitions, and for the index ("+ 0": see the
  // migration).
  filter(
    'from',
    'o.created_at >= ?::bigint AND o.created_at + 0 >= ?::bigint',
    query.from,
    query.from,
  );
  filter('to', 'o.created_at < ?::bigint AND o.created_at + 0 < ?::bigint', query.to, query.to);
  if (query.cursor !== undefined) {
    const [createdAt, id] = query.cursor.split('.').map(Number);
    filter('cursor', '(o.created_at + 0, o.id) < (?::bigint, ?::bigint)', createdAt, id);
  }
  values.push(query.limit + 1);
  const text = `SELECT o.order_id, o.platform, o.owner, o.state, o.version, o.created_at, o.updated_at,
      o.attributes, o.lines, o.id FROM ${from} ${where.length > 0 ? `WHERE ${where.join(' AND ')}` : ''}
    ORDER BY o.created_at + 0 DESC, o.id DESC LIMIT $${values.length}`;
  // A generic plan would read a ledger of millions for seven orders of one platform.
  const size = query.isFirstKeys ? `-${query.limit}` : '';
  const statement = { name: `list-${names.join('-')}${size}`, text, isPlannedByValues: true };
  return { statement, values };
}

export function toPage(rows: Row[], { limit, isFirstKeys }: OrderQuery): Page<Order> {
  const more = rows.length > limit && !isFirstKeys;
  const kept = rows.slice(0, limit);
  const last = kept.at(-1);
  return {
    items: kept.map(toOrder),
    nextCursor: more && last ? cursorAfter(last) : null,
  };
}

const cursorAfter = (row: Row): string => `${row[5]}.${row[9]}`;

/** The rows of a page, and one more where there is one. */
export async function orderRows(pool: Pool, query: OrderQuery): Promise<Row[]> {
  const wanted = { ...query, q: query.q && storable(query.q) };
  let isDense = false;
  if (wanted.q !== undefined && !query.isFirstKeys) {
    const asked = densityOf(wanted);
    isDense = (await pool.run(asked.statement, asked.values))[0]![0] === true;
  }
  const { statement, values } = orderList(wanted, isDense);
  return pool.run(statement, values);
}

/** A page of orders with the cursor that goes on behind each of them. */
export async function listSplit(
  pool: Pool,
  query: OrderQuery,
): Promise<Page<Order> & { readonly cursors: readonly string[] }> {
  const rows = await orderRows(pool, query);
  return {
    ...toPage(rows, query),
    cursors: rows.slice(0, query.limit).map(cursorAfter),
  };
}

export interface AuditOptions {
  /** The sealer that decrypts the secrets of parties; without one they are not decrypted. */
  readonly sealer?: Sealer;
  /** An earlier head; see `ordergate head`. */
  readonly head?: LedgerHead;
}

/**
 * Counts the rows that break a rule. It reads everything, which takes minutes for a ledger of
 * millions.
 */
export async function audit(connection: Connection, options?: AuditOptions): Promise<LedgerAudit> {
  // One snapshot for all queries, so that concurrent changes do not look like errors.
  await connection.runText('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
  const result = await auditSnapshot(connection, options);
  await connection.runText('COMMIT');
  return result;
}

/** In the caller's transaction. */
export async function auditSnapshot(
  connection: Connection,
  { sealer, head }: AuditOptions = {},
): Promise<LedgerAudit> {
  const count = async (sql: string): Promise<number> =>
    Number((await connection.runText(sql))[0]![0]);
  const damage: string[] = [];
  const chain = await auditChain(connection);
  damage.push(...chain.damage, ...(await auditGroups(connection, head)));
  damage.push(...(await auditAudit(connection, head?.audit)));
  damage.push(...(await auditPlaces(connection)), ...(await auditParties(connection, sealer)));
  const oldest = await connection.runText('SELECT min(created_at) FROM orders');
  const firstMonth =
    oldest[0]![0] === null ? Number.POSITIVE_INFINITY : monthOf(Number(oldest[0]![0]));
  damage.push(...(await auditCovers(connection, firstMonth)));
  return {
    ...(chain.notes.length > 0 && { notes: chain.notes }),
    orders: await count('SELECT count(*) FROM orders'),
    changes: await count('SELECT count(*) FROM history'),
    ordersOutOfStep: await count(`
      SELECT count(*) FROM orders o
      FULL JOIN (SELECT platform, owner, order_id, created_at, count(*) AS n, max(version) AS newest
                 FROM history GROUP BY platform, owner, order_id, created_at) AS h
        ON h.platform = o.platform AND h.owner = o.owner AND h.order_id = o.order_id AND h.created_at = o.created_at
      LEFT JOIN history AS last ON last.platform = o.platform AND last.owner = o.owner
        AND last.order_id = o.order_id AND last.created_at = o.created_at AND last.version = o.version
      WHERE h.n IS DISTINCT FROM o.version OR h.newest IS DISTINCT FROM o.version
        OR (last.line IS NULL AND last.to_state IS DISTINCT FROM o.state)`),
    changesWithoutEvent: await count('SELECT count(*) FROM history WHERE event_type IS NULL'),
    eventsWithoutChange: 0, // An event is part of its change's row, so that none can lack a change.
    damage,
  };
}

export function toDeadlines(rows: readonly Row[]): OrderDeadline[] {
  return rows.map(([platform, orderId, kind, dueAt]) => ({
    platform: String(platform),
    orderId: orderId as OrderId,
    kind: String(kind),
    dueAt: Number(dueAt),
  }));
}
