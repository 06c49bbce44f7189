// 签名方式 (001, 2): the string to sign, vectors of other tools, and the collision that is refused.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import { call, document, form, KEYS, md5 } from '../../../test/jintong.ts';
import { startTestServer } from '../../../test/support.ts';
import type { Party } from '../../core/party.ts';
import type { Start } from '../../protocol/platform.ts';
import { checks } from './checks.ts';
import { seed } from './import.ts';
import { decodeRemark } from './remark.ts';
import { type Signed, sign, stringToSign } from './signature.ts';

const server = await startTestServer();

const vectors = JSON.parse(
  readFileSync(new URL('./vectors/signatures.json', import.meta.url), 'utf8'),
) as { cases: { note: string; stringToSign: string; key: string; sign: string }[] };

for (const { note, stringToSign: text, key, sign: expected } of vectors.cases) {
  test(`vector, made with md5sum: ${note}`, () => assert.equal(sign(text, key), expected));
}

const EXAMPLES: readonly [clause: string, fields: Signed, expected: string][] = [
  [
    '"按照字母升序排序签名": key0, key1, key2',
    { key1: 'val1', key2: 'val2', key0: 'val0' },
    'key0=val0&key1=val1&key2=val2',
  ],
  [
    '"字段值为 null 或者空字符串,则该字段和值不参与签名"',
    { A: null, B: '', C: 'c', D: undefined },
    'C=c',
  ],
  [
    '"若存在复杂对象引用那么对象字段也按照相同的方式进行签名"',
    { C: 'c1', B: { B2: 'b222', B1: 'b111' }, A: 'aaa' },
    'A=aaa&B=B1=b111&B2=b222&C=c1',
  ],
  ['a nested object without a value signs like an empty one', { A: { B: '' }, C: 'c' }, 'C=c'],
  ['"只有 Sign 和 SignType 不需要签名"', { Sign: 's', SignType: 'MD5', A: 'a' }, 'A=a'],
  ['sorted by code unit: upper case before lower case', { a: '1', B: '2' }, 'B=2&a=1'],
];
for (const [clause, fields, expected] of EXAMPLES) {
  test(clause, () => assert.equal(stringToSign(fields), expected));
}

const cancelWith = (param: Record<string, string>, text?: string): string =>
  form(
    document('jane88', 'OperateCancelOrder', {
      param,
      ...(text !== undefined && { stringToSign: text }),
    }),
  );

test('the comparison of the sign ignores case', async () => {
  const body = document('jane88', 'GetOrderDetail', {
    param: { OrderID: '15112480268', UserName: 'jane88' },
  });
  const upper = body.replace(
    /<Sign>(.*)<\/Sign>/,
    (_, digest: string) => `<Sign>${digest.toUpperCase()}</Sign>`,
  );
  assert.notEqual(upper, body);
  assert.equal((await call(server, form(upper))).code, 'CallSuccess');
});

test('the collision: a Consumer that contains another cancel is refused before its signature is checked', async () => {
  const param = { Consumer: 'bob&OrderID=999&Remark=hi', OrderID: '111', Remark: 'r' };
  const other =
    'Action=OperateCancelOrder&Param=Consumer=bob&OrderID=999&Remark=hi&OrderID=111&Remark=r&Partner=jane88&RequestFmt=XML&ResponseFmt=XML&Version=1.0.0.0';
  assert.equal((await call(server, cancelWith(param))).code, 'ArgumentIllegal');
  assert.equal((await call(server, cancelWith(param, other))).code, 'ArgumentIllegal');
});

const base = { Consumer: 'jane88', OrderID: '15110100067' };
const stringFor = (remark: string): string =>
  `Action=OperateCancelOrder&Param=Consumer=jane88&OrderID=${base.OrderID}&Remark=${remark}&Partner=jane88&RequestFmt=XML&ResponseFmt=XML&Version=1.0.0.0`;

const REMARKS: readonly [rule: string, arrives: string, signedOver: string, code: string][] = [
  [
    '"中文字符需要编码": arrives encoded, signed as it arrives',
    '%e5%8f%96%e6%b6%88',
    '%e5%8f%96%e6%b6%88',
    'CallSuccess',
  ],
  ['arrives encoded, signed over what it means', '%e5%8f%96%e6%b6%88', '取消', 'CallSuccess'],
  ['arrives plain, as in the sample', '取消', '取消', 'CallSuccess'],
  ['arrives plain, signed encoded: refused', '取消', '%e5%8f%96%e6%b6%88', 'SignFail'],
  [
    'what it means holds a separator: not signed over that',
    '1%26OrderID%3D2',
    '1&OrderID=2',
    'SignFail',
  ],
  ['but as it arrives', '1%26OrderID%3D2', '1%26OrderID%3D2', 'CallSuccess'],
  ['what it means would decode again: not signed over that', '%2541', '%41', 'SignFail'],
];
for (const [rule, arrives, over, code] of REMARKS) {
  test(`Remark ${rule}`, async () => {
    const fresh = await startTestServer();
    const reply = await call(fresh, cancelWith({ ...base, Remark: arrives }, stringFor(over)));
    assert.equal(reply.code, code);
  });
}

