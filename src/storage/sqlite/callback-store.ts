// The callback store on SQLite: what is asked often by the reader, what may take long on the background thread.
import type {
  CallbackEvent,
  CallbackStore,
  ClaimedDelivery,
  PendingEvents,
  Settled,
} from '../../core/callbacks.ts';
import {
  changedFields,
  type EndpointRow,
  newEndpointId,
  toEndpoint,
  toEndpointRow,
} from '../endpoint-row.ts';
import type { Sealer } from '../seal.ts';
import type { CallbackJob, ClaimedRows, Pruned } from './callback-jobs.ts';
import { type HandClaimRow, OPERATOR_STEP } from './callback-operator-jobs.ts';
import { ENDPOINT_COLUMNS } from './callback-rows.ts';
import type { Reader } from './reader.ts';
import type { Background } from './thread.ts';
import type { Writer } from './writer.ts';

export interface CallbackParts {
  readonly reader: Reader;
  readonly writer: Writer;
  readonly background: Background;
  readonly sealer: Sealer;
}

/** Deliveries of one job of a replay: few enough that no change waits long behind it. */
const REPLAY_STEP = 250;

export function callbackStore({
  reader,
  writer,
  background,
  sealer,
}: CallbackParts): CallbackStore {
  const s = prepareReads(reader);
  const run = <T>(job: CallbackJob): Promise<T> => writer.run<T>({ op: 'callbacks', job });
  let servedLast = 0;
  return {
    onChange(listener) {
      writer.onChange = listener;
    },

    readEvents: (limit, declaring) => reader.read(() => readEvents(s, limit, declaring)),

    fanOut(result) {
      const ids = result.declared.map(() => newEndpointId());
      return run({ do: 'fanOut', ...result, ids });
    },

    async claim(request) {
      const claimed = await run<ClaimedRows>({ do: 'claim', ...request, after: servedLast });
      servedLast = claimed.last;
      const leaseUntil = request.now + request.leaseMs;
      return {
        deliveries: claimed.deliveries.map((row): ClaimedDelivery => ({ ...row, leaseUntil })),
        endpoints: claimed.endpoints.map((row) => toEndpoint(row, sealer)),
      };
    },

    settle: (results, returned) => run<Settled>({ do: 'settle', results, returned }),

    // A data directory belongs to one process: what is claimed as this one starts is nobody's.
    reclaim: () => run({ do: 'reclaim' }),

    async claimOne(deliveryId, now, leaseMs) {
      const claim = await run<HandClaimRow>({ do: 'claimOne', deliveryId, now, leaseMs });
      if (claim.kind !== 'claimed') return claim;
      return { ...claim, endpoint: toEndpoint(claim.endpoint, sealer) };
    },

    giveUp: (deliveryId, now, detail) => run({ do: 'giveUp', deliveryId, now, detail }),

    async endPause(endpointId, now, bringForward) {
      const job = { do: 'endPause', endpointId, now, bringForward } as const;
      for (let total = 0; ; ) {
        const moved = await run<number>(job);
        total += moved;
        if (moved < OPERATOR_STEP) return total;
      }
    },

    async deleteEndpoint(endpointId, now) {
      for (let total = 0; ; ) {
        const ended = await run<number | null>({ do: 'deleteEndpoint', endpointId, now });
        if (ended === null) return null;
        total += ended;
        if (ended < OPERATOR_STEP) return total;
      }
    },

    async createEndpoint(endpoint) {
      await run({ do: 'createEndpoint', row: toEndpointRow(endpoint, sealer) });
    },

    async findEndpoint(endpointId) {
      const row = await reader.read(() => s.endpoint.get(endpointId));
      return row ? toEndpoint(row as unknown as EndpointRow, sealer) : null;
    },

    async listEndpoints({ platform, party }) {
      const given = [platform ?? null, platform ?? null, party ?? null, party ?? null];
      const rows = await reader.read(() => s.endpoints.all(...given));
      return rows.map((row) => toEndpoint(row as unknown as EndpointRow, sealer));
    },

    async changeEndpoint(endpointId, change, now, reason) {
      const fields = changedFields(endpointId, change, reason, sealer);
      const row = await run<EndpointRow | null>({ do: 'changeEndpoint', endpointId, fields, now });
      return row && toEndpoint(row, sealer);
    },

    listDeliveries: (query) => background.call({ op: 'listDeliveries', argument: query }),

    async replay(deliveryId, now) {
      return (await run<number>({ do: 'replay', ids: [deliveryId], now })) === 1;
    },

    async replayAll(filter, now) {
      let total = 0;
      for (let after = 0; ; ) {
        const argument = { ...filter, after, limit: REPLAY_STEP };
        const ids = await background.call<number[]>({ op: 'endedIds', argument });
        if (ids.length === 0) return total;
        total += await run<number>({ do: 'replay', ids, now });
        after = ids.at(-1)!;
      }
    },

    listAlerts: (limit, cursor) =>
      background.call({ op: 'listAlerts', argument: { limit, cursor } }),

    async prune(before) {
      let total = 0;
      for (let after: number | null = 0; after !== null; ) {
        const pruned: Pruned = await run<Pruned>({ do: 'prune', before, after });
        total += pruned.removed;
        after = pruned.next;
      }
      return total;
    },

    stats: () => background.call({ op: 'callbackStats' }),
    audit: () => background.call({ op: 'auditCallbacks' }),
  };
}

