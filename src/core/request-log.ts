// The log of all gateway calls, and its storage port. The log is separate from the ledger and never
// delays it.
import type { Instant } from './clock.ts';
import type { Page } from './ledger.ts';

export interface RequestRecord {
  /** Ids grow with time; see {@link requestIds}. */
  readonly id: number;
  readonly at: Instant;
  readonly platform: string;
  /** The party that the caller claims to be, whether it exists or not. */
  readonly party: string | null;
  readonly method: string | null;
  /** The code of the reply, in the platform's words. */
  readonly outcome: string;
  /** The message of the reply, in the platform's words; null if it has none. */
  readonly words: string | null;
  /** The pipeline step that refused the call; null if none did. */
  readonly refusedBy: string | null;
  /** The problem, and its place in the call. */
  readonly detail: string | null;
  readonly orderId: string | null;
  readonly address: string;
  readonly durationMicros: number;
  readonly stringToSign: string | null;
  /** The body as text, cut at 16 KiB. The platform masks the secrets. */
  readonly body: string;
  /**
   * The detective's finding about the signature at the time of the call, as JSON; null if the
   * detective did not run. The finding contains neither whole digests nor the bytes of the call.
   */
  readonly why: string | null;
}

export interface RequestQuery {
  readonly platform?: string | undefined;
  readonly party?: string | undefined;
  readonly method?: string | undefined;
  readonly outcome?: string | undefined;
  /** Outcomes to exclude, such as the codes of success. */
  readonly outcomeNot?: readonly string[] | undefined;
  /** Outcomes to include. */
  readonly outcomeIn?: readonly string[] | undefined;
  readonly address?: string | undefined;
  /**
   * Several spellings of one text. A call matches if one of the {@link SEARCHED} fields contains
   * one of the spellings.
   */
  readonly texts?: readonly string[] | undefined;
  readonly orderId?: string | undefined;
  readonly from?: Instant | undefined;
  readonly to?: Instant | undefined;
  /** 1 to 1000 */
  readonly limit: number;
  readonly cursor?: string | undefined;
}

/**
 * How long one query reads the log, in milliseconds. A list then says how far it came, so that a
 * person sees an answer at once and chooses whether to search further.
 */
export const SEARCH_MS = 250;

/** A page of the log. */
export interface RequestPage extends Page<RequestRecord> {
  /**
   * How far the search came, if its time ended before the page was full: every call with this id or
   * a later one has been read, and so has every call after this instant. Null if the page is full
   * or the log has been read to its end.
   */
  readonly searchedTo: { readonly id: number; readonly at: Instant } | null;
}

/** The fields that a text search covers. */
export const SEARCHED = ['detail', 'words', 'stringToSign', 'body'] as const;

export interface RequestLog {
  /** Never waits and never throws: if the queue is full, the record is dropped and counted. */
  append(record: RequestRecord): void;
  /**
   * Newest first, including every record appended before this call. One query reads the log for
   * {@link SEARCH_MS}, so a page may hold fewer than `limit` records, or none, and still have a
   * `nextCursor`; `searchedTo` then says how far it came.
   */
  list(query: RequestQuery): Promise<RequestPage>;
  /**
   * If two nodes created the same id in the same millisecond, the method returns one of the two
   * records.
   */
  find(id: number): Promise<RequestRecord | null>;
  /**
   * Deletes records older than `before`, and the oldest records above the size limit; returns the
   * number.
   */
  prune(before: Instant): Promise<number>;
  readonly dropped: number;
  /** Why the last batch was dropped; undefined if it was written. */
  readonly problem: string | undefined;
  close(): Promise<void>;
}

const EPOCH = Date.UTC(2020, 0, 1);

/**
 * Ids that grow with time, so that listing the newest first needs no index: milliseconds since 2020
 * times 4096, plus a counter. They stay safe integers until 2089.
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
