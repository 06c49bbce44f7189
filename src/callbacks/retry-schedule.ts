// When a delivery is tried again: the presets, their jitter, and what a receiver's Retry-After adds.
import type { RetryPreset } from '../core/callback-endpoint.ts';
import { HOUR, type Instant, MINUTE, SECOND } from '../core/clock.ts';

export interface RetrySchedule {
  /** The wait before each attempt, in milliseconds; the first belongs to the first attempt. */
  readonly waits: readonly number[];
  /** How far a wait may be off its length, as a share of it. */
  readonly jitter: number;
}

const times = (length: number, count: number): number[] => new Array<number>(count).fill(length);

export const SCHEDULES: Readonly<Record<RetryPreset, RetrySchedule>> = {
  // Jittered, so that what failed together does not come back together.
  standard: {
    waits: [0, 5 * SECOND, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 10 * HOUR],
    jitter: 0.2,
  },
  // 微信支付结果通知: 通知频率为 15s/15s/30s/3m/10m/20m/30m/30m/30m/60m/3h/3h/3h/6h/6h, 总计 24h4m. The sum is
  // that of all fifteen gaps, so the first notification comes before them, at once: sixteen in all.
  wechat: {
    waits: [
      0,
      ...times(15 * SECOND, 2),
      30 * SECOND,
      3 * MINUTE,
      10 * MINUTE,
      20 * MINUTE,
      ...times(30 * MINUTE, 3),
      60 * MINUTE,
      ...times(3 * HOUR, 3),
      ...times(6 * HOUR, 2),
    ],
    jitter: 0,
  },
  // 支付宝异步通知: 25 小时以内完成 8 次通知 (通知的间隔频率一般是 4m,10m,10m,1h,2h,6h,15h). Eight with seven
  // gaps: the first comes at once.
  alipay: {
    waits: [0, 4 * MINUTE, ...times(10 * MINUTE, 2), 1 * HOUR, 2 * HOUR, 6 * HOUR, 15 * HOUR],
    jitter: 0,
  },
};

/**
 * How long to wait, in milliseconds, after `made` attempts that failed; null when that was the last.
 *
 * @param random from 0 up to 1; the source of the jitter
 * @param retryAfter what the receiver asked for, in milliseconds. It makes the wait longer and never
 *   shorter, up to twice the step: a receiver may ask for time, not for the end of the schedule.
 */
export function nextWait(
  preset: RetryPreset,
  made: number,
  random: () => number,
  retryAfter: number | null = null,
): number | null {
  const { waits, jitter } = SCHEDULES[preset];
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
