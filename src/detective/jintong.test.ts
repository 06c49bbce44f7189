// Each mistake that a client of Jintong can make with its signature, made here by other code, is named exactly.
import assert from 'node:assert/strict';
import { createHash, createHmac } from 'node:crypto';
import { test } from 'node:test';
import { ids, investigate, known, otherIds, type Sent } from '../../test/detective.ts';

const PARTNER = 'yunlv2031';
const KEY = 'Zq7mT2xWc9LpR4vB8nKd3HsJ6fYg1UaE';
const RETIRED = 'oLd5kEy8Tw3QzX1vM7cN9bR2sH4jP6gF';
const OTHERS = 'p8R3nErK2yWq6ZtL9xVb4McS7dHf1JgT';
const PUBLISHED = 'b7e1c0a4d25f4b6f9f0c7a1e3d5b8c21';

const md5 = (text: string | Buffer): string => createHash('md5').update(text).digest('hex');

type Fields = Record<string, string>;
interface Request {
  readonly basic: Fields;
  readonly param: Fields;
}

const hasten: Request = {
  basic: {
    Partner: PARTNER,
    Action: 'HastenOrder',
    RequestFmt: 'XML',
    ResponseFmt: 'XML',
    SignType: 'MD5',
    Version: '1.0.0.0',
  },
  param: { UserName: 'Chen.Li', OrderID: '26100417209981' },
};
const cancel: Request = {
  basic: { ...hasten.basic, Action: 'OperateCancelOrder' },
  param: { Consumer: 'Chen.Li', OrderID: '26100417209981', Remark: '航班取消' },
};

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
const xml = (fields: Fields): string =>
  Object.entries(fields)
    .map(([name, value]) => `<${name}>${escaped(value)}</${name}>`)
    .join('');
const send = ({ basic, param }: Request, sign: string): Sent => ({
  body: `request=${encodeURIComponent(`<Request>${xml({ ...basic, Sign: sign })}<Param>${xml(param)}</Param></Request>`)}`,
});

const pairs = (fields: Fields, names = Object.keys(fields).sort()): string[] =>
  names.filter((name) => fields[name] !== '').map((name) => `${name}=${fields[name]}`);
const paramOf = (param: Fields): string => pairs(param).join('&');
const signedBasic = ({ SignType: _, ...rest }: Fields): Fields => rest;
/** 001: fields in ascending order, Param as `Param=` and its own string. */
const text = ({ basic, param }: Request): string =>
  pairs({ ...signedBasic(basic), Param: paramOf(param) }).join('&');

const gbk = (source: string): Buffer => {
  // Characters of these tests alone, from the tables of GB 2312.
  const table: Record<string, number> = { 航: 0xbabd, 班: 0xb0e0, 取: 0xc8a1, 消: 0xcffb };
  return Buffer.concat(
    [...source].map((c) =>
      table[c] === undefined ? Buffer.from(c) : Buffer.from([table[c] >> 8, table[c] & 0xff]),
    ),
  );
};

