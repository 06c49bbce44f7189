// Computes when a delivery is tried again: the schedule, the jitter, and the receiver's
// Retry-After.
import { type Instant, SECOND } from '../core/clock.ts';
import type { RetrySchedule } from '../protocol/retry-schedule.ts';

/**
 * The wait in milliseconds after `made` failed attempts; null if that was the last attempt.
 *
 * @param random from 0 up to 1; the source of the jitter
 * @param retryAfter the receiver's request in milliseconds. It makes the wait longer, never
 * shorter, and at most twice the step, so that a receiver can ask for time but cannot stop the
 * schedule.
 */
export function nextWait(
  { waits, jitter }: RetrySchedule,
  made: number,
  random: () => number,
  retryAfter: number | null = null,
): number | null {
  const step = waits[made];
  if (step === undefined) return null;
  const wait = jitter === 0 ? step : Math.round(step * (1 - jitter + 2 * jitter * random()));
  return retryAfter === null ? wait : Math.max(wait, Math.min(retryAfter, 2 * step));
}

/**
 * The milliseconds that a Retry-After header requests (RFC 9110, 10.2.3: seconds, or an HTTP date);
 * null if unreadable.
 *
 * @param now the receiver's time from its Date header, if given, so that wrong clocks and the
 * sandbox's clock do not matter
 */
export function readRetryAfter(header: string | undefined, now: Instant): number | null {
  if (header === undefined) return null;
  const text = header.trim();
  if (/^\d{1,9}$/.test(text)) return Number(text) * SECOND;
  // Accepts only the form that RFC 9110 lets senders use, because Date.parse accepts nearly
  // anything.
  if (!/^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/.test(text)) return null;
  const at = Date.parse(text);
  return Number.isNaN(at) ? null : Math.max(0, at - now);
}
