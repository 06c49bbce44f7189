// What follows for a rule from the value that it watches: an alarm begins, goes on, or ends.
import { randomBytes } from 'node:crypto';
import { type AlarmEvent, type AlarmRule, isOver, type QuietHours } from '../core/alarms.ts';
import { HOUR, type Instant, MINUTE, SECOND } from '../core/clock.ts';
import type { Kept, StoredAlarm, Waiting } from './documents.ts';

/** The oldest entries go first, but for the first, which says why the alarm began. */
const LONGEST_TIMELINE = 100;

export function withEvent(
  alarm: StoredAlarm,
  at: Instant,
  what: AlarmEvent['what'],
  detail: string | null,
): StoredAlarm {
  const all = [...alarm.timeline, { at, what, detail }];
  const timeline = all.length <= LONGEST_TIMELINE ? all : [all[0]!, ...all.slice(2)];
  return { ...alarm, timeline };
}

/**
 * The alarm as it is now; null if nothing has changed.
 *
 * @param value null if the rule has no value any more, because it was removed or switched off
 */
export function judge(
  rule: AlarmRule,
  open: Kept<StoredAlarm> | undefined,
  value: number | null,
  now: Instant,
): Kept<StoredAlarm> | null {
  const over = value !== null && isOver(rule.watches, value, rule.threshold);
  if (over && !open) return { value: begin(rule, value, now), version: 0 };
  if (!over && open) return { ...open, value: end(open.value, value, now) };
  return null;
}

function begin(rule: AlarmRule, value: number, now: Instant): StoredAlarm {
  const { ruleId, name, watches, platform, party, threshold, channels } = rule;
  return {
    alarmId: `alarm_${randomBytes(9).toString('base64url')}`,
    ...{ ruleId, name, watches, platform, party, threshold, value },
    startedAt: now,
    endedAt: null,
    acknowledgedBy: null,
    timeline: [{ at: now, what: 'fired', detail: String(value) }],
    told: [],
    outbox: channels.map((channelId) => ({ channelId, told: 'fired', attempts: 0, nextAt: now })),
  };
}

/** Who was not told that it began need not be told that it ended. */
export function end(alarm: StoredAlarm, value: number | null, now: Instant): StoredAlarm {
  const ended = withEvent(alarm, now, 'ended', value === null ? null : String(value));
  return {
    ...ended,
    endedAt: now,
    outbox: alarm.told.map((channelId) => ({ channelId, told: 'ended', attempts: 0, nextAt: now })),
  };
}

/** The waits after each failed attempt; the last one repeats. */
const WAITS = [10 * SECOND, 30 * SECOND, MINUTE, 5 * MINUTE, 15 * MINUTE, HOUR];
/** A day and more: a message that is later helps nobody. */
const MOST_ATTEMPTS = 30;

/** The message after a failed attempt; null if it is given up. */
export function later(message: Waiting, now: Instant): Waiting | null {
  const attempts = message.attempts + 1;
  if (attempts >= MOST_ATTEMPTS) return null;
  return { ...message, attempts, nextAt: now + WAITS[Math.min(attempts, WAITS.length) - 1]! };
}

/** When quiet hours that include `now` end; null if `now` is in none. */
export function quietUntil(quiet: QuietHours | null, now: Instant): Instant | null {
  if (quiet === null) return null;
  const [from, to] = [minutesOf(quiet.from), minutesOf(quiet.to)];
  const minute = Math.floor((now + 8 * HOUR) / MINUTE) % (24 * 60);
  const isWithin = from <= to ? minute >= from && minute < to : minute >= from || minute < to;
  if (!isWithin) return null;
  const left = (to - minute + 24 * 60) % (24 * 60);
  return Math.floor(now / MINUTE) * MINUTE + left * MINUTE;
}

const minutesOf = (text: string): number => Number(text.slice(0, 2)) * 60 + Number(text.slice(3));
