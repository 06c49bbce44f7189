// Lends the connections to one server: a few, with a bounded queue; lost ones are reopened while a
// caller waits.
import { setTimeout as sleep } from 'node:timers/promises';
import { LedgerUnavailableError } from '../../core/errors.ts';
import { Connection } from './connection.ts';
import { keepNumbersAhead } from './event-numbers.ts';
import { SchemaHomes } from './schema-homes.ts';

export interface LenderOptions {
  readonly url: string;
  /** The unique name of this gateway. */
  readonly node: string;
  readonly size: number;
  /** The schema of all its sessions; undefined if the URL alone decides, or each caller does. */
  readonly schema?: string | undefined;
}

/** What a pool borrows its connections from. */
export interface Lending {
  /** @param until when to stop waiting, by performance.now() */
  take(until: number): Promise<Connection>;
  /** @param error why the work with the connection failed; undefined if it succeeded */
  giveBack(connection: Connection, error?: Error): void;
  /** Called if the server says that the ledger has moved; resolves when its new place is known. */
  moved?(): Promise<void>;
  /** Waits for running work, then closes all connections. */
  close(): Promise<void>;
}

/** Maximum number of calls that wait for a connection. */
const MAX_WAITING = 10_000;
const RECONNECT_MS = [50, 100, 200, 400, 800, 1000];
/**
 * A connection that is given back goes to a caller of the same schema first, because a switch costs
 * a round trip and new plans. So many times in a row it may pass over callers of other schemas.
 */
const MAX_KEPT = 8;
/** How many callers are looked at for one of the same schema. */
const LOOKED_AT = 64;

/**
 * A server that many schemas share, and that has been down for longer than DOWN_MS, is not waited
 * for as long: each call of its parties would hold a request of the node for seconds.
 */
const DOWN_MS = 10_000;
const DOWN_WAIT_MS = 300;
/**
 * Connections that one of several schemas leaves to the others, if there are so many. While a schema's tables are locked,
 * as by the fence of a move, each of its calls holds a connection until the lock ends.
 */
const LEFT_TO_OTHERS = 2;

interface Waiting {
  resolve(connection: Connection): void;
  reject(error: Error): void;
  readonly until: number;
  readonly schema: string | undefined;
}

export class Lender implements Lending {
  readonly #options: LenderOptions;
  readonly #free: Connection[] = [];
  readonly #kept = new WeakMap<Connection, number>();
  /** By schema: how many connections its callers have. */
  readonly #held = new Map<string, number>();
  readonly #holders = new WeakMap<Connection, string>();
  readonly #homes = new SchemaHomes();
  #open = 0;
  #opening = 0;
  #made = 0;
  #queue: Waiting[] = [];
  #timer: NodeJS.Timeout | undefined;
  #closed = false;
  #lastError: string | undefined;
  #isFailing = false;
  /** By performance.now(): when the last connection had gone and no other could be made. */
  #downSince: number | undefined;
  #idle: (() => void) | undefined;

  constructor(options: LenderOptions) {
    this.#options = options;
  }

  /** Why the last statement or the last attempt to connect failed; undefined after a success. */
  get lastError(): string | undefined {
    return this.#lastError;
  }

  /** Whether there is no connection, and the last attempt to make one failed. */
  get isDown(): boolean {
    return this.#open === 0 && this.#isFailing;
  }

