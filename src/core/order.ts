// What an order is: an identified document with a state, a version, an owner, keys and a history.
import type { Instant } from './clock.ts';
import type { DeadlineEntry } from './order-entries.ts';
import type { Transitions } from './transitions.ts';

declare const brand: unique symbol;
type Branded<T, Name extends string> = T & { readonly [brand]: Name };

/** An order's id, unique within its platform. */
export type OrderId = Branded<string, 'OrderId'>;
/** Who owns an order: a Jintong partner, a Suning supplier, a ytx app. Unique within its platform. */
export type OwnerId = Branded<string, 'OwnerId'>;

export type Json = string | number | boolean | null | readonly Json[] | JsonObject;
export type JsonObject = { readonly [name: string]: Json };

/** One line (订单行) of an order that has lines. A line has a state of its own. */
export interface OrderLine {
  readonly lineId: string;
  readonly state: string;
  readonly attributes: JsonObject;
}

export interface Order {
  readonly platform: string;
  readonly orderId: OrderId;
  readonly owner: OwnerId;
  /** A key of the platform's state table. */
  readonly state: string;
  /** 1 for a new order; each change adds 1. */
  readonly version: number;
  readonly createdAt: Instant;
  readonly updatedAt: Instant;
  /** The platform's own data of the order. Money is integer fen; times are instants. */
  readonly attributes: JsonObject;
  readonly lines: readonly OrderLine[];
}

/** One row of an order's append-only history: the change that made `version`. */
export interface HistoryEntry {
  readonly version: number;
  readonly at: Instant;
  readonly action: string;
  /** The changed line, if the change concerned one line. */
  readonly line: string | null;
  readonly from: string | null;
  readonly to: string;
  readonly actor: Actor;
  readonly note: string | null;
  /** The gateway request that caused the change. */
  readonly requestId: number | null;
}

/**
 * The author of a change: `party:jane88`, `operator:li.na`, `operator` (the admin token), `import`,
 * `deadline:refund`.
 */
export type Actor =
  | `party:${string}`
  | `deadline:${string}`
  | 'operator'
  | `operator:${string}`
  | 'import';

/** A person who works for the platform. */
export type OperatorActor = Extract<Actor, `operator${string}`>;

/**
 * A name and value by which support staff find the order. The platform declares the keys; storage
 * indexes them.
 */
export type LookUpKey = readonly [name: string, value: string];

/** An operator's move of an order, or of one line of it, to the state `to`. */
export interface OperatorMove {
  readonly order: Order;
  /** The line to move, if the order has lines. */
  readonly line: OrderLine | null;
  readonly to: string;
  readonly note: string | null;
  readonly now: Instant;
}

export interface MoveEffects {
  /** The order's state after the move, if that state summarises the states of its lines. */
  readonly state?: string;
  /**
   * The line's state after the move, if `to` names something other than a state, such as the result
   * of a refund.
   */
  readonly lineState?: string;
  /** The order's attributes after the move. */
  readonly attributes?: JsonObject;
  /** The line's attributes after the move. */
  readonly lineAttributes?: JsonObject;
  /** Deadlines to set, or to clear (null). */
  readonly deadlines?: readonly { readonly kind: string; readonly dueAt: Instant | null }[];
  /** Further data for the move's event. */
  readonly eventPayload?: Json;
}

/** A platform's declarations about its orders. Core knows nothing else about a platform. */
export interface OrderModel {
  /** Every state with its meaning, in the words of the platform's document. */
  readonly states: Readonly<Record<string, string>>;
  /** The moves that an operator may make through the management API, by state. */
  readonly operatorTransitions: Transitions;
  /**
   * Words that an operator may write for a state whose letter or number says little: `failed` for
   * `-1`.
   */
  readonly stateWords?: Readonly<Record<string, string>>;
  lookUpKeys(order: Order): readonly LookUpKey[];
  /**
   * Keys that are unique among the orders of one owner; see {@link NewOrder.uniqueKeys}. Absent:
   * none.
   */
  uniqueKeys?(order: Order): readonly LookUpKey[];
  /** The counted lists of the order's owner that contain the order. Absent: none. */
  lists?(order: Order): readonly string[];
  /** The deadlines that the current order waits for. Absent: none. */
  deadlines?(order: Order): readonly DeadlineEntry[];
  /** The beginning of the look-up key of each order whose key of another kind ends in `digits`. */
  keyOfEnd?(digits: string): string;
  /**
   * Look-up keys that orders of an older version may lack, because keys are written only at
   * creation.
   */
  readonly newKeys?: readonly string[];
  /** Further effects of an operator's move. Absent: only the state changes. */
  moved?(move: OperatorMove): MoveEffects;
}
