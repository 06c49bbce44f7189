// When a delivery is tried again: its schedule, the jitter, and what a receiver's Retry-After adds.
import { type Instant, SECOND } from '../core/clock.ts';
import type { RetrySchedule } from '../protocol/retry-schedule.ts';

/**
 * How long to wait, in milliseconds, after `made` attempts that failed; null when that was the last.
 *
 * @param random from 0 up to 1; the source of the jitter
 * @param retryAfter what the receiver asked for, in milliseconds. It makes the wait longer and never
 *   shorter, up to twice the step: a receiver may ask for time, not for the end of the schedule.
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
 * The milliseconds that a Retry-After header asks for (RFC 9110, 10.2.3: seconds, or an HTTP date);
 * null where it says nothing that can be read.
 *
 * @param now the receiver's time where its answer has a Date, so that neither its clock nor the
 *   sandbox's matters
 */
export function readRetryAfter(header: string | undefined, now: Instant): number | null {
  if (header === undefined) return null;
  const text = header.trim();
  if (/^\d{1,9}$/.test(text)) return Number(text) * SECOND;
  // Only the form that RFC 9110 lets a sender make: Date.parse alone would take nearly anything.
  if (!/^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/.test(text)) return null;
  const at = Date.parse(text);
  return Number.isNaN(at) ? null : Math.max(0, at - now);
}
