// One connection: its settings, its prepared statements, and an end that is noticed whatever it is.
import pg from 'pg';
import { CopyIn } from './copy-in.ts';
import { StatementError } from './errors.ts';

export interface Statement {
  /** Prepared under this name, once a connection. */
  readonly name: string;
  readonly text: string;
  /** Planned anew for its values, in a transaction of its own: two round trips more. */
  readonly isPlannedByValues?: boolean;
}

export type Row = readonly unknown[];

/** The answer was lost with the connection: nobody on this side knows whether it has happened. */
export class ConnectionLostError extends Error {
  override readonly name = 'ConnectionLostError';
}

const CONNECT_TIMEOUT_MS = 3000;
/** Past it the server gives up by itself. A hot statement takes a few milliseconds. */
const STATEMENT_TIMEOUT_MS = 10_000;
const LOCK_TIMEOUT_MS = 5000;
/** Past it nobody is there to give up: the connection is dropped. */
const ANSWER_TIMEOUT_MS = 15_000;
/** A statement that reads the whole ledger. */
const LONG_MS = 6 * 3_600_000;

/**
 * Every statement of ours has an index, and a plan is made once a connection: it must not become
 * another one because a table was small, or thought to be, at that moment.
 */
const SETTINGS = {
  plan_cache_mode: 'force_generic_plan',
  enable_seqscan: 'off',
  enable_hashjoin: 'off',
  enable_mergejoin: 'off',
  jit: 'off',
  synchronous_commit: 'on',
  statement_timeout: String(STATEMENT_TIMEOUT_MS),
  lock_timeout: String(LOCK_TIMEOUT_MS),
};

/** For questions that may take long: whatever plan is best, and as long as it takes. */
const LONG_SETTINGS = {
  jit: 'off',
  statement_timeout: String(LONG_MS),
  lock_timeout: String(LOCK_TIMEOUT_MS),
};

const INT8 = 20;
/** 64-bit numbers as numbers: instants, and sequences that will not reach 2^53. */
const types = {
  getTypeParser: ((oid: number, format?: 'text' | 'binary') =>
    oid === INT8 ? Number : pg.types.getTypeParser(oid, format as 'text')) as never,
};

export interface ConnectionOptions {
  readonly url: string;
  /** Unique among all connections of all gateways: by it an old one is found and ended. */
  readonly name: string;
  readonly kind?: 'hot' | 'long';
}

export class Connection {
  readonly name: string;
  readonly #client: pg.Client;
  readonly #answerTimeout: number;
  #lost: Error | undefined;
  readonly #onLost: (() => void)[] = [];

  private constructor(client: pg.Client, { name, kind }: ConnectionOptions) {
    this.name = name;
    this.#client = client;
    this.#answerTimeout = kind === 'long' ? LONG_MS : ANSWER_TIMEOUT_MS;
    client.on('error', (error) => this.#end(error));
    client.on('end', () => this.#end(new Error('the server has closed the connection')));
  }

  static async open(options: ConnectionOptions): Promise<Connection> {
    const client = new pg.Client({
      ...clientConfig(options.url, options.kind === 'long' ? LONG_SETTINGS : SETTINGS),
      application_name: options.name,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      keepAlive: true,
      types,
    });
    client.on('error', () => {}); // Until it is ours: connect() rejects with the same.
    try {
      await client.connect();
    } catch (error) {
      client.end().catch(() => {});
      throw error;
    }
    return new Connection(client, options);
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
    const timer = setTimeout(
      () => this.destroy(`no answer within ${this.#answerTimeout} ms`),
      this.#answerTimeout,
    );
    try {
      return await ask();
    } catch (error) {
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

/** The URL's own `options` stay, such as a search_path; ours come behind. */
function clientConfig(url: string, settings: Readonly<Record<string, string>>): pg.ClientConfig {
  const parsed = new URL(url);
  const own = parsed.searchParams.get('options') ?? '';
  const ours = Object.entries(settings).map(([name, value]) => `-c ${name}=${value}`);
  parsed.searchParams.set('options', [own, ...ours].join(' ').trim());
  return { connectionString: parsed.href.replaceAll('+', '%20') };
}
