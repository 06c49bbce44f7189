// When a failed callback is posted again: the schedules that any endpoint may have, and that of a platform's own callbacks.
import { HOUR, MINUTE, SECOND } from '../core/clock.ts';

export interface RetrySchedule {
  /**
   * The wait before each attempt, in milliseconds. The first belongs to the first attempt and is 0: it
   * is made at once. After as many attempts as there are waits a callback is a dead letter.
   */
  readonly waits: readonly number[];
  /** How far a wait may be off its length, as a share of it: 0.2 is ±20 %. From 0 up to 1. */
  readonly jitter: number;
}

const times = (length: number, count: number): number[] => new Array<number>(count).fill(length);

export const SCHEDULES = {
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
} as const satisfies Record<string, RetrySchedule>;

/** The preset of an endpoint that is posted to again as its platform's own callbacks are. */
export const PLATFORM_PRESET = 'platform';

/** What an endpoint's `preset` may be. */
export const RETRY_PRESETS = ['standard', 'wechat', 'alipay', PLATFORM_PRESET] as const;

/**
 * The schedule that a preset stands for. A name that nothing is known of, as of a platform that this
 * server does not serve any more, stands for `standard`.
 *
 * @param own the schedule of the endpoint's platform
 */
export function scheduleOf(preset: string, own: RetrySchedule | undefined): RetrySchedule {
  if (preset === PLATFORM_PRESET && own) return own;
  return Object.hasOwn(SCHEDULES, preset)
    ? SCHEDULES[preset as keyof typeof SCHEDULES]
    : SCHEDULES.standard;
}

/** The texts that an endpoint's `expects` may ask for, beside a status of 2xx. */
export const EXPECTED_BODIES = ['ok', 'success'] as const;
