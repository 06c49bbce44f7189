// 基本参数: the parameters that every request and every reply of Jintong carries.
import type { EnumField, Envelope, TextField } from '../../protocol/contract.ts';
import { CANCEL, HASTEN, row } from './sources.ts';

const xmlOnly = (text: EnumField['text'], quote: string): EnumField => ({
  type: 'enum',
  example: 'XML',
  values: { XML: { zh: 'XML 格式', en: 'XML' } },
  text,
  source: row(HASTEN, quote),
});

const messageCode: TextField = {
  type: 'string',
  example: 'CallSuccess',
  text: {
    zh: '执行结果标识代码，成功时为 CallSuccess。',
    en: 'The code of the outcome; CallSuccess when the call was carried out.',
  },
  source: row(CANCEL, '执行结果标识代码'),
};

export const ENVELOPE = {
  http: 'POST',
  path: '/Api/OrderOpenApi.ashx',
  request: {
    Partner: {
      type: 'string',
      example: 'jane88',
      place: 'body',
      signed: true,
      text: { zh: '合作 ID。', en: 'The partner id.' },
      source: row(HASTEN, '合作 ID'),
    },
    Action: {
      type: 'string',
      example: 'HastenOrder',
      place: 'body',
      signed: true,
      text: { zh: '业务动作，即下列接口之一。', en: 'The action: one of the methods below.' },
      source: row(HASTEN, '业务动作'),
    },
    RequestFmt: {
      ...xmlOnly(
        { zh: '请求参数格式，只支持 XML。', en: 'The form of the request: XML only.' },
        '请求参数格式,只支持 XML',
      ),
      place: 'body',
      signed: true,
    },
    ResponseFmt: {
      ...xmlOnly(
        { zh: '返回参数格式，只支持 XML。', en: 'The form of the reply: XML only.' },
        '返回参数格式,只支持 XML',
      ),
      place: 'body',
      signed: true,
    },
    SignType: {
      type: 'enum',
      example: 'MD5',
      values: { MD5: { zh: 'MD5 签名', en: 'MD5' } },
      place: 'body',
      signed: false,
      text: { zh: '参数签名方式，只支持 MD5。', en: 'How the call is signed: MD5 only.' },
      source: row(HASTEN, '参数签名方式,只支持 MD5'),
    },
    Sign: {
      type: 'string',
      example: '38a2d8f20a3849cbfc0a2b535ad4b860',
      pattern: /^[0-9a-fA-F]{32}$/,
      secret: true,
      place: 'body',
      signed: false,
      text: {
        zh: '签名：MD5(待签名字符串 + Key)，32 位十六进制，大小写均可。',
        en: 'The signature: MD5 of the string to sign followed by the key, 32 hexadecimal digits in either case.',
      },
      source: row(HASTEN, '业务参数签名结果'),
    },
    Version: {
      type: 'enum',
      example: '1.0.0.0',
      values: {
        '1.0.0.0': { zh: '文档版本', en: 'the version of the documents' },
        '1.0.0': { zh: '部分客户端发送的写法', en: 'as a public client writes it' },
      },
      place: 'body',
      signed: true,
      text: { zh: '业务动作版本。', en: 'The version of the action.' },
      source: { settled: 'J18' },
    },
  },
  reply: {
    MessageModel: {
      type: 'group',
      fields: {
        MessageCode: messageCode,
        Description: {
          type: 'string',
          example: '催单成功',
          text: { zh: '对标识代码的描述内容。', en: 'What the code means here, in words.' },
          source: row(CANCEL, '对标识代码的描述内容'),
        },
      },
      text: {
        zh: '执行业务返回的结果信息，标识执行结果成功或失败的原因。',
        en: 'The outcome of the call: that it succeeded, or why it failed.',
      },
      source: row(CANCEL, '执行业务返回的结果信息,标识执行结果成功或失败的原因'),
    },
    Sign: {
      type: 'string',
      example: '5a402998be01ddbc2d441566a2df97b3',
      optional: true,
      text: {
        zh: '返回参数签名结果。仅在合作伙伴未知时缺省。',
        en: 'The signature of the reply. It is absent only where the partner is unknown.',
      },
      source: { settled: 'J10' },
    },
  },
} as const satisfies Envelope;
