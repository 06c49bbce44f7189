// Why a call has no result: refused by the platform, lost in the network, or answered with something unreadable.
import type { CodeEntry, RefusedItem } from '../protocol/contract.ts';
import type { CallInfo, ClockNote } from './options.ts';

/** What all errors of a client have in common. `code` is stable. */
export abstract class CallError extends Error implements CallInfo {
  abstract readonly code: 'ERR_REFUSED' | 'ERR_NETWORK' | 'ERR_UNREADABLE_REPLY';
  /** The server's name for the call, from `x-request-id`; its operator finds the call by it. */
  requestId: string | null = null;
  /** How often the call was sent. */
  attempts = 1;
  /** The values that the client made because the caller gave none: repeat the call with them. */
  made: Readonly<Record<string, string>> = {};
  clock: ClockNote | null = null;
}

/** A platform's refusal, with what its contract says of the code. */
export interface Refused extends Omit<RefusedItem['refused'], 'id'> {
  /** The server's name for the call, from `x-request-id`. */
  readonly requestId: string | null;
}

export class RefusedError extends CallError {
  readonly code = 'ERR_REFUSED';
  override readonly name = 'RefusedError';
  readonly refused: Refused;
  /** The row of the code table: the code, less the name of a field that stands in it. */
  readonly row: string;

  constructor(refused: Refused, method: string, row: string) {
    const remedy = refused.remedy ? ` ${refused.remedy.en}` : '';
    super(`${method} was refused with ${refused.code} (${refused.words}).${remedy}`);
    this.refused = refused;
    this.row = row;
  }
}

/**
 * - `not-sent`: the server did not get the call, or turned it away before any platform saw it.
 * - `unknown`: the call may have been carried out. Repeat a write only where the contract says that
 *   two equal calls are one.
 */
export type NetworkOutcome = 'not-sent' | 'unknown';

export class NetworkError extends CallError {
  readonly code = 'ERR_NETWORK';
  override readonly name = 'NetworkError';
  readonly outcome: NetworkOutcome;
  /** The HTTP status, where an answer came. */
  readonly status: number | null;
  /** What the platform's document calls it, such as Suning's `sys.error.network:failure`. */
  documented: Refused | null = null;

  constructor(
    message: string,
    outcome: NetworkOutcome,
    { status = null, cause }: { readonly status?: number | null; readonly cause?: unknown } = {},
  ) {
    super(message, { cause });
    this.outcome = outcome;
    this.status = status;
  }
}

/** What a reply said whose signature does not fit. Nothing proves that the server said it. */
export interface UnprovenReply {
  readonly code: string;
  readonly words: string;
}

/** The reply is not the platform's, or its signature does not fit. */
export class UnreadableReplyError extends CallError {
  readonly code = 'ERR_UNREADABLE_REPLY';
  override readonly name = 'UnreadableReplyError';
  /** The call may have been carried out. */
  readonly outcome = 'unknown' satisfies NetworkOutcome;
  /** Use it to find a mistake, never to act upon. Null where nothing could be read. */
  readonly unproven: UnprovenReply | null;

  constructor(
    message: string,
    {
      cause,
      unproven = null,
    }: { readonly cause?: unknown; readonly unproven?: UnprovenReply | null } = {},
  ) {
    super(message, { cause });
    this.unproven = unproven;
  }
}

/** What the contract says of a code that came over the wire. */
export function withContract(
  code: string,
  words: string,
  entry: CodeEntry | undefined,
): Omit<Refused, 'requestId'> {
  return {
    code,
    words,
    cause: entry?.cause ?? null,
    remedy: entry?.remedy ?? null,
    retry: entry?.retry ?? 'never',
    clause: entry?.source ?? null,
  };
}
