// Checks rules between rows of different tables: references to orders, counted lists, and the
// cursor.
import type { DatabaseSync } from 'node:sqlite';
import { tuples } from './query.ts';

interface Rule {
  /** The first column names the row. */
  readonly sql: string;
  readonly problem: string;
}

const NO_ORDER = 'it belongs to no order';
const pointing = (table: string, name: string): Rule => ({
  sql: `SELECT ${name} FROM ${table} AS t LEFT JOIN orders AS o ON o.id = t.order_row WHERE o.id IS NULL`,
  problem: `${table}: ${NO_ORDER}`,
});

const RULES: readonly Rule[] = [
  pointing('order_keys', "t.name || ' ' || t.value"),
  pointing('deadlines', "t.kind || ' of order row ' || t.order_row"),
  pointing('sealed_texts', "t.name || ' of order row ' || t.order_row"),
  {
    sql: `SELECT k.name || ' ' || k.value FROM unique_keys AS k LEFT JOIN orders AS o ON o.id = k.order_row
          WHERE o.platform IS NOT k.platform OR o.owner IS NOT k.owner`,
    problem: 'unique_keys: it belongs to no order of its owner',
  },
  {
    sql: `SELECT l.name || ', order ' || e.order_id FROM list_entries AS e
          LEFT JOIN lists AS l ON l.id = e.list LEFT JOIN orders AS o ON o.id = e.order_row
          WHERE o.order_id IS NOT e.order_id OR o.created_at IS NOT e.created_at
            OR o.platform IS NOT l.platform OR o.owner IS NOT l.owner`,
    problem: 'list_entries: the entry is not that of its order',
  },
  {
    sql: `SELECT 'events up to ' || cursor FROM fan_out
          WHERE cursor > (SELECT coalesce(max(seq), 0) FROM history)`,
    problem: 'fan_out: callbacks would pass over the events that follow',
  },
  {
    sql: `SELECT platform || ' ' || party_id FROM parties
          WHERE iif(json_valid(document), document ->> 'partyId' IS NOT party_id, true)`,
    problem: 'parties: the document is not that of the party',
  },
  {
    sql: 'SELECT seq FROM events WHERE seq NOT IN (SELECT seq FROM history)',
    problem: 'events: it belongs to no change',
  },
];

/** Maximum number of listed rows per rule. */
const TOLD = 10;

export function auditPlaces(db: DatabaseSync): string[] {
  const found = RULES.flatMap(({ sql, problem }) => {
    const rows = tuples(db, `${sql} LIMIT ${TOLD}`).all();
    return rows.map(([name]) => `${problem} (${name})`);
  });
  return [...found, ...auditCounts(db)];
}

/** Compares every run of every list with the level below it. */
function auditCounts(db: DatabaseSync): string[] {
  const wrong = db.prepare(`
    WITH runs AS (
      SELECT list, level, first_at, first_id, children, entries,
        lead(first_at) OVER below AS next_at, lead(first_id) OVER below AS next_id
      FROM list_counts WINDOW below AS (PARTITION BY list, level ORDER BY first_at, first_id)
    )
    SELECT l.name, r.list, r.level FROM runs AS r LEFT JOIN lists AS l ON l.id = r.list
    WHERE (r.children, r.entries) IS NOT (
      CASE r.level WHEN 0 THEN (SELECT count(*) FROM list_entries AS e WHERE e.list = r.list
          AND (e.created_at, e.order_id) >= (r.first_at, r.first_id)
          AND (r.next_at IS NULL OR (e.created_at, e.order_id) < (r.next_at, r.next_id)))
        ELSE (SELECT count(*) FROM list_counts AS c WHERE c.list = r.list AND c.level = r.level - 1
          AND (c.first_at, c.first_id) >= (r.first_at, r.first_id)
          AND (r.next_at IS NULL OR (c.first_at, c.first_id) < (r.next_at, r.next_id))) END,
      CASE r.level WHEN 0 THEN r.children
        ELSE (SELECT coalesce(sum(c.entries), 0) FROM list_counts AS c WHERE c.list = r.list AND c.level = r.level - 1
          AND (c.first_at, c.first_id) >= (r.first_at, r.first_id)
          AND (r.next_at IS NULL OR (c.first_at, c.first_id) < (r.next_at, r.next_id))) END)
    UNION ALL
    SELECT l.name, l.id, n.level FROM lists AS l, (SELECT 0 AS level UNION SELECT 1) AS n
    WHERE NOT EXISTS (SELECT 1 FROM list_counts AS c WHERE c.list = l.id AND c.level = n.level)
    LIMIT ${TOLD}`);
  return wrong
    .all()
    .map(
      ({ name, list, level }) =>
        `list_counts: list ${list} (${name}), level ${level}: its counts are not those of its entries`,
    );
}
