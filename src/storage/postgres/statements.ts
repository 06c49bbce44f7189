// The statements; each connection prepares them once. The statements of a gateway call take one
// round trip each.
import { CLOCKS_DIFFER_MS } from '../../core/limits.ts';
import { GENERATION } from '../transfer/emptied.ts';
import type { Statement } from './connection.ts';

const statement = (name: string, text: string): Statement => ({ name, text });
const bySchema = (name: string, text: string): Statement => ({
  name,
  text,
  isPlannedBySchema: true,
});

/** The statement's own time in milliseconds, taken when it arrived at the database. */
const NOW = 'floor(extract(epoch FROM statement_timestamp()) * 1000)::bigint';
const OFFSET = "(SELECT value::bigint FROM settings WHERE name = 'clock-offset')";

/**
 * A log record without a reader. It makes a transaction without changes wait like one with changes.
 */
const WAL_RECORD = "pg_logical_emit_message(true, 'ordergate', '')";

/** Without platform, owner and id, which the look-up of the order already returns. */
const STATE = 'o.state, o.version, o.created_at, o.updated_at, o.attributes, o.lines';
const ORDER = `o.order_id, o.platform, o.owner, ${STATE}`;
const SAME_ORDER = (other: string): string =>
  `o.platform = ${other}.platform AND o.owner = ${other}.owner AND o.order_id = ${other}.order_id AND o.created_at = ${other}.created_at`;

/**
 * Finds an order's place first. Without OFFSET 0 the planner could apply the id's conditions to the
 * orders, and read all orders of an owner.
 */
const FOUND = '(SELECT * FROM order_ids WHERE order_id = $1 AND platform = $2 OFFSET 0) AS i';

/** Every node compares the version once a second; `announce` tells the nodes sooner. */
const raise = (topic: string, when: string): string => `
  bumped AS (UPDATE shared_versions SET version = version + 1 WHERE topic = '${topic}' AND ${when} RETURNING 1)`;