type Case = readonly [id: string, what: string, request: Request, sign: string];
const t = text(hasten);
const CASES: readonly Case[] = [
  ['wrong-key:retired', 'an ended key', hasten, md5(t + RETIRED)],
  ['wrong-key:other-party', "another party's key", hasten, md5(t + OTHERS)],
  ['wrong-key:sandbox', 'a published key', hasten, md5(t + PUBLISHED)],
  ['wrong-key:field', 'the partner id as the key', hasten, md5(t + PARTNER)],
  ['key-blanks', 'a line end behind the key', hasten, md5(`${t + KEY}\n`)],
  ['key-blanks', 'a space before the key', hasten, md5(`${t} ${KEY}`)],
  ['key-position', 'the key before the string', hasten, md5(KEY + t)],
  ['key-position', '&key=', hasten, md5(`${t}&key=${KEY}`)],
  ['key-position', 'the key at both ends', hasten, md5(KEY + t + KEY)],
  ['key-position', 'no key', hasten, md5(t)],
  ['key-case', 'the key in upper case', hasten, md5(t + KEY.toUpperCase())],
  ['key-case', 'the key in lower case', hasten, md5(t + KEY.toLowerCase())],
  [
    'empty-signed',
    'an empty Remark as null',
    { ...cancel, param: { ...cancel.param, Remark: '' } },
    md5(
      `Action=OperateCancelOrder&Param=Consumer=Chen.Li&OrderID=26100417209981&Remark=null&Partner=${PARTNER}&RequestFmt=XML&ResponseFmt=XML&Version=1.0.0.0${KEY}`,
    ),
  ],
  [
    'empty-signed',
    'an empty Remark',
    { ...cancel, param: { ...cancel.param, Remark: '' } },
    md5(
      `Action=OperateCancelOrder&Param=Consumer=Chen.Li&OrderID=26100417209981&Remark=&Partner=${PARTNER}&RequestFmt=XML&ResponseFmt=XML&Version=1.0.0.0${KEY}`,
    ),
  ],
  [
    'empty-signed',
    'a Version that was not sent, signed without a value',
    {
      ...hasten,
      basic: Object.fromEntries(Object.entries(hasten.basic).filter(([n]) => n !== 'Version')),
    },
    md5(t.replace('Version=1.0.0.0', 'Version=') + KEY),
  ],
  [
    'value-encoded',
    'Remark alone, and not the Consumer with its blank',
    { ...cancel, param: { ...cancel.param, Consumer: 'Chen Li' } },
    md5(
      text({ ...cancel, param: { ...cancel.param, Consumer: 'Chen Li' } }).replace(
        '航班取消',
        encodeURIComponent('航班取消'),
      ) + KEY,
    ),
  ],
  [
    'sign-included',
    'SignType',
    hasten,
    md5(pairs({ ...hasten.basic, Param: paramOf(hasten.param) }).join('&') + KEY),
  ],
  ['sign-included', 'an empty Sign', hasten, md5(t.replace('&Version', '&Sign=&Version') + KEY)],
  [
    'order',
    'as sent',
    hasten,
    md5(
      `Partner=${PARTNER}&Action=HastenOrder&RequestFmt=XML&ResponseFmt=XML&Version=1.0.0.0&Param=UserName=Chen.Li&OrderID=26100417209981${KEY}`,
    ),
  ],
  [
    'not-nested',
    'the fields of Param among the others',
    hasten,
    md5(pairs({ ...signedBasic(hasten.basic), ...hasten.param }).join('&') + KEY),
  ],
  [
    'not-nested',
    'Param as XML',
    hasten,
    md5(pairs({ ...signedBasic(hasten.basic), Param: xml(hasten.param) }).join('&') + KEY),
  ],
  [
    'value-encoded',
    'a plain Remark, signed URL-encoded',
    cancel,
    md5(text(cancel).replace('航班取消', encodeURIComponent('航班取消')) + KEY),
  ],
  [
    'value-decoded',
    'a UserName that was sent URL-encoded',
    { ...hasten, param: { ...hasten.param, UserName: '%E6%9D%8E%E6%99%A8' } },
    md5(
      text({
        ...hasten,
        param: { ...hasten.param, UserName: '李晨'.split('').reverse().join('') },
      }).replace('晨李', '李晨') + KEY,
    ),
  ],
  [
    'charset-gbk',
    'a Remark in GBK',
    cancel,
    md5(Buffer.concat([gbk(text(cancel)), Buffer.from(KEY)])),
  ],
  [
    'charset-latin1',
    'a Remark of question marks',
    cancel,
    md5(text(cancel).replace('航班取消', '????') + KEY),
  ],
  ['inner-node-only', 'only the string of Param', hasten, md5(paramOf(hasten.param) + KEY)],
  ['part-missing', 'without Version', hasten, md5(t.replace('&Version=1.0.0.0', '') + KEY)],
  [
    'part-missing',
    'without a field of Param',
    hasten,
    md5(t.replace('&UserName=Chen.Li', '') + KEY),
  ],
  ['separators', 'commas', hasten, md5(t.replaceAll('&', ',') + KEY)],
  ['separators', 'nothing between the fields', hasten, md5(t.replaceAll('&', '') + KEY)],
  ['separators', '& before the key', hasten, md5(`${t}&${KEY}`)],
  ['digest-form', '16 digits', hasten, md5(t + KEY).slice(8, 24)],
  ['digest-form', 'base64', hasten, Buffer.from(md5(t + KEY), 'hex').toString('base64')],
  [
    'digest-form',
    'SHA-1',
    hasten,
    createHash('sha1')
      .update(t + KEY)
      .digest('hex'),
  ],
  [
    'digest-form',
    'SHA-256',
    hasten,
    createHash('sha256')
      .update(t + KEY)
      .digest('hex'),
  ],
  ['digest-form', 'HMAC-MD5', hasten, createHmac('md5', KEY).update(t).digest('hex')],
  ['digest-form', 'HMAC-SHA256', hasten, createHmac('sha256', KEY).update(t).digest('hex')],
  ['value-case', 'UserName in lower case', hasten, md5(t.replace('Chen.Li', 'chen.li') + KEY)],
  ['value-case', 'OrderId for OrderID', hasten, md5(t.replace('OrderID', 'OrderId') + KEY)],
  ['value-case', 'xml for XML twice', hasten, md5(t.replaceAll('XML', 'xml') + KEY)],
  ['value-case', 'the whole string in lower case', hasten, md5(t.toLowerCase() + KEY)],
  ['separators', 'none at all', hasten, md5(t.replace(/[&=]/g, '') + KEY)],
  ['key-position', '&appKey= before it', hasten, md5(`${t}&appKey=${KEY}`)],
  [
    'value-case',
    'RequestFmt in lower case',
    hasten,
    md5(t.replace('RequestFmt=XML', 'RequestFmt=xml') + KEY),
  ],
  [
    'value-case',
    'names in lower case',
    hasten,
    md5(t.replace(/\w+=/g, (name) => name.toLowerCase()) + KEY),
  ],
  [
    'value-trimmed',
    'a UserName with blanks',
    { ...hasten, param: { ...hasten.param, UserName: ' Chen.Li ' } },
    md5(t + KEY),
  ],
  [
    'extra-field',
    'a Version that was not sent',
    {
      ...hasten,
      basic: Object.fromEntries(Object.entries(hasten.basic).filter(([n]) => n !== 'Version')),
    },
    md5(t + KEY),
  ],
  ['signed-twice', 'the digest of the digest', hasten, md5(md5(t + KEY))],
  ['signed-twice', 'the digest of digest and key', hasten, md5(md5(t) + KEY)],
];

