// Callbacks: where the events of orders go, each delivery with its attempts, and the port to where they are kept.
import type { GaveUp, HandClaim } from './callback-by-hand.ts';
import type {
  CallbackEndpoint,
  DeclaredEndpoint,
  EndpointChange,
  NewEndpoint,
} from './callback-endpoint.ts';
import type { Instant } from './clock.ts';
import type { Page } from './ledger.ts';
import type { Json, OrderId, OwnerId } from './order.ts';

/** One change of an order as its event tells it: a snapshot, whatever the order became later. */
export interface CallbackEvent {
  /** That of its history row: grows with each change of the ledger. */
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
  /** What the change put into its event besides. */
  readonly payload: Json;
}

export interface NewDelivery {
  readonly seq: number;
  /** An endpoint's id, or the index of one of {@link FanOut.declared}. */
  readonly endpoint: string | number;
  /** The same over all attempts and replays, so that a receiver can drop duplicates. */
  readonly messageId: string;
  readonly contentType: string;
  readonly body: string;
}

/** What became of the events past `from`, up to and with `to`. */
export interface FanOut {
  readonly from: number;
  readonly to: number;
  /** In the order of `seq`. */
  readonly deliveries: readonly NewDelivery[];
  readonly declared: readonly DeclaredEndpoint[];
  readonly now: Instant;
}

export interface PendingEvents {
  /** False where no endpoint is registered and no platform declares any. */
  readonly isHeard: boolean;
  /** The newest event that has been fanned out. */
  readonly cursor: number;
  /** How far this answer reaches: give it back as {@link FanOut.to}. */
  readonly to: number;
  /** Oldest first; those that nobody listens to may be missing. */
  readonly events: readonly CallbackEvent[];
  /** The registered endpoints, switched on, of their owners that have to get them. */
  readonly endpoints: readonly (Pick<
    CallbackEndpoint,
    'endpointId' | 'platform' | 'party' | 'eventTypes'
  > & {
    /** Events up to this one came before the endpoint. */
    readonly sinceSeq: number;
  })[];
}

export type DeliveryState = 'pending' | 'delivered' | 'dead';

export interface ClaimedDelivery {
  readonly deliveryId: number;
  /** The lease's end, which is also its token: a later claim has another. */
  readonly leaseUntil: Instant;
  readonly endpointId: string;
  readonly messageId: string;
  /** Attempts made since it was made, or last replayed. */
  readonly step: number;
  readonly contentType: string;
  readonly body: string;
}

export interface ClaimRequest {
  readonly now: Instant;
  /** At most so many in all. */
  readonly limit: number;
  /** At most so many of one endpoint. */
  readonly perEndpoint: number;
  /** How many are under way of endpoints that have any: their room is smaller by it. */
  readonly underWay: Readonly<Record<string, number>>;
  readonly leaseMs: number;
}

export interface Claimed {
  readonly deliveries: readonly ClaimedDelivery[];
  /** The endpoints of these deliveries. */
  readonly endpoints: readonly CallbackEndpoint[];
}

export interface Attempt {
  readonly at: Instant;
  /** Null where no answer came. */
  readonly status: number | null;
  /** Why it failed; null when it did not. */
  readonly error: string | null;
  readonly durationMicros: number;
  /** The first KiB of the answer. */
  readonly answer: string;
}

export interface DeliveryResult {
  readonly deliveryId: number;
  readonly leaseUntil: Instant;
  readonly attempt: Attempt;
  /** When to try again after a failure; null: never, it is a dead letter. */
  readonly retryAt: Instant | null;
  /** Where it was posted to, null where nothing was posted. Absent: to the endpoint's address. */
  readonly url?: string | null;
  /** Sent by hand before its time: where it fails, the schedule does not count it. */
  readonly isExtra?: boolean;
}

export type AlertKind = 'dead-letter' | 'endpoint-switched-off';

/** What somebody has to look at. */
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
  /** Endpoints of these results that get nothing now: the breaker is open, or they are off. */
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
  /** When it is tried next at the earliest; null when it has ended, or waits for an earlier one. */
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
  /** Only together with `platform`. */
  readonly orderId?: string | undefined;
  /** 1 to 1000 */
  readonly limit: number;
  readonly cursor?: string | undefined;
}

export interface CallbackStats {
  /** Of endpoints that are on. */
  readonly pending: number;
  /** When the oldest of them was made. */
  readonly oldestPendingAt: Instant | null;
  readonly dead: number;
  readonly endpointsOff: number;
}