export const statements = {
  /** Platforms, ids, once-keys and their times; the columns are those of the function's table. */
  load: statement('load', 'SELECT * FROM load_1($1, $2, $3, $4)'),
  loadMany: bySchema(
    'load-many',
    `SELECT ${ORDER} FROM unnest($2::text[]) WITH ORDINALITY AS q (order_id, n)
     LEFT JOIN order_ids i ON i.order_id = q.order_id AND i.platform = $1
     LEFT JOIN orders o ON ${SAME_ORDER('i')} ORDER BY q.n`,
  ),
  byKey: bySchema(
    'by-key',
    `SELECT ${ORDER} FROM (SELECT * FROM unique_keys
       WHERE platform = $1 AND owner = $2 AND name = $3 AND value = $4 OFFSET 0) AS u
     JOIN orders o ON ${SAME_ORDER('u')}`,
  ),
  /**
   * A page of a counted list. The list's version is its number of entries, which only grows, and the generation,
   * which grows when a sandbox is emptied. If it is $8, the page of $11 entries begins at the place ($9, $10), and
   * the total is null; otherwise the whole list is walked.
   */
  page: bySchema(
    'page',
    `WITH of_list AS MATERIALIZED (
       SELECT concat((SELECT coalesce(sum(entries), 0) FROM list_counts
           WHERE platform = $1 AND owner = $2 AND name = $3 AND level = 1),
         ' ', (SELECT value FROM settings WHERE name = '${GENERATION}')) AS version)
     SELECT * FROM (
       SELECT v.version, NULL::bigint AS total, o.order_id, ${STATE}
       FROM of_list v, LATERAL (
         SELECT e.platform, e.owner, e.created_at, e.order_id FROM list_entries e
         WHERE e.platform = $1 AND e.owner = $2 AND e.name = $3 AND (e.created_at, e.order_id) >= ($9::bigint, $10)
         ORDER BY e.created_at, e.order_id LIMIT $11::int) AS i
       JOIN orders o ON ${SAME_ORDER('i')} WHERE v.version = $8::text
       UNION ALL
       SELECT v.version, p.* FROM of_list v, LATERAL list_page_1($1, $2, $3, $4, $5, $6, $7) AS p
       WHERE v.version IS DISTINCT FROM $8::text) AS page
     ORDER BY created_at, order_id COLLATE "C"`,
  ),
  sealedText: statement(
    'sealed-text',
    `SELECT o.sealed FROM ${FOUND} JOIN sealed_texts o ON ${SAME_ORDER('i')} WHERE o.name = $3`,
  ),
  record: statement(
    'record',
    `SELECT ${ORDER},
       (SELECT json_agg(json_build_array(h.version, h.at, h.action, h.line, h.from_state, h.to_state,
          h.actor, h.note, h.request_id) ORDER BY h.version) FROM history h
        WHERE h.platform = o.platform AND h.owner = o.owner AND h.order_id = o.order_id AND h.created_at = o.created_at),
       (SELECT json_agg(json_build_array(s.name, s.mask) ORDER BY s.name) FROM sealed_texts s
        WHERE s.platform = o.platform AND s.owner = o.owner AND s.order_id = o.order_id AND s.created_at = o.created_at)
     FROM ${FOUND} JOIN orders o ON ${SAME_ORDER('i')}`,
  ),
  isEmpty: statement(
    'is-empty',
    'SELECT NOT EXISTS (SELECT FROM order_ids) AND NOT EXISTS (SELECT FROM parties)',
  ),
  commit: statement('commit', 'SELECT committed, lost FROM commit_changes_2($1, $2)'),
  /** Which of these changes our call has written. */
  written: statement(
    'written',
    `SELECT q.n FROM unnest($2::text[], $3::text[], $4::text[], $5::bigint[], $6::int[]) WITH ORDINALITY
       AS q (platform, owner, order_id, created_at, version, n)
     JOIN history h ON h.platform = q.platform AND h.owner = q.owner AND h.order_id = q.order_id
       AND h.created_at = q.created_at AND h.version = q.version + 1
     WHERE h.token = $1`,
  ),
  /** Ends the remains of a connection whose answer was lost; true when nothing remains. */
  fence: statement(
    'fence',
    `SELECT coalesce(bool_and(pg_terminate_backend(pid, 2000)), true)
     FROM pg_stat_activity WHERE application_name = $1 AND pid <> pg_backend_pid()`,
  ),
  /** Writes even if all orders exist, so that this answer, too, waits until they are durable. */
  create: statement('create', `SELECT create_orders_2($1, $2), ${WAL_RECORD}`),
  /**
   * Ends when everything that this server had committed before is as durable as synchronous_commit
   * requires: its own commit follows in the log, and waits.
   */
  sure: statement('sure', `SELECT ${WAL_RECORD}`),
  /** A lease that would end later than a new lease was created while the clock was ahead. */
  claim: bySchema(
    'claim',
    `WITH due AS MATERIALIZED (SELECT platform, owner, order_id, kind FROM deadlines
       WHERE due_at <= $2 AND (lease_until <= $2 OR lease_until > $1) ORDER BY due_at, id LIMIT $3
       FOR UPDATE SKIP LOCKED)
     UPDATE deadlines d SET lease_until = $1 FROM due
     WHERE d.platform = due.platform AND d.owner = due.owner AND d.order_id = due.order_id AND d.kind = due.kind
     RETURNING d.id, d.lease_until, d.kind, d.platform, d.order_id, d.due_at`,
  ),
  drop: statement('drop', 'DELETE FROM deadlines WHERE id = $1 AND lease_until = $2 RETURNING 1'),
  nextDeadline: bySchema(
    'next-deadline',
    'SELECT due_at FROM deadlines WHERE lease_until <= $1 ORDER BY due_at, id LIMIT 1',
  ),
  deadlinesOf: statement(
    'deadlines-of',
    `SELECT platform, order_id, kind, due_at FROM deadlines WHERE platform = $1 AND owner = $2 AND order_id = $3
     ORDER BY due_at, kind`,
  ),
  deadlinesBefore: statement(
    'deadlines-before',
    `SELECT platform, order_id, kind, due_at FROM deadlines WHERE due_at < $1
     ORDER BY due_at, id LIMIT $2`,
  ),
  parties: statement('parties', 'SELECT document FROM parties'),
  sealedTexts: statement(
    'sealed-texts',
    `SELECT platform, owner, order_id, created_at, name, sealed FROM sealed_texts
     WHERE (platform, owner, order_id, created_at, name) > ($1, $2, $3, $4, $5)
     ORDER BY platform, owner, order_id, created_at, name LIMIT $6`,
  ),
  replaceSealed: statement(
    'replace-sealed',
    `UPDATE sealed_texts SET sealed = $7 WHERE platform = $1 AND owner = $2 AND order_id = $3
       AND created_at = $4 AND name = $5 AND sealed = $6 RETURNING 1`,
  ),
  /** Uses a prefix, because the range between two texts depends on the database's collation. */
  settingsBetween: statement(
    'settings-between',
    'SELECT name, value FROM settings WHERE starts_with(name, $1)',
  ),
  setLatest: statement(
    'set-latest',
    `INSERT INTO settings SELECT * FROM unnest($1::text[], $2::text[])
     ON CONFLICT (name) DO UPDATE SET value = excluded.value
       WHERE settings.value::bigint < excluded.value::bigint`,
  ),
  createParty: statement(
    'create-party',
    `WITH saved AS (INSERT INTO parties VALUES ($1, $2, $3) ON CONFLICT DO NOTHING RETURNING 1),
     ${raise('parties', 'EXISTS (SELECT FROM saved)')}
     SELECT (SELECT count(*) FROM saved), (SELECT count(*) FROM bumped)`,
  ),
  replaceParty: statement(
    'replace-party',
    `WITH saved AS (INSERT INTO parties VALUES ($1, $2, $3)
       ON CONFLICT (platform, party_id) DO UPDATE SET document = excluded.document
         WHERE coalesce((parties.document::jsonb ->> 'version')::int, 1) = $4
           -- Sent again, as the answer was lost: sealed anew each time, no other is equal.
           OR parties.document = excluded.document
       RETURNING 1),
     ${raise('parties', 'EXISTS (SELECT FROM saved)')}
     SELECT (SELECT count(*) FROM saved), (SELECT count(*) FROM bumped)`,
  ),
  /** A statement of its own: on Citus, another server would execute it as a part of a change. */
  announce: statement(
    'announce',
    "SELECT pg_notify('ordergate_' || current_schema(), t) FROM unnest($1::text[]) AS t",
  ),
  catalog: statement('catalog', 'SELECT platform, kind, key, document FROM catalog'),
  createCatalog: statement(
    'create-catalog',
    `WITH saved AS (INSERT INTO catalog VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING RETURNING 1),
     ${raise('catalog', 'EXISTS (SELECT FROM saved)')}
     SELECT (SELECT count(*) FROM saved), (SELECT count(*) FROM bumped)`,
  ),
  replaceCatalog: statement(
    'replace-catalog',
    `WITH saved AS (INSERT INTO catalog VALUES ($1, $2, $3, $4)
       ON CONFLICT (platform, kind, key) DO UPDATE SET document = excluded.document RETURNING 1),
     ${raise('catalog', 'EXISTS (SELECT FROM saved)')}
     SELECT (SELECT count(*) FROM saved), (SELECT count(*) FROM bumped)`,
  ),
  removeCatalog: statement(
    'remove-catalog',
    `WITH saved AS (DELETE FROM catalog WHERE platform = $1 AND kind = $2 AND key = $3 RETURNING 1),
     ${raise('catalog', 'EXISTS (SELECT FROM saved)')}
     SELECT (SELECT count(*) FROM saved), (SELECT count(*) FROM bumped)`,
  ),
  setting: statement('setting', 'SELECT value FROM settings WHERE name = $1'),
  setOnce: statement(
    'set-once',
    `WITH mine AS (INSERT INTO settings VALUES ($1, $2) ON CONFLICT DO NOTHING RETURNING value)
     SELECT coalesce((SELECT value FROM mine), (SELECT value FROM settings WHERE name = $1))`,
  ),
  set: statement(
    'set',
    `WITH saved AS (INSERT INTO settings VALUES ($1, $2)
       ON CONFLICT (name) DO UPDATE SET value = excluded.value RETURNING 1),
     ${raise('clock', "$1 = 'clock-offset'")}
     SELECT (SELECT count(*) FROM saved), (SELECT count(*) FROM bumped)`,
  ),
  forget: statement(
    'forget',
    'DELETE FROM kept_replies WHERE key IN (SELECT key FROM kept_replies WHERE expires_at <= $1 LIMIT 1000) RETURNING 1',
  ),
  ready: statement(
    'ready',
    `SELECT current_setting('transaction_read_only'), current_setting('synchronous_commit'),
       current_setting('ordergate.session', true)`,
  ),
  token: statement(
    'token',
    `SELECT q.n, t.kind, t.party_id, t.grant_id, t.expires_at, t.attributes
     FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS q (platform, digest, n)
     JOIN tokens t ON t.platform = q.platform AND t.digest = q.digest`,
  ),
  saveTokens: statement(
    'save-tokens',
    `WITH spent AS (DELETE FROM tokens WHERE platform = $2 AND digest = $3::text AND kind <> 'revoked' RETURNING 1),
     kept AS (INSERT INTO tokens
       SELECT t.platform, t.digest, t.kind, t."partyId", t."grantId", t."expiresAt", t.attributes
       FROM jsonb_to_recordset($1::jsonb) AS t (platform text, digest text, kind text, "partyId" text,
         "grantId" text, "expiresAt" bigint, attributes text)
       WHERE $3::text IS NULL OR EXISTS (SELECT FROM spent) ON CONFLICT DO NOTHING)
     SELECT $3::text IS NULL OR EXISTS (SELECT FROM spent)`,
  ),
  forgetTokens: statement('forget-tokens', 'DELETE FROM tokens WHERE expires_at < $1 RETURNING 1'),
  enter: statement('enter', 'SELECT enter_calls_2($1, $2, $3, $4)'),
  pause: statement(
    'pause',
    `INSERT INTO limit_counts (key, ends_at, count)
       SELECT 'pause ' || k, $2::bigint + $3::bigint, 1 FROM unnest($1::text[]) AS k ORDER BY 1
     ON CONFLICT (key) DO UPDATE SET ends_at = excluded.ends_at
       WHERE limit_counts.ends_at <= $2::bigint OR limit_counts.ends_at > $2::bigint + $3::bigint + ${CLOCKS_DIFFER_MS}
     RETURNING key`,
  ),
  forgetLimits: statement(
    'forget-limits',
    'DELETE FROM limit_counts WHERE key IN (SELECT key FROM limit_counts WHERE ends_at <= $1 LIMIT 1000 FOR UPDATE SKIP LOCKED)',
  ),
  /** Reports that this node is alive, deletes dead nodes, and returns the shared state. */
  beat: bySchema(
    'beat',
    `WITH alive AS (INSERT INTO nodes VALUES ($1, clock_timestamp())
       ON CONFLICT (node) DO UPDATE SET seen_at = excluded.seen_at),
     gone AS (DELETE FROM nodes WHERE node <> $1 AND (seen_at < statement_timestamp() - interval '1 minute'
       OR seen_at > statement_timestamp() + interval '10 seconds') RETURNING node),
     freed AS (DELETE FROM calls_under_way WHERE node IN (SELECT node FROM gone))
     SELECT ${NOW}, ${OFFSET}, (SELECT json_object_agg(topic, version) FROM shared_versions)`,
  ),
  pruneRequests: statement(
    'prune-requests',
    `DELETE FROM requests WHERE (id, node) IN (SELECT id, node FROM requests WHERE id < $1 ORDER BY id LIMIT 5000)
     RETURNING 1`,
  ),
} as const;
