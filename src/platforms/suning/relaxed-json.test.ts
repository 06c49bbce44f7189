// Suning's relaxed JSON: Python literals of either version, lists that PHP writes as objects, and what is refused.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { call, HISTORY, LEAGUER, sandboxLine } from '../../../test/suning.ts';
import { manage, startTestServer, TestClock } from '../../../test/support.ts';
import { readBody } from './wire.ts';

const clock = new TestClock();
const server = await startTestServer({ clock });

const MALFORMED = 'sys.check.request-params:error';
const biz = (number: number): string => `biz.selfmarket.addleaguerstatus.invalid-biz:${number}`;
/** The sandbox's card line of three cards. */
const [orderId, orderItemId] = sandboxLine(2);

async function send(body: string, method = LEAGUER, to = server) {
  const { code } = await call(to, { method, format: 'json', body });
  const { body: log } = await manage(to, 'GET', '/requests?limit=1');
  return { code, detail: log.items[0].detail as string | null };
}
const withCards = (cardList: string): string =>
  `{"sn_request":{"sn_body":{"addLeaguerstatus":{"iqStatus":"180","orderId":"${orderId}","orderItemId":"${orderItemId}","cardList":${cardList}}}}}`;

const first = (text: string): string => {
  const root = readBody(Buffer.from(`{"sn_request": {"a": ${text}}}`), 'json');
  return root.children[0]!.text;
};

describe('literals', () => {
  for (const [text, value] of [
    [`u'苏宁'`, '苏宁'],
    [`u'\\u82cf\\u5b81'`, '苏宁'],
    [`u"it's"`, "it's"],
    [`u'\\xe8'`, 'è'],
    [`b'card'`, 'card'],
    [`b'\\xe8\\x8b\\x8f\\xe5\\xae\\x81'`, '苏宁'],
    [`b'a\\xe8\\x8b\\x8fb\\n'`, 'a苏b\n'],
    [`b"\\xf0\\x9f\\x98\\x80"`, '😀'],
    [`'\\xe8'`, 'è'],
    ['1L', '1'],
    ['-12345678901234567890L', '-12345678901234567890'],
    ['100', '100'],
    ['1.50', '1.50'],
    ['True', 'true'],
    ['None', ''],
  ] as const) {
    test(`${text} is ${JSON.stringify(value)}`, () => assert.equal(first(text), value));
  }

  for (const other of [`u'x'`, '1L', `{u'k': 2}`]) {
    test(`unprefixed \\xNN are bytes of UTF-8 in a document that has ${other}, before or after them`, () => {
      for (const members of [
        `"a": '\\xe8\\x8b\\x8f', "b": ${other}`,
        `"b": ${other}, "a": '\\xe8\\x8b\\x8f'`,
      ]) {
        const root = readBody(Buffer.from(`{"sn_request": {${members}}}`), 'json');
        assert.equal(root.children.find(({ name }) => name === 'a')!.text, '苏');
      }
    });
  }

  test('bytes are UTF-8 exactly where a decoder of UTF-8 takes them: each first byte, with what may follow', () => {
    const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
    const edges = [0x00, 0x41, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xff];
    const ends = [[], [0x80], [0xbf], [0x41], [0x80, 0x80], [0xbf, 0xbf], [0xbf, 0x41]];
    const outcome = (read: () => string): string | null => {
      try {
        return read();
      } catch {
        return null;
      }
    };
    for (let lead = 0; lead <= 0xff; lead++) {
      for (const bytes of [
        [lead],
        ...edges.flatMap((second) => ends.map((end) => [lead, second, ...end])),
      ]) {
        const escapes = bytes.map((byte) => `\\x${byte.toString(16).padStart(2, '0')}`).join('');
        const expected = outcome(() => utf8.decode(Uint8Array.from(bytes)));
        assert.equal(
          outcome(() => first(`b'${escapes}'`)),
          expected,
          escapes,
        );
      }
    }
  });

  for (const text of [
    `b'\\xe8'`,
    `b'\\xff\\xfe'`,
    '1.5L',
    '1e5L',
    'L',
    `ub'x'`,
    `u`,
    `u 'x'`,
    `'\\xzz'`,
    `b'\\xe8\\x8b`,
  ]) {
    test(`${text} is refused`, () =>
      assert.throws(() => first(text), { name: 'UnreadableBodyError' }));
  }
});

test("a whole call as Python 2 prints it, with u'…', 1L and bytes", async () => {
  const fresh = await startTestServer({ clock });
  const body = `{u'sn_request': {u'sn_body': {u'addLeaguerstatus': {u'iqStatus': 210L, u'orderId': u'1000531510', 'orderItemId': '00000208117606', 'failReason': '\\xe5\\x8f\\xb7\\xe7\\xa0\\x81\\xe9\\x94\\x99\\xe8\\xaf\\xaf'}}}}`;
  assert.equal((await send(body, LEAGUER, fresh)).code, 'success');
  const { body: order } = await manage(fresh, 'GET', '/orders/suning/1000531510');
  assert.equal(order.lines[0].attributes.failReason, '号码错误');
});

