// Notices that somebody has set the clock, so that the log explains deadlines and pauses that come early or late.
import type { Clock } from './clock.ts';

/** Less is what a loaded machine's timers and a time service's corrections do. */
export const LEAST_STEP_MS = 2000;

/**
 * Compares a clock with one that nobody can set.
 *
 * @param steady milliseconds that only run on, such as performance.now()
 */
export class ClockWatch {
  readonly #clock: Clock;
  readonly #steady: () => number;
  #ahead: number;

  constructor(clock: Clock, steady: () => number = () => performance.now()) {
    this.#clock = clock;
    this.#steady = steady;
    this.#ahead = this.#difference();
  }

  /** By how many milliseconds the clock was set ahead since the last look, or back (negative); null where it was not. */
  step(): number | null {
    const now = this.#difference();
    const step = Math.round(now - this.#ahead);
    // Forgotten after each look: a clock that is slewed for hours never was set.
    this.#ahead = now;
    return Math.abs(step) >= LEAST_STEP_MS ? step : null;
  }

  #difference(): number {
    return this.#clock.now() - this.#steady();
  }
}
