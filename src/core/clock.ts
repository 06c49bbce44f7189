// The clock that every rule reads: real time, and the sandbox's clock that an operator can move
// ahead.

/** An instant: milliseconds since 1970-01-01T00:00:00Z. Zones appear at the edges only. */
export type Instant = number;

export const SECOND = 1000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

export interface Clock {
  now(): Instant;
}

/**
 * A clock with a second reading of real time, which only a platform's check of a request's time
 * uses.
 */
export interface TwoClocks extends Clock {
  worldNow(): Instant;
}

export const systemClock: Clock = { now: () => Date.now() };

/** A clock that is ahead of `base` by a whole number of seconds. The offset only grows. */
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

  /** The time of `base` without the offset: real time, or the time of a test's clock. */
  worldNow(): Instant {
    return this.#base.now();
  }

  /** @param seconds whole, not negative: the rules assume that time never runs backwards. */
  advance(seconds: number): void {
    if (!Number.isSafeInteger(seconds) || seconds < 0) {
      throw new RangeError(`a clock advances by whole seconds, 0 or more; got ${seconds}`);
    }
    this.#offsetSeconds += seconds;
  }

  /**
   * Resets the offset after the sandbox's ledger was recreated. This is the only way to set the
   * clock back.
   */
  restart(offsetSeconds: number): void {
    this.#offsetSeconds = offsetSeconds;
  }

  /** Takes over an offset that another node has set, if it is larger. */
  catchUp(offsetSeconds: number): void {
    this.#offsetSeconds = Math.max(this.#offsetSeconds, offsetSeconds);
  }
}
