// The code table: words, HTTP status, cause and remedy of each code, and the code of each refusal of core.
import type { Codes, CoreCode } from 'ordergate/platform';

const by = (clause: string) => ({ settled: clause }) as const;

export const CODES = {
  OK: {
    wire: '成功',
    cause: { zh: '调用成功。', en: 'The call succeeded.' },
    remedy: { zh: '无需处理。', en: 'There is nothing to do.' },
    retry: 'never',
    source: by('L4'),
  },
  UNKNOWN_PARTNER: {
    wire: '合作方不存在',
    cause: {
      zh: '没有 X-Lantern-Partner，或没有这个合作方。',
      en: 'X-Lantern-Partner is absent, or names no partner that is switched on.',
    },
    remedy: { zh: '核对合作方编号。', en: 'Check the id of the partner.' },
    retry: 'never',
    source: by('L1'),
  },
  BAD_SIGNATURE: {
    wire: '签名错误',
    cause: { zh: '签名与密钥不符。', en: 'The signature fits no key of the partner.' },
    remedy: {
      zh: '按 L2 重新签名；请求日志里有待签名串。',
      en: 'Sign anew as L2 says. The request log shows the string to sign.',
    },
    retry: 'after-a-new-signature',
    source: by('L2'),
  },
  STALE_TIME: {
    wire: '时间戳超出范围',
    clock: true,
    cause: { zh: '时间戳与服务器时间相差超过 5 分钟。', en: 'The time is over 5 minutes off.' },
    remedy: { zh: '校准时钟后重新签名。', en: 'Set the clock right, and sign anew.' },
    retry: 'after-a-new-signature',
    source: by('L3'),
  },
  TOO_MANY: {
    wire: '调用过于频繁',
    cause: { zh: '已达调用次数上限。', en: 'The partner has reached a limit of its calls.' },
    remedy: { zh: '稍后再试。', en: 'Try again later.' },
    retry: 'later',
    source: by('L4'),
  },
  BAD_REQUEST: {
    wire: '请求参数错误',
    cause: {
      zh: '报文不是 JSON 对象，或某个字段不符合约定。',
      en: 'The body is no JSON object, or a field is not as the contract says.',
    },
    remedy: { zh: '请求日志会指出是哪个字段。', en: 'The request log names the field.' },
    retry: 'never',
    source: by('L4'),
  },
  UNKNOWN_ORDER: {
    wire: '订单不存在',
    cause: { zh: '合作方没有这个订单。', en: 'The partner has no such order.' },
    remedy: { zh: '核对订单编号。', en: 'Check the order id.' },
    retry: 'never',
    source: by('L6'),
  },
  CONFLICT: {
    wire: '订单号已被使用',
    cause: {
      zh: '同一 outTradeNo 已用于内容不同的订单。',
      en: 'The outTradeNo belongs to an order of other content.',
    },
    remedy: { zh: '换一个 outTradeNo。', en: 'Take another outTradeNo.' },
    retry: 'never',
    source: by('L5'),
  },
  UNAVAILABLE: {
    wire: '系统繁忙',
    cause: { zh: '账本暂时不可用，订单没有变化。', en: 'The ledger is away; nothing was changed.' },
    remedy: { zh: '用同一 outTradeNo 重试。', en: 'Send the same outTradeNo again.' },
    retry: 'later',
    source: by('L4'),
  },
  FAULT: {
    wire: '系统异常',
    cause: { zh: '服务器出错。', en: 'The server made a mistake.' },
    remedy: { zh: '联系运营方。', en: 'Tell the operator.' },
    retry: 'later',
    source: by('L4'),
  },
} as const satisfies Codes;

export type Code = keyof typeof CODES;

export const STATUS: Readonly<Record<Code, number>> = {
  OK: 200,
  UNKNOWN_PARTNER: 401,
  BAD_SIGNATURE: 401,
  STALE_TIME: 401,
  TOO_MANY: 429,
  BAD_REQUEST: 400,
  UNKNOWN_ORDER: 404,
  CONFLICT: 409,
  UNAVAILABLE: 503,
  FAULT: 500,
};

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
