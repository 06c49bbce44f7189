// Reads the events that fan-out has not seen, and writes the resulting deliveries.
import type { DatabaseSync } from 'node:sqlite';
import type { CallbackEvent, FanOut, PendingEvents } from '../../core/callbacks.ts';
import type { Json } from '../../core/order.ts';
import { EVENTS_WINDOW } from '../callback-limits.ts';
import type { CallbackStatements } from './callback-statements.ts';
import { query } from './query.ts';

type Listener = PendingEvents['endpoints'][number];

export function prepareEventReads(db: DatabaseSync) {
  return {
    cursor: query<{ cursor: number }>(db, 'SELECT cursor FROM fan_out'),
    newest: query<{ seq: number }>(db, 'SELECT coalesce(max(seq), 0) AS seq FROM events'),
    anybody: db.prepare(
      "SELECT 1 FROM endpoints WHERE enabled = 1 AND origin = 'registered' LIMIT 1",
    ),
    // Endpoints are short and rarely change, and events repeat owners, so each batch queries them
    // once.
    listeners: query<Omit<Listener, 'eventTypes'> & { readonly eventTypes: string | null }>(
      db,
      `SELECT endpoint_id AS endpointId, platform, party, event_types AS eventTypes, since_seq AS sinceSeq
       FROM endpoints WHERE platform = ? AND party = ? AND enabled = 1 AND origin = 'registered'`,
    ),
    events: query<Omit<CallbackEvent, 'payload'> & { readonly payload: string | null }>(
      db,
      `SELECT e.seq, e.type, o.platform, o.order_id AS orderId, o.owner, h.version, h.at, h.action, h.line,
         h.from_state AS "from", h.to_state AS "to", e.payload
       FROM events AS e JOIN history AS h ON h.seq = e.seq JOIN orders AS o ON o.id = h.order_row
       WHERE e.seq > ? AND e.seq <= ? AND (? OR o.platform IN (SELECT value FROM json_each(?)))
       ORDER BY e.seq LIMIT ?`,
    ),
    after: query<Omit<CallbackEvent, 'payload'>>(
      db,
      `SELECT e.seq, e.type, o.platform, o.order_id AS orderId, o.owner, h.version, h.at, h.action, h.line,
         h.from_state AS "from", h.to_state AS "to"
       FROM events AS e JOIN history AS h ON h.seq = e.seq JOIN orders AS o ON o.id = h.order_row
       WHERE e.seq > ? ORDER BY e.seq LIMIT ?`,
    ),
  };
}

/** One transaction of the reader sees an endpoint together with every later event. */
export function readEvents(
  s: ReturnType<typeof prepareEventReads>,
  limit: number,
  declaring: readonly string[],
): PendingEvents {
  const { cursor } = s.cursor.get()!;
  const newest = s.newest.get()!.seq;
  const isAnybody = s.anybody.get() !== undefined;
  const isHeard = isAnybody || declaring.length > 0;
  if (newest <= cursor || !isHeard) {
    return { isHeard, cursor, to: Math.max(cursor, newest), events: [], endpoints: [] };
  }
  const end = Math.min(newest, cursor + EVENTS_WINDOW);
  const rows = s.events.all(cursor, end, isAnybody ? 1 : 0, JSON.stringify(declaring), limit);
  const events = rows.map((row) => ({
    ...row,
    payload: row.payload === null ? null : (JSON.parse(row.payload) as Json),
  }));
  const owners = new Map(
    events.map(({ platform, owner }) => [`${platform}/${owner}`, { platform, owner }]),
  );
  const endpoints = [...owners.values()].flatMap(({ platform, owner }) =>
    s.listeners.all(platform, owner).map((row) => ({
      ...row,
      eventTypes: row.eventTypes === null ? null : (JSON.parse(row.eventTypes) as string[]),
    })),
  );
  const to = events.length === limit ? events.at(-1)!.seq : end;
  return { isHeard, cursor, to, events, endpoints };
}

/** @param ids ids for endpoints that are declared for the first time */
export function fanOut(
  s: CallbackStatements,
  { from, to, deliveries, declared, now }: FanOut,
  ids: readonly string[],
): boolean {
  if (s.cursor.get()!.cursor !== from) return false;
  s.setCursor.run(to);
  const rows = declared.map(
    ({ platform, party, url, preset, expects }, i) =>
      s.declare.get(ids[i]!, platform, party, url, preset, expects, now)!,
  );
  const known = new Map<string, number>();
  for (const { seq, endpoint, messageId, contentType, body } of deliveries) {
    let row: number;
    if (typeof endpoint === 'number') {
      if (rows[endpoint]!.enabled === 0) continue;
      row = rows[endpoint]!.id;
    } else {
      const found = known.get(endpoint) ?? s.endpointRow.get(endpoint)?.id;
      if (found === undefined) continue; // The endpoint was deleted after its event was read.
      row = found;
      known.set(endpoint, row);
    }
    const { orderRow } = s.orderOf.get(seq)!;
    const waits = s.oldestPending.get(orderRow, row) !== undefined;
    s.insert.run(row, seq, orderRow, messageId, contentType, body, now, now, waits ? null : now);
  }
  return true;
}
