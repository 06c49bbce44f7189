// 开始时间 and 结束时间: the check that all methods with a time range share.
import type { Instant } from '../../core/clock.ts';
import { type Refusal, says } from '../../protocol/checks.ts';
import type { Text } from '../../protocol/contract.ts';
import { addMonths, formatShanghai, parseShanghai } from '../../protocol/shanghai-time.ts';

export interface TimeRange {
  readonly from: Instant;
  readonly to: Instant;
}

/** "查询时间起止日期不能超过3个月" */
const MAX_MONTHS = 3;

/**
 * The codes that refuse a range. A method that requires both times has its own code for absent
 * ones.
 */
export type RangeCode =
  | 'biz.fws.queryhistoryorder.missing-parameter:startTime'
  | 'biz.fws.queryhistoryorder.missing-parameter:endTime'
  | 'sys.check.miss-time:starttime'
  | 'sys.check.miss-time:endtime'
  | 'sys.check.starttime-value:null'
  | 'sys.check.endtime-value:null'
  | 'sys.check.starttime-format:error'
  | 'sys.check.endtime-format:error'
  | 'sys.check.query-time:error'
  | 'sys.check.query-time:outofrange';

/** The reasons for the list of checks. */
export const RANGE_REASONS = {
  'biz.fws.queryhistoryorder.missing-parameter:startTime': says('缺少 startTime', 'no startTime'),
  'biz.fws.queryhistoryorder.missing-parameter:endTime': says('缺少 endTime', 'no endTime'),
  'sys.check.miss-time:starttime': says('只给出了 endTime', 'endTime alone'),
  'sys.check.miss-time:endtime': says('只给出了 startTime', 'startTime alone'),
  'sys.check.starttime-value:null': says('startTime 为空', 'startTime is empty'),
  'sys.check.endtime-value:null': says('endTime 为空', 'endTime is empty'),
  'sys.check.starttime-format:error': says('startTime 格式不符', 'startTime is malformed'),
  'sys.check.endtime-format:error': says('endTime 格式不符', 'endTime is malformed'),
  'sys.check.query-time:error': says('开始不早于结束', 'the start is not before the end'),
  'sys.check.query-time:outofrange': says('超过 3 个月', 'longer than 3 months'),
} as const satisfies Record<RangeCode, Text>;

export interface RangeRules {
  /** The codes for an absent time, if the method requires both. */
  readonly absent?: Readonly<Record<'startTime' | 'endTime', RangeCode>>;
}

/**
 * Undefined stands for an absent element. Of a method whose range is optional both may be absent;
 * one alone is `sys.check.miss-time`: "开始时间和结束时间必须成对出现".
 */
export function readTimeRange(
  start: string | undefined,
  end: string | undefined,
  { absent }: RangeRules,
): { readonly range: TimeRange | null } | Refusal<RangeCode> {
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

const cut = (text: string): string => JSON.stringify(text.slice(0, 40));

const refuse = (refused: RangeCode, detail: string): Refusal<RangeCode> => ({ refused, detail });
