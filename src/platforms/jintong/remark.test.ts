// Tests the meaning of a Remark, encoded or plain, in UTF-8 or GB18030, and the texts over which it
// may be signed.
import { deepEqual, equal, ok } from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { call, cancel, document, form, type Parts } from '../../../test/jintong.ts';
import { manage, startTestServer } from '../../../test/support.ts';
import { decodeRemark, remarkMeaning, signedForms } from './remark.ts';

const MEANINGS: Readonly<Record<string, readonly (readonly [text: string, meaning: string])[]>> = {
  'UTF-8, all or none': [
    ['取消', '取消'],
    ['%E5%8F%96%e6%b6%88', '取消'],
    ['取%E6%B6%88', '取消'],
    ['取%FF', '取%FF'],
    ['%41取%FF', '%41取%FF'],
    ['取%c8%a1', '取ȡ'], // The bytes are valid UTF-8, so that they are read as UTF-8.
  ],
  'a % without two hex digits stays as it is': [
    ['100%', '100%'],
    ['100%zz', '100%zz'],
    ['100%,%E5%8F%96', '100%,取'],
    ['%41%', 'A%'],
    ['%%41%4', '%A%4'],
    ['%2541', '%41'],
  ],
  'a + is a space only where something decodes': [
    ['a+b', 'a+b'],
    ['a+b%20c', 'a b c'],
    ['a+b%zz', 'a+b%zz'],
    ['a+%FF', 'a+%FF'],
  ],
  'else, where all other characters are ASCII, the whole text as GB18030': [
    ['%c8%a1%cf%fb', '取消'],
    ['%C8%A1+%CF%FB.', '取 消.'],
    ['%E9F', '镕'],
    ['%E5%8F', '鍙'],
    ['%41%c8%a1%cf%fb', 'A取消'],
    ['%81%30%81%31', '\u0081'],
    ['%95%32%82%36', '\u{20000}'],
  ],
  'else plain text': [
    ['%FF', '%FF'],
    ['%E5%8F%96%FF', '%E5%8F%96%FF'],
    ['%c8', '%c8'],
    ['%c8%20', '%c8%20'],
  ],
  'GBK that is also valid UTF-8 reads as UTF-8': [['%c4%a3', 'ģ']],
};
for (const [rule, cases] of Object.entries(MEANINGS)) {
  test(`"${rule}"`, () => {
    for (const [text, meaning] of cases) equal(decodeRemark(text), meaning, text);
  });
}

test('a GB18030 text from iconv and a form encoder is decoded, unless its bytes are also valid UTF-8', () => {
  const gb = new TextDecoder('gb18030', { fatal: true });
  // Two-byte characters of GB2312, as TextDecoder decodes them.
  const pair = fc.tuple(fc.integer({ min: 0xb0, max: 0xd6 }), fc.integer({ min: 0xa1, max: 0xfe }));
  fc.assert(
    fc.property(fc.array(pair, { minLength: 1, maxLength: 8 }), (pairs) => {
      const bytes = Buffer.from(pairs.flat());
      const text = [...bytes].map((byte) => `%${byte.toString(16)}`).join('');
      const utf8 = bytes.toString('utf8');
      equal(decodeRemark(text), utf8.includes('\uFFFD') ? gb.decode(bytes) : utf8);
    }),
  );
});

test('a text that is too long for a Remark is not decoded', () => {
  equal(decodeRemark('%81%30%81%31'.repeat(500)).length, 500);
  const long = '%81%30%81%31'.repeat(501);
  equal(decodeRemark(long), long);
  deepEqual(signedForms(long, long), [long]);
});

test('a Remark is kept with CRLF and a lone CR as one LF (settled.md, J14)', () => {
  equal(remarkMeaning('a\r\nb\rc\nd\r\r\n'), 'a\nb\nc\nd\n\n');
  equal(remarkMeaning('a%0d%0ab%0Dc%0a'), 'a\nb\nc\n');
});

