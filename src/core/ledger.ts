// The port to storage. Each method is one whole question, so that it can cost one round trip.
import type { Instant } from './clock.ts';
import type { Actor, HistoryEntry, Json, LookUpKey, Order, OrderId, OwnerId } from './order.ts';
import type { KeyUse, Party } from './party.ts';

/** The reply that an earlier, equal request got; see {@link Change.once}. */
export interface Replay {
  readonly reply: Json;
}

/** Where a storage keeps an order, in its own terms; the row of that version never moves. */
export type OrderPlace = object;

export interface Loaded {
  readonly order: Order | null;
  /** Handed back with the change, it spares the storage finding the order once more. */
  readonly place?: OrderPlace;
  readonly replay: Replay | null;
  /** The time of the ledger itself, where many nodes share it: rules then read it and no other. */
  readonly now?: Instant;
}

/**
 * A change of one order: the order row (its version checked), one history row and one event row,
 * all or nothing, in one transaction.
 */
export interface Change {
  /** The order as it shall be; `version` is one more than the version it was decided upon. */
  readonly order: Order;
  /** As {@link Loaded.place} gave it with the version that was decided upon. */
  readonly place?: OrderPlace | undefined;
  readonly history: Omit<HistoryEntry, 'version' | 'at'>;
  readonly event: { readonly type: string; readonly payload: Json };
  /** Keeps `reply` under `key` until `expiresAt`; if the key is already there, nothing happens. */
  readonly once?: { readonly key: string; readonly reply: Json; readonly expiresAt: Instant };
  /** Sets the order's deadline of that kind to `dueAt`, or clears it (null). */
  readonly deadlines?: readonly { readonly kind: string; readonly dueAt: Instant | null }[];
  /** Texts to keep encrypted with the order; one of the same name is replaced. */
  readonly sealed?: readonly SealedText[];
  /** The deadline that this change carries out; the change happens only if the lease still holds. */
  readonly completes?: DeadlineClaim;
}

/** What must not lie open, such as card codes: encrypted at rest, shown as `mask`. */
export interface SealedText {
  /** Unique within the order. */
  readonly name: string;
  readonly text: string;
  /** What anybody who may see the order may see of it. */
  readonly mask: Json;
}

/** - `stale`: the order has another version by now, or the once-key is taken. Load, decide again.
 *  - `lease-lost`: another worker has the deadline. Leave it alone. */
export type Committed = 'committed' | 'stale' | 'lease-lost';

/** An order's first state; its version is 1 and `updatedAt` is the request's `now`, whatever it says. */
export interface NewOrder {
  readonly order: Order;
  readonly keys: readonly LookUpKey[];
  readonly actor: Actor;
  readonly note: string | null;
  /** The gateway request that caused it, where one did. */
  readonly requestId?: number;
  readonly deadlines?: readonly { readonly kind: string; readonly dueAt: Instant }[];
  /** Names and values that no other order of the same owner has. */
  readonly uniqueKeys?: readonly LookUpKey[];
  /** The counted lists of its owner that it stands in, for good; see {@link Ledger.readPage}. */
  readonly lists?: readonly string[];
}

export interface CreateRequest {
  readonly orders: readonly NewOrder[];
  /**
   * `skip` leaves orders that exist alone (import); `refuse` then creates none at all. An order
   * exists when its id does, or one of its unique keys; `existing` names the one that is there.
   */
  readonly existing: 'skip' | 'refuse';
  /** As {@link Change.once}; `fingerprint` tells an equal request from a reused key. */
  readonly once?: {
    readonly key: string;
    readonly fingerprint: string;
    readonly expiresAt: Instant;
  };
  readonly now: Instant;
}

export type Created =
  | { readonly result: 'created'; readonly created: number; readonly existing: readonly OrderId[] }
  | { readonly result: 'exists'; readonly existing: readonly OrderId[] }
  | { readonly result: 'replayed'; readonly created: number }
  | { readonly result: 'key-reused' };

export interface OrderQuery {
  readonly platform?: string | undefined;
  readonly state?: string | undefined;
  readonly owner?: string | undefined;
  /** An order id or a look-up key's value, or the beginning of one. */
  readonly q?: string | undefined;
  /** from <= createdAt < to */
  readonly from?: Instant | undefined;
  readonly to?: Instant | undefined;
  /** 1 to 1000 */
  readonly limit: number;
  readonly cursor?: string | undefined;
}

export interface ListQuery {
  readonly platform: string;
  readonly owner: OwnerId;
  /** A name that {@link NewOrder.lists} gave. */
  readonly list: string;
  /** from <= createdAt < to */
  readonly from: Instant;
  readonly to: Instant;
  /** How many to pass over, in the order of createdAt, then orderId. */
  readonly offset: number;
  /** 1 to 1000 */
  readonly limit: number;
}

export interface ListPage {
  /** How many there are between `from` and `to`. */
  readonly total: number;
  readonly orders: readonly Order[];
}

export interface Page<T> {
  readonly items: readonly T[];
  /** Give it back to get what follows; null at the end. */
  readonly nextCursor: string | null;
}

