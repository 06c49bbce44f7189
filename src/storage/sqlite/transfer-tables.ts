// How a transfer reads each table from SQLite and writes it there.
import type { TransferTable } from '../transfer/tables.ts';

/** The bound row of a transfer, with its columns' names. */
const rowOf = ({ columns }: TransferTable): string =>
  `(SELECT ${columns.map((column) => `? AS ${column}`).join(', ')}) AS r`;

const ORDER = 'o.platform, o.owner, o.order_id, o.created_at';
/** CROSS forces SQLite to look orders up instead of scanning them. */
const ITS_ORDER =
  'CROSS JOIN orders AS o ON o.order_id = r.order_id AND o.platform = r.platform AND o.owner = r.owner';
const ITS_LIST =
  'CROSS JOIN lists AS l ON l.platform = r.platform AND l.owner = r.owner AND l.name = r.name';

/** Sorted by a key, so that a continued transfer skips the same rows. */
const SELECTS: Readonly<Record<string, string>> = {
  settings: 'SELECT name, value FROM settings ORDER BY name',
  // A row of pauses holds several: see limits.ts. Of a pause that was started twice, the last counts.
  limit_counts: `SELECT coalesce(p.value ->> 0, c.key) AS place, max(coalesce(p.value ->> 1, c.ends_at)),
      iif(p.value IS NULL, c.count, 1)
    FROM limit_counts AS c
    LEFT JOIN json_each(iif(c.key GLOB 'pauses *', substr(c.key, instr(c.key, '[')), '[]')) AS p
    GROUP BY place ORDER BY place`,
  orders: `SELECT id, ${ORDER}, state, version, updated_at, attributes, lines, head FROM orders AS o ORDER BY id`,
  gone_orders: `SELECT ${ORDER} FROM orders AS o WHERE false`,
  departed_changes: 'SELECT 0, 0, NULL WHERE false',
  arrivals: 'SELECT NULL WHERE false',
  order_keys: `SELECT ${ORDER}, k.name, k.value FROM order_keys AS k CROSS JOIN orders AS o ON o.id = k.order_row
    ORDER BY k.value, k.name, k.order_row`,
  unique_keys: `SELECT ${ORDER}, k.name, k.value FROM unique_keys AS k CROSS JOIN orders AS o ON o.id = k.order_row
    ORDER BY k.platform, k.owner, k.name, k.value`,
  history: `SELECT h.seq, ${ORDER}, h.version, h.at, h.action, h.line, h.from_state, h.to_state, h.actor, h.note,
      h.request_id, e.type, e.payload, h.document, h.hash
    FROM history AS h CROSS JOIN orders AS o ON o.id = h.order_row LEFT JOIN events AS e ON e.seq = h.seq
    ORDER BY h.seq`,
  sealed_texts: `SELECT ${ORDER}, s.name, s.sealed, s.mask
    FROM sealed_texts AS s CROSS JOIN orders AS o ON o.id = s.order_row ORDER BY s.id`,
  deadlines: `SELECT d.id, o.platform, o.owner, o.order_id, d.kind, d.due_at
    FROM deadlines AS d CROSS JOIN orders AS o ON o.id = d.order_row ORDER BY d.id`,
  lists: 'SELECT platform, owner, name FROM lists ORDER BY id',
  list_entries: `SELECT l.platform, l.owner, l.name, e.created_at, e.order_id
    FROM list_entries AS e CROSS JOIN lists AS l ON l.id = e.list ORDER BY e.list, e.created_at, e.order_id`,
  list_counts: `SELECT l.platform, l.owner, l.name, c.level, c.first_at, c.first_id, c.children, c.entries
    FROM list_counts AS c CROSS JOIN lists AS l ON l.id = c.list ORDER BY c.list, c.level, c.first_at, c.first_id`,
  deliveries: `SELECT d.id, d.endpoint, d.seq, o.platform, o.order_id, h.version, e.type, d.message_id,
      d.content_type, d.body, d.state, d.created_at, d.due_at, d.claim_at IS NOT NULL, d.attempts, d.step, d.ended_at
    FROM deliveries AS d CROSS JOIN orders AS o ON o.id = d.order_row
    LEFT JOIN history AS h ON h.seq = d.seq LEFT JOIN events AS e ON e.seq = d.seq ORDER BY d.id`,
};

