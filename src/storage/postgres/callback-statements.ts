// The statements of callbacks; each connection prepares them once.
import { REVEALED_EVENT } from '../../core/reveal-sealed.ts';
import { EVENTS_WINDOW } from '../callback-limits.ts';
import type { Statement } from './connection.ts';

const statement = (name: string, text: string): Statement => ({ name: `callbacks-${name}`, text });
const bySchema = (name: string, text: string): Statement => ({
  ...statement(name, text),
  isPlannedBySchema: true,
});

/** The columns of `ENDPOINT_FIELDS` in callback-rows.ts, in their sequence. */
const ENDPOINT = `e.endpoint_id, e.platform, e.party, e.origin, e.url, e.preset, e.expects, e.event_types, e.enabled,
  e.off_reason, e.off_at, e.created_at, e.secrets, e.failures, e.failing_since, e.open_until`;

/**
 * Locks endpoints by rising id, which every change of many deliveries does first: two changes that
 * locked in another sequence would wait for each other.
 */
const lockEndpoints = (ids: string): string =>
  `SELECT id FROM endpoints WHERE id IN (${ids}) ORDER BY id FOR NO KEY UPDATE`;

/** If months were dropped, the newest event may have been dropped with them. */
const CURSOR_BEYOND = `(SELECT (cursor > (SELECT last_value FROM history_numbers)
    OR (cursor > (SELECT greatest(0, (SELECT max(seq) FROM history), (SELECT max(seq) FROM departed_changes))) AND NOT EXISTS (SELECT FROM order_ids i
      WHERE NOT EXISTS (SELECT FROM orders o WHERE o.platform = i.platform AND o.owner = i.owner
        AND o.order_id = i.order_id AND o.created_at = i.created_at))))::integer FROM fan_out)`;

/**
 * Events that got a lower number than existing events, that fan-out has skipped, that have a
 * listener, and that have no delivery. The tolerance of one minute exceeds the clock differences of
 * nodes. Numbers below 1 are of changes that came from another group, which has told them.
 */
const PASSED_OVER = `(SELECT count(*) FROM (
    SELECT h.*, min(CASE WHEN version > 1 THEN at END)
        OVER (ORDER BY seq DESC ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS at_of_later,
      lag(seq) OVER (PARTITION BY platform, owner, order_id, created_at ORDER BY version) AS seq_before
    FROM history h) AS n
  WHERE (n.seq <= n.seq_before OR n.at > n.at_of_later + 60000)
    AND n.seq > 0 AND n.seq <= (SELECT cursor FROM fan_out) AND n.event_type <> '${REVEALED_EVENT}'
    AND EXISTS (SELECT FROM endpoints e WHERE e.platform = n.platform AND e.party = n.owner AND e.enabled = 1
      AND e.origin = 'registered' AND e.created_at <= n.at
      AND (e.event_types IS NULL OR e.event_types::jsonb ? n.event_type))
    AND NOT EXISTS (SELECT FROM deliveries d WHERE d.seq = n.seq AND d.order_id = n.order_id
      AND d.platform = n.platform AND d.version = n.version))`;

