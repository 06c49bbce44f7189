// statusCode: the codes that ytx answers with, their texts, and what core's refusals become.
import type { CoreCode } from '../../core/errors.ts';

/**
 * `-2` and `-205` stand in document 003, `0` and `-704` in public client code. The other numbers
 * and texts are [ours]: nothing public says them.
 */
export const CODES = {
  '0': '提交成功',
  '-2': '缺少必要参数',
  '-100': '系统异常',
  '-101': '请求报文格式错误',
  '-201': '签名验证失败',
  '-202': '包头验证失败',
  '-203': '时间戳已过期',
  '-204': '账户不存在',
  '-205': '应用验证失败',
  '-206': 'action 不支持',
  '-207': '版本或功能不支持',
  '-301': '产品不存在',
  '-704': '未查询到订单信息，稍后再试',
  '-705': '查询过于频繁，每分钟限1次',
} as const;

export type Code = keyof typeof CODES;

/** A core code as ytx says it. Another app's order is like none, so that nobody learns of it. */
export const CORE_TO_CODE: Record<CoreCode, Code> = {
  'unknown-order': '-704',
  'unknown-line': '-704',
  'foreign-order': '-704',
  'too-soon': '-705',
  // No action of ytx moves an order along; operators do.
  'state-refuses': '-100',
  unavailable: '-100',
  fault: '-100',
};
