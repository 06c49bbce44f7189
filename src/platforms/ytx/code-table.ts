// statusCode: each code with its words, cause, remedy and source.
import type { Codes } from '../../protocol/contract.ts';
import { row } from './sources.ts';

export const CODE_TABLE = {
  '0': {
    wire: '提交成功',
    cause: { zh: '订单已提交并落盘。', en: 'The order was submitted and is on disk.' },
    remedy: {
      zh: '等待回调，或稍后用 requestId 查询结果。',
      en: 'Wait for the callback, or ask for the result by its requestId later.',
    },
    retry: 'never',
    source: { settled: 'Y20' },
  },
  '-2': {
    wire: '缺少必要参数',
    cause: { zh: '缺少必填字段，或 action 为空。', en: 'A required field, or action, is absent.' },
    remedy: {
      zh: '补上字段；请求日志会指出是哪一个。',
      en: 'Send the field. The request log names it.',
    },
    retry: 'never',
    source: row('{"statusCode":"-2","statusMsg":"缺少必要参数","requestId":""}'),
  },
  '-100': {
    wire: '系统异常',
    cause: {
      zh: '服务端出现故障，或账本暂时不可用。',
      en: 'The server failed, or its ledger is not available at the moment.',
    },
    remedy: {
      zh: '稍后用同一个 customParm 重试，不会重复充值。',
      en: 'Try again later with the same customParm. It charges nobody twice.',
    },
    retry: 'later',
    source: { settled: 'Y21' },
  },
  '-101': {
    wire: '请求报文格式错误',
    cause: {
      zh: '报文不是 JSON、字段类型或格式不符、超过 100 个 id，或 customParm 已用于其他订单。',
      en: 'The body is not JSON, a field is malformed, there are over 100 ids, or the customParm is another order’s.',
    },
    remedy: {
      zh: '以 UTF-8 发送 JSON；请求日志会指出是哪个字段。',
      en: 'Send JSON in UTF-8. The request log names the field.',
    },
    retry: 'never',
    source: { settled: 'Y21' },
  },
  '-201': {
    wire: '签名验证失败',
    cause: {
      zh: 'URL 中没有 Sign、有多个，或与账户的任何一个令牌都不符。',
      en: "The URL has no Sign or several, or the Sign fits none of the account's tokens.",
    },
    remedy: {
      zh: '先核对 authToken；Sign 与 Authorization 必须使用同一个时间戳。',
      en: 'Check the authToken first. Sign and Authorization have to use the same time.',
    },
    retry: 'after-a-new-signature',
    source: { settled: 'Y21' },
  },
  '-202': {
    wire: '包头验证失败',
    cause: {
      zh: '没有 Authorization、无法解码，或其中的账户与 URL 不同。',
      en: 'Authorization is absent, does not decode, or names another account than the URL.',
    },
    remedy: {
      zh: '按 base64(账户Id + "|" + 时间戳) 生成。',
      en: 'Make it as base64 of accountSID, | and the time.',
    },
    retry: 'never',
    source: { settled: 'Y21' },
  },
  '-203': {
    wire: '时间戳已过期',
    cause: {
      zh: '时间戳早于 24 小时前，或超前 10 分钟以上。',
      en: 'The time is more than 24 hours ago, or more than 10 minutes ahead.',
    },
    remedy: {
      zh: '校准时钟，使用北京时间，重新签名。',
      en: 'Set your clock, use the time of Asia/Shanghai, and sign again.',
    },
    retry: 'after-a-new-signature',
    clock: true,
    source: { settled: 'Y3' },
  },
  '-204': {
    wire: '账户不存在',
    cause: {
      zh: '没有这个账户，或它已停用。',
      en: 'There is no such account, or it is switched off.',
    },
    remedy: { zh: '检查 accountSID。', en: 'Check the accountSID.' },
    retry: 'never',
    source: { settled: 'Y21' },
  },
  '-205': {
    wire: '应用验证失败',
    cause: {
      zh: '应用不存在、属于其他账户或环境、调用地址不在白名单、未开通功能或未上线。',
      en: 'The app is unknown, of another account or environment, called from an address that is not allowed, without the function, or not online.',
    },
    remedy: {
      zh: '按文档第 6 条逐项检查；请求日志会指出原因。',
      en: "Go through the document's item 6. The request log names the reason.",
    },
    retry: 'never',
    source: row('应用验证失败原因(-205)与解决办法?'),
  },
  '-206': {
    wire: 'action 不支持',
    cause: { zh: '没有这个 action。', en: 'There is no such action.' },
    remedy: { zh: '检查拼写和大小写。', en: 'Check its spelling, and upper and lower case.' },
    retry: 'never',
    source: { settled: 'Y21' },
  },
  '-207': {
    wire: '版本或功能不支持',
    cause: {
      zh: 'URL 中的 version、func 或 funcURL 不受支持。',
      en: 'The version, func or funcURL of the URL is not served.',
    },
    remedy: {
      zh: '使用 /201612/sid/{accountSID}/Unicom/Order.wx。',
      en: 'Call /201612/sid/{accountSID}/Unicom/Order.wx.',
    },
    retry: 'never',
    source: { settled: 'Y21' },
  },
  '-301': {
    wire: '产品不存在',
    cause: { zh: '没有这个 productCode。', en: 'There is no such productCode.' },
    remedy: { zh: '向运营方核对产品编号。', en: 'Ask the operator for the product codes.' },
    retry: 'never',
    source: { settled: 'Y21' },
  },
  '-704': {
    wire: '未查询到订单信息，稍后再试',
    cause: {
      zh: '没有这个订单，或它属于其他应用。',
      en: "There is no such order, or it is another app's.",
    },
    remedy: {
      zh: '检查 requestId、customParm 和 appid。',
      en: 'Check requestId, customParm and appid.',
    },
    retry: 'later',
    source: { settled: 'Y20' },
  },
  '-705': {
    wire: '查询过于频繁，每分钟限1次',
    cause: {
      zh: '同一订单一分钟内已查询过。',
      en: 'The order was asked for within the last minute.',
    },
    remedy: {
      zh: '等待回调；距上次成功查询满 60 秒后再查。',
      en: 'Wait for the callback, or ask again 60 seconds after the last answered query.',
    },
    retry: 'later',
    source: { settled: 'Y22' },
  },
  '-706': {
    wire: '调用过于频繁，请稍后再试',
    cause: {
      zh: '账户的并发数、每秒或每日调用次数已达上限；请求日志会指出是哪一个。',
      en: "The account's limit of calls at once, in a second or in a day is reached. The request log names which.",
    },
    remedy: {
      zh: '稍后重试，或请运营方调整该账户的限额。',
      en: "Try again later, or have the operator change the account's limits.",
    },
    retry: 'later',
    source: { settled: 'Y27' },
  },
} as const satisfies Codes;
