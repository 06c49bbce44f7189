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

/** One line (订单行) of an order that has lines. Its state is the line's own. */
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
  /** 1 when created, one more with each change. */
  readonly version: number;
  readonly createdAt: Instant;
  readonly updatedAt: Instant;
  /** What the platform keeps with the order; money in integer fen, times as instants. */
  readonly attributes: JsonObject;
  readonly lines: readonly OrderLine[];
}

/** One row of an order's append-only history: the change that made `version`. */
export interface HistoryEntry {
  readonly version: number;
  readonly at: Instant;
  readonly action: string;
  /** The line that changed, where it was one line. */
  readonly line: string | null;
  readonly from: string | null;
  readonly to: string;
  readonly actor: Actor;
  readonly note: string | null;
  /** The gateway request that caused it. */
  readonly requestId: number | null;
}

/** Who made a change: `party:jane88`, `operator:li.na`, `operator` by the admin token, `import`, `deadline:refund`. */
export type Actor =
  | `party:${string}`
  | `deadline:${string}`
  | 'operator'
  | `operator:${string}`
  | 'import';

/** Somebody who works for the platform. */
export type OperatorActor = Extract<Actor, `operator${string}`>;

/** A name and value by which support staff find the order. Declared by the platform, kept in an index. */
export type LookUpKey = readonly [name: string, value: string];

/** An operator moves an order, or one line of it, to `to`. */
export interface OperatorMove {
  readonly order: Order;
  /** The line that moves, where the order has lines. */
  readonly line: OrderLine | null;
  readonly to: string;
  readonly note: string | null;
  readonly now: Instant;
}

export interface MoveEffects {
  /** The order's state after it, where that sums up its lines. */
  readonly state?: string;
  /** The line's state after it, where `to` names something besides, such as how its refund went. */
  readonly lineState?: string;
  /** The order's attributes after it. */
  readonly attributes?: JsonObject;
  /** The line's attributes after it. */
  readonly lineAttributes?: JsonObject;
  /** Deadlines to set, or to clear (null). */
  readonly deadlines?: readonly { readonly kind: string; readonly dueAt: Instant | null }[];
  /** What the event tells besides the move. */
  readonly eventPayload?: Json;
}

/** What a platform declares about its orders; core works from this alone. */
export interface OrderModel {
  /** Every state with its meaning, in the words of the platform's document. */
  readonly states: Readonly<Record<string, string>>;
  /** What an operator may do through the management API, by state. */
  readonly operatorTransitions: Transitions;
  /** Words that an operator may write instead of a state's name, where that is none: `failed` for `-1`. */
  readonly stateWords?: Readonly<Record<string, string>>;
  lookUpKeys(order: Order): readonly LookUpKey[];
  /** Keys that no other order of the same owner has; see {@link NewOrder.uniqueKeys}. Absent: none. */
  uniqueKeys?(order: Order): readonly LookUpKey[];
  /** The counted lists of its owner that the order stands in. Absent: none. */
  lists?(order: Order): readonly string[];
  /** The deadlines that the order, as it is now, waits for. Absent: none. */
  deadlines?(order: Order): readonly DeadlineEntry[];
  /** What a look-up key begins with for each order whose key of another kind ends in `digits`. */
  keyOfEnd?(digits: string): string;
  /** Look-up keys that orders from before this version may lack: they are written at creation only. */
  readonly newKeys?: readonly string[];
  /** What an operator's move brings with it besides the state; by default nothing. */
  moved?(move: OperatorMove): MoveEffects;
}
