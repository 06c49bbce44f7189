// The one clock that every rule reads: an instant source, and the sandbox's clock that can be moved.

/** An instant: milliseconds since 1970-01-01T00:00:00Z. Zones appear at the edges only. */
export type Instant = number;

export const SECOND = 1000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

export interface Clock {
  now(): Instant;
}

/** The one clock, and beside it the world's time, which only a platform's check of a request's time reads. */
export interface TwoClocks extends Clock {
  worldNow(): Instant;
}

export const systemClock: Clock = { now: () => Date.now() };

/** Runs at the speed of `base`, ahead of it by a whole number of seconds that only grows. */
export class OffsetClock implements TwoClocks {
  readonly #base: Clock;
  #offsetSeconds: number;

  constructor(base: Clock, offsetSeconds: number) {
    this.#base = base;
    this.#offsetSeconds = offsetSeconds;
  }

  get offsetSeconds(): number {
    return this.#offsetSeconds;
  }

  now(): Instant {
    return this.#base.now() + this.#offsetSeconds * SECOND;
  }

  /** The time without the offset: the world's, or that of the clock which a test has handed in. */
  worldNow(): Instant {
    return this.#base.now();
  }

  /** @param seconds whole, not negative: rules are not written for time that runs backwards. */
  advance(seconds: number): void {
    if (!Number.isSafeInteger(seconds) || seconds < 0) {
      throw new RangeError(`a clock advances by whole seconds, 0 or more; got ${seconds}`);
    }
    this.#offsetSeconds += seconds;
  }

  /** The sandbox's ledger was made anew: the clock begins again, which alone may set it back. */
  restart(offsetSeconds: number): void {
    this.#offsetSeconds = offsetSeconds;
  }

  /** To an offset that another node has set; never back. */
  catchUp(offsetSeconds: number): void {
    this.#offsetSeconds = Math.max(this.#offsetSeconds, offsetSeconds);
  }
}
