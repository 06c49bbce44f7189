// The store of listeners on PostgreSQL. Events are read only as far as fan-out has read them, because
// a lower number than those may still be committed.
import type { Listener, ListenerStore } from '../../core/listeners.ts';
import { EVENTS_WINDOW } from '../callback-limits.ts';
import { toEvent } from './callback-rows.ts';
import type { Row, Statement } from './connection.ts';
import type { Pool } from './pool.ts';

const statement = (name: string, text: string): Statement => ({ name: `listeners-${name}`, text });

const LISTENER = 'name, platform, party, endpoint_id, cursor, created_at, seen_at';
const EVENT = `h.seq, h.event_type, h.platform, h.order_id, h.owner, h.version, h.at, h.action, h.line,
  h.from_state, h.to_state, h.event_payload`;

const s = {
  /**
   * Makes or takes over; no row where the name belongs to another party or endpoint. What a party brought from
   * another group has numbers below 1, so that numbers of this group do not tell what was before a time there.
   */
  open: statement(
    'open',
    `INSERT INTO listeners AS l (name, platform, party, endpoint_id, cursor, session, created_at, seen_at)
     SELECT $1, $2, $3, $4, CASE WHEN $6::bigint IS NULL THEN f.cursor
       WHEN EXISTS (SELECT FROM arrivals WHERE platform = $2 AND owners::jsonb ? $3 AND arrived_at > $6::bigint)
       THEN coalesce((SELECT seq FROM history WHERE platform = $2 AND owner = $3 AND seq < 1 AND at < $6::bigint
         ORDER BY seq DESC LIMIT 1), ${-Number.MAX_SAFE_INTEGER})
       ELSE coalesce((SELECT seq FROM history WHERE at < $6::bigint ORDER BY seq DESC LIMIT 1), 0) END, $5,
       $7::bigint, $7::bigint FROM fan_out f
     ON CONFLICT (name) DO UPDATE SET session = excluded.session, seen_at = excluded.seen_at,
       cursor = CASE WHEN $6::bigint IS NULL THEN l.cursor ELSE least(l.cursor, excluded.cursor) END
     WHERE l.platform = excluded.platform AND l.party = excluded.party
       AND l.endpoint_id IS NOT DISTINCT FROM excluded.endpoint_id
     RETURNING ${LISTENER}`,
  ),
  list: statement('list', `SELECT ${LISTENER} FROM listeners ORDER BY name`),
  remove: statement(
    'remove',
    `WITH gone AS (DELETE FROM listener_resends WHERE name = $1)
     DELETE FROM listeners WHERE name = $1 RETURNING 1`,
  ),
  waiting: statement(
    'waiting',
    `SELECT least($2::bigint, (SELECT count(*) FROM (SELECT FROM history h WHERE h.seq > l.cursor
         AND h.platform = l.platform AND h.owner = l.party AND h.event_type IS NOT NULL LIMIT $2::bigint) AS counted)
       + (SELECT count(*) FROM listener_resends r WHERE r.name = l.name))
     FROM listeners l WHERE name = $1`,
  ),
  held: statement(
    'held',
    `SELECT platform, party, greatest(cursor, $3::bigint), (SELECT f.cursor FROM fan_out f),
       (SELECT min(h.seq) FROM history h WHERE h.seq > greatest(l.cursor, $3::bigint))
     FROM listeners l WHERE name = $1 AND session = $2`,
  ),
  events: statement(
    'events',
    `SELECT ${EVENT} FROM history h WHERE h.seq > $1 AND h.seq <= $2 AND h.platform = $3 AND h.owner = $4
       AND h.event_type IS NOT NULL ORDER BY h.seq LIMIT $5`,
  ),
  resends: statement(
    'resends',
    `SELECT ${EVENT}, r.times FROM listener_resends r JOIN history h ON h.seq = r.seq
     WHERE r.name = $1 ORDER BY r.seq LIMIT $2`,
  ),
  acknowledge: statement(
    'acknowledge',
    `WITH held AS (UPDATE listeners SET cursor = greatest(cursor, $3), seen_at = $5
       WHERE name = $1 AND session = $2 RETURNING name),
     resent AS (DELETE FROM listener_resends r USING held,
       jsonb_to_recordset($4::jsonb) AS d (seq bigint, times integer)
       WHERE r.name = held.name AND r.seq = d.seq AND r.times = d.times)
     SELECT 1 FROM held`,
  ),
} as const;

export function listenerStore(pool: Pool): ListenerStore {
  return {
    async open({ name, platform, party, endpointId, session, since, now }) {
      const given = [name, platform, party, endpointId, session, since, now];
      const [row] = await pool.runOnce(s.open, given);
      return row ? toListener(row) : null;
    },
    list: async () => (await pool.run(s.list)).map(toListener),
    remove: async (name) => (await pool.runOnce(s.remove, [name])).length === 1,
    async waiting(name, atMost) {
      const [row] = await pool.run(s.waiting, [name, atMost]);
      return row ? Number(row[0]) : 0;
    },
    async pull(name, session, after, limit) {
      const [held] = await pool.run(s.held, [name, session, after]);
      if (!held) return null;
      const [platform, party] = held;
      const newest = Number(held[3]);
      // Numbers have large gaps after a failover, and between those of another group and of this one.
      const next = held[4] === null ? newest : Math.min(newest, Number(held[4]) - 1);
      const from = Math.max(Number(held[2]), next);
      const end = Math.max(from, Math.min(newest, from + EVENTS_WINDOW));
      const rows = await pool.run(s.events, [from, end, platform, party, limit]);
      const events = rows.map(toEvent);
      const again = await pool.run(s.resends, [name, limit]);
      const resends = again.map((row) => ({ event: toEvent(row), times: Number(row[12]) }));
      return { events, to: events.length === limit ? events.at(-1)!.seq : end, resends };
    },
    async acknowledge(name, session, { cursor, resends }, now) {
      const given = [name, session, cursor, JSON.stringify(resends), now];
      return (await pool.runOnce(s.acknowledge, given)).length === 1;
    },
  };
}

function toListener([name, platform, party, endpointId, cursor, createdAt, seenAt]: Row): Listener {
  return {
    name: String(name),
    platform: String(platform),
    party: String(party),
    endpointId: endpointId === null ? null : String(endpointId),
    cursor: Number(cursor),
    createdAt: Number(createdAt),
    seenAt: Number(seenAt),
  };
}
