// 异常码: the four code tables of both documents, and the codes for core's refusals.
import type { CoreCode } from '../../core/errors.ts';
import { wiresOf } from '../../protocol/contract.ts';
import { METHOD_CODES } from './method-codes.ts';
import { QUERY_CODES } from './query-codes.ts';
import { SYSTEM_CODES } from './system-codes.ts';

const LEAGUER = 'biz.selfmarket.addleaguerstatus';

/** Code and 错误描述. `*` stands for a field's name and `?` for a status, as the tables print them. */
export const CODES = wiresOf({ ...METHOD_CODES, ...SYSTEM_CODES, ...QUERY_CODES });

/** Rows that give a code of {@link CODES} another text; "用户key不存在 for a bad key". */
export const OTHER_TEXTS = {
  'sys.check.user-permission:inexistence': '用户key不存在',
  'sys.check.starttime-format:error': '请求开始时间错误',
  'biz.handler.data-get:no-result': '业务数据结果为空',
} as const satisfies Partial<Record<keyof typeof CODES, string>>;

type Row = keyof typeof CODES;
const MISSING = `${LEAGUER}.missing-parameter` as const;

/** A code in a reply, with the field's name or the status in place of the placeholder. */
export type Code =
  | Exclude<Row, `${string}:*` | `${string}:?`>
  | `${typeof MISSING}:${string}`
  | `sys.error.network-status:${number}`;

export const missingParameter = <F extends string>(field: F): `${typeof MISSING}:${F}` =>
  `${MISSING}:${field}`;

/** The numbers after `biz.selfmarket.addleaguerstatus.invalid-biz:`. */
export type BizNumber = Row extends infer R
  ? R extends `${typeof LEAGUER}.invalid-biz:${infer N}`
    ? N
    : never
  : never;

export const invalidBiz = <N extends BizNumber>(number: N): `${typeof LEAGUER}.invalid-biz:${N}` =>
  `${LEAGUER}.invalid-biz:${number}`;

/** The table row of a code. */
export function rowOf(code: string): Row {
  if (Object.hasOwn(CODES, code)) return code as Row;
  const [name] = code.split(':', 1);
  return name === MISSING ? `${MISSING}:*` : 'sys.error.network-status:?';
}

export const describe = (code: string): string => CODES[rowOf(code)];

/** Each method's own codes for an unavailable service and for a bug of ours. */
export const SERVICE_CODES = {
  somp: { unavailable: 'isp.sys.service.unavailable.somp', fault: invalidBiz('100') },
  fws: { unavailable: 'isp.sys.service.unavailable.fws', fault: 'biz.handler.data-get:fail' },
} as const satisfies Record<string, Record<'unavailable' | 'fault', Code>>;

export type Service = keyof typeof SERVICE_CODES;

/**
 * Suning's codes for core's refusals; the rules of addLeaguerstatus are more specific, see
 * operations.ts.
 */
export const CORE_TO_CODE: Record<Exclude<CoreCode, 'unavailable' | 'fault'>, Code> = {
  'unknown-order': invalidBiz('101'),
  'unknown-line': invalidBiz('101'),
  'foreign-order': invalidBiz('101'),
  'state-refuses': invalidBiz('100'),
  'too-soon': 'sys.controller.api-frequency:limit',
};
