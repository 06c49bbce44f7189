// How a sample call of Jintong is signed, for the reference: pieces, vectors and programs.
import type { NamedTexts, SampleCall, SigningSample } from '../../protocol/signing-sample.ts';
import { type Signed, signature } from './signature.ts';

const input = ({ party, method, params }: SampleCall): NamedTexts => ({
  Partner: party,
  Action: method,
  RequestFmt: 'XML',
  ResponseFmt: 'XML',
  Version: '1.0.0.0',
  Param: params as NamedTexts,
});

/** The key of a fixture, with which the documents' own strings were signed by another tool. */
const KEY = 'b7e1c0a4d25f4b6f9f0c7a1e3d5b8c21';

const call = (param: NamedTexts): NamedTexts =>
  input({ party: 'jane88', method: 'OperateCancelOrder', params: param, now: 0 });

export const signingSample: SigningSample = {
  scheme: signature,
  parts: (sample) => signature.parts(input(sample) as Signed),
  vectors: {
    input,
    partsOf: (fields) => signature.parts(fields as Signed),
    more: [
      {
        title: { zh: '文档中的响应', en: "The document's reply: it is signed in the same way" },
        key: KEY,
        input: { MessageModel: { MessageCode: 'CallSuccess', Description: '操作成功' } },
      },
      {
        title: { zh: '文档中的嵌套对象', en: "The document's nested objects" },
        key: KEY,
        input: { C: 'c1', A: 'aaa', B: { B2: 'b222', B1: 'b111' } },
      },
      {
        title: {
          zh: '空值、Sign 和 SignType 不参与签名',
          en: 'What is empty, Sign and SignType are left out',
        },
        key: KEY,
        input: {
          ...call({ OrderID: '151103654827', Consumer: 'jane88', Remark: '' }),
          SignType: 'MD5',
          Sign: '610b9f52ba2cde6efb079f6fcdf4f43c',
        },
      },
      {
        title: {
          zh: '只有空值的对象也不参与签名',
          en: 'An object that holds nothing but empty values is left out, too',
        },
        key: KEY,
        input: { Partner: 'jane88', Param: { Remark: '', UserName: '' }, Version: '1.0.0.0' },
      },
      {
        title: {
          zh: '名称按字节排序：数字先于大写字母，大写先于小写，短的先于长的',
          en: 'Names are sorted by their bytes: digits, capitals, small letters; the shorter first',
        },
        key: KEY,
        input: { a: '1', B: '2', A1: '3', A: '4', Ab: '5', AB: '6', _: '7' },
      },
      {
        title: {
          zh: '中文、表情符号和 XML 的特殊字符：按 UTF-8 原样签名，不转义',
          en: 'Chinese, an emoji and what XML escapes: signed as UTF-8, not escaped',
        },
        key: KEY,
        input: call({
          Consumer: 'jane88',
          OrderID: '151103654827',
          Remark: '行程<变更> "改签" 😀',
        }),
      },
      {
        title: {
          zh: '空格和换行原样签名，加号和百分号也不编码',
          en: 'Blanks and line breaks are signed as they are; plus and percent are not encoded',
        },
        key: KEY,
        input: call({ Consumer: 'jane88', OrderID: '151103654827', Remark: '第 1 行\n100% + 1' }),
      },
    ],
  },
};
