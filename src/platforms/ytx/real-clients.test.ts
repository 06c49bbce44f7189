// What real clients of ytx send: numbers for texts, lists as JSON and Python write them, blanks, and lost texts.
import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { manage, startTestServer, TestClock } from '../../../test/support.ts';
import { APP, call, MOBILE, post, query, type Reply, submit } from '../../../test/ytx.ts';
import { MINUTE } from '../../core/clock.ts';
import { MAX_IDS_TEXT } from './ids.ts';
import { MAX_BODY_BYTES } from './methods.ts';

const A = '2016010000000219';
const B = '2016010000000220';
const clock = new TestClock();
const server = await startTestServer({ clock });
beforeEach(() => clock.advance(MINUTE));
const send = async (text: string): Promise<Reply> => JSON.parse(await post(server, text));
const logged = async () => (await manage(server, 'GET', '/requests?limit=1')).body.items[0];
const order = async (id: string) => (await manage(server, 'GET', `/orders/ytx/${id}`)).body;

test('A number where a text is documented is its digits exactly as written, however many', async () => {
  const digits = '12345678901234567890123456789012345678901234567890';
  const reply = await send(
    `{"action":"productOrder","appid":"${APP}","rechargeAccount":${MOBILE},"productCode":"P1","customParm":${digits}}`,
  );
  assert.equal(reply.statusCode, '0');
  assert.equal((await order(reply.requestId)).attributes.customParm, digits);
  const asked = `{"action":"getOrderResult","appid":"${APP}","customParm":${digits}}`;
  assert.equal((await send(asked)).customParm, digits);
  for (const written of ['1.50', '-0', '1e2', '0.10']) {
    const { requestId } = await send(
      `{"action":"productOrder","appid":"${APP}","rechargeAccount":"${MOBILE}","productCode":"P1","customParm":${written}}`,
    );
    assert.equal((await order(requestId)).attributes.customParm, written);
  }
  assert.equal(
    (await send(`{"action":"getOrderResult","appid":5,"requestId":1}`)).statusCode,
    '-205',
  );
  assert.equal((await logged()).detail, 'the account has no app 5');
  const unknown = `{"action":"productOrder","appid":"${APP}","rechargeAccount":1,"productCode":7,"customParm":1}`;
  assert.equal((await send(unknown)).statusCode, '-301');
  assert.equal((await logged()).detail, 'no product 7');
});

for (const [name, value] of [
  ['appid', true],
  ['appid', false],
  ['appid', { a: 1 }],
  ['productCode', ['P1']],
  ['rechargeAccount', {}],
  ['customParm', true],
] as const) {
  test(`true, an object or a list in place of a text is -101 (settled.md, Y7): ${name} ${JSON.stringify(value)}; the log names it`, async () => {
    const reply = await call(server, { ...submit('types'), [name]: value });
    assert.deepEqual([reply.statusCode, reply.statusMsg], ['-101', '请求报文格式错误']);
    assert.match(
      (await logged()).detail,
      new RegExp(`^${name} \\(.+\\) is of type \\w+, no text$`),
    );
  });
}

for (const customParm of ['???', true, {}, [1], null, '\uFFFD', 'x'.repeat(65), 5]) {
  test(`"With a requestId, customParm does not count, whatever it is": ${JSON.stringify(customParm).slice(0, 20)}`, async () => {
    assert.equal((await call(server, { ...query(A), customParm })).requestId, A);
  });
}

const LISTS = [
  `['${A}', '${B}']`,
  `[u'${A}', u'${B}']`,
  `[b'${A}', b'${B}']`,
  `('${A}', '${B}')`,
  `{'${A}', '${B}'}`,
  `[${A}L, ${B}L]`,
  `["${A}","${B}"]`,
  `[ ${A} ; ${B} ]`.replace(';', '\n'),
  `${A}，${B}`,
  `${A} ${B}`,
  `${A}\t${B}\r\n`,
  `${A}\u3000${B}`,
  `${A}, ， ${B},`,
  `'${A}','${B}'`,
  [`${A},${B}`],
  [` ${A} `, `'${B}'`, ''],
];
for (const requestId of LISTS) {
  test(`Lists of ids may be written as JSON, or as Python prints them (settled.md, Y10): ${JSON.stringify(requestId)}`, async () => {
    const replies = await call(server, query(requestId));
    assert.deepEqual(
      replies.map((reply: Reply) => [reply.requestId, reply.mobile]),
      [A, B].map((id) => [id, '188****0804']),
    );
  });
}

for (const requestId of [`['${A}']`, `(${A},)`, `${A},`, `，${A}`, [A], `[ ${A} ]`]) {
  test(`a list is what has brackets, a comma, or two ids: ${JSON.stringify(requestId)} → array`, async () => {
    const replies = await call(server, query(requestId));
    assert.deepEqual([Array.isArray(replies), replies[0].requestId], [true, A]);
  });
}

for (const requestId of [` ${A} `, `\u3000${A}\r\n`, `'${A}'`, `"${A}"`]) {
  test(`one id → object: ${JSON.stringify(requestId)}`, async () => {
    assert.equal((await call(server, query(requestId))).requestId, A);
  });
}

