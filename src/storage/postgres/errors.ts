// What the server's refusals mean: to be tried again, or a mistake of ours.
import { LedgerUnavailableError } from '../../core/errors.ts';

/** The URL, the server, the role or the schema does not do. Nothing was changed. */
export class UnusableDatabaseError extends Error {
  readonly code = 'ERR_UNUSABLE_DATABASE';
  override readonly name = 'UnusableDatabaseError';
}

/** The answer was lost with the connection: nobody on this side knows whether it has happened. */
export class ConnectionLostError extends Error {
  override readonly name = 'ConnectionLostError';
}

/** The server refused a statement and said why; nothing of it has happened. */
export class StatementError extends Error {
  override readonly name = 'StatementError';
  /** https://www.postgresql.org/docs/current/errcodes-appendix.html */
  readonly sqlState: string;

  constructor(message: string, sqlState: string) {
    super(`${message} (${sqlState})`);
    this.sqlState = sqlState;
  }
}

/** Two transactions stood in each other's way: one of them has to come again. */
const COLLISIONS = new Set(['40001', '40P01', '55P03']);

/** The server is there and takes no changes: a standby, one that starts or stops, one without room. */
const ELSEWHERE = new Set(['25006', '57P01', '57P02', '57P03', '53300']);

/** A key is taken: where it is the caller's alone, by the caller itself. */
export function isDuplicate(error: unknown): boolean {
  return error instanceof StatementError && error.sqlState === '23505';
}

export function isCollision(error: unknown): boolean {
  return error instanceof StatementError && COLLISIONS.has(error.sqlState);
}

/** Whether another connection, perhaps to another server by now, may take it. */
export function isElsewhere(error: unknown): boolean {
  return error instanceof StatementError && ELSEWHERE.has(error.sqlState);
}

/** What callers of the storage get, who may only try again. */
export function unavailable(error: unknown): Error {
  if (error instanceof LedgerUnavailableError) return error;
  if (error instanceof ConnectionLostError) {
    return new LedgerUnavailableError(
      `the connection was lost, and with it whether it has happened: ${error.message}`,
    );
  }
  if (error instanceof StatementError) return new LedgerUnavailableError(error.message);
  return error as Error;
}