export const callbackStatements = {
  /**
   * The cursor, the newest event after it, the last event before a gap, and the running
   * transactions, of which one may still fill the gap.
   */
  window: bySchema(
    'window',
    `WITH ahead AS MATERIALIZED (SELECT seq FROM history WHERE seq > (SELECT cursor FROM fan_out)
       ORDER BY seq LIMIT ${EVENTS_WINDOW}),
     placed AS (SELECT seq, row_number() OVER (ORDER BY seq) AS n FROM ahead)
     SELECT cursor, coalesce((SELECT max(seq) FROM ahead), cursor),
       coalesce((SELECT max(seq) FROM placed WHERE seq = cursor + n), cursor),
       pg_snapshot_xmin(pg_current_snapshot())::text, pg_snapshot_xmax(pg_current_snapshot())::text,
       EXISTS (SELECT FROM endpoints WHERE enabled = 1 AND origin = 'registered')
     FROM fan_out`,
  ),
  events: statement(
    'events',
    `SELECT h.seq, h.event_type, h.platform, h.order_id, h.owner, h.version, h.at, h.action, h.line,
       h.from_state, h.to_state, h.event_payload
     FROM history h WHERE h.seq > $1 AND h.seq <= $2 AND ($3 OR h.platform = ANY ($4::text[]))
     ORDER BY h.seq LIMIT $5`,
  ),
  // Endpoints are short and rarely change, and events repeat owners, so each batch queries them
  // once.
  listeners: statement(
    'listeners',
    `SELECT endpoint_id, e.platform, e.party, event_types, since_seq
     FROM unnest($1::text[], $2::text[]) AS q (platform, party)
     JOIN endpoints e ON e.platform = q.platform AND e.party = q.party AND e.enabled = 1
       AND e.origin = 'registered'`,
  ),
  fanOut: statement('fan-out', 'SELECT fan_out_1($1, $2, $3, $4, $5)'),
  claim: statement('claim', 'SELECT claim_deliveries_2($1, $2, $3, $4, $5, $6, $7)'),
  lockClaimed: statement('lock-claimed', 'SELECT lock_claimed_1($1)'),
  settle: statement('settle', 'SELECT settle_1($1, $2, $3, $4)'),
  /** Runs after `settle_1`, which counts each attempt as a step of the schedule. */
  uncount: statement('uncount', 'UPDATE deliveries SET step = step - 1 WHERE id = ANY ($1)'),
  /** Locks the endpoints of the three statements below. */
  lockShortened: statement(
    'lock-shortened',
    lockEndpoints(`SELECT endpoint FROM deliveries WHERE state = 0 AND (claim_at > $1 OR due_at > $1)
      UNION SELECT id FROM endpoints WHERE failing_since IS NOT NULL OR open_until IS NOT NULL`),
  ),
  shortenLeases: statement(
    'shorten-leases',
    'UPDATE deliveries SET claim_at = $1 WHERE state = 0 AND claim_at > due_at AND claim_at > $1',
  ),
  /** A delivery waits since its last attempt or since its creation. */
  shortenWaits: statement(
    'shorten-waits',
    `UPDATE deliveries d SET due_at = $1 + greatest(0, d.due_at - began.at),
       claim_at = CASE WHEN d.claim_at = d.due_at THEN $1 + greatest(0, d.due_at - began.at) ELSE d.claim_at END
     FROM (SELECT w.id, coalesce(a.at, w.created_at) AS at FROM deliveries w
           LEFT JOIN delivery_attempts a ON a.delivery = w.id AND a.number = w.attempts
           WHERE w.state = 0 AND w.due_at > $2) AS began
     WHERE began.id = d.id AND began.at > $2`,
  ),
  health: statement(
    'health',
    `SELECT id, failures, failing_since, open_until FROM endpoints
     WHERE failing_since IS NOT NULL OR open_until IS NOT NULL`,
  ),
  setHealth: statement(
    'set-health',
    'UPDATE endpoints SET failing_since = $1, open_until = $2 WHERE id = $3',
  ),
  /** Claims of this node, which has claimed nothing yet, and of nodes that no longer exist. */
  reclaim: statement(
    'reclaim',
    `WITH ended AS MATERIALIZED (SELECT id, endpoint, claimed_by FROM deliveries
       WHERE state = 0 AND claim_at > due_at AND (claimed_by = $1
         OR claimed_by NOT IN (SELECT node FROM nodes WHERE seen_at > statement_timestamp() - interval '10 seconds'))),
     locked AS MATERIALIZED (${lockEndpoints('SELECT endpoint FROM ended')})
     UPDATE deliveries d SET claim_at = due_at FROM ended, locked
     WHERE d.id = ended.id AND ended.endpoint = locked.id AND d.state = 0
       AND d.claim_at > d.due_at AND d.claimed_by = ended.claimed_by
     RETURNING 1`,
  ),
  createEndpoint: statement(
    'create-endpoint',
    `INSERT INTO endpoints (endpoint_id, platform, party, origin, url, preset, expects, event_types, enabled,
       created_at, secrets, since_seq)
     SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9::integer, $10::bigint, $11, coalesce(max(seq), 0) FROM history`,
  ),
  endpoint: statement(
    'endpoint',
    `SELECT ${ENDPOINT} FROM endpoints e WHERE endpoint_id = $1 AND origin <> 'deleted'`,
  ),
  endpoints: statement(
    'endpoints',
    `SELECT ${ENDPOINT} FROM endpoints e
     WHERE ($1::text IS NULL OR platform = $1::text) AND ($2::text IS NULL OR party = $2::text)
       AND origin <> 'deleted' ORDER BY id`,
  ),
  /**
   * Changes the fields in $2. Switching on, or another address, resets the health. The health comes
   * from `e`, whose row is locked, because `old` may be older than a settle that this statement
   * waited for.
   */
  changeEndpoint: statement(
    'change-endpoint',
    `UPDATE endpoints e SET url = c.url, preset = c.preset, expects = c.expects, event_types = c.event_types,
       secrets = c.secrets, enabled = c.enabled,
       off_reason = CASE WHEN $3::integer = 1 THEN NULL WHEN $3::integer = 0 AND e.enabled = 1 THEN $4 ELSE e.off_reason END,
       off_at = CASE WHEN $3::integer = 1 THEN NULL WHEN $3::integer = 0 AND e.enabled = 1 THEN $5::bigint ELSE e.off_at END,
       failures = CASE WHEN ($3::integer = 1 AND e.enabled = 0) OR c.url <> e.url THEN 0 ELSE e.failures END,
       failing_since = CASE WHEN ($3::integer = 1 AND e.enabled = 0) OR c.url <> e.url THEN NULL ELSE e.failing_since END,
       open_until = CASE WHEN ($3::integer = 1 AND e.enabled = 0) OR c.url <> e.url THEN NULL ELSE e.open_until END
     FROM endpoints old, jsonb_populate_record(old, $2::jsonb) AS c
     WHERE e.endpoint_id = $1 AND e.origin <> 'deleted' AND old.id = e.id RETURNING ${ENDPOINT}`,
  ),
  replay: statement(
    'replay',
    `SELECT replay_1(ARRAY(SELECT d.id FROM deliveries d JOIN endpoints e ON e.id = d.endpoint
       WHERE d.id = ANY ($1::bigint[]) AND e.origin <> 'deleted'), $2)`,
  ),
  claimOne: statement('claim-one', 'SELECT claim_delivery_1($1, $2, $3, $4)'),
  giveUp: statement('give-up', 'SELECT give_up_1($1, $2, $3)'),
  endPause: statement('end-pause', 'SELECT end_pause_1($1, $2, $3)'),
  deleteEndpoint: statement('delete-endpoint', 'SELECT delete_endpoint_1($1, $2, $3)'),
  /**
   * Ends deliveries that were in progress when their endpoint was deleted and then failed, or that
   * were created at that very moment.
   */
  endLeftOver: statement(
    'end-left-over',
    `WITH locked AS MATERIALIZED (${lockEndpoints("SELECT id FROM endpoints WHERE origin = 'deleted'")})
     UPDATE deliveries SET state = 2, ended_at = greatest(created_at, $1), claim_at = NULL
     WHERE state = 0 AND (claim_at IS NULL OR claim_at = due_at) AND endpoint IN (SELECT id FROM locked)`,
  ),
  alerts: statement(
    'alerts',
    `SELECT a.id, at, kind, endpoint_id, platform, party, delivery, detail
     FROM callback_alerts a JOIN endpoints e ON e.id = a.endpoint
     WHERE a.id < $1 ORDER BY a.id DESC LIMIT $2`,
  ),
  attempts: statement(
    'attempts',
    `SELECT delivery, at, status, error, micros, answer FROM delivery_attempts
     WHERE delivery = ANY ($1) ORDER BY delivery, number`,
  ),
  /** The same without the receivers' answers. */
  briefAttempts: statement(
    'brief-attempts',
    `SELECT delivery, at, status, error, micros, '' FROM delivery_attempts
     WHERE delivery = ANY ($1) ORDER BY delivery, number`,
  ),
  prune: statement(
    'prune',
    `WITH step AS MATERIALIZED (SELECT id, state, created_at FROM deliveries WHERE id > $2 ORDER BY id LIMIT 500),
     gone AS (DELETE FROM deliveries WHERE id IN (SELECT id FROM step WHERE state <> 0 AND created_at < $1)
       RETURNING id),
     attempts AS (DELETE FROM delivery_attempts WHERE delivery IN (SELECT id FROM gone)),
     alerts AS (DELETE FROM callback_alerts WHERE id IN (
       SELECT id FROM callback_alerts WHERE at < $1 ORDER BY id LIMIT 1000) RETURNING 1)
     SELECT (SELECT count(*) FROM gone) + (SELECT count(*) FROM alerts),
       (SELECT CASE WHEN count(*) < 500 OR max(created_at) >= $1 THEN NULL ELSE max(id) END FROM step)`,
  ),
  stats: statement(
    'stats',
    `SELECT count(d.id), min(d.created_at), (SELECT count(*) FROM deliveries WHERE state = 2
         AND endpoint NOT IN (SELECT id FROM endpoints WHERE origin = 'deleted')),
       (SELECT count(*) FROM endpoints WHERE enabled = 0 AND origin <> 'deleted')
     FROM deliveries d JOIN endpoints e ON e.id = d.endpoint AND e.enabled = 1 WHERE d.state = 0`,
  ),
  endpointStats: statement(
    'endpoint-stats',
    `SELECT e.endpoint_id, e.platform, e.party, e.enabled, coalesce(p.n, 0), coalesce(p.failing, 0),
       coalesce(d.n, 0), p.oldest, coalesce(p.attempts, 0), coalesce(p.last, 0) + coalesce(d.last, 0)
     FROM endpoints e
     LEFT JOIN (SELECT endpoint, count(*) AS n, count(*) FILTER (WHERE step > 0) AS failing,
                  min(created_at) AS oldest, sum(attempts) AS attempts, sum(id)::bigint AS last
                FROM deliveries WHERE state = 0 GROUP BY endpoint) p ON p.endpoint = e.id
     LEFT JOIN (SELECT endpoint, count(*) AS n, max(id) AS last FROM deliveries WHERE state = 2
                GROUP BY endpoint) d ON d.endpoint = e.id
     WHERE e.origin <> 'deleted' ORDER BY e.id`,
  ),
  newestDelivery: statement('newest-delivery', 'SELECT coalesce(max(id), 0) FROM deliveries'),
  eventsAfter: statement(
    'events-after',
    `SELECT h.seq, h.event_type, h.platform, h.order_id, h.owner, h.version, h.at, h.action, h.line,
       h.from_state, h.to_state, NULL FROM history h WHERE h.seq > $1 ORDER BY h.seq LIMIT $2`,
  ),
  newestEvent: statement('newest-event', 'SELECT coalesce(max(seq), 0) FROM history'),
  audit: statement(
    'audit',
    `SELECT (SELECT count(*) FROM deliveries d LEFT JOIN history h ON h.seq = d.seq
         WHERE h.order_id IS DISTINCT FROM d.order_id),
       (SELECT count(*) FROM deliveries d WHERE attempts <> (SELECT count(*) FROM delivery_attempts WHERE delivery = d.id))
         + (SELECT count(*) FROM delivery_attempts a WHERE NOT EXISTS (SELECT FROM deliveries d WHERE d.id = a.delivery)),
       (SELECT count(*) FROM (SELECT FROM deliveries WHERE state = 0 GROUP BY platform, order_id, endpoint
         HAVING count(claim_at) <> 1) AS stuck),
       ${CURSOR_BEYOND}, ${PASSED_OVER}`,
  ),
} as const;
