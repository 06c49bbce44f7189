// The callback store on PostgreSQL. Every node fans out, claims and settles; locks on endpoint rows
// keep the nodes apart.
import { pausedFromNow } from '../../core/breaker.ts';
import type { EndpointHealth } from '../../core/callback-endpoint.ts';
import { toSettled } from '../../core/callback-settle.ts';
import type {
  CallbackAlert,
  CallbackStore,
  ClaimedDelivery,
  PendingEvents,
} from '../../core/callbacks.ts';
import { CLOCKS_DIFFER_MS } from '../../core/limits.ts';
import { OPERATOR_STEP } from '../callback-limits.ts';
import { changedFields, newEndpointId, toEndpoint, toEndpointRow } from '../endpoint-row.ts';
import type { Sealer } from '../seal.ts';
import { operatorMethods } from './callback-operator.ts';
import { endedIds, endpointStats, listDeliveries, toCallbackAudit } from './callback-queries.ts';
import { type EndpointColumns, fromColumns, toEndpointFields, toEvent } from './callback-rows.ts';
import { type LockedClaims, settleAll } from './callback-settle.ts';
import { callbackStatements as s } from './callback-statements.ts';
import { storable } from './change-rows.ts';
import type { Row } from './connection.ts';
import type { Pool } from './pool.ts';

interface Claims {
  readonly deliveries: readonly Omit<ClaimedDelivery, 'leaseUntil'>[];
  readonly endpoints: readonly EndpointColumns[];
  readonly last: number;
}

