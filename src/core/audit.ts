// The audit: what people and tokens did, append-only and chained, and the port to where it is kept.
import type { Instant } from './clock.ts';
import type { Page } from './ledger.ts';
import type { JsonObject } from './order.ts';

export interface NewAuditEntry {
  readonly at: Instant;
  /** The account, or the token; for a sign-in that failed the name that was given. */
  readonly actor: string;
  /** What was done: an operation of the management API, or `sign-in` and the like. */
  readonly action: string;
  /** What it was done to, such as `jintong/15112480268`; empty where there is nothing to name. */
  readonly target: string;
  readonly outcome: 'done' | 'refused';
  /** From where, under which role, before and after; without any secret. */
  readonly details: JsonObject;
}

export interface AuditEntry extends NewAuditEntry {
  /** From 1, without a gap. */
  readonly number: number;
}

export interface AuditQuery {
  readonly actor?: string | undefined;
  readonly action?: string | undefined;
  /** Whole, or its beginning with a `*` behind it. */
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
  /** Resolves to the entry's number when it is durable. Each entry carries a hash over itself and the one before. */
  append(entry: NewAuditEntry): Promise<number>;
  /** Newest first. */
  list(query: AuditQuery): Promise<Page<AuditEntry>>;
  find(number: number): Promise<AuditEntry | null>;
}
