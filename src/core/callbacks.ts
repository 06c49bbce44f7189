// Callbacks: order events, their deliveries and attempts, and the storage port that keeps them.
import type { CallbackAudit } from './callback-audit.ts';
import type { GaveUp, HandClaim } from './callback-by-hand.ts';
import type {
  CallbackEndpoint,
  DeclaredEndpoint,
  EndpointChange,
  NewEndpoint,
} from './callback-endpoint.ts';
import type { CallbackFeed } from './callback-feed.ts';
import type { Instant } from './clock.ts';
import type { Page } from './ledger.ts';
import type { Json, OrderId, OwnerId } from './order.ts';

/** The event of one change of an order. Later changes of the order do not alter the event. */
export interface CallbackEvent {
  /** The number of the change's history row, which grows with each change in the ledger. */
  readonly seq: number;
  readonly type: string;
  readonly platform: string;
  readonly orderId: OrderId;
  readonly owner: OwnerId;
  readonly version: number;
  readonly at: Instant;
  readonly action: string;
  readonly line: string | null;
  readonly from: string | null;
  readonly to: string;
  /** Further data that the change added to its event. */
  readonly payload: Json;
}

export interface NewDelivery {
  readonly seq: number;
  /** The id of a registered endpoint, or an index into {@link FanOut.declared}. */
  readonly endpoint: string | number;
  /** All attempts and replays carry the same id, so that a receiver can drop duplicates. */
  readonly messageId: string;
  readonly contentType: string;
  readonly body: string;
}

/** The deliveries that were made from the events after `from`, up to and including `to`. */
export interface FanOut {
  readonly from: number;
  readonly to: number;
  /** Sorted by `seq`. */
  readonly deliveries: readonly NewDelivery[];
  readonly declared: readonly DeclaredEndpoint[];
  readonly now: Instant;
}

export interface PendingEvents {
  /** False if no endpoint is registered and no platform declares one. */
  readonly isHeard: boolean;
  /** The newest event that has been fanned out. */
  readonly cursor: number;
  /** The last event number that this answer covers; pass it on as {@link FanOut.to}. */
  readonly to: number;
  /** Oldest first. Events that have no receiver may be missing. */
  readonly events: readonly CallbackEvent[];
  /** The registered endpoints that are switched on, of the owners of these events. */
  readonly endpoints: readonly (Pick<
    CallbackEndpoint,
    'endpointId' | 'platform' | 'party' | 'eventTypes'
  > & {
    /** The endpoint receives only events with a number above this one. */
    readonly sinceSeq: number;
  })[];
}

export type DeliveryState = 'pending' | 'delivered' | 'dead';

export interface ClaimedDelivery {
  readonly deliveryId: number;
  /** The end of the lease, which is also its token: a later claim has a later end. */
  readonly leaseUntil: Instant;
  readonly endpointId: string;
  readonly messageId: string;
  /** Attempts since the delivery was created or last replayed. */
  readonly step: number;
  readonly contentType: string;
  readonly body: string;
}

export interface ClaimRequest {
  readonly now: Instant;
  /** Maximum number of deliveries in all. */
  readonly limit: number;
  /** Maximum number of deliveries per endpoint. */
  readonly perEndpoint: number;
  /** Posts in progress by endpoint id. They reduce the number of deliveries to claim. */
  readonly underWay: Readonly<Record<string, number>>;
  readonly leaseMs: number;
}

export interface Claimed {
  readonly deliveries: readonly ClaimedDelivery[];
  /** The endpoints of the claimed deliveries. */
  readonly endpoints: readonly CallbackEndpoint[];
}

export interface Attempt {
  readonly at: Instant;
  /** Null if the receiver did not answer. */
  readonly status: number | null;
  /** The reason of a failure; null after a success. */
  readonly error: string | null;
  readonly durationMicros: number;
  /** The first KiB of the answer. */
  readonly answer: string;
}

export interface DeliveryResult {
  readonly deliveryId: number;
  readonly leaseUntil: Instant;
  readonly attempt: Attempt;
  /** The time of the next attempt after a failure; null: the delivery becomes a dead letter. */
  readonly retryAt: Instant | null;
  /** The URL of the post; null if nothing was posted; absent: the endpoint's URL. */
  readonly url?: string | null;
  /** An operator sent the delivery early. The schedule does not count a failed early attempt. */
  readonly isExtra?: boolean;
}

export type AlertKind = 'dead-letter' | 'endpoint-switched-off';

/** A problem that an operator must look at. */
export interface CallbackAlert {
  readonly alertId: number;
  readonly at: Instant;
  readonly kind: AlertKind;
  readonly endpointId: string;
  readonly platform: string;
  readonly party: string;
  readonly deliveryId: number | null;
  readonly detail: string;
}

export interface Settled {
  /** The endpoints of these results that are paused by their breaker or switched off. */
  readonly paused: readonly string[];
  readonly alerts: readonly Omit<CallbackAlert, 'alertId'>[];
}

export interface Delivery {
  readonly deliveryId: number;
  readonly messageId: string;
  readonly endpointId: string;
  readonly url: string;
  readonly platform: string;
  readonly party: string;
  readonly orderId: OrderId;
  readonly version: number;
  readonly eventType: string;
  readonly state: DeliveryState;
  readonly createdAt: Instant;
  /** Earliest next attempt; null if the delivery has ended or waits for an earlier delivery. */
  readonly dueAt: Instant | null;
  readonly endedAt: Instant | null;
  readonly body: string;
  /** Oldest first. */
  readonly attempts: readonly Attempt[];
}

