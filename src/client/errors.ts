// The reasons why a call has no result: a refusal, a network error, or an unreadable reply.
import type { CodeEntry, RefusedItem } from '../protocol/contract.ts';
import type { CallInfo, ClockNote } from './options.ts';

/** The members that all errors of a client share. `code` is stable. */
export abstract class CallError extends Error implements CallInfo {
  abstract readonly code: 'ERR_REFUSED' | 'ERR_NETWORK' | 'ERR_UNREADABLE_REPLY';
  /** The server's id of the call, from `x-request-id`, by which the operator finds the call. */
  requestId: string | null = null;
  /** The number of times that the call was sent. */
  attempts = 1;
  /**
   * The values that the client generated because the caller gave none. Repeat the call with them.
   */
  made: Readonly<Record<string, string>> = {};
  clock: ClockNote | null = null;
}

/** A platform's refusal, with the contract's explanation of the code. */
export interface Refused extends Omit<RefusedItem['refused'], 'id'> {
  /** The server's id of the call, from `x-request-id`. */
  readonly requestId: string | null;
}

export class RefusedError extends CallError {
  readonly code = 'ERR_REFUSED';
  override readonly name = 'RefusedError';
  readonly refused: Refused;
  /** The row of the code table: the code without a field's name in it. */
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
  /** The HTTP status; null if no answer arrived. */
  readonly status: number | null;
  /** The code in the platform's document, such as Suning's `sys.error.network:failure`. */
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

/** The content of a reply with a wrong signature. Nothing proves that the server has sent it. */
export interface UnprovenReply {
  readonly code: string;
  readonly words: string;
}

/** The reply is not in the platform's form, or its signature is wrong. */
export class UnreadableReplyError extends CallError {
  readonly code = 'ERR_UNREADABLE_REPLY';
  override readonly name = 'UnreadableReplyError';
  /** The call may have been carried out. */
  readonly outcome = 'unknown' satisfies NetworkOutcome;
  /** For diagnosis only, never to act upon. Null if the reply was unreadable. */
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

/** The contract's explanation of a received code. */
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
