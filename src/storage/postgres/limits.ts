// Limits that all nodes share: counted in the database, with one round trip for the calls of a
// turn.
import type { Instant } from '../../core/clock.ts';
import type { Admission, Limits, LimitWindow } from '../../core/limits.ts';
import type { Pool } from './pool.ts';
import { GroupReader } from './reader.ts';
import { statements } from './statements.ts';

/**
 * A node that was not seen for this long counts as dead, and its calls in progress end. Each node
 * reports every second; a shorter time would end the calls of a node that only waits for its
 * database.
 */
const ALIVE = '10 seconds';

/** Longer than the usual time between two calls under load, which then carry the report. */
const TELL_AFTER_MS = 20;

interface Call {
  readonly key: string;
  readonly atOnce: number | null;
  readonly windows: readonly object[];
}

const NOTHING = (): void => {};

export class PostgresLimits implements Limits {
  readonly #pool: Pool;
  readonly #enter: GroupReader<Call | null, string | null>;
  readonly #underWay = new Map<string, number>();
  /**
   * Keys whose number in the database may be outdated. Reports contain absolute numbers, so that
   * they may be repeated.
   */
  readonly #changed = new Set<string>();
  #timer: NodeJS.Timeout | undefined;

  constructor(pool: Pool, node: string) {
    this.#pool = pool;
    // One group at a time, because the numbers of a report must include all groups before it.
    this.#enter = new GroupReader((asked) => this.#enterAll(node, asked), 1);
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
      length,
      max,
    }));
    if (atOnce === null && asked.length === 0) return { refusedBy: null, leave: NOTHING };
    const refusedBy = await this.#enter.ask({ key, atOnce, windows: asked });
    if (refusedBy !== null || atOnce === null) return { refusedBy, leave: NOTHING };
    let left = false;
    const leave = (): void => {
      if (left) return;
      left = true;
      this.#add(key, -1);
      // Nobody waits for this report. The next call or this timer sends it.
      this.#timer ??= setTimeout(() => this.#tell(), TELL_AFTER_MS);
    };
    return { refusedBy, leave };
  }

  async pause(keys: readonly string[], length: number, now: Instant): Promise<readonly boolean[]> {
    const unique = [...new Set(keys)];
    const rows = await this.#pool.runOnce(statements.pause, [unique, now, length]);
    const started = new Set(rows.map(([key]) => key));
    // If a key occurs twice, the first occurrence starts the pause.
    return keys.map((key) => started.delete(`pause ${key}`));
  }

  /** Deletes windows and pauses that have ended. */
  async forget(now: Instant): Promise<void> {
    await this.#pool.run(statements.forgetLimits, [now]);
  }

  async close(): Promise<void> {
    await this.#tell();
  }

  async #enterAll(node: string, asked: readonly (Call | null)[]): Promise<(string | null)[]> {
    const told = new Map([...this.#changed].map((key) => [key, this.#underWay.get(key) ?? 0]));
    this.#changed.clear();
    const calls = asked.flatMap((call, n) => (call ? [{ ...call, n }] : []));
    try {
      // Runs at most once. If the answer is lost, a call may be counted that was not admitted,
      // which is better than an admitted call that is not counted.
      const values = [node, ALIVE, JSON.stringify(Object.fromEntries(told)), JSON.stringify(calls)];
      const [[refusals]] = (await this.#pool.runOnce(statements.enter, values)) as [
        [Record<string, string>],
      ];
      for (const { n, key, atOnce } of calls) {
        if (atOnce !== null && refusals[n] === undefined) this.#add(key, 1, false);
      }
      return asked.map((_, n) => refusals[n] ?? null);
    } catch (error) {
      for (const key of told.keys()) this.#changed.add(key);
      for (const { key, atOnce } of calls) if (atOnce !== null) this.#changed.add(key);
      throw error;
    }
  }

  #add(key: string, count: number, isNews = true): void {
    const now = (this.#underWay.get(key) ?? 0) + count;
    if (now === 0) this.#underWay.delete(key);
    else this.#underWay.set(key, now);
    if (isNews) this.#changed.add(key);
  }

  async #tell(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    // If the database is unavailable, nobody is admitted; the next call after its return reports.
    if (this.#changed.size > 0) await this.#enter.ask(null).catch(NOTHING);
  }
}
