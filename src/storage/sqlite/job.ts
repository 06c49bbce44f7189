// What is asked of the writer: flat values, cheap to hand to a thread.

import type { SealedRow } from '../order-row.ts';
import type { CallbackJob } from './callback-jobs.ts';
import type { StoreJob } from './store-jobs.ts';

/** Where `load` found the order: with that version, this is still what its row holds. */
export interface Place {
  readonly row: number;
  readonly lastChange: number;
  readonly state: string;
  /** The hash of its last change. */
  readonly head: string | null;
  readonly owner: string;
  readonly createdAt: number;
}

export interface CommitJob {
  readonly op: 'commit';
  readonly platform: string;
  readonly orderId: string;
  readonly expectedVersion: number;
  readonly place: Place | null;
  readonly state: string;
  readonly at: number;
  readonly attributes: string;
  readonly lines: string | null;
  readonly action: string;
  readonly line: string | null;
  readonly from: string | null;
  readonly to: string;
  readonly actor: string;
  readonly note: string | null;
  readonly requestId: number | null;
  readonly eventType: string;
  readonly eventPayload: string | null;
  readonly once: {
    readonly key: string;
    readonly reply: string;
    readonly expiresAt: number;
  } | null;
  readonly deadlines: readonly { readonly kind: string; readonly dueAt: number | null }[] | null;
  readonly sealed: readonly SealedRow[] | null;
  readonly completes: { readonly deadlineId: number; readonly leaseUntil: number } | null;
}

export interface CreateRow {
  readonly platform: string;
  readonly orderId: string;
  readonly owner: string;
  readonly state: string;
  readonly createdAt: number;
  readonly attributes: string;
  readonly lines: string | null;
  readonly keys: readonly (readonly [name: string, value: string])[];
  readonly uniqueKeys: readonly (readonly [name: string, value: string])[];
  readonly lists: readonly string[];
  readonly actor: string;
  readonly note: string | null;
  readonly requestId: number | null;
  readonly deadlines: readonly { readonly kind: string; readonly dueAt: number }[];
}

export interface CreateJob {
  readonly op: 'create';
  readonly rows: readonly CreateRow[];
  readonly existing: 'skip' | 'refuse';
  readonly once: {
    readonly key: string;
    readonly fingerprint: string;
    readonly expiresAt: number;
  } | null;
  readonly now: number;
}

export type Job =
  | CommitJob
  | CreateJob
  | StoreJob
  | { readonly op: 'callbacks'; readonly job: CallbackJob }
  | { readonly op: 'people'; readonly run: () => unknown }
  | {
      readonly op: 'claim';
      readonly now: number;
      readonly limit: number;
      readonly leaseUntil: number;
    }
  | { readonly op: 'drop'; readonly deadlineId: number; readonly leaseUntil: number }
  | {
      readonly op: 'saveParty';
      readonly platform: string;
      readonly partyId: string;
      readonly document: string;
      /** The version that it is put in place of; null where it is created. */
      readonly replaces: number | null;
    }
  | { readonly op: 'set' | 'setOnce'; readonly name: string; readonly value: string }
  | { readonly op: 'reset' }
  | { readonly op: 'forget'; readonly now: number }
  | { readonly op: 'seal' };

/** What became of one job of a group: its result, or why the engine could not carry it out. */
export interface JobResult {
  readonly value?: unknown;
  readonly error?: string;
}
