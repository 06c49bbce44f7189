// The audit log: an append-only chain of what people and tokens did, and its storage port.
import type { Instant } from './clock.ts';
import type { Page } from './ledger.ts';
import type { JsonObject } from './order.ts';

export interface NewAuditEntry {
  readonly at: Instant;
  /** The name of the account or the token; for a failed sign-in, the name that was entered. */
  readonly actor: string;
  /** The operation of the management API, or another action such as `sign-in`. */
  readonly action: string;
  /** The object of the action, such as `jintong/15112480268`; empty if the action has none. */
  readonly target: string;
  readonly outcome: 'done' | 'refused';
  /** The caller's address, the role, and the values before and after the action; never a secret. */
  readonly details: JsonObject;
}

export interface AuditEntry extends NewAuditEntry {
  /** Numbers start at 1 and have no gap. */
  readonly number: number;
}

export interface AuditQuery {
  readonly actor?: string | undefined;
  readonly action?: string | undefined;
  /** A whole target, or the beginning of one followed by `*`. */
  readonly target?: string | undefined;
  readonly outcome?: 'done' | 'refused' | undefined;
  /** The earliest time, included. */
  readonly from?: Instant | undefined;
  /** The latest time, excluded. */
  readonly to?: Instant | undefined;
  /** 1 to 1000 */
  readonly limit: number;
  readonly cursor?: string | undefined;
}

export interface AuditStore {
  /**
   * Resolves to the entry's number once the entry is durable. Each entry holds a hash over itself
   * and its predecessor's hash.
   */
  append(entry: NewAuditEntry): Promise<number>;
  /** Newest first. */
  list(query: AuditQuery): Promise<Page<AuditEntry>>;
  find(number: number): Promise<AuditEntry | null>;
}
