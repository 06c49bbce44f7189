// What the writer does for callbacks: fanning events out, claiming what is due, writing down what became of it.
import type { DatabaseSync } from 'node:sqlite';
import { HEALTHY } from '../../core/breaker.ts';
import { type HeldClaim, settleResults, toSettled } from '../../core/callback-settle.ts';
import type {
  ClaimedDelivery,
  ClaimRequest,
  DeliveryResult,
  FanOut,
  Settled,
} from '../../core/callbacks.ts';
import type { EndpointRow } from '../endpoint-row.ts';
import {
  claimOne,
  deleteEndpoint,
  endPause,
  giveUp,
  type OperatorJob,
} from './callback-operator-jobs.ts';
import { STATES } from './callback-rows.ts';
import { prepareCallbackStatements } from './callback-statements.ts';

export type CallbackJob =
  /** `ids` for endpoints that are declared for the first time. */
  | ({ readonly do: 'fanOut'; readonly ids: readonly string[] } & FanOut)
  | ({ readonly do: 'claim'; readonly after: number } & ClaimRequest)
  | {
      readonly do: 'settle';
      readonly results: readonly DeliveryResult[];
      readonly returned: readonly Pick<ClaimedDelivery, 'deliveryId' | 'leaseUntil'>[];
    }
  | { readonly do: 'reclaim' }
  | { readonly do: 'createEndpoint'; readonly row: EndpointRow }
  | {
      readonly do: 'changeEndpoint';
      readonly endpointId: string;
      readonly fields: Partial<EndpointRow>;
      readonly now: number;
    }
  | OperatorJob
  | { readonly do: 'replay'; readonly ids: readonly number[]; readonly now: number }
  | { readonly do: 'prune'; readonly before: number; readonly after: number };

export interface ClaimedRows {
  readonly deliveries: readonly {
    readonly deliveryId: number;
    readonly messageId: string;
    readonly endpointId: string;
    readonly step: number;
    readonly contentType: string;
    readonly body: string;
  }[];
  readonly endpoints: readonly EndpointRow[];
  /** Where to go on, so that no endpoint is served before all others each time. */
  readonly last: number;
}

export interface Pruned {
  readonly removed: number;
  /** Where to go on; null at the end. */
  readonly next: number | null;
}

/** Rows of one job: so few that no change waits long behind it. */
const PRUNE_STEP = 500;

type Numbered = EndpointRow & { readonly id: number };

/** Runs the callbacks' jobs on the connection that writes; the caller has a transaction open. */
export class CallbackJobs {
  readonly #s: ReturnType<typeof prepareCallbackStatements>;

  constructor(db: DatabaseSync) {
    this.#s = prepareCallbackStatements(db);
  }

