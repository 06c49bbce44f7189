// `yyyy-MM-dd HH:mm:ss` as the platforms write it: Asia/Shanghai, which is UTC+8 without summer time.
import { HOUR, type Instant, SECOND } from '../core/clock.ts';

const OFFSET = 8 * HOUR;
const FORM = /^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}$/;

/** Cuts fractions of a second off. */
export function formatShanghai(instant: Instant): string {
  return new Date(instant + OFFSET).toISOString().slice(0, 19).replace('T', ' ');
}

/** Null when it is not of the form, or no such day or time exists. */
export function parseShanghai(text: string): Instant | null {
  if (!FORM.test(text)) return null;
  const instant = Date.parse(`${text.replace(' ', 'T')}Z`) - OFFSET;
  // Date.parse turns 02-30 into 03-01 in some forms; what does not come back is no date.
  return Number.isNaN(instant) || formatShanghai(instant) !== text
    ? null
    : instant - (instant % SECOND);
}
