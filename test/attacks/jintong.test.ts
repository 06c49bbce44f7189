// Attacks on Jintong: requests changed after they were signed, forged signatures, documents that are traps, strangers' orders.
import { hash } from 'node:crypto';
import {
  cancel,
  detail,
  document,
  form,
  hasten,
  KEYS,
  md5,
  type Partner,
  type Parts,
  post,
} from '../jintong.ts';
import { manage } from '../support.ts';
import { type Attack, codeOf, runAttacks, startTarget, type Target } from './runner.ts';

const target = await startTarget();
/** jane88's order in state B, which a cancel would change. */
const ORDER = '15110100066';
const PARAM = { Consumer: 'jane88', OrderID: ORDER, Remark: '取消' };
const BASIC = 'Action=OperateCancelOrder&Param=';
const TAIL = '&Partner=jane88&RequestFmt=XML&ResponseFmt=XML&Version=1.0.0.0';
/** 001, section 2: what the cancel's signature is over. */
const SIGNED = `${BASIC}Consumer=jane88&OrderID=${ORDER}&Remark=取消${TAIL}`;
const SIGN = md5(SIGNED + KEYS.jane88);
const [BEFORE, AFTER] = SIGNED.split('取消') as [string, string];
const IN_GBK = hash(
  'md5',
  Buffer.concat([
    Buffer.from(BEFORE),
    Buffer.from('c8a1cffb', 'hex'),
    Buffer.from(AFTER + KEYS.jane88),
  ]),
);

const send =
  (body: string | Uint8Array<ArrayBuffer>) =>
  async ({ server }: Target) =>
    codeOf(await post(server, body)) ?? 'no code';
const attack = (
  name: string,
  body: string | Uint8Array<ArrayBuffer>,
  becomes: Attack['becomes'],
  more: Partial<Attack> = {},
): Attack => ({ name, send: send(body), becomes, ...more });

/** The cancel with fields that were changed after it was signed. */
const forged = (
  name: string,
  basic: Parts['basic'],
  param: NonNullable<Parts['param']>,
  becomes: Attack['becomes'],
): Attack => {
  const parts = { basic: { Sign: SIGN, ...basic }, param: { ...PARAM, ...param } };
  return attack(name, form(document('jane88', 'OperateCancelOrder', parts)), becomes);
};

runAttacks('a signed part that was changed', target, [
  forged('the order is another of the same user', {}, { OrderID: '15110100065' }, 'SignFail'),
  forged('the order is a stranger’s', {}, { OrderID: '150709904280' }, 'SignFail'),
  forged('the order has a zero before it', {}, { OrderID: `0${ORDER}` }, 'SignFail'),
  forged('the order in full-width digits', {}, { OrderID: '１５１１０１０００６６' }, 'SignFail'),
  forged('a blank behind the order', {}, { OrderID: `${ORDER} ` }, 'SignFail'),
  forged('the user is another of the partner', {}, { Consumer: 'wang01' }, 'SignFail'),
  forged('the user in capitals', {}, { Consumer: 'JANE88' }, 'SignFail'),
  forged('the remark is another', {}, { Remark: '不取消' }, 'SignFail'),
  forged('the remark lacks its last character', {}, { Remark: '取' }, 'SignFail'),
  forged('the remark is absent', {}, { Remark: undefined }, 'SignFail'),
  forged(
    'the remark is encoded twice',
    {},
    { Remark: '%25E5%258F%2596%25E6%25B6%2588' },
    'SignFail',
  ),
  forged('the partner is another', { Partner: '989457552' }, {}, 'SignFail'),
  forged('the partner in capitals', { Partner: 'JANE88' }, {}, 'UnfoundUserInfo'),
  forged('the partner with a blank', { Partner: 'jane88 ' }, {}, 'UnfoundUserInfo'),
  forged('the partner is __proto__', { Partner: '__proto__' }, {}, 'UnfoundUserInfo'),
  forged('the partner is constructor', { Partner: 'constructor' }, {}, 'UnfoundUserInfo'),
  forged('the action is another', { Action: 'GetOrderDetail' }, {}, 'ArgumentDeserializeFail'),
  forged('the action is toString', { Action: 'toString' }, {}, 'NotImplemented'),
  forged('the action in small letters', { Action: 'operatecancelorder' }, {}, 'NotImplemented'),
  forged('RequestFmt is another', { RequestFmt: 'JSON' }, {}, 'SignFail'),
  forged('ResponseFmt is another', { ResponseFmt: 'JSON' }, {}, 'SignFail'),
  forged('Version is another that is accepted', { Version: '1.0.0' }, {}, 'SignFail'),
  forged('SignType, which is not signed, is another', { SignType: 'SHA1' }, {}, 'ArgumentIllegal'),
  forged('SignType is empty', { SignType: '' }, {}, 'ArgumentIllegal'),
]);