  run(job: CallbackJob): unknown {
    switch (job.do) {
      case 'fanOut':
        return this.#fanOut(job, job.ids);
      case 'claim':
        return this.#claim(job, job.after);
      case 'settle':
        for (const { deliveryId, leaseUntil } of job.returned) {
          this.#s.giveBack.run(deliveryId, leaseUntil);
        }
        return this.#settle(job.results);
      case 'reclaim':
        return Number(this.#s.reclaim.run().changes);
      case 'createEndpoint':
        return this.#createEndpoint(job.row);
      case 'changeEndpoint':
        return this.#changeEndpoint(job.endpointId, job.fields, job.now);
      case 'claimOne':
        return claimOne(this.#s, job);
      case 'giveUp':
        return giveUp(this.#s, job, (order, endpoint) =>
          this.#letNextOut(order, endpoint, job.now),
        );
      case 'endPause':
        return endPause(this.#s, job);
      case 'deleteEndpoint':
        return deleteEndpoint(this.#s, job);
      case 'replay':
        return job.ids.filter((id) => this.#replay(id, job.now)).length;
      case 'prune':
        return this.#prune(job.before, job.after);
    }
  }

  #fanOut({ from, to, deliveries, declared, now }: FanOut, ids: readonly string[]): boolean {
    const s = this.#s;
    if (Number(s.cursor.get()!.cursor) !== from) return false;
    s.moveCursor.run(to);
    const rows = declared.map(
      ({ platform, party, url, preset, expects }, i) =>
        s.declare.get(ids[i]!, platform, party, url, preset, expects, now) as unknown as {
          id: number;
          enabled: number;
        },
    );
    const known = new Map<string, number>();
    for (const { seq, endpoint, messageId, contentType, body } of deliveries) {
      let row: number;
      if (typeof endpoint === 'number') {
        if (rows[endpoint]!.enabled === 0) continue;
        row = rows[endpoint]!.id;
      } else {
        const found = known.get(endpoint) ?? s.endpointRow.get(endpoint)?.id;
        if (found === undefined) continue; // It was deleted since its event was read.
        row = Number(found);
        known.set(endpoint, row);
      }
      const order = Number(s.orderOf.get(seq)!.orderRow);
      const waits = s.oldestPending.get(order, row) !== undefined;
      s.insert.run(row, seq, order, messageId, contentType, body, now, now, waits ? null : now);
    }
    return true;
  }

  #claim(request: ClaimRequest, after: number): ClaimedRows {
    const s = this.#s;
    const { now, limit, perEndpoint, underWay, leaseMs } = request;
    const deliveries: ClaimedRows['deliveries'][number][] = [];
    const endpoints: EndpointRow[] = [];
    let last = after;
    let wrapped = after === 0;
    for (let at = after; deliveries.length < limit; ) {
      const next = s.nextBusy.get(at);
      if (!next || (wrapped && after > 0 && Number(next.endpoint) > after)) {
        if (wrapped) break;
        [wrapped, at] = [true, 0];
        continue;
      }
      at = Number(next.endpoint);
      const { id, ...endpoint } = s.endpointById.get(at) as unknown as Numbered;
      if (endpoint.enabled === 0) continue;
      const { openUntil } = endpoint;
      if (openUntil !== null && openUntil > now) continue;
      const busy = underWay[endpoint.endpointId] ?? 0;
      // A breaker past its time lets one through, when nothing of before is left.
      const space = openUntil === null ? perEndpoint - busy : 1 - Math.min(1, busy);
      const room = Math.min(space, limit - deliveries.length);
      if (room <= 0) continue;
      const due = s.due.all(id, now, room) as unknown as ClaimedRows['deliveries'][number][];
      if (due.length === 0) continue;
      for (const one of due) {
        s.lease.run(now + leaseMs, one.deliveryId);
        deliveries.push({ ...one, endpointId: endpoint.endpointId });
      }
      if (openUntil !== null) {
        s.health.run(endpoint.failures, endpoint.failingSince, now + leaseMs, id);
      }
      endpoints.push(endpoint);
      last = at;
    }
    return { deliveries, endpoints, last };
  }

  #settle(results: readonly DeliveryResult[]): Settled {
    const s = this.#s;
    const held = new Map<number, HeldClaim & { readonly orderRow: number }>();
    for (const { deliveryId, leaseUntil } of results) {
      const claim = s.claimed.get(deliveryId, leaseUntil) as
        | { endpoint: number; orderRow: number; attempts: number }
        | undefined;
      if (!claim) continue;
      const { enabled, ...row } = s.endpointById.get(claim.endpoint) as unknown as Numbered;
      held.set(deliveryId, { ...claim, endpoint: { ...row, isOn: enabled === 1 } });
    }
    const group = settleResults(results, (deliveryId) => held.get(deliveryId));
    for (const { deliveryId, number, attempt, state, retryAt, isStep } of group.deliveries) {
      const { at, status, error, durationMicros, answer } = attempt;
      s.attempt.run(deliveryId, number, at, status, error, durationMicros, answer);
      if (state === 'pending') s.retry.run(retryAt, retryAt, isStep ? 1 : 0, deliveryId);
      else s.end.run(STATES.indexOf(state), at, deliveryId);
      // One that was replayed meanwhile is older and goes first.
      const { orderRow, endpoint } = held.get(deliveryId)!;
      this.#letNextOut(orderRow, endpoint.id);
    }
    for (const { id, failures, failingSince, openUntil, off } of group.endpoints) {
      s.health.run(failures, failingSince, openUntil, id);
      if (off) s.switchOff.run(off.reason, off.at, id);
    }
    for (const { at, kind, endpoint, deliveryId, detail } of group.alerts) {
      s.alert.run(at, kind, endpoint, deliveryId, detail);
    }
    return toSettled(group);
  }

  /** Of an order's pending deliveries to an endpoint the oldest may go out, and no other; one under way is let finish. */
  #letNextOut(orderRow: number, endpoint: number, now = 0): void {
    const s = this.#s;
    const oldest = s.oldestPending.get(orderRow, endpoint);
    if (!oldest || oldest.claimAt !== null) return;
    const head = s.head.get(orderRow, endpoint) as
      | { id: number; dueAt: number; claimAt: number }
      | undefined;
    if (head && head.claimAt > head.dueAt && head.claimAt > now) return;
    if (head) s.holdBack.run(head.id);
    s.letOut.run(Number(oldest.id));
  }

  #createEndpoint(e: EndpointRow): null {
    const { endpointId, platform, party, origin, url, preset, expects } = e;
    const { eventTypes, enabled, createdAt, secrets } = e;
    const where = [endpointId, platform, party, origin, url, preset, expects] as const;
    this.#s.insertEndpoint.run(...where, eventTypes, enabled, createdAt, secrets);
    return null;
  }

  #changeEndpoint(
    endpointId: string,
    fields: Partial<EndpointRow>,
    now: number,
  ): EndpointRow | null {
    const s = this.#s;
    const found = s.endpoint.get(endpointId) as unknown as Numbered | undefined;
    if (!found) return null;
    const { url, preset, expects, eventTypes, secrets } = { ...found, ...fields };
    s.changeEndpoint.run(url, preset, expects, eventTypes, secrets, found.id);
    // Of another address nothing is known yet.
    if (url !== found.url)
      s.health.run(HEALTHY.failures, HEALTHY.failingSince, HEALTHY.openUntil, found.id);
    if (fields.enabled === 1 && found.enabled === 0) s.switchOn.run(found.id);
    if (fields.enabled === 0) s.switchOff.run(fields.offReason ?? '', now, found.id);
    const { id: _, ...row } = s.endpoint.get(endpointId) as unknown as Numbered;
    return row;
  }

  #replay(id: number, now: number): boolean {
    const found = this.#s.ended.get(id) as { endpoint: number; orderRow: number } | undefined;
    if (!found) return false;
    this.#s.requeue.run(now, id);
    this.#letNextOut(found.orderRow, found.endpoint, now);
    return true;
  }

  #prune(before: number, after: number): Pruned {
    const rows = this.#s.oldest.all(after, PRUNE_STEP) as unknown as {
      id: number;
      state: number;
      createdAt: number;
    }[];
    let removed = Number(this.#s.forgetAlerts.run(before).changes);
    this.#s.endLeftOver.run(before);
    for (const { id, state, createdAt } of rows) {
      // They are in the order of their making: what follows is younger still.
      if (createdAt >= before) return { removed, next: null };
      if (state === 0) continue;
      this.#s.forgetAttempts.run(id);
      this.#s.forget.run(id);
      removed++;
    }
    return { removed, next: rows.length < PRUNE_STEP ? null : rows.at(-1)!.id };
  }
}
