// 异常码 of every call, in the table that both methods share: headers, app, token, limits and body.
import type { Codes } from '../../protocol/contract.ts';
import { HISTORY, row } from './sources.ts';

export const SYSTEM_CODES = {
  'sys.check.user-permission:inexistence': {
    wire: '访问令牌不存在',
    cause: {
      zh: '没有这个应用、它已停用，或 OAuth 应用的令牌缺失或未知。',
      en: 'There is no such app, it is switched off, or the token of an app with OAuth is absent or unknown.',
    },
    remedy: {
      zh: '检查 AppKey；OAuth 应用检查 access_token（代理可能丢弃带下划线的请求头）。',
      en: 'Check AppKey. With OAuth, check access_token: a proxy may drop header names with an underscore.',
    },
    retry: 'never',
    source: row(HISTORY, 'sys.check.user-permission:inexistence | 访问令牌不存在'),
    otherWires: {
      用户key不存在: row(HISTORY, 'sys.check.user-permission:inexistence | 用户key不存在'),
    },
  },
  'sys.check.user-permission:overdue': {
    wire: '访问令牌已过期',
    cause: { zh: '访问令牌已过期。', en: 'The access token has expired.' },
    remedy: { zh: '用刷新令牌换取新的令牌。', en: 'Get a new one with the refresh token.' },
    retry: 'never',
    source: row(HISTORY, 'sys.check.user-permission:overdue | 访问令牌已过期'),
  },
  'sys.check.api-permission:inexistence': {
    wire: 'Api方法不存在',
    cause: { zh: '没有这个方法。', en: 'There is no such method.' },
    remedy: { zh: '检查 AppMethod 的拼写。', en: 'Check the spelling of AppMethod.' },
    retry: 'never',
    source: row(HISTORY, 'sys.check.api-permission:inexistence | Api方法不存在'),
  },
  'sys.check.api-permission:overdue': {
    wire: 'Api方法已过期',
    cause: { zh: '该方法已停用。', en: 'The method was retired.' },
    remedy: { zh: '改用替代方法。', en: 'Use the method that took its place.' },
    retry: 'never',
    source: row(HISTORY, 'sys.check.api-permission:overdue | Api方法已过期'),
  },
  'sys.check.method-permission:authority': {
    wire: '无权操作此api',
    cause: { zh: '该应用未开通这个方法。', en: 'The app is not granted the method.' },
    remedy: { zh: '请运营方开通。', en: 'Have the operator grant it.' },
    retry: 'never',
    source: row(HISTORY, 'sys.check.method-permission:authority | 无权操作此api'),
  },
  'sys.auth.vendor-request:errory': {
    wire: '无权操作此供应商',
    cause: { zh: '该应用不持有这个供应商编码。', en: 'The app does not hold the supplier code.' },
    remedy: {
      zh: '检查 supplierCode，或请运营方添加。',
      en: 'Check supplierCode, or have the operator add it.',
    },
    retry: 'never',
    source: row(HISTORY, 'sys.auth.vendor-request:errory | 无权操作此供应商'),
  },
  'sys.controller.api-request:limit': {
    wire: 'Api请求受控',
    cause: { zh: '该应用当天的调用次数已用完。', en: 'The app has used up its calls of the day.' },
    remedy: { zh: '次日（北京时间）再试。', en: 'Try again on the next day (Asia/Shanghai).' },
    retry: 'later',
    source: row(HISTORY, 'sys.controller.api-request:limit | Api请求受控'),
  },
  'sys.check.app-time:error': {
    wire: '请求参数错误api请求时间误差大',
    cause: {
      zh: 'AppRequestTime 与服务端时间相差超过 10 分钟。',
      en: "AppRequestTime is more than 10 minutes off the server's time.",
    },
    remedy: {
      zh: '校准时钟，使用北京时间，重新签名。',
      en: 'Set your clock, use the time of Asia/Shanghai, and sign again.',
    },
    retry: 'after-a-new-signature',
    clock: true,
    source: row(HISTORY, 'sys.check.app-time:error | 请求参数错误api请求时间误差大'),
  },
  'sys.check.request-params:error': {
    wire: '请求报文结构错误',
    cause: {
      zh: '请求头格式不符、报文无法解析，或字段重复、类型不符。',
      en: 'A header is malformed, the body cannot be read, or a field is given twice or malformed.',
    },
    remedy: {
      zh: '检查 Format 与报文是否一致；请求日志会指出位置。',
      en: 'Check that Format fits the body. The request log names the place.',
    },
    retry: 'never',
    source: row(HISTORY, 'sys.check.request-params:error | 请求报文结构错误'),
  },
  'sys.check.app-sign:null': {
    wire: '签名信息为空',
    cause: { zh: '没有 signInfo 请求头。', en: 'The header signInfo is absent.' },
    remedy: { zh: '发送签名。', en: 'Send the signature.' },
    retry: 'never',
    source: row(HISTORY, 'sys.check.app-sign:null | 签名信息为空'),
  },
  'sys.check.app-sign:error': {
    wire: '签名信息错误',
    cause: {
      zh: 'signInfo 与该应用的任何一个密钥都不符。',
      en: "signInfo fits none of the app's secrets.",
    },
    remedy: {
      zh: '先核对 appSecret；对发送的报文原始字节签名，签名后不要再改动报文。',
      en: 'Check the appSecret first. Sign the exact bytes that you send, and do not change the body after it was signed.',
    },
    retry: 'after-a-new-signature',
    source: row(HISTORY, 'sys.check.app-sign:error | 签名信息错误'),
  },
  'sys.check.missing-parameter:apiversion': {
    wire: 'API版本号未指定',
    cause: { zh: '没有 VersionNo 请求头。', en: 'The header VersionNo is absent.' },
    remedy: { zh: '发送 VersionNo: v1.2。', en: 'Send VersionNo: v1.2.' },
    retry: 'never',
    source: row(HISTORY, 'sys.check.missing-parameter:apiversion | API版本号未指定'),
  },
  'sys.check.missing-parameter:appRequestTime': {
    wire: '请求时间丢失',
    cause: { zh: '没有 AppRequestTime 请求头。', en: 'The header AppRequestTime is absent.' },
    remedy: { zh: '发送 AppRequestTime。', en: 'Send AppRequestTime.' },
    retry: 'never',
    source: row(HISTORY, 'sys.check.missing-parameter:appRequestTime | 请求时间丢失'),
  },
  'sys.check.missing-nestElement:sn_body': {
    wire: '缺少sn_body节点',
    cause: { zh: 'sn_request 中没有 sn_body。', en: 'sn_request holds no sn_body.' },
    remedy: { zh: '按文档的结构发送报文。', en: 'Send the body in the form of the document.' },
    retry: 'never',
    source: row(HISTORY, 'sys.check.missing-nestElement:sn_body | 缺少sn_body节点'),
  },
  'biz.handler.batch-handler:no-support': {
    wire: '非查询类API不支持批量操作',
    cause: { zh: '写方法的业务节点出现多次。', en: "A write's node is given several times." },
    remedy: { zh: '每次调用只发送一个节点。', en: 'Send one node in a call.' },
    retry: 'never',
    source: row(HISTORY, 'biz.handler.batch-handler:no-support | 非查询类API不支持批量操作'),
  },
  'biz.handler.request-message:error': {
    wire: '查询类API输入多个业务节点',
    cause: { zh: '查询方法的业务节点出现多次。', en: "A query's node is given several times." },
    remedy: { zh: '每次调用只发送一个节点。', en: 'Send one node in a call.' },
    retry: 'never',
    source: row(HISTORY, 'biz.handler.request-message:error | 查询类API输入多个业务节点'),
  },
  'sys.check.header-param:null': {
    wire: 'header参数为空',
    cause: {
      zh: '没有 AppMethod 或 AppKey 请求头。',
      en: 'The header AppMethod or AppKey is absent.',
    },
    remedy: {
      zh: '发送全部系统参数（代理可能丢弃请求头）。',
      en: 'Send all system parameters. A proxy may drop headers.',
    },
    retry: 'never',
    source: row(HISTORY, 'sys.check.header-param:null | header参数为空'),
  },
  'sys.controller.api-access:limit': {
    wire: '访问限制',
    cause: {
      zh: '该应用同时进行的调用已达上限。',
      en: 'The app has as many calls under way as it may.',
    },
    remedy: { zh: '减少并发后重试。', en: 'Send fewer calls at once, and try again.' },
    retry: 'later',
    source: row(HISTORY, 'sys.controller.api-access:limit | 访问限制'),
  },
  'sys.controller.api-frequency:limit': {
    wire: '访问频率限制',
    cause: {
      zh: '该应用每秒的调用次数已达上限。',
      en: 'The app has used up its calls of the second.',
    },
    remedy: { zh: '降低频率后重试。', en: 'Slow down, and try again.' },
    retry: 'later',
    source: row(HISTORY, 'sys.controller.api-frequency:limit | 访问频率限制'),
  },
  'sys.error.network:failure': {
    wire: '网络异常',
    cause: { zh: '客户端没有得到响应。', en: 'The client got no answer.' },
    remedy: {
      zh: '写操作的结果未知：发送同一个已签名的请求。',
      en: 'The outcome of a write is unknown: send the same signed request again.',
    },
    retry: 'later',
    source: row(HISTORY, 'sys.error.network:failure | 网络异常'),
    unused: {
      zh: '由客户端报告，响应中不会出现。',
      en: 'A client reports it; no reply carries it.',
    },
  },
  'sys.error.network-status:?': {
    wire: '响应失败 ?为状态码',
    cause: { zh: '客户端得到了 200 以外的状态。', en: 'The client got a status other than 200.' },
    remedy: {
      zh: '查看状态码；写操作发送同一个已签名的请求。',
      en: 'Look at the status. Send the same signed write again.',
    },
    retry: 'later',
    source: row(HISTORY, 'sys.error.network-status:? | 响应失败 ?为状态码'),
    parameter: 'status',
    unused: {
      zh: '由客户端报告，响应中不会出现。',
      en: 'A client reports it; no reply carries it.',
    },
  },
  'sys.check.snunionid.length.is.not:48': {
    wire: '混淆会员编码长度不是48位',
    cause: { zh: 'snunionid 不是 48 位。', en: 'A snunionid is not 48 characters long.' },
    remedy: { zh: '传入 48 位的编码。', en: 'Send one of 48 characters.' },
    retry: 'never',
    source: row(HISTORY, 'sys.check.snunionid.length.is.not:48 | 混淆会员编码长度不是48位'),
  },
} as const satisfies Codes;
