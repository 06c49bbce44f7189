// The port to storage. Each method asks one complete question, so that it can cost a single round
// trip.
import type { Instant } from './clock.ts';
import type { DeadlineClaim, DeadlineSource } from './deadlines.ts';
import type { Actor, HistoryEntry, Json, LookUpKey, Order, OrderId, OwnerId } from './order.ts';
import type { KeyUse, Party } from './party.ts';

/** The reply to an earlier equal request; see {@link Change.once}. */
export interface Replay {
  readonly reply: Json;
}

/** The position of an order's row, in the storage's own terms. A version keeps its position. */
export type OrderPlace = object;

export interface Loaded {
  readonly order: Order | null;
  /** The caller returns this value with the change, which saves a second look-up. */
  readonly place?: OrderPlace;
  readonly replay: Replay | null;
  /** The ledger's own time, given if several nodes share it. Rules then read only this time. */
  readonly now?: Instant;
}

/**
 * A change of one order. One transaction writes the order row (after a check of its version), one
 * history row and one event row.
 */
export interface Change {
  /** The new order. Its `version` is one more than the version that the rule read. */
  readonly order: Order;
  /** The value of {@link Loaded.place} that came with the version that the rule read. */
  readonly place?: OrderPlace | undefined;
  readonly history: Omit<HistoryEntry, 'version' | 'at'>;
  readonly event: { readonly type: string; readonly payload: Json };
  /** Stores `reply` under `key` until `expiresAt`. An existing key cancels the whole change. */
  readonly once?: { readonly key: string; readonly reply: Json; readonly expiresAt: Instant };
  /** Sets the order's deadline of that kind to `dueAt`, or clears it (null). */
  readonly deadlines?: readonly { readonly kind: string; readonly dueAt: Instant | null }[];
  /** Texts to store encrypted with the order; a text replaces an older one of the same name. */
  readonly sealed?: readonly SealedText[];
  /** The deadline that this change carries out. The change needs the deadline's lease. */
  readonly completes?: DeadlineClaim;
}

/** A confidential text, such as card codes: encrypted in storage, shown as `mask`. */
export interface SealedText {
  /** Unique within the order. */
  readonly name: string;
  readonly text: string;
  /** The part of the text that everybody with access to the order may see. */
  readonly mask: Json;
}

/**
 * - `stale`: the order has another version now, or the once-key exists. Load the order and decide
 * again.
 * - `lease-lost`: another worker has the deadline. Do nothing.
 */
export type Committed = 'committed' | 'stale' | 'lease-lost';

/** A new order. Storage sets its version to 1 and its `updatedAt` to the request's `now`. */
export interface NewOrder {
  readonly order: Order;
  readonly keys: readonly LookUpKey[];
  readonly actor: Actor;
  readonly note: string | null;
  /** The gateway request that created the order, if one did. */
  readonly requestId?: number;
  readonly deadlines?: readonly { readonly kind: string; readonly dueAt: Instant }[];
  /** Names and values that no other order of the same owner has. */
  readonly uniqueKeys?: readonly LookUpKey[];
  /** The counted lists of its owner that always contain the order; see {@link Ledger.readPage}. */
  readonly lists?: readonly string[];
}

export interface CreateRequest {
  readonly orders: readonly NewOrder[];
  /**
   * `skip` (for imports) leaves existing orders unchanged; `refuse` creates no order at all if one
   * exists. An order exists if its id or one of its unique keys exists; `existing` names the
   * existing order.
   */
  readonly existing: 'skip' | 'refuse';
  /** As {@link Change.once}. `fingerprint` distinguishes an equal request from a reused key. */
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
  /** The orders whose id or key comes first, on one page, not the newest: a short `q` is cheap. */
  readonly isFirstKeys?: true | undefined;
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
  /** The number of orders to skip, sorted by createdAt, then orderId. */
  readonly offset: number;
  /** 1 to 1000 */
  readonly limit: number;
}

export interface ListPage {
  /** The number of orders between `from` and `to`. */
  readonly total: number;
  readonly orders: readonly Order[];
}

export interface Page<T> {
  readonly items: readonly T[];
  /** Pass it to get the next page; null on the last page. */
  readonly nextCursor: string | null;
  /** The groups of owners whose items are missing, because they did not answer; absent if none. */
  readonly unanswered?: readonly string[];
}

/** A future event of an order at a set time, unless a change cancels it earlier. */
export interface OrderDeadline {
  readonly platform: string;
  readonly orderId: OrderId;
  readonly kind: string;
  readonly dueAt: Instant;
}

