// The closed union of the reasons why core refuses. Each platform maps every reason to a code of
// its own.

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
  /** The order's state, if the refusal is about the state. */
  readonly state?: string;
}

export type Outcome<T> = { readonly ok: true; readonly value: T } | CoreRefusal;

export function refuse(code: CoreCode, state?: string): CoreRefusal {
  return state === undefined ? { ok: false, code } : { ok: false, code, state };
}

/**
 * The ledger could not store a change or answer a question: its disk is full, or it is closed,
 * overloaded or damaged. Core throws this error because the caller made no mistake; the change was
 * not stored.
 */
export class LedgerUnavailableError extends Error {
  readonly code = 'ERR_LEDGER_UNAVAILABLE';
  override readonly name = 'LedgerUnavailableError';
}
