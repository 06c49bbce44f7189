// Runs statements on borrowed connections, and repeats them where a repetition is safe.
import { setTimeout as sleep } from 'node:timers/promises';
import { LedgerUnavailableError } from '../../core/errors.ts';
import type { Connection, Row, Statement } from './connection.ts';
import {
  asMoved,
  ConnectionLostError,
  isCollision,
  isDuplicate,
  isElsewhere,
  isMoved,
  unavailable,
} from './errors.ts';
import { keepNumbersAhead, WENT_BACK } from './event-numbers.ts';
import type { Lending } from './lender.ts';
import { POOLER } from './session.ts';
import { statements } from './statements.ts';

/** A caller who waits longer for a connection gets an error. */
const PATIENCE_MS = 3000;
/** The pause between attempts on a server that accepts no changes, so that it is not overloaded. */
export const RETRY_MS = 50;
/** After so many consecutive collisions, each with another transaction, a statement fails. */
const MAX_COLLISIONS = 8;

export class Pool {
  readonly #lending: Lending;
  #closed = false;
  #trips = 0;

  constructor(lending: Lending) {
    this.#lending = lending;
  }

  /** The number of sent statements, for tests of round trips. */
  get roundTrips(): number {
    return this.#trips;
  }

  /**
   * Runs a statement that may be repeated: a query.
   *
   * @param isOwed whether the answer acknowledges an earlier change, which must then be durable
   */
  run(
    statement: Statement,
    values: readonly unknown[] = [],
    isOwed: (rows: readonly Row[]) => boolean = () => false,
  ): Promise<Row[]> {
    const until = this.patience;
    return this.#repeat('also when lost', async (connection) => {
      const rows = await connection.run(statement, values);
      if (isOwed(rows)) await this.beSure(connection, until);
      return rows;
    });
  }

  /** Runs a change whose repetition has no further effect. */
  change(statement: Statement, values: readonly unknown[] = []): Promise<Row[]> {
    const until = this.patience;
    let attempts = 0;
    return this.#repeat('also when lost', async (connection) => {
      attempts++;
      const rows = await connection.run(statement, values);
      // A repetition may find the change done and write nothing, so it would not wait.
      if (attempts > 1) await this.beSure(connection, until);
      return rows;
    });
  }

  /**
   * Waits until everything that this session has seen is as durable as synchronous_commit requires.
   * It must be the same session, because another may be on a successor that never got the data.
   *
   * @param until then the session is dropped, and the result is unknown
   */
  async beSure(
    connection: Connection,
    until: number,
    write: Statement = statements.sure,
    values: readonly unknown[] = [],
  ): Promise<void> {
    try {
      await connection.within(until, () => connection.run(write, values));
    } catch (error) {
      // The server process would otherwise wait as long as the standby is unavailable.
      if (connection.isLost) this.#end(connection.name);
      throw error;
    }
  }

  /** Whether a session accepts changes and is unchanged. @throws {LedgerUnavailableError} */
  async checkSession(): Promise<void> {
    await this.#repeat('also when lost', async (connection) => {
      const [row] = await connection.run(statements.ready);
      const [readOnly, commit, name] = row!;
      if (readOnly === 'on') throw new LedgerUnavailableError('the database is read-only');
      if (name !== connection.name || commit !== connection.session.synchronousCommit) {
        connection.destroy('the session is another');
        throw new LedgerUnavailableError(POOLER);
      }
      if (await keepNumbersAhead(connection)) throw new LedgerUnavailableError(WENT_BACK);
    });
  }

  /** Whether the database and its standby have room. @throws {LedgerUnavailableError} */
  async probe(): Promise<void> {
    const until = this.patience;
    try {
      await this.use(until, (connection) =>
        this.beSure(connection, until, statements.set, ['ready-probe', '1']),
      );
    } catch (error) {
      throw unavailable(error);
    }
  }

  /** Ends the rest of a session at the server later; nobody waits for it. */
  #end(name: string): void {
    if (this.#closed) return;
    this.use(this.patience, (connection) => connection.run(statements.fence, [name])).catch(
      () => {},
    );
  }

  /** Runs a statement at most once. If the answer is lost, the result is unknown. */
  runOnce(statement: Statement, values: readonly unknown[] = []): Promise<Row[]> {
    return this.#repeat('when refused', (connection) => connection.run(statement, values));
  }

  /** Runs `work` in a transaction, and again if it collided with another one. */
  transaction<T>(work: (connection: Connection) => Promise<T>): Promise<T> {
    return this.#repeat('when refused', (connection) => connection.transaction(work));
  }

  /** Adds all rows or none. Only the caller creates the keys, so an existing key is its own. */
  copyIn(text: string, lines: Buffer): Promise<void> {
    return this.#repeat('also when lost', (connection) =>
      connection.copyIn(text, lines).catch((error) => {
        if (!isDuplicate(error)) throw error; // A duplicate means that an earlier try has written the rows.
      }),
    );
  }

  async #repeat<T>(
    when: 'when refused' | 'also when lost',
    work: (connection: Connection) => Promise<T>,
  ): Promise<T> {
    const until = performance.now() + PATIENCE_MS;
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.use(until, work);
      } catch (error) {
        const again =
          (error instanceof ConnectionLostError && when === 'also when lost') ||
          isElsewhere(error) ||
          (isCollision(error) && attempt < MAX_COLLISIONS);
        if (!again || performance.now() >= until) throw unavailable(error);
        if (!isCollision(error)) await sleep(RETRY_MS);
      }
    }
  }

  /** Lends a connection until `work` has ended. @param until when to stop waiting for one */
  async use<T>(until: number, work: (connection: Connection) => Promise<T>): Promise<T> {
    const connection = await this.#lending.take(until);
    this.#trips++;
    let failure: Error | undefined;
    try {
      return await work(connection);
    } catch (error) {
      failure = this.#lending.moved ? asMoved(error) : (error as Error);
      // A server without changes may have a successor, which a new connection finds.
      if (isElsewhere(error) && !isMoved(error)) connection.destroy('the server takes no changes');
      throw failure;
    } finally {
      this.#lending.giveBack(connection, failure);
      if (isMoved(failure)) await this.#lending.moved?.();
    }
  }

  get patience(): number {
    return performance.now() + PATIENCE_MS;
  }

  /** Waits for running work, then closes all connections. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#lending.close();
  }
}
