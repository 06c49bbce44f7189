// Detects that somebody has set the clock, so that the log explains deadlines and pauses that seem
// early or late.
import type { Clock } from './clock.ts';

/**
 * Timers on a loaded machine and corrections of a time service cause differences below this value.
 */
export const LEAST_STEP_MS = 2000;

/**
 * Compares the clock with a monotonic clock.
 *
 * @param steady milliseconds of a monotonic clock, such as performance.now()
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

  /**
   * Milliseconds by which the clock was set ahead (positive) or back (negative) since the last
   * call; null if nobody set it.
   */
  step(): number | null {
    const now = this.#difference();
    const step = Math.round(now - this.#ahead);
    // Each call starts from zero, so that a clock that is slewed for hours never adds up to a step.
    this.#ahead = now;
    return Math.abs(step) >= LEAST_STEP_MS ? step : null;
  }

  #difference(): number {
    return this.#clock.now() - this.#steady();
  }
}
