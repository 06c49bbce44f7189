// The callback store on SQLite: frequent queries use the reader, slow ones the background thread.
import { HEALTHY, pausedFromNow } from '../../core/breaker.ts';
import type { CallbackStore } from '../../core/callbacks.ts';
import { CLOCKS_DIFFER_MS } from '../../core/limits.ts';
import {
  changedFields,
  type EndpointRow,
  newEndpointId,
  toEndpoint,
  toEndpointRow,
} from '../endpoint-row.ts';
import type { Sealer } from '../seal.ts';
import { claimDue } from './callback-claim.ts';
import { fanOut, prepareEventReads, readEvents } from './callback-fan-out.ts';
import { operatorMethods } from './callback-operator.ts';
import { ENDPOINT_COLUMNS } from './callback-rows.ts';
import { settleAll } from './callback-settle.ts';
import { type CallbackStatements, prepareCallbackStatements } from './callback-statements.ts';
import { query } from './query.ts';
import type { Reader } from './reader.ts';
import type { Background } from './thread.ts';
import type { Writer } from './writer.ts';

export interface CallbackParts {
  readonly reader: Reader;
  readonly writer: Writer;
  readonly background: Background;
  readonly sealer: Sealer;
}

export function callbackStore(parts: CallbackParts): CallbackStore {
  const { reader, writer, background, sealer } = parts;
  const s = prepareCallbackStatements(writer.db);
  const reads = prepareReads(reader);
  const events = prepareEventReads(reader.db);
  let servedLast = 0;
  return {
    onChange(listener) {
      writer.onChange = listener;
    },

    readEvents: (limit, declaring) => reader.read(() => readEvents(events, limit, declaring)),

    fanOut(result) {
      const ids = result.declared.map(() => newEndpointId());
      return writer.run(() => fanOut(s, result, ids));
    },

    async claim(request) {
      const after = servedLast;
      const claimed = await writer.run(() => claimDue(s, request, after));
      servedLast = claimed.last;
      const leaseUntil = request.now + request.leaseMs;
      return {
        deliveries: claimed.deliveries.map((row) => ({ ...row, leaseUntil })),
        endpoints: claimed.endpoints.map((row) => toEndpoint(row, sealer)),
      };
    },

    settle: (results, returned) =>
      writer.run(() => {
        for (const { deliveryId, leaseUntil } of returned) s.giveBack.run(deliveryId, leaseUntil);
        return settleAll(s, results);
      }),

    // One process owns a data directory, so that claims found at its start belong to nobody.
    shortenPauses: (now, leaseMs) =>
      writer.run(() => {
        s.shortenLeases.run(now + leaseMs);
        s.shortenWaits.run(now, now + CLOCKS_DIFFER_MS);
        for (const { id, ...health } of s.failing.all()) {
          const right = pausedFromNow(health, now);
          if (right) s.pauseFromNow.run(right.failingSince, right.openUntil, id);
        }
      }),

    reclaim: () => writer.run(() => Number(s.reclaim.run().changes)),

    ...operatorMethods(parts, s),

    async createEndpoint(endpoint) {
      const row = toEndpointRow(endpoint, sealer);
      await writer.run(() => insertEndpoint(s, row));
    },

    async findEndpoint(endpointId) {
      const row = await reader.read(() => reads.endpoint.get(endpointId));
      return row ? toEndpoint(row, sealer) : null;
    },

    async listEndpoints({ platform, party }) {
      const given = [platform ?? null, platform ?? null, party ?? null, party ?? null];
      const rows = await reader.read(() => reads.endpoints.all(...given));
      return rows.map((row) => toEndpoint(row, sealer));
    },

    async changeEndpoint(endpointId, change, now, reason) {
      const fields = changedFields(endpointId, change, reason, sealer);
      const row = await writer.run(() => changeEndpoint(s, endpointId, fields, now));
      return row && toEndpoint(row, sealer);
    },

    listDeliveries: (wanted) => background.call('listDeliveries', wanted),

    listAlerts: (limit, cursor) => background.call('listAlerts', { limit, cursor }),

    async prune(before) {
      let total = 0;
      for (let after: number | null = 0; after !== null; ) {
        const from: number = after;
        const pruned = await writer.run(() => prune(s, before, from));
        total += pruned.removed;
        after = pruned.next;
      }
      return total;
    },

    stats: () => background.call('callbackStats'),
    endpointStats: () => background.call('endpointStats'),
    eventsAfter: (after, limit) => reader.read(() => events.after.all(after, limit)),
    newestEvent: () => reader.read(() => events.newest.get()!.seq),
    audit: () => background.call('auditCallbacks'),
  };
}

function prepareReads({ db }: Reader) {
  return {
    endpoint: query<EndpointRow>(
      db,
      `SELECT ${ENDPOINT_COLUMNS} FROM endpoints WHERE endpoint_id = ? AND origin != 'deleted'`,
    ),
    endpoints: query<EndpointRow>(
      db,
      `SELECT ${ENDPOINT_COLUMNS} FROM endpoints
       WHERE (? IS NULL OR platform = ?) AND (? IS NULL OR party = ?) AND origin != 'deleted' ORDER BY id`,
    ),
  };
}

function insertEndpoint(s: CallbackStatements, e: EndpointRow): void {
  const where = [e.endpointId, e.platform, e.party, e.origin, e.url, e.preset, e.expects] as const;
  s.insertEndpoint.run(...where, e.eventTypes, e.enabled, e.createdAt, e.secrets);
}

function changeEndpoint(
  s: CallbackStatements,
  endpointId: string,
  fields: Partial<EndpointRow>,
  now: number,
): EndpointRow | null {
  const found = s.endpoint.get(endpointId);
  if (!found) return null;
  const { url, preset, expects, eventTypes, secrets } = { ...found, ...fields };
  s.changeEndpoint.run(url, preset, expects, eventTypes, secrets, found.id);
  // A new URL starts with a healthy record.
  if (url !== found.url)
    s.health.run(HEALTHY.failures, HEALTHY.failingSince, HEALTHY.openUntil, found.id);
  if (fields.enabled === 1 && found.enabled === 0) s.switchOn.run(found.id);
  if (fields.enabled === 0) s.switchOff.run(fields.offReason ?? '', now, found.id);
  const { id: _, ...row } = s.endpoint.get(endpointId)!;
  return row;
}

/** Deliveries per step, few enough that no change waits long. */
const PRUNE_STEP = 500;

interface Pruned {
  readonly removed: number;
  /** Where to continue; null at the end. */
  readonly next: number | null;
}

function prune(s: CallbackStatements, before: number, after: number): Pruned {
  const rows = s.oldest.all(after, PRUNE_STEP);
  let removed = Number(s.forgetAlerts.run(before).changes);
  s.endLeftOver.run(before);
  for (const { id, state, createdAt } of rows) {
    // Deliveries are sorted by creation time, so that all further ones are younger.
    if (createdAt >= before) return { removed, next: null };
    if (state === 0) continue;
    s.forgetAttempts.run(id);
    s.forget.run(id);
    removed++;
  }
  return { removed, next: rows.length < PRUNE_STEP ? null : rows.at(-1)!.id };
}