describe('"An object whose names are all non-negative integers, where a list belongs, is that list"', () => {
  const card = (n: number): string => `{"cardCode":"C${n}","cardSec":"S${n}"}`;
  for (const [what, cardList] of [
    ['with gaps', `{"0":${card(0)},"2":${card(1)},"3":${card(2)}}`],
    [
      'in the order written, not in that of the numbers',
      `{"9":${card(0)},"1":${card(1)},"5":${card(2)}}`,
    ],
    [
      'as Python prints a dictionary, whose keys have no quotes',
      `{0: ${card(0)}, 2L: ${card(1)}, 30: ${card(2)}}`,
    ],
    ['with numbers that no array has', `{"4294967296":${card(0)},"007":${card(1)},"1":${card(2)}}`],
  ] as const) {
    test(what, async () => {
      const fresh = await startTestServer({ clock });
      assert.equal((await send(withCards(cardList), LEAGUER, fresh)).code, 'success');
      const revealed = await manage(fresh, 'POST', `/orders/suning/${orderId}/reveal`, {
        name: `cards:${orderItemId}`,
        note: 'test',
      });
      assert.deepEqual(
        JSON.parse(revealed.body.text).map((one: { cardCode: string }) => one.cardCode),
        ['C0', 'C1', 'C2'],
      );
    });
  }

  for (const [what, cardList, place] of [
    ['a name that is no number', `{"0":${card(0)},"x":${card(1)}}`, 0],
    ['a negative one', `{"0":${card(0)},"-1":${card(1)}}`, 0],
    ['a fraction', `{"0.5":${card(0)}}`, 0],
    ['a fraction without quotes', `{0.5: ${card(0)}}`, 0],
    ['an element without a pair', `{"0":${card(0)},"2":{}}`, 1],
    ['a list inside of it', `{"0":${card(0)},"1":[${card(1)}]}`, 1],
  ] as const) {
    test(`not with ${what}`, async () => {
      const { code, detail } = await send(withCards(cardList));
      assert.deepEqual([code, detail!.includes(`cardList[${place}]`)], [MALFORMED, true], detail!);
    });
  }

  test('a method’s node: one is that node, several are as many nodes', async () => {
    const query = '{"startTime":"2015-01-01 00:00:00","endTime":"2015-02-01 00:00:00"}';
    const node = (inner: string): string =>
      `{"sn_request":{"sn_body":{"queryHistoryOrder":${inner}}}}`;
    assert.equal((await send(node(`{"1":${query}}`), HISTORY)).code, 'success');
    assert.equal(
      (await send(node(`{"1":${query},"4":${query}}`), HISTORY)).code,
      'biz.handler.request-message:error',
    );
  });
});

describe('"An element of cardList with neither cardCode nor cardSec"', () => {
  const good = '{"cardCode":"C","cardSec":"S"}';
  for (const [cardList, place] of [
    [`[${good},${good},{"code":"C","secret":"S"}]`, 2],
    [`[${good},{}]`, 1],
    [`[{}]`, 0],
    [`[""]`, 0],
    [`[null,${good}]`, 0],
    [`{"SECRETCODE":"SECRETSEC"}`, 0],
    [`[{"SECRETCODE":"SECRETSEC"},${good}]`, 0],
    [`[{"card":${good}}]`, 0],
  ] as const) {
    test(`${cardList}: request-params:error, and the log gives its place`, async () => {
      const { code, detail } = await send(withCards(cardList));
      assert.deepEqual(
        [code, detail],
        [MALFORMED, `cardList[${place}] has neither cardCode nor cardSec`],
      );
    });
  }

  test('in XML, too', async () => {
    for (const [inner, place] of [
      ['<cardList><cardCode>C</cardCode><cardSec>S</cardSec></cardList><cardList/>', 1],
      ['<cardList><C0DE>x</C0DE></cardList>', 0],
    ] as const) {
      const body = `<sn_request><sn_body><addLeaguerstatus><iqStatus>180</iqStatus><orderId>1</orderId><orderItemId>2</orderItemId>${inner}</addLeaguerstatus></sn_body></sn_request>`;
      const { code } = await call(server, { method: LEAGUER, body });
      const { body: log } = await manage(server, 'GET', '/requests?limit=1');
      assert.deepEqual(
        [code, log.items[0].detail],
        [MALFORMED, `cardList[${place}] has neither cardCode nor cardSec`],
      );
    }
  });

  for (const cardList of ['[]', '{}', '""', 'null', '" "']) {
    test(`cardList ${cardList} is not given: 113`, async () => {
      assert.equal((await send(withCards(cardList))).code, biz(113));
    });
  }

  test('half a pair is a card without its other half: 116; other leaves beside a pair are passed over', async () => {
    const three = (one: string): string => `[${good},${good},${one}]`;
    assert.equal((await send(withCards(three('{"cardCode":"C"}')))).code, biz(116));
    assert.equal((await send(withCards(three('{"cardSec":"S","id":7}')))).code, biz(116));
    const four = `[${good},${good},${good},{"cardCode":"C","cardSec":"S","note":"x"}]`;
    assert.equal((await send(withCards(four))).code, biz(114));
  });
});

