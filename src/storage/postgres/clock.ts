// The database's time on this node: measured with each round trip, so that nodes whose clocks differ agree.
import type { Clock, Instant } from '../../core/clock.ts';

/** How much a crystal may be off: what was measured a while ago is worth that much less. */
const DRIFT = 1e-4;

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
    if (error > this.#error + (now - this.#measuredAt) * DRIFT) return;
    this.#ahead = databaseTime - (sentAt + now) / 2;
    this.#error = error;
    this.#measuredAt = now;
  }

  /** Never runs backwards: a better measure may make it stand for a moment. */
  now(): Instant {
    this.#last = Math.max(this.#last, Math.floor(performance.now() + this.#ahead));
    return this.#last;
  }
}
