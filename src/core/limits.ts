// Rate limits per party and per query: the port to counters that all nodes share.
import { type Instant, SECOND } from './clock.ts';

/** A fixed span of time, such as a second or a day, and the number of calls that it allows. */
export interface LimitWindow {
  /** The window's name in a refusal: `second`, `day`. */
  readonly name: string;
  /** The start of the window that contains the call. Equal starts denote the same window. */
  readonly startsAt: Instant;
  /** Milliseconds. */
  readonly length: number;
  /** 1 or more. */
  readonly max: number;
}

/**
 * Clocks of nodes may differ by less than this. A larger difference means that somebody has set a
 * clock.
 */
export const CLOCKS_DIFFER_MS = SECOND;

/**
 * Whether a pause of `length` milliseconds that began at `startedAt` still lasts at `now`. If the
 * pause began after `now`, somebody had set the clock ahead. Such a pause counts as ended, because
 * otherwise it would last for as long as the clock was ahead.
 */
export function isPausing(startedAt: Instant, length: number, now: Instant): boolean {
  return startedAt <= now + CLOCKS_DIFFER_MS && now < startedAt + length;
}

export interface Admission {
  /** Null if the call is admitted; otherwise the name of the full window, or `at-once`. */
  readonly refusedBy: string | null;
  /** Must be called once when an admitted call ends. */
  leave(): void;
}

/** Whose limits these are: a ledger in several groups counts them in the group of that owner. */
export interface Owner {
  readonly platform: string;
  readonly owner: string;
}

export interface Limits {
  /**
   * Admits one call of `key` if fewer than `atOnce` calls are in progress and each window has room,
   * checked in that sequence. A refused call is not counted in any window.
   */
  enter(
    key: string,
    atOnce: number | null,
    windows: readonly LimitWindow[],
    now: Instant,
    of?: Owner,
  ): Promise<Admission>;

  /**
   * Starts a pause of `length` milliseconds for each key that has no pause at `now`, and returns
   * true for each started pause. After exactly `length` the next pause may start. A refused key's
   * pause does not become longer. A pause that began after `now` counts as ended: see {@link
   * isPausing}.
   */
  pause(
    keys: readonly string[],
    length: number,
    now: Instant,
    of?: Owner,
  ): Promise<readonly boolean[]>;

  close(): Promise<void>;
}