  /** @param schema of the caller's work: a connection that is in it already is lent first */
  take(until: number, schema?: string): Promise<Connection> {
    if (this.#closed) return Promise.reject(closedError());
    while (this.#mayHold(schema)) {
      const free = this.#pick(schema);
      if (!free) break;
      if (!free.isLost) return Promise.resolve(this.#holding(free, schema));
    }
    if (this.#queue.length >= MAX_WAITING) {
      return Promise.reject(
        new LedgerUnavailableError(`${MAX_WAITING} calls are waiting for the database`),
      );
    }
    const now = performance.now();
    const isLongDown = this.#downSince !== undefined && now - this.#downSince > DOWN_MS;
    const limit = isLongDown && schema !== undefined ? Math.min(until, now + DOWN_WAIT_MS) : until;
    return new Promise((resolve, reject) => {
      this.#queue.push({ resolve, reject, until: limit, schema });
      this.#timer ??= setTimeout(() => this.#refuseTheLate(), 100);
      this.#grow();
    });
  }

  giveBack(connection: Connection, error?: Error): void {
    this.#lastError = error?.message;
    const schema = this.#holders.get(connection);
    if (schema !== undefined) {
      this.#holders.delete(connection);
      this.#homes.giveBack(connection);
      this.#held.set(schema, this.#held.get(schema)! - 1);
    }
    this.#lend(connection);
    // A caller of this schema may have waited while other connections were free.
    if (connection.isLost && !this.#closed) this.#lendFree();
  }

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

  /**
   * The connection that is in the schema; else one that serves it, the longest unused first; else the
   * one that serves the fewest schemas. Undefined if the schema has to wait for one of its own.
   */
  #pick(schema: string | undefined): Connection | undefined {
    if (schema === undefined) return this.#free.pop();
    let at = this.#free.findLastIndex((free) => free.schema === schema);
    if (at < 0) at = this.#free.findIndex((free) => this.#homes.serves(free, schema));
    if (at < 0 && this.#homes.mayAdd(schema, this.#most)) {
      const counts = this.#free.map((free) => this.#homes.count(free));
      at = counts.indexOf(Math.min(...counts));
    }
    return at < 0 ? undefined : this.#free.splice(at, 1)[0];
  }

  /** Callers may wait while connections are free that their schemas do not use. */
  #lendFree(): void {
    for (const free of this.#free.splice(0)) this.#lend(free);
    this.#grow();
  }

  #lend(connection: Connection): void {
    if (!connection.isLost) {
      const next = this.#closed ? undefined : this.#nextFor(connection);
      if (next) return next.resolve(this.#holding(connection, next.schema));
      this.#free.push(connection);
    }
    if (this.#closed && this.#free.length === this.#open) this.#idle?.();
  }

  #mayHold(schema: string | undefined): boolean {
    if (schema === undefined) return true;
    return (this.#held.get(schema) ?? 0) < this.#most;
  }

  /** How many connections one schema may have at once. */
  get #most(): number {
    const others = Math.max(0, this.#held.size - 1);
    return Math.max(1, this.#options.size - Math.min(LEFT_TO_OTHERS, others));
  }

  #holding(connection: Connection, schema: string | undefined): Connection {
    if (schema === undefined) return connection;
    this.#holders.set(connection, schema);
    this.#homes.lend(connection, schema);
    this.#held.set(schema, (this.#held.get(schema) ?? 0) + 1);
    return connection;
  }

  /** Of the same schema first, then of one that the connection serves, then whoever waits longest. */
  #nextFor(connection: Connection): Waiting | undefined {
    const first = this.#queue.findIndex(({ schema }) => this.#mayHave(connection, schema));
    if (first < 0) return undefined;
    const kept = this.#kept.get(connection) ?? 0;
    const { schema: its } = this.#queue[first]!;
    let at = first;
    if (its !== undefined && its !== connection.schema && kept < MAX_KEPT) {
      const near = this.#queue.slice(first, first + LOOKED_AT);
      const isOwn = ({ schema }: Waiting): boolean =>
        schema === connection.schema && this.#mayHave(connection, schema);
      const isServed = ({ schema }: Waiting): boolean =>
        schema !== undefined &&
        this.#homes.serves(connection, schema) &&
        this.#mayHave(connection, schema);
      const own = near.findIndex(isOwn);
      at = first + Math.max(0, own < 0 ? near.findIndex(isServed) : own);
    }
    this.#kept.set(connection, at > first ? kept + 1 : 0);
    return this.#queue.splice(at, 1)[0];
  }

  #mayHave(connection: Connection, schema: string | undefined): boolean {
    if (schema === undefined) return true;
    if (!this.#mayHold(schema)) return false;
    return this.#homes.serves(connection, schema) || this.#homes.mayAdd(schema, this.#most);
  }

  #grow(): void {
    const { size } = this.#options;
    if (this.#open + this.#opening >= size) return;
    const wanted = this.#queue.filter(
      ({ schema }) =>
        schema === undefined || (this.#mayHold(schema) && this.#homes.mayAdd(schema, this.#most)),
    ).length;
    while (this.#opening < wanted && this.#open + this.#opening < size) {
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
        this.#isFailing = false;
        this.#downSince = undefined;
        connection.onLost(() => {
          this.#open--;
          this.#homes.lose(connection);
          const place = this.#free.indexOf(connection);
          if (place >= 0) this.#free.splice(place, 1);
          if (this.#queue.length > 0 && !this.#closed) this.#grow();
          if (this.#closed && this.#free.length === this.#open) this.#idle?.();
        });
        return this.#lend(connection);
      } catch (error) {
        this.#lastError = (error as Error).message;
        this.#isFailing = true;
        if (this.#open === 0) this.#downSince ??= performance.now();
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
    if (this.#queue.length === 0) return;
    this.#timer = setTimeout(() => this.#refuseTheLate(), 100);
    this.#lendFree(); // Connections of a schema may have been lent for long.
  }
}

const closedError = () => new LedgerUnavailableError('the database connections are closed');
