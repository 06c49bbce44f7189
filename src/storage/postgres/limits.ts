// Limits that all nodes share: counted in the database, one round trip for the calls of a turn.
import type { Instant } from '../../core/clock.ts';
import type { Admission, Limits, LimitWindow } from '../../core/limits.ts';
import type { Pool } from './pool.ts';
import { GroupReader } from './reader.ts';
import { statements } from './statements.ts';

/**
 * A node that has not been seen for this long is gone, and its calls under way with it. It says that
 * it is alive each second; shorter would free the calls of one that only waits for its database.
 */
const ALIVE = '10 seconds';

interface Call {
  readonly key: string;
  readonly atOnce: number | null;
  readonly windows: readonly object[];
}

const NOTHING = (): void => {};

export class PostgresLimits implements Limits {
  readonly #pool: Pool;
  readonly #node: string;
  readonly #enter: GroupReader<Call, string | null>;
  #left: string[] = [];
  #leaving: Promise<unknown> | undefined;

  constructor(pool: Pool, node: string) {
    this.#pool = pool;
    this.#node = node;
    this.#enter = new GroupReader(async (calls) => {
      const numbered = calls.map((call, n) => ({ ...call, n }));
      // Once: where the answer is lost a call may have been counted that was not let in, which
      // is better than one let in that was not counted.
      const values = [node, ALIVE, JSON.stringify(numbered)];
      const [[refusals]] = (await pool.runOnce(statements.enter, values)) as [
        [Record<string, string>],
      ];
      return calls.map((_, n) => refusals[n] ?? null);
    });
  }

  async enter(
    key: string,
    atOnce: number | null,
    windows: readonly LimitWindow[],
    _now: Instant,
  ): Promise<Admission> {
    const asked = windows.map(({ name, startsAt, length, max }) => ({
      name,
      endsAt: startsAt + length,
      max,
    }));
    if (atOnce === null && asked.length === 0) return { refusedBy: null, leave: NOTHING };
    const refusedBy = await this.#enter.ask({ key, atOnce, windows: asked });
    if (refusedBy !== null || atOnce === null) return { refusedBy, leave: NOTHING };
    let left = false;
    const leave = (): void => {
      if (left) return;
      left = true;
      this.#left.push(key);
      this.#leaving ??= this.#leave();
    };
    return { refusedBy, leave };
  }

  async pause(keys: readonly string[], length: number, now: Instant): Promise<readonly boolean[]> {
    const unique = [...new Set(keys)];
    const rows = await this.#pool.runOnce(statements.pause, [unique, now, length]);
    const started = new Set(rows.map(([key]) => key));
    // Of one key twice, the first starts it.
    return keys.map((key) => started.delete(`pause ${key}`));
  }

  /** Forgets windows and pauses that have ended. */
  async forget(now: Instant): Promise<void> {
    await this.#pool.run(statements.forgetLimits, [now]);
  }

  async close(): Promise<void> {
    await this.#leaving;
  }

  /** Nobody waits for it; what is left meanwhile goes with the next. */
  async #leave(): Promise<void> {
    while (this.#left.length > 0) {
      const keys = this.#left;
      this.#left = [];
      // Lost with a connection it counts until this node ends; a database that is away lets nobody in.
      await this.#pool.runOnce(statements.leave, [this.#node, keys]).catch(NOTHING);
    }
    this.#leaving = undefined;
  }
}