/** Other fields with the string to sign of the cancel: they slid from one value into another. */
const slid = (
  name: string,
  basic: Parts['basic'],
  param: NonNullable<Parts['param']>,
  becomes: Attack['becomes'],
): Attack => {
  const parts = { basic: { Sign: SIGN, ...basic }, param };
  return attack(name, form(document('jane88', 'OperateCancelOrder', parts)), becomes);
};

runAttacks('a part that slid into the next: one string to sign, another request', target, [
  slid(
    'the order within the user',
    {},
    { Consumer: `jane88&OrderID=${ORDER}&Remark=取消` },
    'ArgumentIllegal',
  ),
  slid(
    'the user’s tail with another order behind it',
    {},
    { Consumer: `jane88&OrderID=${ORDER}`, OrderID: '15110100065', Remark: '取消' },
    'ArgumentIllegal',
  ),
  slid(
    'the remark within the order',
    {},
    { Consumer: 'jane88', OrderID: `${ORDER}&Remark=取消` },
    'ArgumentIllegal',
  ),
  slid(
    'the partner within the remark',
    {},
    { ...PARAM, Remark: '取消&Partner=jane88' },
    'ArgumentIllegal',
  ),
  slid(
    'the separators encoded in the remark',
    {},
    { Consumer: 'jane88', OrderID: ORDER, Remark: '取消%26Partner%3Djane88' },
    /ArgumentIllegal|SignFail/,
  ),
  slid(
    'all of Param within the action',
    { Action: `OperateCancelOrder&Param=Consumer=jane88` },
    { OrderID: ORDER, Remark: '取消' },
    'NotImplemented',
  ),
  slid('one field more, which is empty', {}, { ...PARAM, UserName: '' }, 'ArgumentDeserializeFail'),
  slid('one field more', {}, { ...PARAM, Extra: 'x' }, 'ArgumentDeserializeFail'),
  slid('a key field', { Key: KEYS.jane88 }, PARAM, 'ArgumentDeserializeFail'),
]);

const signed = (name: string, sign: string, becomes = 'SignFail') =>
  forged(name, { Sign: sign }, {}, becomes);

runAttacks('a forged signature', target, [
  signed('empty', '', 'ArgumentIllegal'),
  signed('a blank', ' '),
  signed('the digest of nothing', md5('')),
  signed('the digest of the key alone', md5(KEYS.jane88)),
  signed('the digest without the key', md5(SIGNED)),
  signed('the key before the string', md5(KEYS.jane88 + SIGNED)),
  signed('a separator before the key', md5(`${SIGNED}&${KEYS.jane88}`)),
  signed('the word key before the key', md5(`${SIGNED}&key=${KEYS.jane88}`)),
  signed('the key of another partner', md5(SIGNED + KEYS['989457552'])),
  signed('the key in capitals', md5(SIGNED + KEYS.jane88.toUpperCase())),
  signed('the key less its last digit', md5(SIGNED + KEYS.jane88.slice(0, -1))),
  signed('the key is undefined', md5(`${SIGNED}undefined`)),
  signed('the string in GBK', IN_GBK),
  signed('one digit less', SIGN.slice(0, -1)),
  signed('one digit more', `${SIGN}0`),
  signed('32 zeros', '0'.repeat(32)),
  signed('twice, with a comma', `${SIGN},${SIGN}`),
  signed('with a blank behind it', `${SIGN} `),
  signed(
    'in full-width digits',
    SIGN.replace(/\d/g, (d) => String.fromCharCode(0xff10 + Number(d))),
  ),
  signed('in base64', Buffer.from(SIGN, 'hex').toString('base64')),
  signed('60,000 characters', 'a'.repeat(60_000), 'SignFail'),
]);

