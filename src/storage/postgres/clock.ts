// The database's time on this node: measured with each round trip, so that nodes whose clocks differ agree.
import type { Clock, Instant } from '../../core/clock.ts';

/** How much a crystal may be off: what was measured a while ago is worth that much less. */
const DRIFT = 1e-4;

/** More than two measures of one clock can differ by, but for a round trip of several seconds. */
const LONGEST_STAND_MS = 2000;

export class DatabaseClock implements Clock {
  /** The database's time less that of this process's monotonic clock. */
  #ahead: number;
  /** How far off that may be, at most. */
  #error: number;
  #measuredAt: number;
  #last: Instant = 0;

  constructor() {
    this.#measuredAt = performance.now();
    this.#ahead = Date.now() - this.#measuredAt;
    this.#error = Number.POSITIVE_INFINITY;
  }

  /** @param sentAt by performance.now(), when the question left; its answer has just come */
  measure(databaseTime: Instant, sentAt: number): void {
    const now = performance.now();
    const error = (now - sentAt) / 2;
    const known = this.#error + (now - this.#measuredAt) * DRIFT;
    const ahead = databaseTime - (sentAt + now) / 2;
    const wasSet = Math.abs(ahead - this.#ahead) > error + known + 1;
    if (error > known && !wasSet) return;
    this.#ahead = ahead;
    this.#error = error;
    this.#measuredAt = now;
  }

  /**
   * A better measure may make it stand for a moment, so that it does not run backwards. It goes back only
   * where the database's clock was set back: else it would stand for as long as that clock was ahead.
   */
  now(): Instant {
    const time = Math.floor(performance.now() + this.#ahead);
    if (time > this.#last || time < this.#last - LONGEST_STAND_MS) this.#last = time;
    return this.#last;
  }
}
