// The meaning of the server's errors: temporary, or a bug of ours.
import { LedgerUnavailableError } from '../../core/errors.ts';

/** The URL, the server, the role or the schema is unsuitable. Nothing was changed. */
export class UnusableDatabaseError extends Error {
  readonly code = 'ERR_UNUSABLE_DATABASE';
  override readonly name = 'UnusableDatabaseError';
}

/** The connection broke before the answer arrived, so that the result is unknown. */
export class ConnectionLostError extends Error {
  override readonly name = 'ConnectionLostError';
}

/** The server refused a statement with a reason; nothing of it has taken effect. */
export class StatementError extends Error {
  override readonly name = 'StatementError';
  /** https://www.postgresql.org/docs/current/errcodes-appendix.html */
  readonly sqlState: string;

  constructor(message: string, sqlState: string) {
    super(`${message} (${sqlState})`);
    this.sqlState = sqlState;
  }
}

/** Two transactions conflicted; one of them must run again. */
const COLLISIONS = new Set(['40001', '40P01', '55P03']);

/**
 * The server runs but accepts no changes: a standby, a starting or stopping server, or one without
 * room.
 */
const ELSEWHERE = new Set(['25006', '57P01', '57P02', '57P03', '53300']);

/** A unique key exists. If only the caller uses the key, the caller itself has written it. */
export function isDuplicate(error: unknown): boolean {
  return error instanceof StatementError && error.sqlState === '23505';
}

export function isCollision(error: unknown): boolean {
  return error instanceof StatementError && COLLISIONS.has(error.sqlState);
}

/**
 * The ledger is at another place now, because its group of owners was moved. A trigger on the old
 * tables raises this state, so that nothing of the statement has taken effect.
 */
export const MOVED = 'OG002';

export function isMoved(error: unknown): boolean {
  return error instanceof StatementError && error.sqlState === MOVED;
}

/** The SQLSTATE of a trigger that refuses a row, because its owner is in another group now. */
export const OWNER_MOVED = 'OG003';

/** The owner of the order, endpoint or listener is in another group; nothing was changed. */
export class OwnerMovedError extends LedgerUnavailableError {}

/** No such table, function or schema: a mover renames the old schema. */
const GONE = new Set(['42P01', '42883', '3F000']);

/** The error of a statement in the schema of a group, as what it is after a move. */
export function asMoved(error: unknown): Error {
  if (!(error instanceof StatementError) || !GONE.has(error.sqlState)) return error as Error;
  return new StatementError(error.message, MOVED);
}

/** Whether another connection, perhaps to another server, may succeed. */
export function isElsewhere(error: unknown): boolean {
  return error instanceof StatementError && (ELSEWHERE.has(error.sqlState) || isMoved(error));
}

/** The error for callers of storage, who can only try again. */
export function unavailable(error: unknown): Error {
  if (error instanceof LedgerUnavailableError) return error;
  if (error instanceof ConnectionLostError) {
    return new LedgerUnavailableError(
      `the connection was lost, and with it whether it has happened: ${error.message}`,
    );
  }
  if (error instanceof StatementError && error.sqlState === OWNER_MOVED)
    return new OwnerMovedError(error.message);
  if (error instanceof StatementError) return new LedgerUnavailableError(error.message);
  return error as Error;
}
