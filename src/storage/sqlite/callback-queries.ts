// The console's queries about callbacks: deliveries, alerts, counts, and the audit.
import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import type { CallbackAudit } from '../../core/callback-audit.ts';
import type { EndpointStats } from '../../core/callback-feed.ts';
import type {
  Attempt,
  CallbackAlert,
  CallbackStats,
  Delivery,
  DeliveryFilter,
  DeliveryQuery,
} from '../../core/callbacks.ts';
import type { Page } from '../../core/ledger.ts';
import { DELIVERY_STATES } from '../callback-limits.ts';
import { type DeliveryRow, toDelivery } from './callback-rows.ts';
import { query, tuples } from './query.ts';

interface Conditions {
  readonly where: string[];
  readonly values: SQLInputValue[];
}

function conditions(filter: DeliveryFilter): Conditions {
  const where: string[] = [];
  const values: SQLInputValue[] = [];
  const add = (condition: string, value: SQLInputValue | undefined): void => {
    if (value === undefined) return;
    where.push(condition);
    values.push(value);
  };
  add('e.platform = ?', filter.platform);
  add('e.party = ?', filter.party);
  add('e.endpoint_id = ?', filter.endpointId);
  add('d.created_at >= ?', filter.from);
  add('d.created_at < ?', filter.to);
  // A literal, so that SQLite can use the partial index of that state.
  if (filter.state !== undefined) where.push(`d.state = ${DELIVERY_STATES.indexOf(filter.state)}`);
  return { where, values };
}

const text = ({ where }: Conditions): string =>
  where.length === 0 ? '' : `WHERE ${where.join(' AND ')}`;

const deliveriesWith = (body: string): string => `
  SELECT d.id AS deliveryId, d.message_id AS messageId, e.endpoint_id AS endpointId, e.url, e.platform,
    e.party, o.order_id AS orderId, h.version, v.type AS eventType, d.state, d.created_at AS createdAt,
    d.claim_at AS claimAt, d.ended_at AS endedAt, ${body} AS body
  FROM deliveries AS d JOIN endpoints AS e ON e.id = d.endpoint JOIN orders AS o ON o.id = d.order_row
    JOIN history AS h ON h.seq = d.seq JOIN events AS v ON v.seq = d.seq`;

export function listDeliveries(db: DatabaseSync, wanted: DeliveryQuery): Page<Delivery> {
  const given = conditions(wanted);
  const { orderId, platform, cursor, limit, deliveryId, isBrief = false } = wanted;
  if (orderId !== undefined) {
    given.where.push('d.order_row = (SELECT id FROM orders WHERE order_id = ? AND platform = ?)');
    given.values.push(orderId, platform ?? '');
  }
  if (deliveryId !== undefined) {
    given.where.push('d.id = ?');
    given.values.push(deliveryId);
  }
  if (cursor !== undefined) {
    given.where.push('d.id < ?');
    given.values.push(Number(cursor));
  }
  const deliveries = query<DeliveryRow>(
    db,
    `${deliveriesWith(isBrief ? "''" : 'd.body')} ${text(given)} ORDER BY d.id DESC LIMIT ?`,
  );
  const rows = deliveries.all(...given.values, limit + 1);
  const more = rows.length > limit;
  if (more) rows.pop();
  const attempts = query<Attempt>(
    db,
    `SELECT at, status, error, micros AS durationMicros, ${isBrief ? "''" : 'answer'} AS answer
     FROM delivery_attempts WHERE delivery = ? ORDER BY number`,
  );
  return {
    items: rows.map((row) => toDelivery(row, attempts.all(row.deliveryId))),
    nextCursor: more ? String(rows.at(-1)!.deliveryId) : null,
  };
}

/** Ids of ended deliveries after `after`, sorted. */
export function endedIds(
  db: DatabaseSync,
  { after, limit, ...filter }: DeliveryFilter & { readonly after: number; readonly limit: number },
): number[] {
  const given = conditions(filter);
  const ended = ["e.origin != 'deleted'", 'd.state != 0', 'd.id > ?'];
  const all = { where: [...given.where, ...ended], values: given.values };
  const ids = tuples<[id: number]>(
    db,
    `SELECT d.id FROM deliveries AS d JOIN endpoints AS e ON e.id = d.endpoint
     ${text(all)} ORDER BY d.id LIMIT ?`,
  );
  return ids.all(...all.values, after, limit).map(([id]) => id);
}

export function listAlerts(
  db: DatabaseSync,
  { limit, cursor }: { readonly limit: number; readonly cursor?: string | undefined },
): Page<CallbackAlert> {
  const alerts = query<CallbackAlert>(
    db,
    `SELECT a.id AS alertId, at, kind, endpoint_id AS endpointId, platform, party,
         delivery AS deliveryId, detail
       FROM callback_alerts AS a JOIN endpoints AS e ON e.id = a.endpoint
       WHERE a.id < ? ORDER BY a.id DESC LIMIT ?`,
  );
  const before = cursor === undefined ? Number.MAX_SAFE_INTEGER : Number(cursor);
  const items = alerts.all(before, limit + 1);
  const more = items.length > limit;
  if (more) items.pop();
  return {
    items,
    nextCursor: more ? String(items.at(-1)!.alertId) : null,
  };
}