for (const [what, requestId, detail] of [
  ['true', true, 'requestId is of type boolean, no text or list'],
  ['an object', { id: A }, 'requestId is of type object, no text or list'],
  ['null in a list', [A, null], 'requestId[1] is no text'],
  ['a list in a list', [[A]], 'requestId[0] is no text'],
  ['101 ids between blanks', Array.from({ length: 101 }, (_, i) => i).join(' '), /more than 100/],
  ['101 ids in an array', Array.from({ length: 101 }, (_, i) => `${i}`), /more than 100/],
  ['more commas than ids can need', `${A}${','.repeat(MAX_IDS_TEXT)}`, /at most 6400/],
  ['the same in an array', [A, ','.repeat(MAX_IDS_TEXT)], /at most 6400/],
] as const) {
  test(`-101, and the log says why: ${what}`, async () => {
    assert.equal((await call(server, query(requestId))).statusCode, '-101');
    const { detail: said } = await logged();
    if (typeof detail === 'string') assert.equal(said, detail);
    else assert.match(said, detail);
  });
}

test('a body longer than a request can need: -101, and the log says so', async () => {
  const body = JSON.stringify({ ...query(A), more: 'x'.repeat(MAX_BODY_BYTES) });
  assert.equal((await send(body)).statusCode, '-101');
  assert.match(
    (await logged()).detail,
    /^the body has more than the 65536 bytes that a request can need$/,
  );
  const longest = JSON.stringify(query(A)).padEnd(MAX_BODY_BYTES, ' ');
  assert.equal((await send(longest)).requestId, A);
});

test('blanks around rechargeAccount, appid, requestId and productCode are no part of them (settled.md, Y8)', async () => {
  const blank = (text: string) => ` \t${text}\r\n\u3000`;
  const { requestId, statusCode } = await call(
    server,
    submit('blanks-1', blank('P1'), blank(MOBILE), blank(APP)),
  );
  assert.equal(statusCode, '0');
  const { attributes, party } = await order(requestId);
  assert.deepEqual([attributes.mobile, attributes.productCode, party], [MOBILE, 'P1', APP]);
  assert.equal((await call(server, query(blank(requestId), blank(APP)))).requestId, requestId);
  assert.deepEqual(await call(server, submit('blanks-1')), {
    requestId,
    statusCode,
    statusMsg: '提交成功',
  });
});

for (const name of ['appid', 'rechargeAccount', 'productCode']) {
  test(`${name} of blanks only is missing: -2`, async () => {
    const reply = await call(server, { ...submit('blanks-2'), [name]: ' \t ' });
    assert.equal(reply.statusCode, '-2');
  });
}

test('blanks are a part of customParm, which is a key (settled.md, Y8): with a blank more it is another key', async () => {
  const plain = await call(server, submit('blanks-3'));
  const other = await call(server, submit(' blanks-3 '));
  assert.deepEqual([plain.statusCode, other.statusCode], ['0', '0']);
  assert.notEqual(plain.requestId, other.requestId);
  const asked = { action: 'getOrderResult', appid: APP, customParm: ' blanks-3 ' };
  assert.equal((await call(server, asked)).requestId, other.requestId);
});

test('blanks are a part of accountSID, which is signed (settled.md, Y8): with a blank it is another account, -202', async () => {
  const path = '/201612/sid/abcdefghijklmnopqrstuvwxyz012345%20/Unicom/Order.wx';
  assert.equal((await call(server, query(A), { path })).statusCode, '-202');
});

test('two top-ups whose customParms 订单甲 and 订单乙 a client wrote as ISO-8859-1 are no order, instead of one', async () => {
  const first = await send(JSON.stringify(submit('订单甲')).replace('订单甲', '???'));
  const second = await call(server, submit('???'));
  assert.deepEqual([first.statusCode, second.statusCode], ['-101', '-101']);
  assert.match((await logged()).detail, /^customParm \(自定义参数\) .*UTF-8$/);
});

for (const lost of ['?', '???', '??-??', '？?', ' ? ', '🎉?', '\uFFFD', 'a\uFFFDb', '订\uFFFD']) {
  test(`a text that was lost in a wrong encoding is nobody's key (settled.md, Y12): -101 for submission, query and import: ${JSON.stringify(lost)}`, async () => {
    assert.equal((await call(server, submit(lost))).statusCode, '-101');
    const asked = { action: 'getOrderResult', appid: APP, customParm: lost };
    assert.equal((await call(server, asked)).statusCode, '-101');
    const imported = await manage(server, 'POST', '/orders', {
      platform: 'ytx',
      requestId: '2016010000000777',
      appid: APP,
      orderSts: '0',
      mobile: MOBILE,
      oriAmount: '1.00',
      customParm: lost,
    });
    assert.deepEqual([imported.status, imported.body.error.field], [400, 'customParm']);
  });
}

for (const kept of ['a?', '?1', '订单?', '??Ж', '-', '🎉', '？', 'é?']) {
  test(`a customParm that names something stays a key: ${kept}`, async () => {
    const { requestId } = await call(server, submit(kept));
    const asked = { action: 'getOrderResult', appid: APP, customParm: kept };
    assert.equal((await call(server, asked)).requestId, requestId);
  });
}

test('a Sign given twice in a URL is -201, equal ones too (settled.md, Y4)', async () => {
  for (const twice of ['?Sign=a&Sign=a', '?Sign=a&Sign=b']) {
    assert.equal((await call(server, query(A), { query: twice })).statusCode, '-201');
  }
});

test('a byte order mark before the body is skipped', async () => {
  assert.equal((await send(`\uFEFF${JSON.stringify(query(A))}`)).requestId, A);
});