/** An order with all data that the ledger holds about it. */
export interface OrderRecord {
  readonly order: Order;
  /** Oldest first. */
  readonly history: readonly HistoryEntry[];
  readonly sealed: readonly Omit<SealedText, 'text'>[];
}

/** Counts of rows that break a rule of the ledger. All counts are 0 in a sound ledger. */
export interface LedgerAudit {
  readonly orders: number;
  readonly changes: number;
  /**
   * Orders whose version differs from the length of their history, or whose state differs from the
   * last state in their history.
   */
  readonly ordersOutOfStep: number;
  readonly changesWithoutEvent: number;
  readonly eventsWithoutChange: number;
  /** Damage that the storage engine reports about its own file; empty if the file is sound. */
  readonly damage: readonly string[];
  /** Remarks that are no faults, and limits of what the audit can prove; absent if none. */
  readonly notes?: readonly string[];
}

export interface Ledger extends DeadlineSource {
  /**
   * One order. With `once`, also the reply stored under its key that has not expired at `now`.
   * @param owners the owners that the caller acts for, most likely with the order's among them: a
   * ledger in several groups looks into theirs first, and finds a reply only there
   */
  load(
    platform: string,
    orderId: OrderId,
    once?: { readonly key: string; readonly now: Instant },
    owners?: readonly string[],
  ): Promise<Loaded>;

  /** Resolves when the change is on disk. Throws LedgerUnavailableError if nothing was stored. */
  commit(change: Change): Promise<Committed>;

  /** Creates orders in one transaction. */
  createOrders(request: CreateRequest): Promise<Created>;

  /**
   * Orders by id, in the requested sequence; null for an id that does not exist. At most 100.
   * @param owners orders of other owners may be missing
   */
  loadMany(
    platform: string,
    orderIds: readonly OrderId[],
    owners?: readonly string[],
  ): Promise<readonly (Order | null)[]>;

  /** The one order of `owner` that has the unique key. */
  findByKey(platform: string, owner: OwnerId, key: LookUpKey): Promise<Order | null>;

  /** One page of a counted list, by position. Every page costs the same. */
  readPage(query: ListQuery): Promise<ListPage>;

  /** The decrypted text; null if the order has no text of that name. */
  readSealed(platform: string, orderId: OrderId, name: string): Promise<string | null>;

  /** Newest first. */
  listOrders(query: OrderQuery): Promise<Page<Order>>;

  /** An order with its whole history, oldest first. */
  readHistory(platform: string, orderId: OrderId): Promise<OrderRecord | null>;

  /** Whether the ledger has neither an order nor a party. */
  isEmpty(): Promise<boolean>;

  /**
   * The parts of a ledger whose deadlines are carried out beside each other, so that a part that waits
   * for a lock holds up no other; the same objects each time. Absent: the ledger is one part.
   */
  deadlineParts?(): readonly DeadlineSource[];

  /** The deadlines of one order, soonest first. */
  readDeadlines(
    order: Pick<Order, 'platform' | 'owner' | 'orderId'>,
  ): Promise<readonly OrderDeadline[]>;

  /** The deadlines of all orders that are due before a time, soonest first. `limit`: 1 to 1000. */
  listDeadlines(before: Instant, limit: number): Promise<readonly OrderDeadline[]>;

  listParties(): Promise<readonly Party[]>;

  /**
   * With `create`, returns false if the party exists. With `replace`, returns false if the party
   * has changed meanwhile: `party.version` must be one more than the stored version.
   */
  saveParty(party: Party, mode: 'create' | 'replace'): Promise<boolean>;

  /**
   * Stores the times of the last use of keys; an older time changes nothing. This is not a change
   * of the party: its version stays, and no other node is notified.
   */
  keepKeyUses(uses: readonly KeyUse[]): Promise<void>;
  readKeyUses(): Promise<readonly KeyUse[]>;

  /**
   * Marks the ledger permanently for one environment. The first call decides; every call resolves
   * to the environment of the first call.
   */
  claimEnvironment(environment: string): Promise<string>;

  /** The offset of the sandbox clock, which survives restarts. */
  readClockOffset(): Promise<number>;
  writeClockOffset(seconds: number): Promise<void>;

  /** Deletes stored replies that expired before `now`; returns their number. */
  forgetReplies(now: Instant): Promise<number>;

  /**
   * @param head a chain head that `ordergate head` printed earlier; the audit checks that the
   * ledger still holds what the head covers
   */
  audit(head?: string): Promise<LedgerAudit>;

  /** Throws LedgerUnavailableError if the ledger could not store a change now. */
  checkReady(): Promise<void>;

  close(): Promise<void>;
}

export function ownerId(value: string): OwnerId {
  return value as OwnerId;
}

export function orderId(value: string): OrderId {
  return value as OrderId;
}
