// A few connections with a bounded queue; lost ones are reopened while a caller waits.
import { setTimeout as sleep } from 'node:timers/promises';
import { LedgerUnavailableError } from '../../core/errors.ts';
import { Connection, type Row, type Statement } from './connection.ts';
import {
  ConnectionLostError,
  isCollision,
  isDuplicate,
  isElsewhere,
  unavailable,
} from './errors.ts';
import { keepNumbersAhead, WENT_BACK } from './event-numbers.ts';
import { POOLER } from './session.ts';
import { statements } from './statements.ts';

export interface PoolOptions {
  readonly url: string;
  /** The unique name of this gateway. */
  readonly node: string;
  readonly size: number;
  /** The schema of all its sessions; undefined if the URL alone decides. */
  readonly schema?: string;
}

/** A caller who waits longer for a connection gets an error. */
const PATIENCE_MS = 3000;
/** Maximum number of calls that wait for a connection. */
const MAX_WAITING = 10_000;
const RECONNECT_MS = [50, 100, 200, 400, 800, 1000];
/** The pause between attempts on a server that accepts no changes, so that it is not overloaded. */
export const RETRY_MS = 50;
/** After so many consecutive collisions, each with another transaction, a statement fails. */
const MAX_COLLISIONS = 8;

interface Waiting {
  resolve(connection: Connection): void;
  reject(error: Error): void;
  readonly until: number;
}

export class Pool {
  readonly #options: PoolOptions;
  readonly #free: Connection[] = [];
  #open = 0;
  #opening = 0;
  #made = 0;
  #queue: Waiting[] = [];
  #timer: NodeJS.Timeout | undefined;
  #closed = false;
  #lastError: string | undefined;
  #idle: (() => void) | undefined;
  #trips = 0;

  constructor(options: PoolOptions) {
    this.#options = options;
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
    const connection = await this.#take(until);
    this.#trips++;
    try {
      const result = await work(connection);
      this.#lastError = undefined;
      return result;
    } catch (error) {
      this.#lastError = (error as Error).message;
      // A server without changes may have a successor, which a new connection finds.
      if (isElsewhere(error)) connection.destroy('the server takes no changes');
      throw error;
    } finally {
      this.#giveBack(connection);
    }
  }

  get patience(): number {
    return performance.now() + PATIENCE_MS;
  }

  /** Waits for running work, then closes all connections. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const { reject } of this.#queue.splice(0)) reject(closedError());
    if (this.#free.length < this.#open) {
      await new Promise<void>((resolve) => {
        this.#idle = resolve;
      });
    }
    await Promise.all(this.#free.splice(0).map((connection) => connection.close()));
    clearTimeout(this.#timer);
  }

  #take(until: number): Promise<Connection> {
    if (this.#closed) return Promise.reject(closedError());
    for (let free = this.#free.pop(); free; free = this.#free.pop()) {
      if (!free.isLost) return Promise.resolve(free);
    }
    if (this.#queue.length >= MAX_WAITING) {
      return Promise.reject(
        new LedgerUnavailableError(`${MAX_WAITING} calls are waiting for the database`),
      );
    }
    return new Promise((resolve, reject) => {
      this.#queue.push({ resolve, reject, until });
      this.#timer ??= setTimeout(() => this.#refuseTheLate(), 100);
      this.#grow();
    });
  }

  #giveBack(connection: Connection): void {
    if (!connection.isLost) {
      const next = this.#closed ? undefined : this.#queue.shift();
      if (next) return next.resolve(connection);
      this.#free.push(connection);
    }
    if (this.#closed && this.#free.length === this.#open) this.#idle?.();
  }

  #grow(): void {
    const { size } = this.#options;
    while (this.#opening < this.#queue.length && this.#open + this.#opening < size) {
      this.#opening++;
      void this.#openOne().finally(() => {
        this.#opening--;
        if (this.#queue.length > 0 && !this.#closed) this.#grow();
      });
    }
  }

  async #openOne(): Promise<void> {
    const { url, node, schema } = this.#options;
    for (let attempt = 0; this.#queue.length > 0 && !this.#closed; attempt++) {
      try {
        const connection = await Connection.open({ url, name: `${node}.${++this.#made}`, schema });
        // After a failover, the new server's sequence may be too low.
        if (schema !== undefined) await keepNumbersAhead(connection);
        // The pool was closed meanwhile. Close does not wait for this uncounted connection.
        if (this.#closed) return void connection.close();
        this.#open++;
        connection.onLost(() => {
          this.#open--;
          const place = this.#free.indexOf(connection);
          if (place >= 0) this.#free.splice(place, 1);
          if (this.#queue.length > 0 && !this.#closed) this.#grow();
          if (this.#closed && this.#free.length === this.#open) this.#idle?.();
        });
        return this.#giveBack(connection);
      } catch (error) {
        this.#lastError = (error as Error).message;
        await sleep(RECONNECT_MS[Math.min(attempt, RECONNECT_MS.length - 1)]);
      }
    }
  }

  #refuseTheLate(): void {
    this.#timer = undefined;
    const now = performance.now();
    const late = this.#queue.filter(({ until }) => until <= now);
    this.#queue = this.#queue.filter(({ until }) => until > now);
    const why = this.#lastError ?? 'all connections are busy';
    for (const { reject } of late) reject(new LedgerUnavailableError(`no connection: ${why}`));
    if (this.#queue.length > 0) this.#timer = setTimeout(() => this.#refuseTheLate(), 100);
  }
}

const closedError = () => new LedgerUnavailableError('the database connections are closed');
