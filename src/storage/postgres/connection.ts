// One connection: its settings, its prepared statements, and an end that is noticed whatever it is.
import type pg from 'pg';
import { type ConnectionOptions, type OpenSession, openSession } from './connect.ts';
import { CopyIn } from './copy-in.ts';
import { ConnectionLostError, StatementError } from './errors.ts';
import { LONG_MS, type SessionState } from './session.ts';

export interface Statement {
  /** Prepared under this name, once a connection. */
  readonly name: string;
  readonly text: string;
  /** Planned anew for its values, in a transaction of its own: two round trips more. */
  readonly isPlannedByValues?: boolean;
}

export type Row = readonly unknown[];

/** Past it nobody is there to give up: the connection is dropped. */
const ANSWER_TIMEOUT_MS = 15_000;

/**
 * The routine of the server that waits for a synchronous standby. It has only a warning where the wait
 * was cancelled: the change is committed here and perhaps nowhere else, and the answer says success.
 * https://github.com/postgres/postgres/blob/REL_15_STABLE/src/backend/replication/syncrep.c
 */
const WAIT_ROUTINE = 'SyncRepWaitForLSN';

export class Connection {
  readonly name: string;
  /** As it was when it was opened. */
  readonly session: SessionState;
  readonly #client: pg.Client;
  readonly #answerTimeout: number;
  #lost: Error | undefined;
  /** What the server has said of a commit that no longer waits for its standby. */
  #cancelledWait: string | undefined;
  readonly #onLost: (() => void)[] = [];

  private constructor({ client, state }: OpenSession, { name, kind }: ConnectionOptions) {
    this.name = name;
    this.session = state;
    this.#client = client;
    this.#answerTimeout = kind === 'long' ? LONG_MS : ANSWER_TIMEOUT_MS;
    client.on('error', (error) => this.#end(error));
    client.on('end', () => this.#end(new Error('the server has closed the connection')));
    client.on('notice', ({ routine, message }) => {
      if (routine === WAIT_ROUTINE) this.#cancelledWait = message ?? 'the wait was cancelled';
    });
  }

  /** @throws {CannotConnectError} @throws {UnusableDatabaseError} see `openSession` */
  static async open(options: ConnectionOptions): Promise<Connection> {
    return new Connection(await openSession(options), options);
  }

  get isLost(): boolean {
    return this.#lost !== undefined;
  }

  onLost(listener: () => void): void {
    this.#onLost.push(listener);
  }

  onNotice(listener: (payload: string) => void): void {
    this.#client.on('notification', ({ payload }) => listener(payload ?? ''));
  }

  /**
   * @throws {ConnectionLostError} when no answer came
   * @throws {StatementError} when the server refused: nothing has happened
   */
  async run(statement: Statement, values: readonly unknown[] = []): Promise<Row[]> {
    const { name, text, isPlannedByValues } = statement;
    const query = { name, text, values: values as unknown[], rowMode: 'array' } as const;
    if (!isPlannedByValues) return this.#query(query);
    await this.runText('BEGIN READ ONLY; SET LOCAL plan_cache_mode = force_custom_plan');
    try {
      return await this.#query(query);
    } finally {
      await this.runText('COMMIT');
    }
  }

  /** Statements without values, several of them if need be; not prepared. */
  async runText(text: string): Promise<Row[]> {
    return this.#query({ text, rowMode: 'array' });
  }

  /** Adds rows to a table, all or none. @param text `COPY … FROM STDIN` @param lines see `copyLine` */
  async copyIn(text: string, lines: Buffer): Promise<void> {
    await this.#answer(
      () =>
        new Promise<void>((resolve, reject) => {
          const done = (error: Error | null) => (error ? reject(error) : resolve());
          this.#client.query(new CopyIn(text, lines, done));
        }),
    );
  }

  async #query(query: pg.QueryArrayConfig): Promise<Row[]> {
    return (await this.#answer(() => this.#client.query(query))).rows;
  }

  async #answer<T>(ask: () => Promise<T>): Promise<T> {
    if (this.#lost) throw new ConnectionLostError(this.#lost.message);
    const timeout = this.#answerTimeout;
    const timer = setTimeout(() => this.destroy(`no answer within ${timeout} ms`), timeout);
    try {
      const answer = await ask();
      if (this.#cancelledWait === undefined) return answer;
      this.destroy(this.#cancelledWait);
      throw new ConnectionLostError(this.#cancelledWait);
    } catch (error) {
      if (error instanceof ConnectionLostError) throw error;
      const { code, severity, message } = error as pg.DatabaseError;
      if (code === undefined || severity === undefined || severity === 'FATAL') {
        this.destroy(message);
        throw new ConnectionLostError(message);
      }
      throw new StatementError(message, code);
    } finally {
      clearTimeout(timer);
    }
  }

  /** Drops the connection where `work` has not ended in time, which then is lost. @param until by performance.now() */
  async within<T>(until: number, work: () => Promise<T>): Promise<T> {
    const left = Math.max(0, until - performance.now());
    const timer = setTimeout(() => this.destroy('no answer in time'), left);
    try {
      return await work();
    } finally {
      clearTimeout(timer);
    }
  }

  /** Drops it without a word to the server. */
  destroy(why: string): void {
    this.#end(new Error(why));
    const { connection } = this.#client as unknown as {
      connection: { stream: { destroy(): void } };
    };
    connection.stream.destroy();
  }

  async close(): Promise<void> {
    this.#lost ??= new Error('closed');
    await this.#client.end().catch(() => {});
  }

  #end(why: Error): void {
    if (this.#lost) return;
    this.#lost = why;
    for (const listener of this.#onLost) listener();
  }
}