export function callbackStore(
  pool: Pool,
  node: string,
  sealer: Sealer,
): CallbackStore & { changed(): void } {
  let listener = (): void => {};
  let servedLast = 0;
  const seen = new SeenEvents();
  const endpointsOf = async (statement: typeof s.endpoints, values: readonly unknown[]) =>
    (await pool.run(statement, values)).map((row) => toEndpoint(toEndpointFields(row), sealer));

  return {
    onChange(given) {
      listener = given;
    },
    changed: () => listener(),

    async readEvents(limit, declaring): Promise<PendingEvents> {
      const [row] = await pool.run(s.window);
      const cursor = Number(row![0]);
      const end = seen.safeEnd(row!);
      const isAnybody = row![5] === true;
      const isHeard = isAnybody || declaring.length > 0;
      if (end <= cursor || !isHeard) return { isHeard, cursor, to: end, events: [], endpoints: [] };
      const rows = await pool.run(s.events, [cursor, end, isAnybody, [...declaring], limit]);
      const events = rows.map(toEvent);
      const owners = new Map(events.map((event) => [`${event.platform}/${event.owner}`, event]));
      const listeners = await pool.run(s.listeners, [
        [...owners.values()].map(({ platform }) => platform),
        [...owners.values()].map(({ owner }) => owner),
      ]);
      const endpoints = listeners.map(([endpointId, platform, party, eventTypes, sinceSeq]) => ({
        endpointId,
        platform,
        party,
        eventTypes: eventTypes === null ? null : JSON.parse(String(eventTypes)),
        sinceSeq,
      })) as unknown as PendingEvents['endpoints'];
      const to = events.length === limit ? events.at(-1)!.seq : end;
      return { isHeard, cursor, to, events, endpoints };
    },

    async fanOut({ from, to, declared, deliveries, now }) {
      const named = declared.map((one) => ({ ...one, endpointId: newEndpointId() }));
      const made = deliveries.map((one) => ({ ...one, body: storable(one.body) }));
      const values = [from, to, JSON.stringify(named), JSON.stringify(made), now];
      return (await pool.runOnce(s.fanOut, values))[0]![0] === true;
    },

    async claim({ now, limit, perEndpoint, underWay, leaseMs }) {
      const given = [node, now, limit, perEndpoint, JSON.stringify(underWay), leaseMs, servedLast];
      const [[claims]] = (await pool.runOnce(s.claim, given)) as [[Claims]];
      servedLast = claims.last;
      const leaseUntil = now + leaseMs;
      return {
        deliveries: claims.deliveries.map((one) => ({ ...one, leaseUntil })),
        endpoints: claims.endpoints.map((row) => toEndpoint(fromColumns(row), sealer)),
      };
    },

    settle: (results, returned) =>
      pool.transaction(async (connection) => {
        const claims = results.map(({ deliveryId, leaseUntil }) => ({ deliveryId, leaseUntil }));
        const [[held]] = (await connection.run(s.lockClaimed, [JSON.stringify(claims)])) as [
          [LockedClaims],
        ];
        const { group, rows } = settleAll(results, held);
        const given = [rows.attempts, rows.endpoints, rows.alerts, returned];
        await connection.run(
          s.settle,
          given.map((one) => JSON.stringify(one)),
        );
        if (rows.uncounted.length > 0) await connection.run(s.uncount, [rows.uncounted]);
        return toSettled(group);
      }),

    shortenPauses: (now, leaseMs) =>
      pool.transaction(async (connection) => {
        const farthest = now + CLOCKS_DIFFER_MS;
        await connection.run(s.lockShortened, [Math.min(now + leaseMs, farthest)]);
        for (const [id, failures, failingSince, openUntil] of await connection.run(s.health)) {
          const health = { failures, failingSince, openUntil } as EndpointHealth;
          const right = pausedFromNow(health, now);
          if (right) await connection.run(s.setHealth, [right.failingSince, right.openUntil, id]);
        }
        await connection.run(s.shortenLeases, [now + leaseMs]);
        await connection.run(s.shortenWaits, [now, farthest]);
      }),

    reclaim: async () => (await pool.run(s.reclaim, [node])).length,

    ...operatorMethods(pool, node, sealer),

    async createEndpoint(endpoint) {
      const e = toEndpointRow(endpoint, sealer);
      const where = [e.endpointId, e.platform, e.party, e.origin, e.url, e.preset, e.expects];
      await pool.runOnce(s.createEndpoint, [
        ...where,
        e.eventTypes,
        e.enabled,
        e.createdAt,
        e.secrets,
      ]);
    },

    findEndpoint: async (endpointId) => (await endpointsOf(s.endpoint, [endpointId]))[0] ?? null,

    listEndpoints: ({ platform, party }) =>
      endpointsOf(s.endpoints, [platform ?? null, party ?? null]),

    async changeEndpoint(endpointId, change, now, reason) {
      const {
        eventTypes,
        enabled,
        offReason: _,
        ...fields
      } = changedFields(endpointId, change, reason, sealer);
      const columns = {
        ...fields,
        ...(eventTypes !== undefined && { event_types: eventTypes }),
        ...(enabled !== undefined && { enabled }),
      };
      const given = [endpointId, JSON.stringify(columns), enabled ?? null, reason, now];
      return (await endpointsOf(s.changeEndpoint, given))[0] ?? null;
    },

    listDeliveries: (query) => listDeliveries(pool, query),

    replay: async (deliveryId, now) =>
      Number((await pool.runOnce(s.replay, [[deliveryId], now]))[0]![0]) === 1,

    async replayAll(filter, now) {
      let total = 0;
      for (let after = 0; ; ) {
        const ids = await endedIds(pool, filter, after, OPERATOR_STEP);
        if (ids.length === 0) return total;
        total += Number((await pool.runOnce(s.replay, [ids, now]))[0]![0]);
        after = ids.at(-1)!;
      }
    },

    async listAlerts(limit, cursor) {
      const before = cursor === undefined ? Number.MAX_SAFE_INTEGER : Number(cursor);
      const rows = await pool.run(s.alerts, [before, limit + 1]);
      const items = rows.slice(0, limit).map(
        ([alertId, at, kind, endpointId, platform, party, deliveryId, detail]) =>
          ({
            alertId,
            at,
            kind,
            endpointId,
            platform,
            party,
            deliveryId,
            detail,
          }) as CallbackAlert,
      );
      return { items, nextCursor: rows.length > limit ? String(items.at(-1)!.alertId) : null };
    },

    async prune(before) {
      let total = 0;
      await pool.run(s.endLeftOver, [before]);
      for (let after: number | null = 0; after !== null; ) {
        const [row]: Row[] = await pool.run(s.prune, [before, after]);
        total += Number(row![0]);
        after = row![1] === null ? null : Number(row![1]);
      }
      return total;
    },

    async stats() {
      const [row] = await pool.run(s.stats);
      const [pending, oldest, dead, endpointsOff] = row as [number, number | null, number, number];
      return { pending, oldestPendingAt: oldest, dead, endpointsOff };
    },

    endpointStats: () => endpointStats(pool),
    eventsAfter: async (after, limit) =>
      (await pool.run(s.eventsAfter, [after, limit])).map(toEvent),
    newestEvent: async () => Number((await pool.run(s.newestEvent))[0]![0]),

    async audit() {
      const [row] = await pool.run(s.audit);
      return toCallbackAudit(row!);
    },
  };
}

/**
 * Tracks up to which number events are complete. An event may become visible before one with a
 * lower number, whose transaction still runs. Reading stops at a gap until every transaction that
 * ran when the gap was seen has ended: the missing number belongs to one of them, or was rolled
 * back.
 */
class SeenEvents {
  /** Events up to `newest` were visible when only transactions below `before` existed. */
  #gap: { readonly newest: number; readonly before: bigint } | null = null;

  safeEnd([, newestSeen, whole, oldestUnderWay, next]: Row): number {
    const newest = Number(newestSeen);
    if (newest === Number(whole)) {
      this.#gap = null;
      return newest;
    }
    const isOver = this.#gap !== null && BigInt(oldestUnderWay as string) >= this.#gap.before;
    const end = isOver
      ? Math.max(Number(whole), Math.min(newest, this.#gap!.newest))
      : Number(whole);
    if (isOver || this.#gap === null) this.#gap = { newest, before: BigInt(next as string) };
    return end;
  }
}
