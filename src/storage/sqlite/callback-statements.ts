// The writer's statements for callbacks, prepared once.
import type { DatabaseSync } from 'node:sqlite';
import type { EndpointHealth } from '../../core/callback-endpoint.ts';
import type { ClaimedDelivery } from '../../core/callbacks.ts';
import { type DeliveryColumns, ENDPOINT_COLUMNS, type NumberedEndpoint } from './callback-rows.ts';
import { query } from './query.ts';

export type CallbackStatements = ReturnType<typeof prepareCallbackStatements>;

export function prepareCallbackStatements(db: DatabaseSync) {
  return {
    cursor: query<{ cursor: number }>(db, 'SELECT cursor FROM fan_out'),
    setCursor: db.prepare('UPDATE fan_out SET cursor = ?'),
    orderOf: query<{ orderRow: number }>(
      db,
      'SELECT order_row AS orderRow FROM history WHERE seq = ?',
    ),
    endpointRow: query<{ id: number }>(
      db,
      "SELECT id FROM endpoints WHERE endpoint_id = ? AND origin != 'deleted'",
    ),
    endpoint: query<NumberedEndpoint>(
      db,
      `SELECT id, ${ENDPOINT_COLUMNS} FROM endpoints WHERE endpoint_id = ? AND origin != 'deleted'`,
    ),
    endpointById: query<NumberedEndpoint>(
      db,
      `SELECT id, ${ENDPOINT_COLUMNS} FROM endpoints WHERE id = ?`,
    ),
    insertEndpoint: db.prepare(
      `INSERT INTO endpoints (endpoint_id, platform, party, origin, url, preset, expects, event_types,
         enabled, created_at, secrets, since_seq)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, (SELECT coalesce(max(seq), 0) FROM events))`,
    ),
    declare: query<{ id: number; enabled: number }>(
      db,
      `INSERT INTO endpoints (endpoint_id, platform, party, origin, url, preset, expects, enabled,
         created_at, secrets, since_seq)
       VALUES (?, ?, ?, 'declared', ?, ?, ?, 1, ?, '', 0)
       ON CONFLICT (platform, party) WHERE origin = 'declared' DO UPDATE SET
         url = excluded.url, preset = excluded.preset, expects = excluded.expects
       RETURNING id, enabled`,
    ),
    changeEndpoint: db.prepare(
      `UPDATE endpoints SET url = ?, preset = ?, expects = ?, event_types = ?, secrets = ? WHERE id = ?`,
    ),
    switchOn: db.prepare(
      `UPDATE endpoints SET enabled = 1, off_reason = NULL, off_at = NULL, failures = 0,
         failing_since = NULL, open_until = NULL WHERE id = ?`,
    ),
    switchOff: db.prepare(
      'UPDATE endpoints SET enabled = 0, off_reason = ?, off_at = ? WHERE id = ? AND enabled = 1',
    ),
    health: db.prepare(
      'UPDATE endpoints SET failures = ?, failing_since = ?, open_until = ? WHERE id = ?',
    ),
    insert: db.prepare(
      `INSERT INTO deliveries (endpoint, seq, order_row, message_id, content_type, body, created_at, due_at, claim_at)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ),
    oldestPending: query<{ id: number; claimAt: number | null }>(
      db,
      `SELECT id, claim_at AS claimAt FROM deliveries
       WHERE order_row = ? AND endpoint = ? AND state = 0 ORDER BY id LIMIT 1`,
    ),
    head: query<{ id: number; dueAt: number; claimAt: number }>(
      db,
      `SELECT id, due_at AS dueAt, claim_at AS claimAt FROM deliveries
       WHERE order_row = ? AND endpoint = ? AND state = 0 AND claim_at IS NOT NULL LIMIT 1`,
    ),
    holdBack: db.prepare('UPDATE deliveries SET claim_at = NULL WHERE id = ?'),
    letOut: db.prepare('UPDATE deliveries SET claim_at = due_at WHERE id = ?'),
    // One index step for each endpoint with pending deliveries.
    nextBusy: query<{ endpoint: number }>(
      db,
      'SELECT endpoint FROM deliveries WHERE state = 0 AND endpoint > ? ORDER BY endpoint LIMIT 1',
    ),
    due: query<Omit<ClaimedDelivery, 'leaseUntil' | 'endpointId'>>(
      db,
      `SELECT id AS deliveryId, message_id AS messageId, step, content_type AS contentType, body
       FROM deliveries WHERE endpoint = ? AND state = 0 AND claim_at <= ? ORDER BY claim_at LIMIT ?`,
    ),
    lease: db.prepare('UPDATE deliveries SET claim_at = ? WHERE id = ?'),
    leaseNow: db.prepare(
      'UPDATE deliveries SET claim_at = ?, due_at = min(due_at, ?) WHERE id = ?',
    ),
    giveBack: db.prepare(
      'UPDATE deliveries SET claim_at = due_at WHERE id = ? AND state = 0 AND claim_at = ?',
    ),
    claimed: query<{ endpoint: number; orderRow: number; attempts: number }>(
      db,
      `SELECT endpoint, order_row AS orderRow, attempts, seq FROM deliveries
       WHERE id = ? AND state = 0 AND claim_at = ?`,
    ),
    attempt: db.prepare('INSERT INTO delivery_attempts VALUES (?, ?, ?, ?, ?, ?, ?)'),
    end: db.prepare(
      `UPDATE deliveries SET state = ?, ended_at = ?, claim_at = NULL, attempts = attempts + 1, step = step + 1
       WHERE id = ?`,
    ),
    retry: db.prepare(
      `UPDATE deliveries SET due_at = ?, claim_at = ?, attempts = attempts + 1, step = step + ? WHERE id = ?`,
    ),
    alert: db.prepare(
      'INSERT INTO callback_alerts (at, kind, endpoint, delivery, detail) VALUES (?, ?, ?, ?, ?)',
    ),
    shortenLeases: db.prepare(
      'UPDATE deliveries SET claim_at = ?1 WHERE state = 0 AND claim_at > due_at AND claim_at > ?1',
    ),
    // A delivery waits since its last attempt or its creation. SQLite reads the row's old values.
    shortenWaits: db.prepare(
      `UPDATE deliveries SET
         due_at = ?1 + max(0, due_at - began.at), claim_at = iif(claim_at = due_at, ?1 + max(0, due_at - began.at), claim_at)
       FROM (SELECT d.id, coalesce(a.at, d.created_at) AS at FROM deliveries AS d
             LEFT JOIN delivery_attempts AS a ON a.delivery = d.id AND a.number = d.attempts
             WHERE d.state = 0 AND d.due_at > ?2) AS began
       WHERE began.id = deliveries.id AND began.at > ?2`,
    ),
    failing: query<{ id: number } & EndpointHealth>(
      db,
      `SELECT id, failures, failing_since AS failingSince, open_until AS openUntil FROM endpoints
       WHERE failing_since IS NOT NULL OR open_until IS NOT NULL`,
    ),
    pauseFromNow: db.prepare('UPDATE endpoints SET failing_since = ?, open_until = ? WHERE id = ?'),
    reclaim: db.prepare(
      'UPDATE deliveries SET claim_at = due_at WHERE state = 0 AND claim_at > due_at',
    ),
    ended: query<{ endpoint: number; orderRow: number }>(
      db,
      `SELECT endpoint, order_row AS orderRow FROM deliveries AS d JOIN endpoints AS e ON e.id = d.endpoint
       WHERE d.id = ? AND d.state != 0 AND e.origin != 'deleted'`,
    ),
    requeue: db.prepare(
      `UPDATE deliveries SET state = 0, step = 0, due_at = ?, claim_at = NULL, ended_at = NULL WHERE id = ?`,
    ),
    delivery: query<DeliveryColumns>(
      db,
      `SELECT id AS deliveryId, message_id AS messageId, endpoint, order_row AS orderRow, state, due_at AS dueAt,
         claim_at AS claimAt, step, content_type AS contentType, body FROM deliveries WHERE id = ?`,
    ),
    giveUp: db.prepare(
      'UPDATE deliveries SET state = 2, ended_at = ?, claim_at = NULL WHERE id = ?',
    ),
    // Deliveries in progress have the lease's end in claim_at; those that wait for an earlier one
    // have null.
    bringForward: db.prepare(
      `UPDATE deliveries SET due_at = ?, claim_at = ? WHERE id IN (
         SELECT id FROM deliveries WHERE endpoint = ? AND state = 0 AND claim_at > ? AND claim_at = due_at LIMIT ?)`,
    ),
    // Sorted by the index, so that waiting deliveries precede those that they wait for.
    endPending: db.prepare(
      `UPDATE deliveries SET state = 2, ended_at = ?, claim_at = NULL WHERE id IN (
         SELECT id FROM deliveries WHERE endpoint = ? AND state = 0
           AND (claim_at IS NULL OR claim_at = due_at OR claim_at <= ?) ORDER BY claim_at LIMIT ?)`,
    ),
    deleteEndpoint: db.prepare(
      "UPDATE endpoints SET origin = 'deleted', secrets = '' WHERE id = ?",
    ),
    // The delivery was in progress when its endpoint was deleted, and then failed.
    endLeftOver: db.prepare(
      `UPDATE deliveries SET state = 2, ended_at = max(created_at, ?), claim_at = NULL
       WHERE state = 0 AND (claim_at IS NULL OR claim_at = due_at)
         AND endpoint IN (SELECT id FROM endpoints WHERE origin = 'deleted')`,
    ),
    oldest: query<{ id: number; state: number; createdAt: number }>(
      db,
      'SELECT id, state, created_at AS createdAt FROM deliveries WHERE id > ? ORDER BY id LIMIT ?',
    ),
    forgetAttempts: db.prepare('DELETE FROM delivery_attempts WHERE delivery = ?'),
    forget: db.prepare('DELETE FROM deliveries WHERE id = ?'),
    forgetAlerts: db.prepare(
      'DELETE FROM callback_alerts WHERE id IN (SELECT id FROM callback_alerts WHERE at < ? ORDER BY id LIMIT 1000)',
    ),
  };
}
