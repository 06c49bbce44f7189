// The codes that any call of the management API may get, before its endpoint looks at it.
import type { ErrorCode } from './error-codes.ts';

export const GENERAL_CODES = {
  'bad-request': {
    statuses: [400],
    cause: {
      zh: '缺少字段、字段格式不符，或请求不是合法的 HTTP。',
      en: 'A field is missing or malformed, or the request is no HTTP.',
    },
    remedy: { zh: '修正 field 指出的字段。', en: 'Correct what `field` and the message name.' },
    retry: 'never',
  },
  'not-json': {
    statuses: [400],
    cause: { zh: '报文不是 JSON。', en: 'The body is no JSON.' },
    remedy: { zh: '以 UTF-8 发送 JSON。', en: 'Send JSON in UTF-8.' },
    retry: 'never',
  },
  unauthorized: {
    statuses: [401],
    cause: {
      zh: '缺少令牌或会话，或它们已失效。',
      en: 'The token or the session is missing, wrong or over.',
    },
    remedy: {
      zh: '发送 Authorization: Bearer，或重新登录。',
      en: 'Send Authorization: Bearer, or sign in again.',
    },
    retry: 'never',
  },
  'too-many-guesses': {
    statuses: [429],
    cause: {
      zh: '同一地址多次发送错误的令牌。',
      en: 'The address has sent many wrong tokens.',
    },
    remedy: {
      zh: '更正令牌，一分钟后再试。',
      en: 'Correct the token, and try again in a minute.',
    },
    retry: 'later',
  },
  'foreign-host': {
    statuses: [403],
    cause: {
      zh: 'Host 不是本服务器的地址。',
      en: 'The Host header is not an address of this server.',
    },
    remedy: {
      zh: '用服务器自己的地址访问，或检查代理的设置。',
      en: "Call the server by its own address, or check the proxy's settings.",
    },
    retry: 'never',
  },
  'foreign-page': {
    statuses: [403],
    cause: { zh: '请求来自其他网站的页面。', en: 'The request came from a page of another site.' },
    remedy: { zh: '从控制台操作，或使用令牌。', en: 'Use the console, or a token.' },
    retry: 'never',
  },
  forbidden: {
    statuses: [403],
    cause: { zh: '角色不足以执行这个操作。', en: "The caller's role does not reach." },
    remedy: {
      zh: '请管理员执行，或提升角色。',
      en: 'Ask an admin to do it, or for the role that the message names.',
    },
    retry: 'never',
  },
  'not-found': {
    statuses: [404],
    cause: { zh: '没有这个路径。', en: 'There is nothing at the path.' },
    remedy: { zh: '查看 /manage/v1/openapi.json。', en: 'See /manage/v1/openapi.json.' },
    retry: 'never',
  },
  'method-not-allowed': {
    statuses: [405],
    cause: { zh: '路径不接受这个 HTTP 方法。', en: 'The path does not take the HTTP method.' },
    remedy: { zh: '使用 Allow 中列出的方法。', en: 'Use a method that Allow lists.' },
    retry: 'never',
  },
  timeout: {
    statuses: [408],
    cause: { zh: '请求没有在时限内到达。', en: 'The request did not arrive in time.' },
    remedy: { zh: '检查网络，重新发送。', en: 'Check the network, and send it again.' },
    retry: 'later',
  },
  'too-large': {
    statuses: [413],
    cause: { zh: '报文超过 1 MiB。', en: 'The body is over 1 MiB.' },
    remedy: { zh: '分成几个请求。', en: 'Send several smaller requests.' },
    retry: 'never',
  },
  'unsupported-encoding': {
    statuses: [415],
    cause: { zh: '报文被压缩。', en: 'The body is compressed.' },
    remedy: { zh: '不要压缩报文。', en: 'Send the body uncompressed.' },
    retry: 'never',
  },
  'too-many-attempts': {
    statuses: [429],
    cause: { zh: '登录尝试过多。', en: 'There were too many attempts to sign in.' },
    remedy: { zh: '一分钟后再试。', en: 'Try again in a minute.' },
    retry: 'later',
  },
  'headers-too-large': {
    statuses: [431],
    cause: { zh: '请求头过长。', en: 'The headers are too long.' },
    remedy: { zh: '缩短请求头和路径。', en: 'Send shorter headers and a shorter path.' },
    retry: 'never',
  },
  fault: {
    statuses: [500, 409, 503],
    cause: { zh: '服务端出现故障。', en: 'The server failed.' },
    remedy: {
      zh: '查看服务器日志；稍后重试。',
      en: "Look into the server's log. Try again later.",
    },
    retry: 'later',
  },
  unavailable: {
    statuses: [503, 409],
    cause: {
      zh: '账本暂时不可用，没有发生任何变更。',
      en: 'The ledger cannot be reached, and nothing was changed.',
    },
    remedy: { zh: '稍后重试。', en: 'Try again later.' },
    retry: 'later',
  },
  'not-audited': {
    statuses: [503],
    cause: {
      zh: '审计记录无法写入，操作没有执行。',
      en: 'The audit could not be written, and nothing was done.',
    },
    remedy: { zh: '检查存储，稍后重试。', en: 'Check the store, and try again later.' },
    retry: 'later',
  },
  'outcome-not-audited': {
    statuses: [503],
    cause: {
      zh: '操作已经执行，但审计没有记下结果；审计中这条记录显示为“结果未知”。',
      en: 'It was done, and the audit could not write what came of it: its entry says that the outcome is unknown.',
    },
    remedy: {
      zh: '先查看现在的状态，再决定是否重试；并检查存储。',
      en: 'Look at what is there before you try again, and check the store.',
    },
    retry: 'never',
  },
  busy: {
    statuses: [503],
    cause: { zh: '服务器正忙，请求没有执行。', en: 'The server is busy and did not do it.' },
    remedy: { zh: '一分钟后重试。', en: 'Try again in a minute.' },
    retry: 'later',
  },
} as const satisfies Record<string, ErrorCode>;
