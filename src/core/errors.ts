// What core may refuse, as a closed union: a platform maps every one of these to a code of its own.

/**
 * - `unknown-order`: the platform has no order of that id.
 * - `unknown-line`: the order has no such line, or has lines and none was named.
 * - `foreign-order`: the order exists and is somebody else's.
 * - `state-refuses`: the order's state does not allow the action.
 * - `too-soon`: the action was done a moment ago and may not be repeated yet.
 * - `unavailable`: the ledger cannot be reached, or has no room; nothing was changed.
 * - `fault`: a mistake of ours; the log has the stack.
 */
export const CORE_CODES = [
  'unknown-order',
  'unknown-line',
  'foreign-order',
  'state-refuses',
  'too-soon',
  'unavailable',
  'fault',
] as const;

export type CoreCode = (typeof CORE_CODES)[number];

export interface CoreRefusal {
  readonly ok: false;
  readonly code: CoreCode;
  /** The order's state at the time, where the refusal is about it. */
  readonly state?: string;
}

export type Outcome<T> = { readonly ok: true; readonly value: T } | CoreRefusal;

export function refuse(code: CoreCode, state?: string): CoreRefusal {
  return state === undefined ? { ok: false, code } : { ok: false, code, state };
}

/**
 * The ledger could not take a change or answer a question: full disk, closed, overloaded, damaged.
 * Thrown, since no caller did wrong; what was asked has not happened.
 */
export class LedgerUnavailableError extends Error {
  readonly code = 'ERR_LEDGER_UNAVAILABLE';
  override readonly name = 'LedgerUnavailableError';
}