export function callbackStats(db: DatabaseSync): CallbackStats {
  const pending = query<{ count: number; oldestAt: number }>(
    db,
    `SELECT count, (SELECT created_at FROM deliveries WHERE id = first) AS oldestAt
       FROM (SELECT endpoint, count(*) AS count, min(id) AS first FROM deliveries
             WHERE state = 0 GROUP BY endpoint) JOIN endpoints ON endpoints.id = endpoint
       WHERE enabled = 1`,
  ).all();
  const count = (sql: string): number => Number(db.prepare(sql).get()!.n);
  return {
    pending: pending.reduce((sum, row) => sum + row.count, 0),
    oldestPendingAt:
      pending.length === 0 ? null : Math.min(...pending.map(({ oldestAt }) => oldestAt)),
    dead: count(`SELECT count(*) AS n FROM deliveries WHERE state = 2
      AND endpoint NOT IN (SELECT id FROM endpoints WHERE origin = 'deleted')`),
    endpointsOff: count(
      "SELECT count(*) AS n FROM endpoints WHERE enabled = 0 AND origin != 'deleted'",
    ),
  };
}

/** Reads the rows of the partial indexes of pending and dead deliveries. */
export function endpointStats(db: DatabaseSync): {
  readonly newest: number;
  readonly endpoints: EndpointStats[];
} {
  type Row = Omit<EndpointStats, 'enabled' | 'mark'> & {
    readonly enabled: number;
    readonly attempts: number;
    readonly last: number;
  };
  const rows = query<Row>(
    db,
    `SELECT endpoint_id AS endpointId, platform, party, enabled, coalesce(p.n, 0) AS pending,
       coalesce(p.failing, 0) AS failing, coalesce(d.n, 0) AS dead, p.oldest AS oldestPendingAt,
       coalesce(p.attempts, 0) AS attempts, coalesce(p.last, 0) + coalesce(d.last, 0) AS last
     FROM endpoints AS e
     LEFT JOIN (SELECT endpoint, count(*) AS n, sum(step > 0) AS failing, min(created_at) AS oldest,
                  sum(attempts) AS attempts, sum(id) AS last
                FROM deliveries WHERE state = 0 GROUP BY endpoint) AS p ON p.endpoint = e.id
     LEFT JOIN (SELECT endpoint, count(*) AS n, max(id) AS last FROM deliveries WHERE state = 2
                GROUP BY endpoint) AS d ON d.endpoint = e.id
     WHERE origin != 'deleted' ORDER BY e.id`,
  ).all();
  const newest = Number(db.prepare('SELECT coalesce(max(id), 0) AS id FROM deliveries').get()!.id);
  const endpoints = rows.map(({ enabled, attempts, last, ...row }) => ({
    ...row,
    enabled: enabled === 1,
    mark: `${row.pending}.${row.failing}.${row.dead}.${attempts}.${last}`,
  }));
  return { newest, endpoints };
}

/** Reads all stored data of callbacks. */
export function auditCallbacks(db: DatabaseSync): CallbackAudit {
  const count = (sql: string): number => Number(db.prepare(sql).get()!.n);
  return {
    deliveriesWithoutEvent: count(
      `SELECT count(*) AS n FROM deliveries AS d LEFT JOIN history AS h ON h.seq = d.seq
       WHERE h.order_row IS NOT d.order_row OR d.seq NOT IN (SELECT seq FROM events)`,
    ),
    attemptsOutOfStep: count(
      `SELECT (SELECT count(*) FROM deliveries AS d WHERE attempts !=
                 (SELECT count(*) FROM delivery_attempts WHERE delivery = d.id))
            + (SELECT count(*) FROM delivery_attempts WHERE delivery NOT IN (SELECT id FROM deliveries)) AS n`,
    ),
    queuesStuck: count(
      `SELECT count(*) AS n FROM (
         SELECT 1 FROM deliveries WHERE state = 0 GROUP BY order_row, endpoint HAVING count(claim_at) != 1)`,
    ),
    cursorBeyondEvents: count(
      'SELECT (SELECT cursor FROM fan_out) > coalesce(max(seq), 0) AS n FROM history',
    ),
    eventsPassedOver: count(
      `SELECT count(*) AS n FROM history AS h WHERE h.seq < h.previous
         AND h.seq <= (SELECT cursor FROM fan_out) AND h.seq NOT IN (SELECT seq FROM deliveries)`,
    ),
  };
}
