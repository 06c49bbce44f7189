// 公共请求参数: the parameters of every ytx call in its URL, headers and body.
import type { Envelope } from '../../protocol/contract.ts';
import { row } from './sources.ts';

export const ENVELOPE = {
  http: 'POST',
  path: '/{version}/sid/{accountSID}/{func}/{funcURL}',
  request: {
    version: {
      type: 'enum',
      example: '201612',
      values: { '201612': { zh: '目前唯一的版本', en: 'the only version today' } },
      place: 'path',
      signed: false,
      text: { zh: '接口版本。', en: 'The version of the API.' },
      source: row('目前可选版本:201612'),
    },
    accountSID: {
      type: 'string',
      example: 'abcdefghijklmnopqrstuvwxyz012345',
      pattern: /^[0-9A-Za-z]{1,64}$/,
      place: 'path',
      signed: true,
      text: {
        zh: '用户账户 Id，与 Authorization 中的一致。',
        en: 'The account id, the same as in Authorization.',
      },
      source: row('云通信平台用户账户Id'),
    },
    func: {
      type: 'enum',
      example: 'Unicom',
      values: { Unicom: { zh: '权益类', en: 'top-ups' } },
      place: 'path',
      signed: false,
      text: { zh: '功能所属分类。', en: 'The family of functions.' },
      source: row('当前功能属:Unicom'),
    },
    funcURL: {
      type: 'enum',
      example: 'Order.wx',
      values: { 'Order.wx': { zh: '订单', en: 'orders' } },
      place: 'path',
      signed: false,
      text: { zh: '业务功能的操作分支。', en: 'The branch of the function.' },
      source: row('当前功能属:Order.wx'),
    },
    Sign: {
      type: 'string',
      example: 'C1F20E7A9733CE94F680C70A1DBABCDE',
      pattern: /^[0-9a-fA-F]{32}$/,
      secret: true,
      place: 'query',
      signed: false,
      text: {
        zh: '签名：MD5(账户Id + 账户授权令牌 + 时间戳)，大小写均可。',
        en: 'The signature: MD5 of accountSID, authToken and time, in either case.',
      },
      source: row('MD5加密(账户Id + 账户授权令牌 +时间戳)'),
    },
    Authorization: {
      type: 'string',
      example: 'YWJjZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXowMTIzNDV8MjAxNDA0MTYxNDIwMzA=',
      secret: true,
      place: 'header',
      signed: true,
      text: {
        zh: 'base64(账户Id + "|" + 时间戳)，时间戳格式 yyyyMMddHHmmss，24 小时内有效。',
        en: 'Base64 of accountSID, | and the time as yyyyMMddHHmmss. It holds for 24 hours.',
      },
      source: row('base64加密(账户Id + "|" + 时间戳)'),
    },
    action: {
      type: 'string',
      example: 'getOrderResult',
      place: 'body',
      signed: false,
      text: {
        zh: 'API 接口名称，区分大小写。',
        en: 'The name of the method; upper and lower case differ.',
      },
      source: row('API接口名称,默认值:getOrderResult(区分大小写)'),
    },
  },
  reply: {
    statusCode: {
      type: 'string',
      example: '-2',
      optional: true,
      text: {
        zh: '错误码；查询成功时没有此字段。',
        en: 'The code. A successful query has no such field.',
      },
      source: row('{"statusCode":"-2","statusMsg":"缺少必要参数","requestId":""}'),
    },
    statusMsg: {
      type: 'string',
      example: '缺少必要参数',
      optional: true,
      text: { zh: '错误描述。', en: 'What the code means, in words.' },
      source: row('{"statusCode":"-2","statusMsg":"缺少必要参数","requestId":""}'),
    },
  },
} as const satisfies Envelope;
