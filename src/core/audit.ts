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
  /**
   * `begun` is written before a change, and completed by a second entry after it. So a change never stands
   * without an entry: if the process ends in between, the `begun` entry stays open.
   */
  readonly outcome: 'begun' | 'done' | 'refused';
  /** The number of the `begun` entry that this entry completes. */
  readonly begun?: number | undefined;
  /** The caller's address, the role, and the values before and after the action; never a secret. */
  readonly details: JsonObject;
}

export interface AuditEntry extends NewAuditEntry {
  /** Numbers start at 1 and have no gap. */
  readonly number: number;
  /** Whether the entry is `begun` and no other entry completes it: the outcome is not known. */
  readonly isOpen: boolean;
}

export interface AuditQuery {
  readonly actor?: string | undefined;
  readonly action?: string | undefined;
  /** A whole target, or the beginning of one followed by `*`. */
  readonly target?: string | undefined;
  readonly outcome?: 'begun' | 'done' | 'refused' | undefined;
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
  /** Newest first; of `begun` entries only those that are open. */
  list(query: AuditQuery): Promise<Page<AuditEntry>>;
  find(number: number): Promise<AuditEntry | null>;
}

/**
 * Carries out a change between its two entries. If `change` throws, nobody knows how much of it was
 * done, and the first entry stays open.
 *
 * @param after the details of the change that are known only afterwards; null if it was refused
 */
export async function auditedChange<T>(
  { audit, now }: { readonly audit: Pick<AuditStore, 'append'>; now(): Instant },
  entry: Omit<NewAuditEntry, 'at' | 'outcome' | 'begun'>,
  change: () => Promise<T>,
  after: (result: T) => JsonObject | null = () => ({}),
): Promise<T> {
  const begun = await audit.append({ ...entry, at: now(), outcome: 'begun' });
  const result = await change();
  const told = after(result);
  const details = { ...entry.details, ...told };
  const outcome = told === null ? 'refused' : 'done';
  await audit.append({ ...entry, details, at: now(), outcome, begun });
  return result;
}