const INSERTS: Readonly<Record<string, readonly string[]>> = {
  orders: [
    `INSERT INTO orders (id, platform, owner, order_id, created_at, state, version, updated_at, attributes, lines, head, last_change)
     SELECT r.*, 0 FROM ROW`,
  ],
  order_keys: [`INSERT INTO order_keys SELECT r.value, r.name, o.id FROM ROW ${ITS_ORDER}`],
  unique_keys: [
    `INSERT INTO unique_keys SELECT r.platform, r.owner, r.name, r.value, o.id FROM ROW ${ITS_ORDER}`,
  ],
  // By seq: the newest change of an order so far is the previous change.
  history: [
    `INSERT INTO history SELECT r.seq, o.id, nullif(o.last_change, 0), r.version, r.at, r.action, r.line,
       r.from_state, r.to_state, r.actor, r.note, r.request_id, r.document, r.hash FROM ROW ${ITS_ORDER}`,
    `INSERT INTO events SELECT r.seq, r.event_type, r.event_payload FROM ROW WHERE r.event_type IS NOT NULL`,
    `UPDATE orders AS o SET last_change = r.seq FROM ROW WHERE o.order_id = r.order_id AND o.platform = r.platform`,
  ],
  sealed_texts: [
    `INSERT INTO sealed_texts (order_row, name, sealed, mask) SELECT o.id, r.name, r.sealed, r.mask FROM ROW ${ITS_ORDER}`,
  ],
  deadlines: [
    `INSERT INTO deadlines (id, order_row, kind, due_at) SELECT r.id, o.id, r.kind, r.due_at FROM ROW ${ITS_ORDER}`,
  ],
  list_entries: [
    `INSERT INTO list_entries SELECT l.id, r.created_at, r.order_id, o.id FROM ROW ${ITS_LIST} ${ITS_ORDER}`,
  ],
  list_counts: [
    `INSERT INTO list_counts SELECT l.id, r.level, r.first_at, r.first_id, r.children, r.entries FROM ROW ${ITS_LIST}`,
  ],
  deliveries: [
    `INSERT INTO deliveries (id, endpoint, seq, order_row, message_id, content_type, body, state, created_at, due_at,
       claim_at, attempts, step, ended_at)
     SELECT r.id, r.endpoint, r.seq, o.id, r.message_id, r.content_type, r.body, r.state, r.created_at, r.due_at,
       CASE WHEN r.is_head THEN r.due_at END, r.attempts, r.step, r.ended_at
     FROM ROW CROSS JOIN orders AS o ON o.order_id = r.order_id AND o.platform = r.platform`,
  ],
  fan_out: ['UPDATE fan_out SET cursor = r.cursor FROM ROW'],
};

/** Of months that were dropped, and of parties that moved between groups of owners. */
const NOT_HERE: ReadonlySet<string> = new Set(['gone_orders', 'departed_changes', 'arrivals']);

/**
 * All statements run with the same row, and the first inserts it. Null if SQLite has no table for
 * such rows.
 */
export const insertsOf = (table: TransferTable): readonly string[] | null =>
  NOT_HERE.has(table.name)
    ? null
    : (
        INSERTS[table.name] ?? [
          `INSERT INTO ${table.name} (${table.columns.join(', ')}) SELECT r.* FROM ROW`,
        ]
      ).map((text) => text.replace('ROW', rowOf(table)));

export const selectOf = ({ name, columns }: TransferTable): string =>
  SELECTS[name] ??
  `SELECT ${columns.join(', ')} FROM ${name} ORDER BY ${columns.slice(0, 3).join(', ')}`;