/** Counts of rows that break a rule; all 0 in a sound ledger. */
export interface CallbackAudit {
  readonly deliveriesWithoutEvent: number;
  /** Deliveries whose attempts are not as many as they count, and attempts of none. */
  readonly attemptsOutOfStep: number;
  /** Orders of which an endpoint has deliveries pending and none that may go out, or two. */
  readonly queuesStuck: number;
  /** 1 where fan-out claims to have read an event that there is not: it may pass over those to come. */
  readonly cursorBeyondEvents: number;
  /** Events numbered behind later ones, passed by fan-out, that should have a delivery and have none. */
  readonly eventsPassedOver: number;
}

/** Each method is one whole question, in one transaction. */
export interface CallbackStore {
  /** Calls back after changes that this process has made; what others did is found by looking. */
  onChange(listener: () => void): void;

  /**
   * The next events past the cursor, of all platforms where an endpoint is registered, else of those
   * of `declaring` alone. Storage answers with an event only when none before it can still come.
   */
  readEvents(limit: number, declaring: readonly string[]): Promise<PendingEvents>;

  /** Makes deliveries, and moves the cursor. False, and nothing done, when it is elsewhere by now. */
  fanOut(result: FanOut): Promise<boolean>;

  /**
   * Leases deliveries that are due, of endpoints that are on. Of one order and endpoint only the
   * oldest that is pending goes out, so those of an order arrive in the order of its changes. An
   * open breaker holds its endpoint's back; past its time one of them is the probe.
   */
  claim(request: ClaimRequest): Promise<Claimed>;

  /**
   * Writes down what became of claimed deliveries, and of their endpoints' health, and gives others
   * back that were not tried. A lost lease changes nothing.
   */
  settle(
    results: readonly DeliveryResult[],
    returned: readonly Pick<ClaimedDelivery, 'deliveryId' | 'leaseUntil'>[],
  ): Promise<Settled>;

  /** Gives back what a process that is gone had claimed; returns how many. Before the first claim. */
  reclaim(): Promise<number>;

  /**
   * Shortens what was written while the clock stood ahead of `now`: a pause that began later than now has its
   * own length from now on, and a lease `leaseMs` at most. A callback that it takes from a process is posted again.
   */
  shortenPauses(now: Instant, leaseMs: number): Promise<void>;

  /** Leases one delivery before its time, also of an endpoint whose breaker is open. */
  claimOne(deliveryId: number, now: Instant, leaseMs: number): Promise<HandClaim>;

  /** Makes a dead letter of a delivery that is pending; `detail` is its alert's. */
  giveUp(deliveryId: number, now: Instant, detail: string): Promise<GaveUp>;

  createEndpoint(endpoint: NewEndpoint): Promise<void>;
  findEndpoint(endpointId: string): Promise<CallbackEndpoint | null>;
  listEndpoints(filter: {
    readonly platform?: string | undefined;
    readonly party?: string | undefined;
  }): Promise<readonly CallbackEndpoint[]>;
  /** `reason` is kept where it is switched off. Null where there is none. */
  changeEndpoint(
    endpointId: string,
    change: EndpointChange,
    now: Instant,
    reason: string,
  ): Promise<CallbackEndpoint | null>;

  /**
   * Ends the pause of an endpoint that is on. With `bringForward`, what waits for its time is due
   * now; returns how many that were.
   */
  endPause(endpointId: string, now: Instant, bringForward: boolean): Promise<number>;

  /**
   * Takes an endpoint away: it is listed no more and gets nothing more. What is pending becomes dead
   * letters, without alerts; a delivery that is under way ends by its result, and where that is a
   * failure with the next `prune`. Deliveries stay listed as others do, and are not replayed.
   * Returns how many were pending; null where there is no such endpoint.
   */
  deleteEndpoint(endpointId: string, now: Instant): Promise<number | null>;

  /** Newest first. */
  listDeliveries(query: DeliveryQuery): Promise<Page<Delivery>>;

  /** One that has ended is due again, from the start of its schedule. False when there is none. */
  replay(deliveryId: number, now: Instant): Promise<boolean>;

  /** The same for all that have ended; returns how many. */
  replayAll(filter: DeliveryFilter, now: Instant): Promise<number>;

  /** Newest first. */
  listAlerts(limit: number, cursor?: string): Promise<Page<CallbackAlert>>;

  /** Forgets deliveries that were made before and have ended, and alerts; returns how many. */
  prune(before: Instant): Promise<number>;

  stats(): Promise<CallbackStats>;
  audit(): Promise<CallbackAudit>;
}
