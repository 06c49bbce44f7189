// How a transfer reads each table from PostgreSQL and writes it there.
import { isNumber, type TransferTable } from '../transfer/tables.ts';

/** Not part of the ledger: the progress of a transfer. */
export const TRANSFERRING = 'copying';

/** A batch of rows, one JSON array each, with the names of their columns. */
const rowsOf = ({ name, columns }: TransferTable): string =>
  `(SELECT ${columns
    .map((column, i) => {
      const text = `(v.value ->> ${i})`;
      return `${isNumber(name, column) ? `${text}::bigint` : text} AS ${column}`;
    })
    .join(', ')} FROM jsonb_array_elements($1::jsonb) AS v) AS r`;

const SAME =
  'o.platform = i.platform AND o.owner = i.owner AND o.order_id = i.order_id AND o.created_at = i.created_at';

const SELECTS: Readonly<Record<string, string>> = {
  settings: `SELECT name, value FROM settings WHERE name <> '${TRANSFERRING}'`,
  gone_orders: `SELECT platform, owner, order_id, created_at FROM order_ids AS i
    WHERE NOT EXISTS (SELECT FROM orders AS o WHERE ${SAME})`,
  history: `SELECT seq, platform, owner, order_id, created_at, version, at, action, line, from_state, to_state, actor,
    note, request_id, event_type, event_payload, document, hash FROM history ORDER BY seq`,
  deliveries: `SELECT id, endpoint, seq, platform, order_id, version, event_type, message_id, content_type, body,
    state, created_at, due_at, (claim_at IS NOT NULL)::integer, attempts, step, ended_at FROM deliveries`,
};

const ID = '(platform, owner, order_id, created_at)';
const INSERTS: Readonly<Record<string, readonly string[]>> = {
  orders: [
    `INSERT INTO order_ids ${ID} SELECT platform, owner, order_id, created_at FROM ROWS`,
    `INSERT INTO orders (id, platform, owner, order_id, created_at, state, version, updated_at, attributes, lines, head)
     SELECT * FROM ROWS`,
  ],
  gone_orders: [`INSERT INTO order_ids ${ID} SELECT * FROM ROWS`],
  // Only the incoming rows have kept_at; the stored rows are not asked.
  kept_replies: [
    'INSERT INTO kept_replies (key, reply, fingerprint, expires_at, kept_at) SELECT r.*, 0 FROM ROWS',
  ],
  // No gateway call will ask whether it wrote these rows.
  history: [
    `INSERT INTO history (seq, platform, owner, order_id, created_at, version, at, action, line, from_state,
       to_state, actor, note, request_id, event_type, event_payload, document, hash, token) SELECT r.*, 0 FROM ROWS`,
  ],
  deliveries: [
    `INSERT INTO deliveries (id, endpoint, seq, platform, order_id, version, event_type, message_id, content_type,
       body, state, created_at, due_at, claim_at, attempts, step, ended_at)
     SELECT id, endpoint, seq, platform, order_id, version, event_type, message_id, content_type, body, state,
       created_at, due_at, CASE WHEN is_head = 1 THEN due_at END, attempts, step, ended_at FROM ROWS`,
  ],
  fan_out: ['UPDATE fan_out SET cursor = r.cursor FROM ROWS'],
};

export const insertsOf = (table: TransferTable): readonly string[] =>
  (
    INSERTS[table.name] ?? [
      `INSERT INTO ${table.name} (${table.columns.join(', ')}) SELECT r.* FROM ROWS`,
    ]
  ).map((text) => text.replace('ROWS', rowsOf(table)));

export const selectOf = ({ name, columns }: TransferTable): string =>
  SELECTS[name] ?? `SELECT ${columns.join(', ')} FROM ${name}`;

/** Sequences that continue after the largest used number, even if that row was deleted. */
export const COUNT_ON = `
  SELECT setval('order_numbers', greatest(1, (SELECT max(id) FROM orders)));
  SELECT setval('history_numbers', greatest(1, (SELECT max(seq) FROM history), (SELECT max(cursor) FROM fan_out),
    (SELECT max(since_seq) FROM endpoints)));
  ${['deadlines', 'endpoints', 'deliveries', 'callback_alerts', 'order_notes']
    .map(
      (table) =>
        `SELECT setval(pg_get_serial_sequence('${table}', 'id'), greatest(1, (SELECT max(id) FROM ${table})))`,
    )
    .join(';')};
  ANALYZE`;

/** Whether any part of a ledger exists. */
export const IS_EMPTY = `SELECT NOT (${[
  'settings',
  'parties',
  'catalog',
  'order_ids',
  'history',
  'endpoints',
  'tokens',
  'accounts',
  'alarm_documents',
]
  .map(
    (table) =>
      `EXISTS (SELECT FROM ${table} ${table === 'settings' ? `WHERE name <> '${TRANSFERRING}'` : ''})`,
  )
  .join(' OR ')})`;