const KNOWN = [
  known(RETIRED, 'wrong-key:retired'),
  known(OTHERS, 'wrong-key:other-party'),
  known(PUBLISHED, 'wrong-key:sandbox'),
];

for (const [id, what, request, sign] of CASES) {
  test(`${id}: ${what}`, () => {
    const found = investigate('jintong', PARTNER, KEY, send(request, sign), KNOWN);
    assert.deepEqual(ids(found), [id], JSON.stringify(found, null, 1));
    assert.equal(found.ok, false);
    for (const secret of [KEY, RETIRED, OTHERS]) {
      assert.ok(!JSON.stringify({ ...found, expected: '' }).includes(secret));
    }
  });
}

test('a Remark that was URL-encoded in GBK before it was signed: two mistakes', () => {
  const sign = md5(text(cancel).replace('航班取消', '%BA%BD%B0%E0%C8%A1%CF%FB') + KEY);
  const found = investigate('jintong', PARTNER, KEY, send(cancel, sign), KNOWN);
  assert.deepEqual(ids(found), ['value-encoded', 'charset-gbk']);
});

test('a right signature has no cause, in upper or lower case', () => {
  for (const sign of [md5(t + KEY), md5(t + KEY).toUpperCase()]) {
    const found = investigate('jintong', PARTNER, KEY, send(hasten, sign), KNOWN);
    assert.deepEqual([found.ok, ids(found), otherIds(found)], [true, [], []]);
  }
});
