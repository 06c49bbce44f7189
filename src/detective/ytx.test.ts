// Each mistake that a client of ytx can make with its Sign, made here by other code, is named exactly.
import assert from 'node:assert/strict';
import { createHash, createHmac } from 'node:crypto';
import { test } from 'node:test';
import { ids, investigate, known, otherIds, type Sent } from '../../test/detective.ts';

const SID = 'Ab3f5d7c9e1A2b4D6f8091a2b3c4d5e6';
const TOKEN = 'tK9wQ2rM7xZ4vB8nL1cH5sJ3dF6gYpUa';
const RETIRED = 'rEt1r3dT0kenOfTh1sAcc0untF0rTests';
const OTHERS = 'an0therAcc0unt5TokenF0rThis7est1';
const PUBLISHED = '9f8e7d6c5b4a39281706f5e4d3c2b1a0';
const TIME = '20261004161745';
const APP = 'ff8080814d01e9b7014d0a3c21f00123';

const md5 = (text: string): string => createHash('md5').update(text).digest('hex');

const send = (sign: string): Sent => ({
  params: { version: '201612', accountSID: SID, func: 'Unicom', funcURL: 'Order.wx' },
  query: `Sign=${encodeURIComponent(sign)}`,
  headers: { Authorization: Buffer.from(`${SID}|${TIME}`).toString('base64') },
  body: JSON.stringify({ action: 'getOrderResult', appid: APP, requestId: '2026100400000417' }),
});
const at = (time: string): string => md5(SID + TOKEN + time);
const TEXT = SID + TOKEN + TIME;

const CASES: readonly (readonly [id: string, what: string, sign: string])[] = [
  ['wrong-key:retired', 'an ended token', md5(SID + RETIRED + TIME)],
  ['wrong-key:other-party', "another account's token", md5(SID + OTHERS + TIME)],
  ['wrong-key:sandbox', 'a published token', md5(SID + PUBLISHED + TIME)],
  ['wrong-key:field', 'the accountSID as the token', md5(SID + SID + TIME)],
  ['wrong-key:field', 'the appid as the token', md5(SID + APP + TIME)],
  ['key-blanks', 'a line end', md5(`${SID}${TOKEN}\n${TIME}`)],
  ['key-blanks', 'a space before', md5(`${SID} ${TOKEN}${TIME}`)],
  ['key-case', 'upper case', md5(SID + TOKEN.toUpperCase() + TIME)],
  ['time-zone', 'UTC', at('20261004081745')],
  ['time-other', 'a second earlier', at('20261004161744')],
  ['time-other', 'two times a minute apart', at('20261004161845')],
  ['time-format', 'with dashes', at('2026-10-04 16:17:45')],
  ['time-format', 'Unix seconds', at('1791101865')],
  ['time-format', 'the minutes for the month', at('20261704161745')],
  ['part-missing', 'no time', md5(SID + TOKEN)],
  ['part-missing', 'no account', md5(TOKEN + TIME)],
  ['part-missing', 'no token', md5(SID + TIME)],
  ['part-order', 'token first', md5(TOKEN + SID + TIME)],
  ['part-order', 'token last', md5(SID + TIME + TOKEN)],
  ['part-order', 'reversed', md5(TIME + TOKEN + SID)],
  ['part-order', 'the token twice', md5(TOKEN + SID + TIME + TOKEN)],
  ['separators', '|', md5(`${SID}|${TOKEN}|${TIME}`)],
  ['separators', '| behind the account alone', md5(`${SID}|${TOKEN}${TIME}`)],
  ['separators', ': behind the token alone', md5(`${SID}${TOKEN}:${TIME}`)],
  ['separators', ':', md5(`${SID}:${TOKEN}:${TIME}`)],
  ['separators', 'a line end of echo', md5(`${TEXT}\n`)],
  ['digest-form', '16 digits', md5(TEXT).slice(8, 24)],
  ['digest-form', 'the first 16 digits', md5(TEXT).slice(0, 16)],
  ['digest-form', 'base64', Buffer.from(md5(TEXT), 'hex').toString('base64')],
  ['digest-form', 'SHA-1', createHash('sha1').update(TEXT).digest('hex')],
  ['digest-form', 'SHA-256', createHash('sha256').update(TEXT).digest('hex')],
  [
    'digest-form',
    'HMAC-MD5',
    createHmac('md5', TOKEN)
      .update(SID + TIME)
      .digest('hex'),
  ],
  ['value-case', 'the account in upper case', md5(SID.toUpperCase() + TOKEN + TIME)],
  ['value-case', 'the account in lower case', md5(SID.toLowerCase() + TOKEN + TIME)],
  ['value-trimmed', 'a blank behind the account', md5(`${SID} ${TOKEN}${TIME}`)],
  ['value-trimmed', 'a blank behind the time', md5(`${TEXT} `)],
  ['extra-field', 'the appid', md5(TEXT + APP)],
  ['extra-field', 'the action', md5(`${TEXT}getOrderResult`)],
  ['signed-twice', 'the digest of the digest', md5(md5(TEXT))],
  ['signed-twice', 'in upper case', md5(md5(TEXT).toUpperCase())],
];

const KNOWN = [
  known(RETIRED, 'wrong-key:retired'),
  known(OTHERS, 'wrong-key:other-party'),
  known(PUBLISHED, 'wrong-key:sandbox'),
];

for (const [id, what, sign] of CASES) {
  test(`${id}: ${what}`, () => {
    const found = investigate('ytx', SID, TOKEN, send(sign), KNOWN);
    const text = JSON.stringify(found, null, 1);
    // A blank between the account and the token may belong to either: both fit, one is named first.
    if (id === 'value-trimmed') assert.ok([...ids(found), ...otherIds(found)].includes(id), text);
    else assert.deepEqual(ids(found), [id], text);
    assert.equal(found.ok, false);
    for (const secret of [TOKEN, RETIRED, OTHERS]) {
      assert.ok(!JSON.stringify({ ...found, expected: '' }).includes(secret));
    }
  });
}

test('a right signature has no cause', () => {
  const found = investigate('ytx', SID, TOKEN, send(md5(TEXT)), KNOWN);
  assert.deepEqual([found.ok, ids(found), otherIds(found)], [true, [], []]);
});
