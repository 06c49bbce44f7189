// Reads times that a person or a program writes in a query or a JSON body: RFC 3339, or without a
// zone Asia/Shanghai.
import { HOUR, type Instant, MINUTE } from '../core/clock.ts';
import { parseShanghai } from './shanghai-time.ts';

/**
 * A day; or a day, `T` or a blank, a time with or without seconds and a fraction, and an optional
 * zone. The offset's sign may be a blank, because a query turns `+` into a blank:
 * `…T08:00:00+08:00` arrives as `…T08:00:00 08:00`. Between day and time a `+` means that blank.
 */
const FORM =
  /^(\d{4}-\d\d-\d\d)(?:[Tt +](\d\d:\d\d)(:\d\d)?(?:\.(\d{1,9}))?(Z|z|[+\u2212 -]\d\d:?\d\d)?)?$/;

/** No zone is farther from UTC than 14 hours. */
const MAX_OFFSET = 14 * HOUR;

/**
 * A day means its beginning in Asia/Shanghai. Returns null if the text is not such a time, or if
 * the day or time does not exist. Fractions are cut to milliseconds.
 */
export function parseTime(text: string): Instant | null {
  const found = FORM.exec(text.trim());
  if (!found) return null;
  const [, day, minutes = '00:00', seconds = ':00', fraction = '', zone] = found;
  const shanghai = parseShanghai(`${day} ${minutes}${seconds}`);
  if (shanghai === null) return null;
  const offset = zone === undefined ? 8 * HOUR : offsetOf(zone);
  if (offset === null) return null;
  return shanghai + 8 * HOUR - offset + Number(fraction.slice(0, 3).padEnd(3, '0'));
}

/** Milliseconds ahead of UTC; null if no zone has such an offset. */
function offsetOf(zone: string): number | null {
  if (zone === 'Z' || zone === 'z') return 0;
  const hours = Number(zone.slice(1, 3));
  const minutes = Number(zone.slice(-2));
  const offset = hours * HOUR + minutes * MINUTE;
  if (minutes > 59 || offset > MAX_OFFSET) return null;
  return zone[0] === '-' || zone[0] === '\u2212' ? -offset : offset;
}
