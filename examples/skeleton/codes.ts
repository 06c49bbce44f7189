// The code table: words, cause and remedy of each code, and the code of each refusal of core.
import type { Codes, CoreCode } from 'ordergate/platform';

// LEFT: replace this table by the vendor's codes, word by word
const by = (clause: string) => ({ settled: clause }) as const;

export const CODES = {
  OK: {
    wire: '成功',
    cause: { zh: '调用成功。', en: 'The call succeeded.' },
    remedy: { zh: '无需处理。', en: 'There is nothing to do.' },
    retry: 'never',
    source: by('N4'),
  },
  UNKNOWN_PARTY: {
    wire: '调用方不存在',
    cause: {
      zh: '没有 X-Skeleton-Party，或没有这个调用方。',
      en: 'X-Skeleton-Party is absent, or names no party that is switched on.',
    },
    remedy: { zh: '核对调用方编号。', en: 'Check the id of the party.' },
    retry: 'never',
    source: by('N1'),
  },
  BAD_SIGNATURE: {
    wire: '签名错误',
    cause: { zh: '签名与密钥不符。', en: 'The signature fits no key of the party.' },
    remedy: {
      zh: '按 N2 重新签名；请求日志里有待签名串。',
      en: 'Sign again as N2 says. The request log shows the string to sign.',
    },
    retry: 'after-a-new-signature',
    source: by('N2'),
  },
  STALE_TIME: {
    wire: '时间戳超出范围',
    clock: true,
    cause: { zh: '时间戳与服务器时间相差超过 5 分钟。', en: 'The time is over 5 minutes off.' },
    remedy: { zh: '校准时钟后重新签名。', en: 'Set the clock right, and sign again.' },
    retry: 'after-a-new-signature',
    source: by('N3'),
  },
  TOO_MANY: {
    wire: '调用过于频繁',
    cause: { zh: '已达调用次数上限。', en: 'The party has reached a limit of its calls.' },
    remedy: { zh: '稍后再试。', en: 'Try again later.' },
    retry: 'later',
    source: by('N4'),
  },
  BAD_REQUEST: {
    wire: '请求参数错误',
    cause: {
      zh: '报文不是 JSON 对象，或某个字段不符合约定。',
      en: 'The body is no JSON object, or a field is not as the contract says.',
    },
    remedy: { zh: '请求日志会指出是哪个字段。', en: 'The request log names the field.' },
    retry: 'never',
    source: by('N4'),
  },
  UNKNOWN_ORDER: {
    wire: '订单不存在',
    cause: { zh: '该调用方没有这个订单。', en: 'The party has no such order.' },
    remedy: { zh: '核对订单号。', en: 'Check the number.' },
    retry: 'never',
    source: by('N6'),
  },
  CONFLICT: {
    wire: '订单号已被使用',
    cause: {
      zh: '同一订单号已用于另一金额。',
      en: 'The number belongs to an order of another amount.',
    },
    remedy: { zh: '换一个订单号。', en: 'Take another number.' },
    retry: 'never',
    source: by('N5'),
  },
  UNAVAILABLE: {
    wire: '系统繁忙',
    cause: { zh: '账本暂时不可用，订单没有变化。', en: 'The ledger is away; nothing was changed.' },
    remedy: { zh: '用同一订单号重试。', en: 'Send the same number again.' },
    retry: 'later',
    source: by('N4'),
  },
  FAULT: {
    wire: '系统异常',
    cause: { zh: '服务器出错。', en: 'The server made a mistake.' },
    remedy: { zh: '联系运营方。', en: 'Tell the operator.' },
    retry: 'later',
    source: by('N4'),
  },
} as const satisfies Codes;

export type Code = keyof typeof CODES;

/** The compiler refuses a table that forgets a refusal of core. */
export const CORE_TO_CODE: Readonly<Record<CoreCode, Code>> = {
  'unknown-order': 'UNKNOWN_ORDER',
  'foreign-order': 'UNKNOWN_ORDER', // Nobody learns that somebody else has the order.
  'unknown-line': 'BAD_REQUEST',
  'state-refuses': 'CONFLICT',
  'too-soon': 'TOO_MANY',
  unavailable: 'UNAVAILABLE',
  fault: 'FAULT',
};
