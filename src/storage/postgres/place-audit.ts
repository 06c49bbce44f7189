// Checks rules between rows of different tables on PostgreSQL, and that the keys of parties can be
// decrypted.
import { partyFromJson } from '../party-row.ts';
import type { Sealer } from '../seal.ts';
import { rowsOf } from './chain-audit.ts';
import type { Connection } from './connection.ts';

interface Rule {
  /** The first column names the row. */
  readonly sql: string;
  readonly problem: string;
}

const same = (other: string): string =>
  `o.platform = ${other}.platform AND o.owner = ${other}.owner AND o.order_id = ${other}.order_id AND o.created_at = ${other}.created_at`;
/** Older rows belong to a month that was detached. */
const OLDEST = '(SELECT coalesce(min(created_at), 0) FROM orders)';
const NO_ORDER = 'it belongs to no order';

const RULES: readonly Rule[] = [
  {
    sql: `SELECT t.name || ' ' || t.value FROM order_keys AS t
          WHERE NOT EXISTS (SELECT FROM orders AS o WHERE ${same('t')})`,
    problem: `order_keys: ${NO_ORDER}`,
  },
  {
    sql: `SELECT t.name || ' of ' || t.order_id FROM sealed_texts AS t
          WHERE NOT EXISTS (SELECT FROM orders AS o WHERE ${same('t')})`,
    problem: `sealed_texts: ${NO_ORDER}`,
  },
  {
    sql: `SELECT t.kind || ' of ' || t.order_id FROM deadlines AS t
          WHERE NOT EXISTS (SELECT FROM order_ids AS o
            WHERE o.platform = t.platform AND o.owner = t.owner AND o.order_id = t.order_id)`,
    problem: `deadlines: ${NO_ORDER}`,
  },
  {
    sql: `SELECT t.name || ' ' || t.value FROM unique_keys AS t
          WHERE NOT EXISTS (SELECT FROM order_ids AS o WHERE ${same('t')})`,
    problem: 'unique_keys: it belongs to no order of its owner',
  },
  {
    sql: `SELECT t.name || ', order ' || t.order_id FROM list_entries AS t
          WHERE NOT EXISTS (SELECT FROM order_ids AS o WHERE ${same('t')})
            OR NOT EXISTS (SELECT FROM lists AS l
              WHERE l.platform = t.platform AND l.owner = t.owner AND l.name = t.name)`,
    problem: 'list_entries: the entry is not that of its order, or of no list',
  },
  {
    sql: `SELECT order_id FROM order_ids AS t WHERE t.created_at >= ${OLDEST}
          AND NOT EXISTS (SELECT FROM orders AS o WHERE ${same('t')})`,
    problem: 'order_ids: the id is there without its order',
  },
  {
    sql: `SELECT order_id FROM orders AS t WHERE NOT EXISTS (SELECT FROM order_ids AS o WHERE ${same('t')})`,
    problem: 'orders: the id of the order is not in order_ids',
  },
  {
    sql: `SELECT 'no row' WHERE NOT EXISTS (SELECT FROM fan_out)`,
    problem: 'fan_out: how far callbacks have come is missing',
  },
];

/** Compares every run of every list with the level below it, and finds lists without runs. */
const COUNTS = `
  WITH runs AS (
    SELECT platform, owner, name, level, first_at, first_id, children, entries,
      lead(first_at) OVER below AS next_at, lead(first_id) OVER below AS next_id
    FROM list_counts WINDOW below AS (PARTITION BY platform, owner, name, level ORDER BY first_at, first_id)
  )
  SELECT r.name, r.owner, r.level FROM runs AS r CROSS JOIN LATERAL (
    SELECT count(*) AS children, count(*) AS entries FROM list_entries AS e
      WHERE r.level = 0 AND e.platform = r.platform AND e.owner = r.owner AND e.name = r.name
        AND (e.created_at, e.order_id) >= (r.first_at, r.first_id)
        AND (r.next_at IS NULL OR (e.created_at, e.order_id) < (r.next_at, r.next_id))
      HAVING r.level = 0
    UNION ALL
    SELECT count(*), coalesce(sum(c.entries), 0)::bigint FROM list_counts AS c
      WHERE r.level = 1 AND c.level = 0 AND c.platform = r.platform AND c.owner = r.owner AND c.name = r.name
        AND (c.first_at, c.first_id) >= (r.first_at, r.first_id)
        AND (r.next_at IS NULL OR (c.first_at, c.first_id) < (r.next_at, r.next_id))
      HAVING r.level = 1
  ) AS below
  WHERE r.children <> below.children OR r.entries <> below.entries
  UNION ALL
  SELECT l.name, l.owner, n.level FROM lists AS l CROSS JOIN generate_series(0, 1) AS n(level)
  WHERE NOT EXISTS (SELECT FROM list_counts AS c
    WHERE c.platform = l.platform AND c.owner = l.owner AND c.name = l.name AND c.level = n.level)`;

/** Maximum number of listed rows per rule. */
const TOLD = 10;

/** In the caller's transaction. */
export async function auditPlaces(connection: Connection): Promise<string[]> {
  const found: string[] = [];
  for (const { sql, problem } of RULES) {
    const rows = await connection.runText(`${sql} LIMIT ${TOLD}`);
    found.push(...rows.map(([name]) => `${problem} (${name})`));
  }
  for (const [name, owner, level] of await connection.runText(`${COUNTS} LIMIT ${TOLD}`)) {
    found.push(
      `list_counts: list ${name} of ${owner}, level ${level}: its counts are not those of its entries`,
    );
  }
  return found;
}

const PARTIES = 'SELECT platform, party_id, document FROM parties';

/** Runs in the caller's transaction. Without a sealer nothing is decrypted. */
export async function auditParties(
  connection: Connection,
  sealer: Sealer | undefined,
): Promise<string[]> {
  if (sealer === undefined) return [];
  const found: string[] = [];
  const check = (what: string, isRight: () => boolean): void => {
    try {
      if (isRight()) return;
    } catch {
      // The text is not JSON, was cut, or was sealed with another key or for another place.
    }
    if (found.length < TOLD) found.push(what);
  };
  for await (const [platform, id, document] of rowsOf(connection, PARTIES)) {
    check(
      `parties: the document is not that of the party (${platform} ${id}), or its keys do not open`,
      () => {
        const party = partyFromJson(String(document), sealer);
        return party.platform === platform && party.partyId === id;
      },
    );
  }
  return found;
}