describe('a method’s node [], {} and "" is a node without fields (settled.md, S13)', () => {
  for (const node of ['[]', '{}', '""', 'null', '[{}]', '" "']) {
    test(node, async () => {
      const body = (name: string): string => `{"sn_request":{"sn_body":{"${name}":${node}}}}`;
      assert.equal(
        (await send(body('addLeaguerstatus'))).code,
        'biz.selfmarket.addleaguerstatus.missing-parameter:iqStatus',
      );
      assert.equal(
        (await send(body('queryHistoryOrder'), HISTORY)).code,
        'biz.fws.queryhistoryorder.missing-parameter:startTime',
      );
    });
  }
});

describe('JSON inside a JSON string is refused where an object or list belongs, and the log says that it is one (settled.md, S13)', () => {
  const twice = (text: string): string => JSON.stringify(text);
  const pair = '{"cardCode":"SECRETCODE","cardSec":"SECRETSEC"}';
  for (const [what, body, code] of [
    ['the document', twice(withCards('[]')), MALFORMED],
    [
      'sn_request',
      `{"sn_request":${twice('{"sn_body":{}}')}}`,
      'sys.check.missing-nestElement:sn_body',
    ],
    ['sn_body', `{"sn_request":{"sn_body":${twice('{"addLeaguerstatus":{}}')}}}`, MALFORMED],
    [
      'the node',
      `{"sn_request":{"sn_body":{"addLeaguerstatus":${twice('{"iqStatus":"180"}')}}}}`,
      MALFORMED,
    ],
    ['cardList', withCards(twice(`[${pair}]`)), MALFORMED],
    ['an element of cardList', withCards(`[${pair},${twice(pair)}]`), MALFORMED],
  ] as const) {
    test(what, async () => {
      const answer = await send(body);
      assert.equal(answer.code, code);
      assert.match(
        answer.detail!,
        /JSON that (was|holds JSON; it was)? ?encoded twice|holds JSON; it was encoded twice/,
      );
      assert.ok(!answer.detail!.includes('SECRET'));
    });
  }

  test('failReason may hold it', async () => {
    const fresh = await startTestServer({ clock });
    const [id, line] = sandboxLine(6);
    const reason = '{"code":7,"why":"no such number"}';
    const body = `{"sn_request":{"sn_body":{"addLeaguerstatus":{"iqStatus":"210","orderId":"${id}","orderItemId":"${line}","failReason":${twice(reason)}}}}}`;
    assert.equal((await send(body, LEAGUER, fresh)).code, 'success');
    const { body: order } = await manage(fresh, 'GET', `/orders/suning/${id}`);
    assert.equal(order.lines[0].attributes.failReason, reason);
  });
});

describe('the log repeats no name that the contract does not know', () => {
  for (const [what, format, body] of [
    ['a key given twice', 'json', withCards('{"SECRETCODE":"1","SECRETCODE":"2"}')],
    ['a list of lists', 'json', withCards('{"SECRETCODE":[["1"]]}')],
    ['a root', 'json', '{"SECRETCODE":1}'],
    ['a node', 'json', '{"sn_request":{"sn_body":{"SECRETCODE":1}}}'],
    ['an XML root', 'xml', '<SECRETCODE/>'],
    ['an XML element that is not closed', 'xml', '<sn_request><SECRETCODE>'],
    ['an XML element closed by another', 'xml', '<sn_request><SECRETCODE></sn_request>'],
    ['an XML attribute', 'xml', '<sn_request SECRETCODE="1"/>'],
    [
      'an XML attribute given twice',
      'xml',
      '<sn_request xmlns:SECRETCODE="1" xmlns:SECRETCODE="2"/>',
    ],
  ] as const) {
    test(what, async () => {
      await call(server, { method: LEAGUER, format, body });
      const { body: log } = await manage(server, 'GET', '/requests?limit=1');
      const { detail } = log.items[0];
      assert.ok(detail && !detail.includes('SECRET'), detail);
    });
  }

  test('the log repeats a name that the contract knows', async () => {
    const { detail } = await send(withCards('"x","orderId":"2"'));
    assert.match(detail!, /^orderId is given twice in one object \(line 1, column \d+\)$/);
  });
});
