// The store of listeners on SQLite.
import type { CallbackEvent } from '../../core/callbacks.ts';
import type { Listener, ListenerStore, NewListener, Pulled } from '../../core/listeners.ts';
import type { Json } from '../../core/order.ts';
import { EVENTS_WINDOW } from '../callback-limits.ts';
import { query } from './query.ts';
import type { Reader } from './reader.ts';
import type { Writer } from './writer.ts';

type EventRow = Omit<CallbackEvent, 'payload'> & { readonly payload: string | null };

const LISTENER = `name, platform, party, endpoint_id AS endpointId, cursor, created_at AS createdAt, seen_at AS seenAt`;
const EVENT = `e.seq, e.type, o.platform, o.order_id AS orderId, o.owner, h.version, h.at, h.action, h.line,
  h.from_state AS "from", h.to_state AS "to", e.payload`;
const FROM =
  'events AS e JOIN history AS h ON h.seq = e.seq JOIN orders AS o ON o.id = h.order_row';

export function listenerStore(reader: Reader, writer: Writer): ListenerStore {
  const reads = prepareReads(reader);
  const writes = prepareWrites(writer);
  return {
    open: (given) => writer.run(() => open(writes, given)),
    list: () => reader.read(() => reads.list.all()),
    remove: (name) =>
      writer.run(() => {
        writes.forgetResends.run(name);
        return writes.remove.run(name).changes === 1;
      }),
    waiting: (name, atMost) =>
      reader.read(() => {
        const found = reads.listener.get(name);
        if (!found) return 0;
        const { platform, party, cursor } = found;
        const events = reads.count.get(cursor, platform, party, atMost)!.n;
        return Math.min(atMost, events + reads.resends.all(name, atMost).length);
      }),
    pull: (name, session, after, limit) =>
      reader.read(() => {
        const found = reads.held.get(name, session);
        return found ? pull(reads, found, Math.max(after, found.cursor), limit) : null;
      }),
    acknowledge: (name, session, { cursor, resends }, now) =>
      writer.run(() => {
        if (writes.acknowledge.run(cursor, cursor, now, name, session).changes === 0) return false;
        for (const { seq, times } of resends) writes.resent.run(name, seq, times);
        return true;
      }),
  };
}

function prepareReads({ db }: Reader) {
  return {
    list: query<Listener>(db, `SELECT ${LISTENER} FROM listeners ORDER BY name`),
    listener: query<Listener>(db, `SELECT ${LISTENER} FROM listeners WHERE name = ?`),
    held: query<Listener>(db, `SELECT ${LISTENER} FROM listeners WHERE name = ? AND session = ?`),
    newest: query<{ seq: number }>(db, 'SELECT coalesce(max(seq), 0) AS seq FROM events'),
    events: query<EventRow>(
      db,
      `SELECT ${EVENT} FROM ${FROM}
       WHERE e.seq > ? AND e.seq <= ? AND o.platform = ? AND o.owner = ? ORDER BY e.seq LIMIT ?`,
    ),
    count: query<{ n: number }>(
      db,
      `SELECT count(*) AS n FROM (SELECT 1 FROM ${FROM}
       WHERE e.seq > ? AND o.platform = ? AND o.owner = ? LIMIT ?)`,
    ),
    resends: query<EventRow & { readonly times: number }>(
      db,
      `SELECT r.times, ${EVENT} FROM listener_resends AS r JOIN ${FROM.replace('events AS e', 'events AS e ON e.seq = r.seq')}
       WHERE r.name = ? ORDER BY r.seq LIMIT ?`,
    ),
  };
}

function prepareWrites({ db }: Writer) {
  return {
    listener: query<Listener>(db, `SELECT ${LISTENER} FROM listeners WHERE name = ?`),
    newest: query<{ seq: number }>(db, 'SELECT coalesce(max(seq), 0) AS seq FROM events'),
    // From the newest on, so that it reads no more than what is wanted again.
    before: query<{ seq: number }>(
      db,
      'SELECT seq FROM history WHERE at < ? ORDER BY seq DESC LIMIT 1',
    ),
    insert: db.prepare('INSERT INTO listeners VALUES (?, ?, ?, ?, ?, ?, ?, ?)'),
    take: db.prepare('UPDATE listeners SET session = ?, cursor = ?, seen_at = ? WHERE name = ?'),
    acknowledge: db.prepare(
      'UPDATE listeners SET cursor = iif(cursor < ?, ?, cursor), seen_at = ? WHERE name = ? AND session = ?',
    ),
    resent: db.prepare('DELETE FROM listener_resends WHERE name = ? AND seq = ? AND times = ?'),
    forgetResends: db.prepare('DELETE FROM listener_resends WHERE name = ?'),
    remove: db.prepare('DELETE FROM listeners WHERE name = ?'),
  };
}

function open(w: ReturnType<typeof prepareWrites>, given: NewListener): Listener | null {
  const { name, platform, party, endpointId, session, since, now } = given;
  const found = w.listener.get(name);
  const isOther =
    found &&
    (found.platform !== platform || found.party !== party || found.endpointId !== endpointId);
  if (isOther) return null;
  const newest = w.newest.get()!.seq;
  const wanted = since === null ? newest : (w.before.get(since)?.seq ?? 0);
  if (!found) w.insert.run(name, platform, party, endpointId, wanted, session, now, now);
  else {
    const cursor = since === null ? found.cursor : Math.min(found.cursor, wanted);
    w.take.run(session, cursor, now, name);
  }
  return w.listener.get(name)!;
}

function pull(
  reads: ReturnType<typeof prepareReads>,
  { name, platform, party }: Listener,
  after: number,
  limit: number,
): Pulled {
  const newest = reads.newest.get()!.seq;
  const end = Math.min(newest, after + EVENTS_WINDOW);
  const events = reads.events.all(after, end, platform, party, limit).map(toEvent);
  const resends = reads.resends.all(name, limit).map(({ times, ...row }) => ({
    times,
    event: toEvent(row),
  }));
  const to = events.length === limit ? events.at(-1)!.seq : Math.max(after, end);
  return { events, to, resends };
}

const toEvent = (row: EventRow): CallbackEvent => ({
  ...row,
  payload: row.payload === null ? null : (JSON.parse(row.payload) as Json),
});
