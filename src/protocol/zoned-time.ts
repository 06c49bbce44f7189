// Times as a person or a program writes them in a query or a JSON body: RFC 3339, and without a zone Asia/Shanghai.
import { HOUR, type Instant, MINUTE } from '../core/clock.ts';
import { parseShanghai } from './shanghai-time.ts';

/**
 * A day; or a day, `T` or a blank, a time with or without seconds and a fraction, and a zone or none. The
 * offset's sign may be a blank: in a query `+` stands for a blank, so `…T08:00:00+08:00` arrives as
 * `…T08:00:00 08:00`. Between day and time a `+` is that blank.
 */
const FORM =
  /^(\d{4}-\d\d-\d\d)(?:[Tt +](\d\d:\d\d)(:\d\d)?(?:\.(\d{1,9}))?(Z|z|[+\u2212 -]\d\d:?\d\d)?)?$/;

/** Of the first or last milliseconds of a day, 14 hours is the farthest zone there is. */
const MAX_OFFSET = 14 * HOUR;

/**
 * A day is its beginning in Asia/Shanghai. Null where the text is no such time, or no such day or time
 * exists. Fractions count to the millisecond; what is beyond is cut off.
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

/** Milliseconds ahead of UTC; null where no zone is so far off. */
function offsetOf(zone: string): number | null {
  if (zone === 'Z' || zone === 'z') return 0;
  const hours = Number(zone.slice(1, 3));
  const minutes = Number(zone.slice(-2));
  const offset = hours * HOUR + minutes * MINUTE;
  if (minutes > 59 || offset > MAX_OFFSET) return null;
  return zone[0] === '-' || zone[0] === '\u2212' ? -offset : offset;
}
