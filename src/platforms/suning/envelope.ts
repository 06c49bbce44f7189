// 系统参数: the header parameters of every call of Suning, and the frame of every reply.
import type { EnvelopeField, Fields, TextField } from '../../protocol/contract.ts';
import { HISTORY, row } from './sources.ts';

type Header = Omit<TextField, 'type' | 'source'> & {
  readonly quote: string;
  readonly signed: boolean;
};

const header = <const H extends Header>({ quote, ...rest }: H) =>
  ({ type: 'string', place: 'header', source: row(HISTORY, quote), ...rest }) as const;

const request = {
  AppMethod: header({
    example: 'suning.fws.historyorder.query',
    signed: true,
    text: { zh: '方法名。', en: 'The name of the method.' },
    quote: 'appMethod | String | Y',
  }),
  AppRequestTime: header({
    example: '2012-04-25 20:23:30',
    format: 'shanghai-time',
    signed: true,
    text: {
      zh: '时间戳，北京时间，允许误差 10 分钟。',
      en: 'The time in Asia/Shanghai. It may be off by 10 minutes.',
    },
    quote: 'API服务端允许客户端请求时间误差为10分钟',
  }),
  Format: {
    type: 'enum',
    example: 'json',
    values: {
      xml: { zh: 'XML（默认）', en: 'XML, the default' },
      json: { zh: 'JSON', en: 'JSON' },
    },
    optional: true,
    place: 'header',
    signed: false,
    text: {
      zh: '请求和响应的格式，不区分大小写。',
      en: 'The form of request and reply, in upper or lower case.',
    },
    source: row(HISTORY, '默认xml,可指定格式为xml,json'),
  },
  AppKey: header({
    example: 'b0c332a133c102765f39de0a1b2c3d4e',
    pattern: /^[0-9A-Za-z]{6,64}$/,
    signed: true,
    text: { zh: '分配给应用的访问令牌。', en: 'The key that names the app.' },
    quote: '分配给应用的访问令牌',
  }),
  VersionNo: {
    type: 'enum',
    example: 'v1.2',
    values: { 'v1.2': { zh: '目前唯一的版本', en: 'the only version today' } },
    place: 'header',
    signed: true,
    text: { zh: 'API 的版本。', en: 'The version of the API.' },
    source: row(HISTORY, 'API的版本,目前为v1.2版本'),
  },
  signInfo: header({
    example: '460d7ff15b073e463125b40f1e2d3c4b',
    pattern: /^[0-9a-fA-F]{32}$/,
    secret: true,
    signed: false,
    text: {
      zh: '签名：MD5(appSecret + appMethod + appRequestTime + appKey + versionNo + base64(请求报文))，大小写均可。',
      en: "The signature: MD5 of appSecret, appMethod, appRequestTime, appKey, versionNo and the base64 of the body's exact bytes, in either case.",
    },
    quote: '请求报文base64加密后的数据顺序MD5(32位小写)',
  }),
  access_token: header({
    example: 'a1c5c62b08df3a3cbf7efd0123456789',
    optional: true,
    secret: true,
    signed: false,
    text: {
      zh: '访问令牌，OAuth 应用必填。',
      en: 'The access token; an app with OAuth has to send it.',
    },
    quote: '采用OAuth授权方式为必填参数',
  }),
} as const satisfies Readonly<Record<string, EnvelopeField>>;

const reply = {
  sn_error: {
    type: 'group',
    optional: true,
    fields: {
      error_code: {
        type: 'string',
        example: 'sys.check.app-sign:error',
        text: { zh: '异常码。', en: 'The code.' },
        source: { settled: 'S17' },
      },
      error_msg: {
        type: 'string',
        example: '签名信息错误',
        text: { zh: '错误描述。', en: 'What the code means, in words.' },
        source: { settled: 'S17' },
      },
    },
    text: { zh: '仅在调用被拒绝时出现。', en: 'Only in the reply to a call that was refused.' },
    source: { settled: 'S17' },
  },
} as const satisfies Fields;

export const ENVELOPE = {
  http: 'POST',
  path: '/api/http/sopRequest/{appMethod}',
  request,
  reply,
} as const;