const raw = (inner: string, head = ''): string => form(`${head}<Request>${inner}</Request>`);
const FIELDS = `<Partner>jane88</Partner><Action>OperateCancelOrder</Action><RequestFmt>XML</RequestFmt><ResponseFmt>XML</ResponseFmt><SignType>MD5</SignType><Version>1.0.0.0</Version><Sign>${SIGN}</Sign>`;
const INNER = `<Consumer>jane88</Consumer><OrderID>${ORDER}</OrderID><Remark>取消</Remark>`;
const laughs = Array.from(
  { length: 9 },
  (_, i) => `<!ENTITY l${i + 1} "${`&l${i};`.repeat(10)}">`,
).join('');
const bomb = `<!DOCTYPE r [<!ENTITY l0 "ha">${laughs}]>`;

runAttacks('a document that is a trap', target, [
  attack('a billion laughs', raw(`${FIELDS}<Param>&l9;</Param>`, bomb), 'ArgumentDeserializeFail'),
  attack(
    'quadratic blow-up',
    raw(
      `${FIELDS}<Param>${'&a;'.repeat(5000)}</Param>`,
      `<!DOCTYPE r [<!ENTITY a "${'a'.repeat(20_000)}">]>`,
    ),
    'ArgumentDeserializeFail',
  ),
  attack(
    'an entity of a file',
    raw(`${FIELDS}<Param>&x;</Param>`, '<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]>'),
    'ArgumentDeserializeFail',
  ),
  attack(
    'a document type at an address',
    raw(`${FIELDS}<Param>${INNER}</Param>`, '<!DOCTYPE r SYSTEM "http://169.254.169.254/">'),
    'ArgumentDeserializeFail',
  ),
  attack(
    'a parameter entity',
    raw(FIELDS, '<!DOCTYPE r [<!ENTITY % p SYSTEM "http://10.0.0.1/e"> %p;]>'),
    'ArgumentDeserializeFail',
  ),
  attack(
    'an include',
    raw(
      `${FIELDS}<Param><xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="/etc/passwd"/></Param>`,
    ),
    'ArgumentDeserializeFail',
  ),
  attack('a style sheet', raw(FIELDS, '<?xml-stylesheet href="x"?>'), 'ArgumentDeserializeFail'),
  attack(
    'an entity that nobody defined',
    raw(`${FIELDS}<Param>&nbsp;</Param>`),
    'ArgumentDeserializeFail',
  ),
  attack('20,000 elements deep', form('<a>'.repeat(20_000)), 'ArgumentDeserializeFail'),
  attack(
    '17 elements deep, closed',
    form('<a>'.repeat(17) + '</a>'.repeat(17)),
    'ArgumentDeserializeFail',
  ),
  attack(
    '20,000 attributes',
    form(`<Request ${'a="b" '.repeat(10_000)}/>`),
    'ArgumentDeserializeFail',
  ),
  attack('NUL by its number', raw(`${FIELDS}<Param>&#0;</Param>`), 'ArgumentDeserializeFail'),
  attack('NUL as a byte', raw(`${FIELDS}<Param>\0</Param>`), 'ArgumentDeserializeFail'),
  attack('half a surrogate', raw(`${FIELDS}<Param>&#xD800;</Param>`), 'ArgumentDeserializeFail'),
  attack(
    'a number beyond Unicode',
    raw(`${FIELDS}<Param>&#x110000;</Param>`),
    'ArgumentDeserializeFail',
  ),
  attack(
    'bytes that are no UTF-8',
    Buffer.from(`<Request>${FIELDS}\xff</Request>`, 'latin1'),
    'ArgumentDeserializeFail',
  ),
  attack('UTF-16', Buffer.from(`\ufeff<Request>${FIELDS}</Request>`, 'utf16le'), /Argument/),
  attack(
    'UTF-7 in its declaration',
    raw(`${FIELDS}<Param>+ADw-x+AD4-</Param>`, '<?xml version="1.0" encoding="UTF-7"?>'),
    /Argument|SignFail/,
  ),
  attack(
    'Sign twice, the right one last',
    raw(`<Sign>${'0'.repeat(32)}</Sign>${FIELDS}<Param>${INNER}</Param>`),
    'ArgumentDeserializeFail',
  ),
  attack(
    'Sign twice, the right one first',
    raw(`${FIELDS}<Sign>0</Sign><Param>${INNER}</Param>`),
    'ArgumentDeserializeFail',
  ),
  attack(
    'Param twice',
    raw(`${FIELDS}<Param>${INNER}</Param><Param><OrderID>1</OrderID></Param>`),
    'ArgumentDeserializeFail',
  ),
  attack(
    'OrderID twice',
    raw(`${FIELDS}<Param><OrderID>15110100065</OrderID>${INNER}</Param>`),
    'ArgumentDeserializeFail',
  ),
  attack(
    'OrderID with a child',
    raw(
      `${FIELDS}<Param><Consumer>jane88</Consumer><OrderID>${ORDER}<b/></OrderID><Remark>取消</Remark></Param>`,
    ),
    'ArgumentDeserializeFail',
  ),
  attack('two roots', form(`<Request/><Request>${FIELDS}</Request>`), 'ArgumentDeserializeFail'),
  attack(
    'two documents in two fields',
    `${form(cancel(ORDER))}&${form(cancel(ORDER), 'b')}`,
    'ArgumentDeserializeFail',
  ),
  attack(
    'a multipart form',
    `--x\r\nContent-Disposition: form-data; name="request"\r\n\r\n${cancel(ORDER)}\r\n--x--`,
    'ArgumentDecryptFail',
  ),
  attack('half a percent sign', 'request=%', /ArgumentDecryptFail|Argument/),
  attack('nothing', '', /^Argument/),
  attack('120,000 escapes that are no text', `request=${'%FF'.repeat(40_000)}`, /^Argument/),
]);

