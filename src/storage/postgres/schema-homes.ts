// Which connections the calls of a schema use, where many schemas share a few connections.
import type { Connection } from './connection.ts';

/** A connection that has been lent for so long waits for a lock, or runs a long statement. */
const STUCK_MS = 250;

interface Loan {
  readonly schema: string;
  /** By performance.now(). */
  readonly since: number;
}

export class SchemaHomes {
  readonly #homes = new Map<string, Set<Connection>>();
  readonly #counts = new WeakMap<Connection, number>();
  readonly #loans = new Map<Connection, Loan>();

  /** How many schemas the connection serves. */
  count(connection: Connection): number {
    return this.#counts.get(connection) ?? 0;
  }

  serves(connection: Connection, schema: string): boolean {
    return this.#homes.get(schema)?.has(connection) === true;
  }

  /**
   * Whether the schema may use a connection that has not served it yet: if it has few, if all of its
   * connections are lent to one other schema, or if all are stuck. A session keeps the catalog and the
   * plans of each schema that it has been in, which takes up to 4 MB.
   *
   * @param most how many connections a schema may have at once, which are enough
   */
  mayAdd(schema: string, most: number): boolean {
    const homes = this.#homes.get(schema);
    if (homes === undefined || homes.size < most) return true;
    const loans = [...homes].map((home) => this.#loans.get(home));
    const holder = loans[0]?.schema;
    if (holder !== schema && loans.every((loan) => loan && loan.schema === holder)) return true;
    const stuck = performance.now() - STUCK_MS;
    return loans.every((loan) => loan && loan.since < stuck);
  }

  lend(connection: Connection, schema: string): void {
    this.#loans.set(connection, { schema, since: performance.now() });
    const homes = this.#homes.get(schema) ?? new Set();
    this.#homes.set(schema, homes);
    if (homes.has(connection)) return;
    homes.add(connection);
    this.#counts.set(connection, this.count(connection) + 1);
  }

  giveBack(connection: Connection): void {
    this.#loans.delete(connection);
  }

  lose(connection: Connection): void {
    this.#loans.delete(connection);
    for (const homes of this.#homes.values()) homes.delete(connection);
  }
}