test('a Remark may be signed as sent, as XML reads it, or decoded if decoding it again changes nothing', () => {
  deepEqual(signedForms('a', 'a'), ['a']);
  deepEqual(signedForms('a\nb', 'a\r\nb'), ['a\r\nb', 'a\nb']);
  deepEqual(signedForms('%41\nb', '%41\r\nb'), ['%41\r\nb', '%41\nb', 'A\r\nb', 'A\nb']);
  deepEqual(signedForms('%2541', '%2541'), ['%2541']);
  deepEqual(signedForms('1%262', '1%262'), ['1%262']);
});

const server = await startTestServer();
const ORDERS = ['15110100065', '15110100066', '15110100067', '15110100073', '15110100074'];

/** The document with the Remark `raw`, signed over `signed`. */
function withRemark(orderId: string, raw: string, signed: string): string {
  const param = { Consumer: 'jane88', OrderID: orderId, Remark: 'REMARK' };
  const over = `Action=OperateCancelOrder&Param=Consumer=jane88&OrderID=${orderId}&Remark=${signed}&Partner=jane88&RequestFmt=XML&ResponseFmt=XML&Version=1.0.0.0`;
  const parts: Parts = { param, stringToSign: over };
  return document('jane88', 'OperateCancelOrder', parts).replace('REMARK', () => raw);
}

async function kept(from: typeof server, orderId: string): Promise<string> {
  const { body } = await manage(from, 'GET', `/orders/jintong/${orderId}`);
  return body.history.at(-1).note;
}

test('a Remark may hold tab, CR and LF, plain or encoded (settled.md, J14): signed as sent or as XML reads it, kept with LF', async () => {
  const CASES: readonly (readonly [raw: string, signed: string])[] = [
    ['一\t二\r\n三', '一\t二\r\n三'],
    ['一\t二\r\n三', '一\t二\n三'],
    ['一\t二\r三', '一\t二\r三'],
    ['一\t二&#13;&#10;三', '一\t二\r\n三'],
    ['<![CDATA[一\t二\r\n三]]>', '一\t二\r\n三'],
    ['一%09二%0D%0A三', '一%09二%0D%0A三'],
    ['一%09二%0D%0A三', '一\t二\r\n三'],
    ['一%09二%0D三', '一\t二\r三'],
  ];
  for (const [raw, signed] of CASES) {
    const fresh = await startTestServer();
    for (const body of [
      form(withRemark(ORDERS[0]!, raw, signed)),
      withRemark(ORDERS[1]!, raw, signed),
    ]) {
      const { code, description } = await call(fresh, body);
      equal(code, 'CallSuccess', `${JSON.stringify([raw, signed])}: ${description}`);
    }
    equal(await kept(fresh, ORDERS[0]!), '一\t二\n三');
    equal(await kept(fresh, ORDERS[1]!), '一\t二\n三');
    await fresh.close();
  }
});

test('a signature over other line ends than the sent ones gives SignFail', async () => {
  for (const [raw, signed] of [
    ['一\n二', '一\r\n二'],
    ['一\r二', '一\r\n二'],
    ['一&#13;二', '一\n二'],
  ] as const) {
    equal((await call(server, withRemark(ORDERS[2]!, raw, signed))).code, 'SignFail');
  }
});

test('other control characters are ArgumentIllegal (settled.md, J14), and so does what is longer than 500 characters', async () => {
  for (const remark of [
    '%00',
    'a%1Fb',
    '%7F',
    '\u0085',
    '%c2%85',
    '%81%30%81%30',
    '取'.repeat(501),
  ]) {
    equal((await call(server, form(cancel(ORDERS[2]!, remark)))).code, 'ArgumentIllegal', remark);
  }
  const longest = `%81%39%ef%30`.repeat(500);
  ok(decodeRemark(longest).length === 500);
  equal((await call(server, form(cancel(ORDERS[3]!, longest)))).code, 'CallSuccess');
});

test('a Remark in GBK is stored with its meaning', async () => {
  equal((await call(server, form(cancel(ORDERS[4]!, '%c8%a1%cf%fb')))).code, 'CallSuccess');
  equal(await kept(server, ORDERS[4]!), '取消');
});