const as = (
  partner: Partner,
  action: string,
  param: NonNullable<Parts['param']>,
  parts: Parts = {},
) => form(document(partner, action, { param, ...parts }));

runAttacks('orders, users, keys and rights of others, signed in order', target, [
  attack(
    'another partner’s order is read',
    as(989457552, 'GetOrderDetail', { OrderID: ORDER, UserName: 'jinrigoji7' }),
    'Unauthorized',
  ),
  attack(
    'another partner’s order is cancelled',
    as(989457552, 'OperateCancelOrder', { Consumer: 'jinrigoji7', OrderID: ORDER, Remark: 'x' }),
    'Unauthorized',
  ),
  attack(
    'another partner’s order is hastened',
    as(989457552, 'HastenOrder', { OrderID: ORDER, UserName: 'jinrigoji7' }),
    'Unauthorized',
  ),
  attack(
    'with its owner’s user name',
    as(989457552, 'HastenOrder', { OrderID: ORDER, UserName: 'jane88' }),
    'UnfoundUserInfo',
  ),
  attack(
    'another user’s order of the same partner',
    form(detail('15110200003', 'jane88')),
    'Unauthorized',
  ),
  attack(
    'a user that the partner does not have',
    form(hasten(ORDER, 'jinrigoji7')),
    'UnfoundUserInfo',
  ),
  attack('the user in capitals', form(hasten(ORDER, 'Jane88')), 'UnfoundUserInfo'),
  attack('a user named constructor', form(hasten(ORDER, 'constructor')), 'UnfoundUserInfo'),
  attack(
    'an action that is not granted',
    as('hastenonly01', 'OperateCancelOrder', {
      Consumer: 'hastenonly01',
      OrderID: '15110200001',
      Remark: 'x',
    }),
    'Unauthorized',
  ),
  attack(
    'a query that is not granted',
    as('hastenonly01', 'GetOrderDetail', { OrderID: '15110200001', UserName: 'hastenonly01' }),
    'Unauthorized',
  ),
  attack(
    'an address that is not in the list',
    as('ipbound01', 'GetOrderDetail', { OrderID: '15110200002', UserName: 'ipbound01' }),
    'UnauthorizedIp',
  ),
  {
    name: 'an address of the list in X-Forwarded-For, from nobody’s proxy',
    send: async ({ server }) => {
      const body = as('ipbound01', 'GetOrderDetail', {
        OrderID: '15110200002',
        UserName: 'ipbound01',
      });
      return codeOf(await post(server, body, { 'x-forwarded-for': '203.0.113.7' }))!;
    },
    becomes: 'UnauthorizedIp',
  },
  {
    name: 'an address of the list in Forwarded, X-Real-IP, X-Client-IP and True-Client-IP',
    send: async ({ server }) => {
      const body = as('ipbound01', 'GetOrderDetail', {
        OrderID: '15110200002',
        UserName: 'ipbound01',
      });
      const address = '203.0.113.7';
      const headers = {
        forwarded: `for=${address}`,
        'x-real-ip': address,
        'x-client-ip': address,
        'true-client-ip': address,
      };
      return codeOf(await post(server, body, headers))!;
    },
    becomes: 'UnauthorizedIp',
  },
  attack(
    'signed by the right partner with another’s key',
    as('jane88', 'HastenOrder', { OrderID: ORDER, UserName: 'jane88' }, { key: KEYS.ipbound01 }),
    'SignFail',
  ),
]);

