// `yyyy-MM-dd HH:mm:ss` as the platforms write it: Asia/Shanghai, which is UTC+8 without summer
// time.
import { DAY, HOUR, type Instant, SECOND } from '../core/clock.ts';

const OFFSET = 8 * HOUR;
const FORM = /^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}$/;

/**
 * A cache of dates by day number: replies contain times of the same few days, and the calendar
 * arithmetic is slow.
 */
const dates = new Map<number, string>();
const MAX_DATES = 4096;
const two = (value: number): string => (value < 10 ? `0${value}` : String(value));

/** Fractions of a second are cut off. */
export function formatShanghai(instant: Instant): string {
  const local = Math.floor((instant + OFFSET) / SECOND);
  const day = Math.floor(local / 86_400);
  let date = dates.get(day);
  if (date === undefined) {
    if (dates.size >= MAX_DATES) dates.clear();
    date = new Date(day * DAY).toISOString().slice(0, 10);
    dates.set(day, date);
  }
  const second = local - day * 86_400;
  const hours = two(Math.floor(second / 3600));
  const minutes = two(Math.floor(second / 60) % 60);
  return `${date} ${hours}:${minutes}:${two(second % 60)}`;
}

/** The last text and its instant: the calls of one second state the same time. */
let lastText = '';
let lastInstant: Instant | null = null;

/** Returns null if the text has another form, or if the day or time does not exist. */
export function parseShanghai(text: string): Instant | null {
  if (text === lastText) return lastInstant;
  const instant = readShanghai(text);
  [lastText, lastInstant] = [text, instant];
  return instant;
}

function readShanghai(text: string): Instant | null {
  if (!FORM.test(text)) return null;
  const instant = Date.parse(`${text.replace(' ', 'T')}Z`) - OFFSET;
  // Date.parse turns 02-30 into 03-01 in some forms, so a date must survive a round trip.
  return Number.isNaN(instant) || formatShanghai(instant) !== text
    ? null
    : instant - (instant % SECOND);
}

/** Adds calendar months in Shanghai, at the same time of day, clamped to the end of the month. */
export function addMonths(instant: Instant, months: number): Instant {
  const text = formatShanghai(instant);
  const [year, month, day] = text.slice(0, 10).split('-').map(Number) as [number, number, number];
  const target = new Date(Date.UTC(year, month - 1 + months, 1));
  const days = new Date(
    Date.UTC(target.getUTCFullYear(), target.getUTCMonth() + 1, 0),
  ).getUTCDate();
  target.setUTCDate(Math.min(day, days));
  return parseShanghai(`${target.toISOString().slice(0, 10)} ${text.slice(11)}`)!;
}
