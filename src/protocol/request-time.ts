// Judges the time stated in a request, by the sandbox's clock and by real time.
import { type Instant, MINUTE, SECOND } from '../core/clock.ts';
import type { Start } from './platform.ts';
import { formatShanghai } from './shanghai-time.ts';

/**
 * The allowed difference between a request's time and the server's time, in milliseconds,
 * inclusive.
 */
export interface TimeTolerance {
  readonly behindMs: number;
  readonly aheadMs: number;
}

/**
 * Returns null if the time is valid. Otherwise returns the end of a sentence for the request log
 * that begins with the sent time: the direction and size of the difference, the server's time and,
 * in a sandbox whose clock was moved, the size of that move.
 *
 * A sandbox accepts a time by either of two clocks: its own clock, which a tester moves ahead, and
 * real time, which the tester's client uses. If only the sandbox's clock counted, every client that
 * signs a time would be refused after the tester has moved the clock. All other rules read
 * `call.now`. In production both clocks are one.
 */
export function judgeRequestTime(
  { now, worldNow }: Pick<Start, 'now' | 'worldNow'>,
  sentAt: Instant,
  tolerance: TimeTolerance,
): string | null {
  if (isWithin(now, sentAt, tolerance) || isWithin(worldNow, sentAt, tolerance)) return null;
  const allowed = `allowed are ${span(tolerance.behindMs)} behind and ${span(tolerance.aheadMs)} ahead`;
  const offset = now - worldNow;
  if (offset === 0)
    return `is ${distance(now, sentAt)} the server's time ${formatShanghai(now)}; ${allowed}`;
  return (
    `is ${distance(now, sentAt)} the sandbox's time ${formatShanghai(now)} and ` +
    `${distance(worldNow, sentAt)} the world's time ${formatShanghai(worldNow)}; ${allowed}. ` +
    `The sandbox's clock has offsetSeconds ${offset / SECOND}`
  );
}

const isWithin = (now: Instant, sentAt: Instant, { behindMs, aheadMs }: TimeTolerance): boolean =>
  now - sentAt <= behindMs && sentAt - now <= aheadMs;

const distance = (now: Instant, sentAt: Instant): string =>
  `${span(Math.abs(now - sentAt))} ${sentAt > now ? 'ahead of' : 'behind'}`;

/**
 * Whole seconds, rounded up, so that a refused difference is never displayed as the allowed one.
 */
function span(milliseconds: number): string {
  const seconds = Math.ceil(milliseconds / SECOND);
  return seconds % 60 === 0 && seconds >= 120
    ? `${(seconds * SECOND) / MINUTE} min`
    : `${seconds} s`;
}
