// One connection: its settings, its prepared statements, and the detection of its end.
import type pg from 'pg';
import { type ConnectionOptions, type OpenSession, openSession } from './connect.ts';
import { CopyIn } from './copy-in.ts';
import { ENTER, EnterFirst } from './enter-first.ts';
import { ConnectionLostError, MOVED, StatementError } from './errors.ts';
import { LONG_MS, type SessionState } from './session.ts';
import { splitStatements } from './sql-text.ts';

export interface Statement {
  /** The name of the prepared statement, unique per connection. */
  readonly name: string;
  readonly text: string;
  /**
   * The statement is planned for its values, in its own transaction, at the cost of two more round
   * trips.
   */
  readonly isPlannedByValues?: boolean;
  /**
   * A session that serves several schemas keeps a plan for each of them, at the cost of memory. Else
   * each switch plans the statement anew, which takes longer than the statement itself. A statement
   * that only calls a function does not need it: the function keeps its plans.
   */
  readonly isPlannedBySchema?: boolean;
}

export type Row = readonly unknown[];

/** After this time the caller has given up, and the connection is dropped. */
const ANSWER_TIMEOUT_MS = 15_000;

/**
 * The server's routine that waits for a synchronous standby. If that wait is cancelled, the server
 * only warns: the change is committed here but perhaps nowhere else, and the answer says success.
 * https://github.com/postgres/postgres/blob/REL_15_STABLE/src/backend/replication/syncrep.c
 */
const WAIT_ROUTINE = 'SyncRepWaitForLSN';

export class Connection {
  readonly name: string;
  /** The session's state when it was opened. */
  readonly session: SessionState;
  readonly #client: pg.Client;
  readonly #answerTimeout: number;
  #lost: Error | undefined;
  #schema: string | null = null;
  /** The schema that the next statement has to run in, if the session is in another one. */
  #wanted: string | undefined;
  /** The schemas that this session has been in. */
  readonly #entered = new Set<string>();
  /** The server's warning about a commit that no longer waits for its standby. */
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

  /** The schema that {@link enter} has put the session into. */
  get schema(): string | null {
    return this.#schema;
  }

  /**
   * Puts the session into a schema: at once if it has never been there, else with the next statement,
   * in the round trip of that.
   *
   * @returns whether the session is in that schema for the first time
   * @throws {StatementError} as of a ledger that has moved, if there is no such schema; the next
   *   statement may throw it, too
   */
  async enter(schema: string): Promise<boolean> {
    this.#wanted = this.#schema === schema ? undefined : schema;
    if (this.#entered.has(schema)) return false;
    await this.#enterNow();
    this.#entered.add(schema);
    return true;
  }

  async #enterNow(): Promise<void> {
    const schema = this.#wanted;
    if (schema === undefined) return;
    this.#wanted = undefined;
    this.#schema = null; // If the answer is lost, so is the connection.
    const { rows } = await this.#answer(() =>
      this.#client.query({ ...ENTER, values: [schema], rowMode: 'array' }),
    );
    this.#seeEntered(schema, rows[0]![1]);
  }

  #seeEntered(schema: string, entered: unknown): void {
    if (entered !== schema) {
      throw new StatementError(`the server has no schema "${schema}" that its role may use`, MOVED);
    }
    this.#schema = schema;
  }

  onLost(listener: () => void): void {
    this.#onLost.push(listener);
  }

  onNotice(listener: (payload: string) => void): void {
    this.#client.on('notification', ({ payload }) => listener(payload ?? ''));
  }

  /**
   * @throws {ConnectionLostError} if no answer arrived
   * @throws {StatementError} if the server refused; nothing has changed
   */
  async run(statement: Statement, values: readonly unknown[] = []): Promise<Row[]> {
    const { text, isPlannedByValues } = statement;
    const schema = this.#wanted ?? this.#schema;
    const isApart = statement.isPlannedBySchema && schema !== null;
    const name = isApart ? `${statement.name} ${schema}` : statement.name;
    const query = { name, text, values: values as unknown[], rowMode: 'array' } as const;
    if (!isPlannedByValues) return this.#query(query);
    await this.runText('BEGIN READ ONLY; SET LOCAL plan_cache_mode = force_custom_plan');
    try {
      return await this.#query(query);
    } finally {
      await this.runText('COMMIT');
    }
  }

  /** Runs one or more statements without values; not prepared. */
  async runText(text: string): Promise<Row[]> {
    await this.#enterNow();
    return this.#query({ text, rowMode: 'array' });
  }

  /** Commits what `work` has done; undoes all of it if `work` throws. */
  async transaction<T>(work: (connection: Connection) => Promise<T>): Promise<T> {
    await this.runText('BEGIN');
    try {
      const result = await work(this);
      await this.runText('COMMIT');
      return result;
    } catch (error) {
      await this.runText('ROLLBACK').catch(() => {});
      throw error;
    }
  }

  /** Runs the statements of a text one after the other. */
  async runEach(text: string): Promise<void> {
    for (const statement of splitStatements(text)) await this.runText(statement);
  }

  /**
   * Adds all rows to a table, or none.
   * @param text `COPY … FROM STDIN`
   * @param lines see `copyLine`
   */
  async copyIn(text: string, lines: Buffer): Promise<void> {
    await this.#enterNow();
    await this.#answer(
      () =>
        new Promise<void>((resolve, reject) => {
          const done = (error: Error | null) => (error ? reject(error) : resolve());
          this.#client.query(new CopyIn(text, lines, done));
        }),
    );
  }

  async #query(query: pg.QueryArrayConfig): Promise<Row[]> {
    const schema = this.#wanted;
    if (schema !== undefined) return this.#enterAndRun(schema, query);
    return (await this.#answer(() => this.#client.query(query))).rows;
  }

  async #enterAndRun(schema: string, query: pg.QueryArrayConfig): Promise<Row[]> {
    this.#schema = null;
    const { promise, resolve, reject } = Promise.withResolvers<pg.QueryArrayResult>();
    const both = new EnterFirst(schema, query, (error, result) =>
      error ? reject(error) : resolve(result),
    );
    try {
      const { rows } = await this.#answer(() => {
        this.#client.query(both);
        return promise;
      });
      this.#seeEntered(schema, both.entered);
      this.#wanted = undefined;
      return rows;
    } catch (error) {
      // A missing schema is the cause of whatever the statement failed with.
      if (both.entered === null && error instanceof StatementError) this.#seeEntered(schema, null);
      throw error;
    }
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

  /**
   * Drops the connection if `work` does not end in time; the work is then lost.
   * @param until by performance.now()
   */
  async within<T>(until: number, work: () => Promise<T>): Promise<T> {
    const left = Math.max(0, until - performance.now());
    const timer = setTimeout(() => this.destroy('no answer in time'), left);
    try {
      return await work();
    } finally {
      clearTimeout(timer);
    }
  }

  /** Closes the connection without notifying the server. */
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