const OLD_KEY = KEYS.hastenonly01;
const ENDED = '15110200001';
const hastenOnly = form(
  document('hastenonly01', 'HastenOrder', { param: { OrderID: ENDED, UserName: 'hastenonly01' } }),
);

runAttacks('keys that have ended, and parties that are off', target, [
  {
    name: 'a key whose overlap has ended',
    send: async ({ server, clock }) => {
      await manage(server, 'POST', '/parties/jintong/hastenonly01/keys', { overlapSeconds: 60 });
      clock.advance(60_000);
      return codeOf(await post(server, hastenOnly))!;
    },
    becomes: 'SignFail',
    changes: true, // The new key itself.
  },
  attack('the ended key once more', hastenOnly, 'SignFail'),
  attack(
    'the ended key with the digest in capitals',
    as(
      'hastenonly01',
      'HastenOrder',
      { OrderID: ENDED, UserName: 'hastenonly01' },
      { key: OLD_KEY.toUpperCase() },
    ),
    'SignFail',
  ),
  {
    name: 'a partner that was switched off',
    send: async ({ server }) => {
      await manage(server, 'PATCH', '/parties/jintong/hastenonly01', { enabled: false });
      return codeOf(await post(server, hastenOnly))!;
    },
    becomes: 'UnfoundUserInfo',
    changes: true, // The partner itself.
  },
]);

const capitals = form(
  document('jane88', 'OperateCancelOrder', { basic: { Sign: SIGN.toUpperCase() }, param: PARAM }),
);

runAttacks('repeats', target, [
  attack(
    'the cancel that all of these were made of is accepted, its digest in capitals',
    capitals,
    'CallSuccess',
    { changes: true },
  ),
  attack('the same bytes again get the first success, and change nothing', capitals, 'CallSuccess'),
  attack('the same with its digest in small letters', form(cancel(ORDER)), 'CallSuccess'),
  attack('the same cancel in another carrier', cancel(ORDER), 'CallSuccess'),
  attack('a new cancel of the order that is cancelled', form(cancel(ORDER, '再取消')), 'CallFail'),
  attack('the order is hastened', form(hasten('15112480268')), 'CallSuccess', { changes: true }),
  attack('the same hasten within ten minutes', form(hasten('15112480268')), 'CallFail'),
  {
    name: 'the same hasten 50 times at once',
    send: async ({ server }) => {
      const bodies = Array.from({ length: 50 }, () => post(server, form(hasten('15112480268'))));
      return [...new Set((await Promise.all(bodies)).map(codeOf))].join(' ');
    },
    becomes: 'CallFail',
  },
]);
