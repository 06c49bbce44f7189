// The record of every gateway call: the port to where it is kept, beside the ledger and never in its way.
import type { Instant } from './clock.ts';
import type { Page } from './ledger.ts';

export interface RequestRecord {
  /** Grows with time; see {@link requestIds}. */
  readonly id: number;
  readonly at: Instant;
  readonly platform: string;
  /** The party the caller claims to be, known or not. */
  readonly party: string | null;
  readonly method: string | null;
  /** The code that was answered, in the platform's words. */
  readonly outcome: string;
  /** What the reply said beside the code, in the platform's words; null where it says nothing. */
  readonly words: string | null;
  /** The step of the pipeline that refused it; null when none did. */
  readonly refusedBy: string | null;
  /** What was wrong, and where. */
  readonly detail: string | null;
  readonly orderId: string | null;
  readonly address: string;
  readonly durationMicros: number;
  readonly stringToSign: string | null;
  /** The body as text, secrets masked by the platform, cut at 16 KiB. */
  readonly body: string;
  /**
   * What the detective found out about the signature when the call arrived, as JSON; null where it was
   * not asked. Neither whole digests nor the bytes of the call stand in it.
   */
  readonly why: string | null;
}

export interface RequestQuery {
  readonly platform?: string | undefined;
  readonly party?: string | undefined;
  readonly method?: string | undefined;
  readonly outcome?: string | undefined;
  /** Outcomes to leave out, such as those of successes. */
  readonly outcomeNot?: readonly string[] | undefined;
  /** Outcomes of which one is wanted. */
  readonly outcomeIn?: readonly string[] | undefined;
  readonly address?: string | undefined;
  /** Spellings of one text; a call is found that has one of them in one of {@link SEARCHED}. */
  readonly texts?: readonly string[] | undefined;
  readonly orderId?: string | undefined;
  readonly from?: Instant | undefined;
  readonly to?: Instant | undefined;
  /** 1 to 1000 */
  readonly limit: number;
  readonly cursor?: string | undefined;
}

/** Where a text is looked for. */
export const SEARCHED = ['detail', 'words', 'stringToSign', 'body'] as const;

export interface RequestLog {
  /** Never waits and never throws: a full queue drops the record and counts it. */
  append(record: RequestRecord): void;
  /**
   * Newest first; what was appended before the call is in it. One question looks at a bounded part of
   * the log: a page may hold less than `limit`, or nothing, and still have a `nextCursor` to go on at.
   */
  list(query: RequestQuery): Promise<Page<RequestRecord>>;
  /** Where two nodes gave one id in the same millisecond, one of both. */
  find(id: number): Promise<RequestRecord | null>;
  /** Removes what is older, and the oldest of what is too much; returns how many. */
  prune(before: Instant): Promise<number>;
  readonly dropped: number;
  /** Why the last batch was dropped; undefined where it was written. */
  readonly problem: string | undefined;
  close(): Promise<void>;
}

const EPOCH = Date.UTC(2020, 0, 1);

/**
 * Ids that grow with time, so that newest-first needs no index: milliseconds since 2020 times 4096,
 * plus a counter. They stay safe integers until 2089.
 */
export function requestIds(now: () => number = Date.now): () => number {
  let last = 0;
  return () => {
    last = Math.max(last + 1, (now() - EPOCH) * 4096);
    return last;
  };
}

export function requestIdAt(instant: Instant): number {
  return (instant - EPOCH) * 4096;
}
