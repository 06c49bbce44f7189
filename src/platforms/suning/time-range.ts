// 开始时间 and 结束时间: the check that every method with a time range shares.
import type { Instant } from '../../core/clock.ts';
import type { Refusal } from '../../protocol/checks.ts';
import { formatShanghai, parseShanghai } from '../../protocol/shanghai-time.ts';
import type { Code } from './codes.ts';

export interface TimeRange {
  readonly from: Instant;
  readonly to: Instant;
}

/** "查询时间起止日期不能超过3个月" */
const MAX_MONTHS = 3;

export interface RangeRules {
  /** Where the method requires both, what it says of one that is absent. */
  readonly absent?: Readonly<Record<'startTime' | 'endTime', Code>>;
}

/**
 * Undefined stands for an absent element. Of a method whose range is optional both may be absent;
 * one alone is `sys.check.miss-time`: "开始时间和结束时间必须成对出现".
 */
export function readTimeRange(
  start: string | undefined,
  end: string | undefined,
  { absent }: RangeRules,
): { readonly range: TimeRange | null } | Refusal<Code> {
  if (start === undefined && end === undefined && !absent) return { range: null };
  if (start === undefined) {
    return refuse(absent?.startTime ?? 'sys.check.miss-time:starttime', 'startTime is absent');
  }
  if (end === undefined) {
    return refuse(absent?.endTime ?? 'sys.check.miss-time:endtime', 'endTime is absent');
  }
  if (start.trim() === '') return refuse('sys.check.starttime-value:null', 'startTime is empty');
  if (end.trim() === '') return refuse('sys.check.endtime-value:null', 'endTime is empty');
  const from = parseShanghai(start);
  if (from === null)
    return refuse('sys.check.starttime-format:error', `startTime is ${cut(start)}`);
  const to = parseShanghai(end);
  if (to === null) return refuse('sys.check.endtime-format:error', `endTime is ${cut(end)}`);
  if (from >= to) return refuse('sys.check.query-time:error', `${start} is not before ${end}`);
  const latest = addMonths(from, MAX_MONTHS);
  if (to > latest) {
    const detail = `endTime may be ${formatShanghai(latest)} at the latest`;
    return refuse('sys.check.query-time:outofrange', detail);
  }
  return { range: { from, to } };
}

/** Calendar months later in Shanghai, at the same time of day; clamped to the month's end. */
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

const cut = (text: string): string => JSON.stringify(text.slice(0, 40));

const refuse = (refused: Code, detail: string): Refusal<Code> => ({ refused, detail });