test('any fields are signed in the sequence of their code units', () => {
  const name = fc.string({ unit: fc.constantFrom(...'AaBb_1', '订', '😀'), minLength: 1 });
  fc.assert(
    fc.property(fc.uniqueArray(name, { maxLength: 20 }), (names) => {
      const sorted = names.toSorted((a, b) => (a < b ? -1 : 1));
      const fields = Object.fromEntries(names.map((n) => [n, 'v']));
      assert.equal(stringToSign(fields), sorted.map((n) => `${n}=v`).join('&'));
    }),
  );
});

/**
 * Pieces from separators, escapes, line ends and field names, from which values can imitate other
 * values. The reference `&#13;` is written into the document unchanged; see `leaf` below.
 */
const piece = fc.constantFrom(
  '\r',
  '\n',
  '\r\n',
  '&#13;',
  '%0d',
  '%0a',
  '%0d%0a',
  '%c8%a1',
  '%E9F',
  '%81',
  'F',
  'a',
  'b',
  '&',
  '=',
  '%',
  '%26',
  '%3D',
  '%25',
  '%41',
  '+',
  ' ',
  '取',
  '%E5%8F%96',
  '&Remark=',
  '&OrderID=',
  '2',
);
const value = fc.array(piece, { minLength: 1, maxLength: 4 }).map((pieces) => pieces.join(''));
const names = ['a', 'b', '1', 'a&OrderID=b', 'b&OrderID=1', 'b&OrderID=1&Remark=c'];
const short = fc.constantFrom(...names);

// The party has users with exactly these names, so that only the checks prevent a collision.
const party: Party = { ...seed.party('p', KEYS.jane88, 0), users: names };
const parties: Start['parties'] = {
  find: () => party,
  list: () => [party],
  admits: () => true,
  noteUse() {},
};
// Jintong's checks use nothing else.
const start = { now: 0, parties } as unknown as Start;

const escapeText = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');

/** The meaning of a cancel that was signed over `over`; undefined if the checks refuse it. */
function accepted(param: Record<string, string>, over: string): string | undefined {
  const text = `Action=OperateCancelOrder&Param=${over}&Partner=p&RequestFmt=XML&ResponseFmt=XML&Version=1.0.0.0`;
  // Line ends are written unchanged, as clients write them, and a reference stays a reference.
  const leaf = (name: string, content: string) =>
    `<${name}>${content.split('&#13;').map(escapeText).join('&#13;')}</${name}>`;
  const fields = Object.entries(param).map(([name, content]) => leaf(name, content));
  const body = `<Request><Partner>p</Partner><Action>OperateCancelOrder</Action><RequestFmt>XML</RequestFmt><ResponseFmt>XML</ResponseFmt><SignType>MD5</SignType><Sign>${md5(text + KEYS.jane88)}</Sign><Version>1.0.0.0</Version><Param>${fields.join('')}</Param></Request>`;
  const rest = {
    id: 1,
    method: 'POST' as const,
    path: '',
    params: {},
    query: '',
    headers: {},
    address: '::1',
  };
  const checked = checks.run({ ...start, request: { ...rest, body: Buffer.from(body) } });
  if (checked instanceof Promise) throw new Error("none of Jintong's checks waits");
  return checked.accepted ? JSON.stringify(checked.call.values) : undefined;
}

test('property: accepted requests that differ in meaning have different strings to sign', () => {
  const meanings = new Map<string, Map<string, string>>();
  let sharing = 0;
  const param = fc.record({ Consumer: short, OrderID: short, Remark: fc.oneof(value, short) });
  fc.assert(
    fc.property(param, (given) => {
      // Every string that this request's string to sign could be: over the received text, over its
      // meaning, and over the meaning of that.
      const join = (remark: string) =>
        `Consumer=${given.Consumer}&OrderID=${given.OrderID}&Remark=${remark}`;
      const remarks = new Set<string>();
      for (const asRead of [false, true]) {
        const ends = (text: string) => (asRead ? text.replace(/\r\n?/g, '\n') : text);
        const arrived = given.Remark.split('&#13;').map(ends).join('\r');
        for (const text of [arrived, decodeRemark(arrived), decodeRemark(decodeRemark(arrived))]) {
          remarks.add(text).add(text.replace(/\r\n?/g, '\n'));
        }
      }
      for (const over of new Set([...remarks].map(join))) {
        const meaning = accepted(given, over);
        if (meaning === undefined) continue;
        const known = meanings.get(over) ?? new Map<string, string>();
        meanings.set(over, known);
        if (known.size > 0) sharing++;
        known.set(meaning, JSON.stringify(given));
        assert.equal(
          known.size,
          1,
          `one string to sign, two meanings: ${over}\n${[...known].join('\n')}`,
        );
      }
    }),
    // The map lives across runs, so that shrinking is impossible.
    { numRuns: 10_000, endOnFailure: true },
  );
  // Without many accepted requests, and many shared strings, the property would prove nothing.
  assert.ok(meanings.size > 200, `only ${meanings.size} strings were accepted`);
  assert.ok(sharing > 200, `only ${sharing} requests shared a string`);
});
