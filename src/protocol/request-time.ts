// Judges the time that a request says it was made at, by the sandbox's clock and by the world's.
import { type Instant, MINUTE, SECOND } from '../core/clock.ts';
import type { Start } from './platform.ts';
import { formatShanghai } from './shanghai-time.ts';

/** How far a request's time may lie from the server's, in milliseconds; at exactly that it is still good. */
export interface TimeTolerance {
  readonly behindMs: number;
  readonly aheadMs: number;
}

/**
 * Null where the time is good. Otherwise the end of a sentence for the request log, which begins with the
 * time that was sent: which way it is off and how far, the server's time and, in a sandbox whose clock was
 * moved, by how much.
 *
 * A sandbox accepts a request by either of its two clocks: its own, which a tester moves forward, and the
 * world's, which is the clock of the tester's client. By the sandbox's clock alone, every client whose
 * signature holds a time would be refused once the tester has moved it. All other rules read `call.now`.
 * In production both are one.
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

/** Whole seconds, rounded up, so that what is too far off is never shown as the allowed span. */
function span(milliseconds: number): string {
  const seconds = Math.ceil(milliseconds / SECOND);
  return seconds % 60 === 0 && seconds >= 120
    ? `${(seconds * SECOND) / MINUTE} min`
    : `${seconds} s`;
}
