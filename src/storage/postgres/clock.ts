// Estimates the database's time on this node from each round trip, so that nodes with different
// clocks agree.
import type { Clock, Instant } from '../../core/clock.ts';

/** The maximum drift of a quartz clock. Older measurements are less precise by it. */
const DRIFT = 1e-4;

/**
 * Exceeds the difference of two measurements of one clock, unless a round trip takes several
 * seconds.
 */
const LONGEST_STAND_MS = 2000;

export class DatabaseClock implements Clock {
  /** The database's time minus this process's monotonic clock. */
  #ahead: number;
  /** The maximum error of `#ahead`. */
  #error: number;
  #measuredAt: number;
  #last: Instant = 0;

  constructor() {
    this.#measuredAt = performance.now();
    this.#ahead = Date.now() - this.#measuredAt;
    this.#error = Number.POSITIVE_INFINITY;
  }

  /** @param sentAt by performance.now() when the query was sent; its answer has just arrived */
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
   * After a better measurement the clock may stand still for a moment, so that it does not run
   * backwards. It goes back only if the database's clock was set back, because otherwise it would
   * stand still for that long.
   */
  now(): Instant {
    const time = Math.floor(performance.now() + this.#ahead);
    if (time > this.#last || time < this.#last - LONGEST_STAND_MS) this.#last = time;
    return this.#last;
  }
}
