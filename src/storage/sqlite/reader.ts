// Group read: the queries of one turn of the event loop run in one transaction at the end of the
// turn.
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { LedgerUnavailableError } from '../../core/errors.ts';
import type { Damage } from './damage.ts';
import type { WriteAheadLog } from './write-ahead-log.ts';

interface Waiting {
  ask(): unknown;
  readonly orders: readonly string[] | undefined;
  resolve(value: unknown): void;
  reject(error: Error): void;
}

/**
 * Taking and releasing the read lock costs as much as finding an order. Answers that are ready
 * together also leave together, which saves the client wake-ups.
 */
export class Reader {
  readonly db: DatabaseSync;
  readonly #log: WriteAheadLog;
  readonly #damage: Damage;
  readonly #begin: StatementSync;
  readonly #end: StatementSync;
  #waiting: Waiting[] = [];

  constructor(db: DatabaseSync, log: WriteAheadLog, damage: Damage) {
    this.db = db;
    this.#log = log;
    this.#damage = damage;
    this.#begin = db.prepare('BEGIN');
    this.#end = db.prepare('COMMIT');
  }

  /**
   * A query after the answer to a commit sees that commit, because each turn reads anew.
   *
   * @param orders ids of the only orders in the answer, so that it need not wait for changes of
   * other orders that are not on disk yet
   */
  read<T>(ask: () => T, orders?: readonly string[]): Promise<T> {
    return new Promise<unknown>((resolve, reject) => {
      if (this.#waiting.length === 0) setImmediate(() => this.#readAll());
      this.#waiting.push({ ask, orders, resolve, reject });
    }) as Promise<T>;
  }

  #readAll(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    try {
      if (this.#log.failure !== undefined) throw new Error(this.#log.failure);
      this.#begin.run();
      for (const { ask, orders, resolve, reject } of waiting) {
        try {
          const value = ask();
          const first = this.#log.before(orders);
          if (first)
            first.then(
              () => resolve(value),
              (error) => reject(unavailable(error)),
            );
          else resolve(value);
        } catch (error) {
          this.#damage.see(error);
          reject(unavailable(error));
        }
      }
      this.#end.run();
    } catch (error) {
      this.#damage.see(error);
      if (this.db.isOpen && this.db.isTransaction) this.db.exec('ROLLBACK');
      // Queries that were answered before the error keep their answers.
      for (const { reject } of waiting) reject(unavailable(error));
    }
  }
}

function unavailable(error: unknown): LedgerUnavailableError {
  return new LedgerUnavailableError(`the ledger cannot be read: ${(error as Error).message}`);
}
