// Group read: what is asked in one turn of the event loop is read in one transaction, at its end.
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { LedgerUnavailableError } from '../../core/errors.ts';
import { openReader } from './database.ts';

interface Waiting {
  ask(): unknown;
  resolve(value: unknown): void;
  reject(error: Error): void;
}

/**
 * Taking and giving back the read lock costs as much as finding an order, and answers that are
 * ready together leave together, which spares the other side a wake-up for each.
 */
export class Reader {
  readonly db: DatabaseSync;
  readonly #begin: StatementSync;
  readonly #end: StatementSync;
  #waiting: Waiting[] = [];

  constructor(path: string, cacheKiB: number) {
    this.db = openReader(path, cacheKiB);
    this.#begin = this.db.prepare('BEGIN');
    this.#end = this.db.prepare('COMMIT');
  }

  /** What is asked after a commit was answered sees that commit: each turn reads anew. */
  read<T>(ask: () => T): Promise<T> {
    return new Promise<unknown>((resolve, reject) => {
      if (this.#waiting.length === 0) setImmediate(() => this.#readAll());
      this.#waiting.push({ ask, resolve, reject });
    }) as Promise<T>;
  }

  close(): void {
    this.db.close();
  }

  #readAll(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    try {
      this.#begin.run();
      for (const { ask, resolve, reject } of waiting) {
        try {
          resolve(ask());
        } catch (error) {
          reject(unavailable(error));
        }
      }
      this.#end.run();
    } catch (error) {
      if (this.db.isOpen && this.db.isTransaction) this.db.exec('ROLLBACK');
      // Those that were answered stay answered: what they read was there.
      for (const { reject } of waiting) reject(unavailable(error));
    }
  }
}

function unavailable(error: unknown): LedgerUnavailableError {
  return new LedgerUnavailableError(`the ledger cannot be read: ${(error as Error).message}`);
}
