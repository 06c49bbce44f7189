// The result of opening storage: the ledger, and the request log beside it.
import type { PeopleStore } from '../core/account.ts';
import type { AlarmDocuments } from '../core/alarm-documents.ts';
import type { AuditStore } from '../core/audit.ts';
import type { CallbackStore } from '../core/callbacks.ts';
import type { CatalogStore } from '../core/catalog.ts';
import type { Clock } from '../core/clock.ts';
import type { DeskStore } from '../core/desk.ts';
import type { Ledger } from '../core/ledger.ts';
import type { Limits } from '../core/limits.ts';
import type { ListenerStore } from '../core/listeners.ts';
import type { Json, OrderId } from '../core/order.ts';
import type { OrderWithEntries } from '../core/order-entries.ts';
import type { RequestLog } from '../core/request-log.ts';
import type { StorageUsage } from '../core/storage-usage.ts';
import type { TokenStore } from '../core/token.ts';

/** The stored sealed texts of orders, for the renewal of the master key. */
export interface SealedTexts {
  /** At most `limit` texts after `after`, in a stable sequence; null means the beginning. */
  page(after: Json, limit: number): Promise<readonly SealedTextRow[]>;
  /** Does nothing if the stored text has changed meanwhile. */
  replace(row: SealedTextRow, sealed: string): Promise<void>;
  /** From now on only the newest key opens the ledger. */
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
  /**
   * Every order with its entries in other tables, for an audit; on SQLite this blocks the calling
   * thread.
   */
  ordersWithEntries(): AsyncIterable<OrderWithEntries>;
  readonly limits: Limits;
  readonly callbacks: CallbackStore;
  readonly listeners: ListenerStore;
  readonly people: PeopleStore;
  readonly audit: AuditStore;
  readonly desk: DeskStore;
  readonly usage: StorageUsage;
  readonly alarms: AlarmDocuments;
  /** The time that rules read if many nodes share the ledger; absent for a single process. */
  readonly clock?: Clock;
  /** Findings of the opening that an operator should know. */
  readonly notices?: readonly string[];
  /** The number of connected standbys of the database; absent for a file. */
  countStandbys?(): Promise<number>;
  /** Absent for a single process. */
  readonly shared?: SharedState;
  /** The groups of owners that do not answer, and why; absent for a ledger in one place. */
  unserved?(): readonly UnservedGroup[];
  /** Warnings for a person who has just opened the ledger, one sentence each. */
  readonly warnings?: readonly string[];
  /**
   * Starts reading the whole ledger file repeatedly in the background. The callback is called once,
   * with the first damage. Absent if the file belongs to a database server.
   */
  watchFile?(onDamage: (problem: string) => void): void;
  /**
   * Empties a sandbox's ledger in one transaction: orders, history, callbacks, tokens, parties,
   * catalog, limits and the clock's offset. The environment, the check of the master key, accounts,
   * credentials and the audit stay. Resolves to the ledger's new generation, one more than before.
   */
  reset(): Promise<number>;
  /** Finishes running work, then closes the store. */
  close(): Promise<void>;
}

export interface UnservedGroup {
  readonly group: string;
  /** The server's name in the file of ORDERGATE_GROUPS. */
  readonly server: string;
  readonly problem: string;
}

/** State that all nodes hold in memory, and notifications of its changes. */
export interface SharedState {
  /** `reload` runs when any node has changed the parties, the catalog or the placement of groups. */
  onChange(topic: 'parties' | 'catalog' | 'groups', reload: () => Promise<void>): void;
  /** Receives the sandbox clock's offset when a node has moved it. */
  onClockOffset(listener: (seconds: number) => void): void;
  /** Receives the clock's new offset when any node has recreated the ledger. */
  onReset(listener: (offsetSeconds: number) => Promise<void>): void;
  /** Runs `task` while no other node runs a task. */
  alone<T>(task: () => Promise<T>): Promise<T>;
}