export interface DeliveryFilter {
  readonly platform?: string | undefined;
  readonly party?: string | undefined;
  readonly endpointId?: string | undefined;
  readonly state?: DeliveryState | undefined;
  /** from <= createdAt < to */
  readonly from?: Instant | undefined;
  readonly to?: Instant | undefined;
}

export interface DeliveryQuery extends DeliveryFilter {
  readonly deliveryId?: number | undefined;
  /** Valid only together with `platform`. */
  readonly orderId?: string | undefined;
  readonly isBrief?: boolean | undefined; // Bodies and answers, most of the bytes, come empty.
  readonly limit: number; // 1 to 1000
  readonly cursor?: string | undefined;
}

export interface CallbackStats {
  /** Pending deliveries of endpoints that are switched on. */
  readonly pending: number;
  /** Creation time of the oldest pending delivery. */
  readonly oldestPendingAt: Instant | null;
  readonly dead: number;
  readonly endpointsOff: number;
}

/** Each method runs in one transaction of its own. */
export interface CallbackStore extends CallbackFeed {
  /** Calls the listener after this process has committed a change. Polling finds other changes. */
  onChange(listener: () => void): void;

  /** Calls the listener when deliveries may be claimed that an earlier claim could not wait for. */
  onDue?(listener: () => void): void;

  /**
   * The next events after the cursor: of all platforms if an endpoint is registered, otherwise only
   * of the platforms in `declaring`. Storage returns an event only when no event with a smaller
   * number can still be committed.
   */
  readEvents(limit: number, declaring: readonly string[]): Promise<PendingEvents>;

  /** Creates deliveries and moves the cursor. Returns false if the cursor has moved meanwhile. */
  fanOut(result: FanOut): Promise<boolean>;

  /**
   * Leases due deliveries of endpoints that are on. For each order and endpoint only the oldest
   * pending delivery is leased, so that a receiver gets an order's events in the order of its
   * changes. While the breaker of an endpoint is open, none of its deliveries is leased; after the
   * pause one delivery is leased as a probe.
   */
  claim(request: ClaimRequest): Promise<Claimed>;

  /**
   * Stores the results and the health of endpoints, and returns the deliveries that were not tried.
   * A result whose lease was lost changes nothing.
   */
  settle(
    results: readonly DeliveryResult[],
    returned: readonly Pick<ClaimedDelivery, 'deliveryId' | 'leaseUntil'>[],
  ): Promise<Settled>;

  /** Deliveries of different parts are settled apart, because one part may wait for a lock. */
  partOf?(deliveryId: number): number;

  /** Releases the leases of a former process; returns their number. Call it before any claim. */
  reclaim(): Promise<number>;

  /**
   * Corrects times that were written while the clock was ahead of `now`. A pause that began after
   * `now` starts again at `now` with the same length, and a lease lasts at most `leaseMs`. If a
   * lease ends early by this, its callback is posted again.
   */
  shortenPauses(now: Instant, leaseMs: number): Promise<void>;

  /** Leases one delivery before its time, even if its endpoint's breaker is open. */
  claimOne(deliveryId: number, now: Instant, leaseMs: number): Promise<HandClaim>;

  /** Turns a pending delivery into a dead letter. `detail` becomes the text of the alert. */
  giveUp(deliveryId: number, now: Instant, detail: string): Promise<GaveUp>;

  createEndpoint(endpoint: NewEndpoint): Promise<void>;
  findEndpoint(endpointId: string): Promise<CallbackEndpoint | null>;
  listEndpoints(filter: {
    readonly platform?: string | undefined;
    readonly party?: string | undefined;
  }): Promise<readonly CallbackEndpoint[]>;
  /** `reason` is stored when the endpoint is switched off. Null if the endpoint does not exist. */
  changeEndpoint(
    endpointId: string,
    change: EndpointChange,
    now: Instant,
    reason: string,
  ): Promise<CallbackEndpoint | null>;

  /**
   * Ends the pause of an endpoint that is on. With `bringForward`, its waiting deliveries become
   * due now. Returns the number of those deliveries.
   */
  endPause(endpointId: string, now: Instant, bringForward: boolean): Promise<number>;

  /**
   * Deletes an endpoint. Its pending deliveries become dead letters without alerts. A delivery in
   * progress ends with its result, or after a failure at the next `prune`. All its deliveries stay
   * listed but cannot be replayed. Returns the number of pending deliveries; null without such an
   * endpoint.
   */
  deleteEndpoint(endpointId: string, now: Instant): Promise<number | null>;

  /** Newest first. */
  listDeliveries(query: DeliveryQuery): Promise<Page<Delivery>>;

  /** Restarts the schedule of a delivery that has ended. False if there is no such delivery. */
  replay(deliveryId: number, now: Instant): Promise<boolean>;

  /** Replays all deliveries that have ended and match the filter; returns their number. */
  replayAll(filter: DeliveryFilter, now: Instant): Promise<number>;

  /** Newest first. */
  listAlerts(limit: number, cursor?: string): Promise<Page<CallbackAlert>>;

  /** Deletes old alerts and ended deliveries; returns the number of deliveries. */
  prune(before: Instant): Promise<number>;

  stats(): Promise<CallbackStats>;
  audit(): Promise<CallbackAudit>;
}
