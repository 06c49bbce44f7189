// The console's queries about deliveries.

import type { CallbackAudit } from '../../core/callback-audit.ts';
import type { EndpointStats } from '../../core/callback-feed.ts';
import type { Attempt, Delivery, DeliveryFilter, DeliveryQuery } from '../../core/callbacks.ts';
import type { Page } from '../../core/ledger.ts';
import { DELIVERY_STATES } from '../callback-limits.ts';
import { callbackStatements } from './callback-statements.ts';
import type { Row, Statement } from './connection.ts';
import type { Pool } from './pool.ts';

/**
 * Conditions with their values. Each set of conditions has a name, so that its statement can be
 * prepared.
 */
function conditions(filter: DeliveryFilter & Partial<DeliveryQuery>) {
  const names: string[] = [];
  const where: string[] = [];
  const values: unknown[] = [];
  const add = (name: string, condition: string, value: unknown): void => {
    if (value === undefined) return;
    values.push(value);
    names.push(name);
    where.push(`${condition} $${values.length}`);
  };
  add('platform', 'e.platform =', filter.platform);
  add('party', 'e.party =', filter.party);
  add('endpoint', 'e.endpoint_id =', filter.endpointId);
  add('order', 'd.order_id =', filter.orderId);
  add('delivery', 'd.id =', filter.deliveryId);
  add('from', 'd.created_at >=', filter.from);
  add('to', 'd.created_at <', filter.to);
  if (filter.state !== undefined) {
    // A literal, so that PostgreSQL can use the partial index of that state.
    names.push(filter.state);
    where.push(`d.state = ${DELIVERY_STATES.indexOf(filter.state)}`);
  }
  return { names, where, values };
}

export async function listDeliveries(pool: Pool, query: DeliveryQuery): Promise<Page<Delivery>> {
  const { names, where, values } = conditions(query);
  values.push(query.cursor === undefined ? Number.MAX_SAFE_INTEGER : Number(query.cursor));
  where.push(`d.id < $${values.length}`);
  values.push(query.limit + 1);
  const statement: Statement = {
    name: `deliveries-${query.isBrief ? 'brief-' : ''}${names.join('-')}`,
    text: `SELECT d.id, d.message_id, e.endpoint_id, e.url, e.platform, e.party, d.order_id, d.version,
        d.event_type, d.state, d.created_at, d.claim_at, d.ended_at,
        ${query.isBrief ? "''" : 'd.body'}
      FROM deliveries d JOIN endpoints e ON e.id = d.endpoint
      WHERE ${where.join(' AND ')} ORDER BY d.id DESC LIMIT $${values.length}`,
  };
  const rows = await pool.run(statement, values);
  const more = rows.length > query.limit;
  const kept = rows.slice(0, query.limit);
  const { attempts: whole, briefAttempts } = callbackStatements;
  const found = await pool.run(query.isBrief ? briefAttempts : whole, [kept.map(([id]) => id)]);
  const attempts = Map.groupBy(found, ([delivery]) => delivery);
  const items = kept.map((row) => toDelivery(row, attempts.get(row[0]) ?? []));
  return { items, nextCursor: more ? String(items.at(-1)!.deliveryId) : null };
}

function toDelivery(row: Row, attempts: readonly Row[]): Delivery {
  const [deliveryId, messageId, endpointId, url, platform, party, orderId, version, eventType] =
    row;
  const [state, createdAt, dueAt, endedAt, body] = row.slice(9);
  const known = { deliveryId, messageId, endpointId, url, platform, party, orderId, version };
  return {
    ...known,
    eventType,
    state: DELIVERY_STATES[state as number],
    createdAt,
    dueAt,
    endedAt,
    body,
    attempts: attempts.map(
      ([, at, status, error, durationMicros, answer]) =>
        ({ at, status, error, durationMicros, answer }) as Attempt,
    ),
  } as Delivery;
}

/** Ids of ended deliveries after `after`, sorted. */
export async function endedIds(
  pool: Pool,
  filter: DeliveryFilter,
  after: number,
  limit: number,
): Promise<number[]> {
  const { names, where, values } = conditions(filter);
  const n = values.push(after, limit);
  const statement: Statement = {
    name: `ended-${names.join('-')}`,
    text: `SELECT d.id FROM deliveries d JOIN endpoints e ON e.id = d.endpoint
      WHERE ${[...where, "e.origin <> 'deleted'", 'd.state <> 0', `d.id > $${n - 1}`].join(' AND ')} ORDER BY d.id LIMIT $${n}`,
  };
  return (await pool.run(statement, values)).map(([id]) => Number(id));
}

export async function endpointStats(
  pool: Pool,
): Promise<{ readonly newest: number; readonly endpoints: EndpointStats[] }> {
  const rows = await pool.run(callbackStatements.endpointStats);
  const [[newest]] = (await pool.run(callbackStatements.newestDelivery)) as [Row];
  const endpoints = rows.map(([endpointId, platform, party, enabled, ...counts]) => {
    const [pending, failing, dead, oldest, attempts, last] = counts;
    return {
      ...{ endpointId, platform, party, enabled: enabled === 1 },
      ...{ pending: Number(pending), failing: Number(failing), dead: Number(dead) },
      oldestPendingAt: oldest === null ? null : Number(oldest),
      mark: [pending, failing, dead, attempts, last].join('.'),
    } as EndpointStats;
  });
  return { newest: Number(newest), endpoints };
}

/** The row of the statement `audit`. */
export function toCallbackAudit(row: Row): CallbackAudit {
  const [deliveriesWithoutEvent, attemptsOutOfStep, queuesStuck, ...more] = row.map(Number);
  const [cursorBeyondEvents, eventsPassedOver] = more;
  const queues = { deliveriesWithoutEvent, attemptsOutOfStep, queuesStuck };
  return { ...queues, cursorBeyondEvents, eventsPassedOver } as CallbackAudit;
}