function prepareReads({ db }: Reader) {
  return {
    cursor: db.prepare('SELECT cursor FROM fan_out'),
    newest: db.prepare('SELECT coalesce(max(seq), 0) AS seq FROM events'),
    anybody: db.prepare(
      "SELECT 1 FROM endpoints WHERE enabled = 1 AND origin = 'registered' LIMIT 1",
    ),
    // Seldom changed and short, while the events' owners repeat: looked up once a batch each.
    listeners: db.prepare(
      `SELECT endpoint_id AS endpointId, platform, party, event_types AS eventTypes, since_seq AS sinceSeq
       FROM endpoints WHERE platform = ? AND party = ? AND enabled = 1 AND origin = 'registered'`,
    ),
    events: db.prepare(
      `SELECT e.seq, e.type, o.platform, o.order_id AS orderId, o.owner, h.version, h.at, h.action, h.line,
         h.from_state AS "from", h.to_state AS "to", e.payload
       FROM events AS e JOIN history AS h ON h.seq = e.seq JOIN orders AS o ON o.id = h.order_row
       WHERE e.seq > ? AND e.seq <= ? AND (? OR o.platform IN (SELECT value FROM json_each(?)))
       ORDER BY e.seq LIMIT ?`,
    ),
    endpoint: db.prepare(
      `SELECT ${ENDPOINT_COLUMNS} FROM endpoints WHERE endpoint_id = ? AND origin != 'deleted'`,
    ),
    endpoints: db.prepare(
      `SELECT ${ENDPOINT_COLUMNS} FROM endpoints
       WHERE (? IS NULL OR platform = ?) AND (? IS NULL OR party = ?) AND origin != 'deleted' ORDER BY id`,
    ),
  };
}

/**
 * How far one question looks for events of platforms that declare endpoints: some milliseconds of
 * this thread, also behind an import of a million orders of others.
 */
const WINDOW = 2000;

/** In one transaction of the reader, so that an endpoint is seen together with every event past it. */
function readEvents(
  s: ReturnType<typeof prepareReads>,
  limit: number,
  declaring: readonly string[],
): PendingEvents {
  const cursor = Number(s.cursor.get()!.cursor);
  const newest = Number(s.newest.get()!.seq);
  const isAnybody = s.anybody.get() !== undefined;
  const isHeard = isAnybody || declaring.length > 0;
  if (newest <= cursor || !isHeard) {
    return { isHeard, cursor, to: Math.max(cursor, newest), events: [], endpoints: [] };
  }
  const end = Math.min(newest, cursor + WINDOW);
  const rows = s.events.all(cursor, end, isAnybody ? 1 : 0, JSON.stringify(declaring), limit);
  const events = rows.map(
    (row) =>
      ({
        ...row,
        payload: row.payload === null ? null : JSON.parse(String(row.payload)),
      }) as unknown as CallbackEvent,
  );
  const owners = new Map(
    events.map(({ platform, owner }) => [`${platform}/${owner}`, { platform, owner }]),
  );
  const endpoints = [...owners.values()].flatMap(({ platform, owner }) =>
    s.listeners.all(platform, owner).map((row) => ({
      ...row,
      eventTypes: row.eventTypes === null ? null : JSON.parse(String(row.eventTypes)),
    })),
  ) as unknown as PendingEvents['endpoints'];
  const to = events.length === limit ? events.at(-1)!.seq : end;
  return { isHeard, cursor, to, events, endpoints };
}