export interface DeadlineClaim {
  readonly deadlineId: number;
  /** The lease's end, which is also its token: a later claim has another. */
  readonly leaseUntil: Instant;
}

export interface DueDeadline extends DeadlineClaim {
  readonly kind: string;
  readonly platform: string;
  readonly orderId: OrderId;
  readonly dueAt: Instant;
}

/** Something that happens to an order at a time, unless a change comes first. */
export interface OrderDeadline {
  readonly platform: string;
  readonly orderId: OrderId;
  readonly kind: string;
  readonly dueAt: Instant;
}

/** An order with everything that is kept about it. */
export interface OrderRecord {
  readonly order: Order;
  /** Oldest first. */
  readonly history: readonly HistoryEntry[];
  readonly sealed: readonly Omit<SealedText, 'text'>[];
}

/** Counts of rows that break a rule of the ledger; all 0 in a sound one. */
export interface LedgerAudit {
  readonly orders: number;
  readonly changes: number;
  /** Orders whose version is not the length of their history, or whose state is not its last. */
  readonly ordersOutOfStep: number;
  readonly changesWithoutEvent: number;
  readonly eventsWithoutChange: number;
  /** What the storage engine says of its own file; empty when it is sound. */
  readonly damage: readonly string[];
  /** What is no fault, and what bounds what the audit can prove; absent where nothing does. */
  readonly notes?: readonly string[];
}

export interface Ledger {
  /** One order and, with `onceKey`, the reply that was kept under it, if that holds at `now`. */
  load(
    platform: string,
    orderId: OrderId,
    once?: { readonly key: string; readonly now: Instant },
  ): Promise<Loaded>;

  /** Resolves when the change is on disk. Throws LedgerUnavailableError when nothing happened. */
  commit(change: Change): Promise<Committed>;

  /** Creates orders in one transaction. */
  createOrders(request: CreateRequest): Promise<Created>;

  /** Orders by id, in the order asked for; null where there is none. At most 100. */
  loadMany(platform: string, orderIds: readonly OrderId[]): Promise<readonly (Order | null)[]>;

  /** The one order of `owner` that has the unique key. */
  findByKey(platform: string, owner: OwnerId, key: LookUpKey): Promise<Order | null>;

  /** One page of a counted list, by position; it costs the same wherever it is. */
  readPage(query: ListQuery): Promise<ListPage>;

  /** In clear. Null where the order has none of that name. */
  readSealed(platform: string, orderId: OrderId, name: string): Promise<string | null>;

  /** Newest first. */
  listOrders(query: OrderQuery): Promise<Page<Order>>;

  /** An order with its whole history, oldest first. */
  readHistory(platform: string, orderId: OrderId): Promise<OrderRecord | null>;

  /** Whether it has neither an order nor a party. */
  isEmpty(): Promise<boolean>;

  /** Leases deadlines due at `now`, soonest first, until `now + leaseMs`. */
  claimDeadlines(now: Instant, limit: number, leaseMs: number): Promise<readonly DueDeadline[]>;

  /** Ends a deadline that needs no change. False when the lease was lost. */
  dropDeadline(claim: DeadlineClaim): Promise<boolean>;

  /** When the next deadline is due that nobody holds a lease on at `now`; null when there is none. */
  nextDeadline(now: Instant): Promise<Instant | null>;

  /** The deadlines of one order, soonest first. */
  readDeadlines(
    order: Pick<Order, 'platform' | 'owner' | 'orderId'>,
  ): Promise<readonly OrderDeadline[]>;

  /** The deadlines of all orders that are due before a time, soonest first. `limit`: 1 to 1000. */
  listDeadlines(before: Instant, limit: number): Promise<readonly OrderDeadline[]>;

  listParties(): Promise<readonly Party[]>;

  /**
   * With `create`, false when it is already there. With `replace`, false when it has changed since:
   * `party.version` is one more than the version it was decided upon.
   */
  saveParty(party: Party, mode: 'create' | 'replace'): Promise<boolean>;

  /**
   * Keeps when keys were used last; a time before the one that is kept changes nothing. Not a change
   * of a party: it has no version, and nobody is told.
   */
  keepKeyUses(uses: readonly KeyUse[]): Promise<void>;
  readKeyUses(): Promise<readonly KeyUse[]>;

  /** What this ledger is for, for good: the first claim decides. Resolves to that one. */
  claimEnvironment(environment: string): Promise<string>;

  /** The sandbox clock's offset, kept over restarts. */
  readClockOffset(): Promise<number>;
  writeClockOffset(seconds: number): Promise<void>;

  /** Forgets kept replies that ended before `now`; returns how many. */
  forgetReplies(now: Instant): Promise<number>;

  /** @param head one that was written down (`ordergate head`): what it stood for has to be there still */
  audit(head?: string): Promise<LedgerAudit>;

  /** Throws LedgerUnavailableError when a change would not be taken now. */
  checkReady(): Promise<void>;

  close(): Promise<void>;
}

export function ownerId(value: string): OwnerId {
  return value as OwnerId;
}

export function orderId(value: string): OrderId {
  return value as OrderId;
}
