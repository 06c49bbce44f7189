// What opening storage gives: the ledger, and the request log beside it.
import type { PeopleStore } from '../core/account.ts';
import type { AuditStore } from '../core/audit.ts';
import type { CallbackStore } from '../core/callbacks.ts';
import type { CatalogStore } from '../core/catalog.ts';
import type { Clock } from '../core/clock.ts';
import type { Ledger } from '../core/ledger.ts';
import type { Limits } from '../core/limits.ts';
import type { Json, OrderId } from '../core/order.ts';
import type { OrderWithEntries } from '../core/order-entries.ts';
import type { RequestLog } from '../core/request-log.ts';
import type { TokenStore } from '../core/token.ts';

/** The sealed texts of orders as they are kept, for who seals them anew. */
export interface SealedTexts {
  /** The first at most `limit` behind `after`, in an order that does not change; null is the beginning. */
  page(after: Json, limit: number): Promise<readonly SealedTextRow[]>;
  /** Does nothing where another text stands there by now. */
  replace(row: SealedTextRow, sealed: string): Promise<void>;
  /** From now on the ledger opens with the newest key only. */
  keepKeyCheck(): Promise<void>;
}

export interface SealedTextRow {
  /** Its place, for `page`. */
  readonly at: Json;
  readonly platform: string;
  readonly orderId: OrderId;
  readonly name: string;
  readonly sealed: string;
}

export interface OpenStorage {
  readonly sealedTexts: SealedTexts;
  readonly ledger: Ledger;
  readonly requests: RequestLog;
  readonly tokens: TokenStore;
  readonly catalog: CatalogStore;
  /** Every order with its entries in other tables, for an audit; on SQLite it keeps the calling thread busy. */
  ordersWithEntries(): AsyncIterable<OrderWithEntries>;
  readonly limits: Limits;
  readonly callbacks: CallbackStore;
  readonly people: PeopleStore;
  readonly audit: AuditStore;
  /** The time that rules read where many nodes share the ledger; absent where it is this process's. */
  readonly clock?: Clock;
  /** What opening it found that an operator should know. */
  readonly notices?: readonly string[];
  /** Absent where one process serves alone. */
  readonly shared?: SharedState;
  /** What somebody should know who has just opened it: a sentence each. */
  readonly warnings?: readonly string[];
  /**
   * From now on the ledger's file is read in the background, as a whole, again and again. Called once, with the first
   * thing that is found broken. Absent where the file is not this process's.
   */
  watchFile?(onDamage: (problem: string) => void): void;
  /**
   * Empties a sandbox's ledger: orders, history, callbacks, tokens, parties, catalog, limits and the
   * clock's offset go, all or nothing. The environment and the check of the master key stay, and so
   * do accounts, what their owners sign in with, and the audit.
   * Resolves to the ledger's new generation, one more than before.
   */
  reset(): Promise<number>;
  /** Finishes what is under way, then lets the store go. */
  close(): Promise<void>;
}

/** What all nodes hold in memory, and how one learns that another has changed it. */
export interface SharedState {
  /** `reload` is run when any node has changed the parties, or the catalog. */
  onChange(topic: 'parties' | 'catalog', reload: () => Promise<void>): void;
  /** Told of the sandbox clock's offset when a node has moved it. */
  onClockOffset(listener: (seconds: number) => void): void;
  /** Told, with the clock's new offset, when any node has made the ledger anew. */
  onReset(listener: (offsetSeconds: number) => Promise<void>): void;
  /** Runs `task` while no other node runs one. */
  alone<T>(task: () => Promise<T>): Promise<T>;
}
