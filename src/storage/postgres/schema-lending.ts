// Borrows connections of a pool that several schemas share, and puts each into one schema.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Connection } from './connection.ts';
import { ConnectionLostError, isElsewhere, isMoved, unavailable } from './errors.ts';
import { keepNumbersAhead } from './event-numbers.ts';
import type { Lender, Lending } from './lender.ts';

/** Where a schema is at this moment. */
export interface SchemaPlace {
  readonly lender: Lender;
  readonly schema: string;
}

const RETRY_MS = 50;

export class SchemaLending implements Lending {
  readonly #place: () => SchemaPlace;
  readonly #moved: () => Promise<void>;
  readonly #lent = new WeakMap<Connection, Lender>();

  /**
   * @param place is asked for each loan, because a schema may move
   * @param moved reads the place anew
   */
  constructor(place: () => SchemaPlace, moved: () => Promise<void> = async () => {}) {
    this.#place = place;
    this.#moved = moved;
  }

  async take(until: number): Promise<Connection> {
    for (;;) {
      const { lender, schema } = this.#place();
      const connection = await lender.take(until, schema);
      try {
        // After a failover or a move, the sequence may be too low.
        if (await connection.enter(schema)) await keepNumbersAhead(connection);
        this.#lent.set(connection, lender);
        return connection;
      } catch (error) {
        const hasMoved = isMoved(error);
        if (isElsewhere(error) && !hasMoved) connection.destroy('the server takes no changes');
        lender.giveBack(connection, error as Error);
        const again = error instanceof ConnectionLostError || isElsewhere(error);
        if (!again || performance.now() >= until) throw unavailable(error);
        if (hasMoved) await this.moved();
        await sleep(RETRY_MS);
      }
    }
  }

  giveBack(connection: Connection, error?: Error): void {
    this.#lent.get(connection)!.giveBack(connection, error);
  }

  /** If the place cannot be read now, the statement is repeated, and asks again. */
  async moved(): Promise<void> {
    await this.#moved().catch(() => {});
  }

  /** The pool belongs to all its schemas. */
  async close(): Promise<void> {}
}
