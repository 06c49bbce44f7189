// How often a party may call and a thing may be asked: the port to counters that every node shares.
import { type Instant, SECOND } from './clock.ts';

/** A fixed span of time, such as this second or this day, and how many calls it has room for. */
export interface LimitWindow {
  /** What the refusal names: `second`, `day`. */
  readonly name: string;
  /** When the window that holds the call began; equal starts are one window. */
  readonly startsAt: Instant;
  /** Milliseconds. */
  readonly length: number;
  /** 1 or more. */
  readonly max: number;
}

/** Nodes whose clocks differ by less agree about a pause; more is a clock that was set. */
export const CLOCKS_DIFFER_MS = SECOND;

/**
 * Whether a pause of `length` milliseconds that began at `startedAt` goes on at `now`. One that seems to
 * begin later than `now` was begun while the clock was set ahead. It has ended: else it would last for as
 * long as the clock was ahead.
 */
export function isPausing(startedAt: Instant, length: number, now: Instant): boolean {
  return startedAt <= now + CLOCKS_DIFFER_MS && now < startedAt + length;
}

export interface Admission {
  /** Null when the call may go on; else the name of the window, or `at-once`, that is full. */
  readonly refusedBy: string | null;
  /** Has to be called once when an admitted call has ended. */
  leave(): void;
}

export interface Limits {
  /**
   * Admits one call of `key` if fewer than `atOnce` are under way and each window has room, in that
   * order; a refused call counts in none.
   */
  enter(
    key: string,
    atOnce: number | null,
    windows: readonly LimitWindow[],
    now: Instant,
  ): Promise<Admission>;

  /**
   * Starts a pause of `length` milliseconds for each key that is in none at `now`; true where it was
   * started. At exactly `length` it may start again. A refused key's pause is not made longer. A pause
   * that began after `now` has ended: see {@link isPausing}.
   */
  pause(keys: readonly string[], length: number, now: Instant): Promise<readonly boolean[]>;

  close(): Promise<void>;
}
