// The schedules for repeating failed callbacks: those for any endpoint, and those of platforms' own
// callbacks.
import { HOUR, MINUTE, SECOND } from '../core/clock.ts';

export interface RetrySchedule {
  /**
   * The wait before each attempt in milliseconds. The first wait is 0, because the first attempt is
   * immediate. After the last attempt a failed callback becomes a dead letter.
   */
  readonly waits: readonly number[];
  /** The random deviation of a wait as a fraction of its length: 0.2 is ±20 %. From 0 up to 1. */
  readonly jitter: number;
}

const times = (length: number, count: number): number[] => new Array<number>(count).fill(length);

export const SCHEDULES = {
  // Has jitter, so that callbacks that failed together are not repeated together.
  standard: {
    waits: [0, 5 * SECOND, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 10 * HOUR],
    jitter: 0.2,
  },
  // 微信支付结果通知: 通知频率为 15s/15s/30s/3m/10m/20m/30m/30m/30m/60m/3h/3h/3h/6h/6h, 总计 24h4m. The total is
  // the sum of all fifteen gaps, so an immediate first notification precedes them: sixteen in all.
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
  // 支付宝异步通知: 25 小时以内完成 8 次通知 (通知的间隔频率一般是 4m,10m,10m,1h,2h,6h,15h). Eight notifications have seven
  // gaps, so the first one is immediate.
  alipay: {
    waits: [0, 4 * MINUTE, ...times(10 * MINUTE, 2), 1 * HOUR, 2 * HOUR, 6 * HOUR, 15 * HOUR],
    jitter: 0,
  },
} as const satisfies Record<string, RetrySchedule>;

/** The preset of an endpoint that uses the schedule of its platform's own callbacks. */
export const PLATFORM_PRESET = 'platform';

/** The possible values of an endpoint's `preset`. */
export const RETRY_PRESETS = ['standard', 'wechat', 'alipay', PLATFORM_PRESET] as const;

/**
 * The schedule of a preset. An unknown name, for example of a platform that this server no longer
 * serves, means `standard`.
 *
 * @param own the schedule of the endpoint's platform
 */
export function scheduleOf(preset: string, own: RetrySchedule | undefined): RetrySchedule {
  if (preset === PLATFORM_PRESET && own) return own;
  return Object.hasOwn(SCHEDULES, preset)
    ? SCHEDULES[preset as keyof typeof SCHEDULES]
    : SCHEDULES.standard;
}

/** The texts that an endpoint's `expects` may require in addition to a status of 2xx. */
export const EXPECTED_BODIES = ['ok', 'success'] as const;
