// Requests of public SDKs byte for byte, both documents' samples, and what either format lets through.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  APPS,
  type Call,
  call,
  cards,
  HISTORY,
  history,
  inOnePacket,
  json,
  LEAGUER,
  leaguer,
  post,
  readAnswer,
  sandboxLine,
  xml,
} from '../../../test/suning.ts';
import { manage, startTestServer, TestClock } from '../../../test/support.ts';
import type { Cards } from './cards.ts';
import { signInfo } from './signature.ts';
import { type Element, readBody, writeDocument } from './wire.ts';

const read = (name: string): string => readFileSync(new URL(name, import.meta.url), 'utf8');

interface Vector {
  readonly path: string;
  readonly headers: [string, string][];
  readonly body: string;
}
const vectors = ['php', 'python'].flatMap((sdk) =>
  (JSON.parse(read(`./vectors/${sdk}-sdk.json`)).requests as Vector[]).map(
    (request) => [sdk, request] as const,
  ),
);

/** The captured requests say 2026-11-22 20:06:55, Shanghai. */
const AT = '2026-11-22T12:06:55.000Z';
const server = await startTestServer({ clock: new TestClock(AT) });
const lineOf = async (orderId: string) =>
  (await manage(server, 'GET', `/orders/suning/${orderId}`)).body;

for (const [sdk, { path, headers, body }] of vectors) {
  test(`vector, sent by the public ${sdk} SDK: ${new Headers(headers).get('AppMethod')}`, async () => {
    const given = new Headers(headers);
    const secret = Object.values(APPS).find(([key]) => key === given.get('AppKey'))![1];
    const signed = {
      appMethod: given.get('AppMethod')!,
      appRequestTime: given.get('AppRequestTime')!,
      appKey: given.get('AppKey')!,
      versionNo: given.get('VersionNo')!,
      body: Buffer.from(body),
    };
    assert.equal(signInfo(secret, signed), given.get('signInfo'));
    const response = await fetch(server.url + path, { method: 'POST', headers: given, body });
    const text = await response.text();
    assert.equal(readAnswer(text).code, 'success');
    if (signed.appMethod === LEAGUER) {
      const orderId = sdk === 'php' ? '1000531507' : '1000531505';
      assert.equal((await lineOf(orderId)).state, 'shipped');
    } else {
      assert.ok(text.includes('"pageTotal":"1"'));
    }
  });
}

/** What stands between the headings of a document: its samples, each on a line of its own. */
const samples = (document: string, start: string): string[] =>
  read(`./documents/${document}.txt`)
    .split('\n')
    .filter((line) => line.startsWith(start));

const shape = ({ name, children }: Element): unknown => [name, children.map(shape)];
/** Names in their order and nesting; of several alike, one. */
function names({ name, children }: Element): unknown {
  const each = children.map((child) => JSON.stringify(names(child)));
  return [name, [...new Set(each)].map((text) => JSON.parse(text))];
}

for (const [format, start] of [
  ['xml', '<sn_request>'],
  ['json', '{ "sn_request"'],
] as const) {
  test(`002: its ${format} request sample is accepted, and its reply sample produced, byte for byte`, async () => {
    const [sample] = samples('leaguer-status', start);
    const fresh = await startTestServer({ clock: new TestClock(AT) });
    const text = await post(fresh, { method: LEAGUER, format, body: sample! });
    const replyStart = start.replace('request', 'responseContent');
    const [reply] = samples('leaguer-status', replyStart);
    // The samples are printed with blanks between their parts.
    const bare =
      format === 'xml' ? reply!.replaceAll(/> </g, '><') : JSON.stringify(JSON.parse(reply!));
    assert.equal(text, bare);
  });

  test(`004: its ${format} request sample is accepted, and the reply has the sample's names, order and nesting`, async () => {
    const [sample] = samples('history-order', start);
    const text = await post(server, { method: HISTORY, format, body: sample! });
    const [reply] = samples('history-order', start.replace('request', 'responseContent'));
    const ours = readBody(Buffer.from(text), format);
    assert.deepEqual(names(ours), names(readBody(Buffer.from(reply!), format)));
    // Two orders, of which the first has two lines, as the sample's have.
    const again = await post(server, {
      ...history({ pageSize: '2' }),
      format,
      body: inFormat(format),
    });
    const [head, body] = (shape(readBody(Buffer.from(again), format)) as [string, unknown[]])[1];
    assert.deepEqual(
      head,
      (shape(readBody(Buffer.from(reply!), format)) as [string, unknown[]])[1][0],
    );
    assert.equal((body as [string, unknown[]])[1].length, 2);
  });
}

const inFormat = (format: 'xml' | 'json'): string =>
  (format === 'xml' ? xml : json)('queryHistoryOrder', {
    startTime: '2015-01-01 00:00:00',
    endTime: '2015-02-01 00:00:00',
    pageSize: '2',
  });

test('In JSON the lists are always arrays, and every value is a string: one order, one line', async () => {
  const text = await post(server, history({ orderCategory: '2' }));
  const { queryHistoryOrder: orders } = JSON.parse(text).sn_responseContent.sn_body;
  assert.ok(Array.isArray(orders) && orders.length === 1 && Array.isArray(orders[0].orderDetail));
  const leaves = (value: unknown): unknown[] =>
    typeof value === 'object' ? Object.values(value as object).flatMap(leaves) : [value];
  assert.ok(leaves(JSON.parse(text)).every((leaf) => typeof leaf === 'string'));
});

test('headers, names in any case', async () => {
  const [upper, lower] = await inOnePacket(
    server,
    { ...history(), spell: (name) => name.toUpperCase() },
    { ...history(), spell: (name) => name.toLowerCase() },
  );
  assert.deepEqual([upper!.code, lower!.code], ['success', 'success']);
});

test('by Format, xml default, any case; never by Content-Type: xml without Format, JSON sent as text/xml', async () => {
  const asXml: Call = {
    method: HISTORY,
    body: inFormat('xml'),
    headers: { Format: undefined, 'Content-Type': 'application/json' },
  };
  assert.match((await call(server, asXml)).text, /^<sn_responseContent>/);
  const asJson: Call = {
    ...history(),
    headers: { Format: 'JSON', 'Content-Type': 'text/xml; charset=utf-8' },
  };
  assert.match((await call(server, asJson)).text, /^\{"sn_responseContent"/);
});

test('/api/http/sopRequest/{appMethod} is the gateway, too', async () => {
  assert.equal(
    (await call(server, { ...history(), path: `/api/http/sopRequest/${HISTORY}` })).code,
    'success',
  );
});

test('refusals come in the format that was asked for; before that is known, in XML', async () => {
  const refused = history({ pageNo: 'x' });
  assert.match((await call(server, refused)).text, /^\{/);
  const asked = { ...refused, headers: { Format: undefined } };
  assert.match((await call(server, asked)).text, /^<sn_responseContent><sn_error>/);
});

/** Cards as they may be carried, each of two. */
const [A, B] = cards(2);
const pair = (card: typeof A) =>
  `<cardCode>${card!.cardCode}</cardCode><cardSec>${card!.cardSec}</cardSec>`;
const rap = (card: typeof A) =>
  `<cardSec>${card!.cardSec}</cardSec><cardCode>${card!.cardCode}</cardCode>`;
const CARRIED: readonly [clause: string, format: 'xml' | 'json', cardList: string][] = [
  ['one element per card', 'xml', `<cardList>${pair(A)}</cardList><cardList>${rap(B)}</cardList>`],
  ['one element holding several pairs', 'xml', `<cardList>${pair(A)}${pair(B)}</cardList>`],
  ["one element, in the sample's order of names", 'xml', `<cardList>${rap(A)}${rap(B)}</cardList>`],
  ['a list', 'json', JSON.stringify([A, B])],
  [
    "a list of Python's",
    'json',
    `[${[A, B].map((card) => `{'cardSec': u, 'cardCode': '${card!.cardCode}'}`.replace('u', `'${card!.cardSec}'`)).join(', ')}]`,
  ],
];
for (const [clause, format, cardList] of CARRIED) {
  test(`cardList, one or many {cardCode, cardSec}: ${clause}`, async () => {
    const fresh = await startTestServer({ clock: new TestClock(AT) });
    const order = {
      platform: 'suning',
      section: 'virtualOrders',
      orderId: '77',
      orderItemId: '78',
      supplierCode: '10042869',
      fulfilment: 'card',
      quantity: 2,
      state: 'unshipped',
      paidMinutesAgo: 1,
    };
    assert.equal((await manage(fresh, 'POST', '/orders', order)).status, 201);
    const fields = { iqStatus: '180', orderId: '77', orderItemId: '78' };
    const body =
      format === 'xml'
        ? xml('addLeaguerstatus', fields).replace(
            '</addLeaguerstatus>',
            `${cardList}</addLeaguerstatus>`,
          )
        : json('addLeaguerstatus', fields).replace('"78"', `"78","cardList":${cardList}`);
    assert.equal((await call(fresh, { method: LEAGUER, format, body })).code, 'success');
    const revealed = await manage(fresh, 'POST', '/orders/suning/77/reveal', {
      name: 'cards:78',
      note: 'x',
    });
    assert.deepEqual(JSON.parse(revealed.body.text), [A, B]);
  });
}

test('a pair with a part missing is never filled from its neighbour: 卡号或卡密不可为空', async () => {
  const [orderId, orderItemId] = sandboxLine(2);
  const body = leaguer('180', orderId, orderItemId).body as string;
  const inner = `<cardList><cardCode>1</cardCode><cardCode>2</cardCode><cardSec>b</cardSec><cardSec>c</cardSec></cardList>`;
  const answer = await call(server, {
    method: LEAGUER,
    body: body.replace('</addLeaguerstatus>', `${inner}</addLeaguerstatus>`),
  });
  assert.equal(answer.code, 'biz.selfmarket.addleaguerstatus.invalid-biz:116');
});

test('property: what is written in a format is read from it, the same in both', () => {
  const text = fc
    .string({ unit: 'grapheme', minLength: 1 })
    .filter((t) => /^[^\p{Cc}\p{Cs}\uFFFE\uFFFF]+$/u.test(t));
  const card = fc.record({ cardCode: text, cardSec: text });
  fc.assert(
    fc.property(
      text,
      text,
      fc.array(card, { minLength: 1, maxLength: 4 }),
      (orderId, failReason, cardList) => {
        const document = {
          sn_request: { sn_body: { addLeaguerstatus: { orderId, cardList, failReason } } },
        };
        const trees = (['xml', 'json'] as const).map((format) =>
          readBody(Buffer.from(writeDocument(document, format)), format),
        );
        assert.deepEqual(plain(trees[0]!), plain(trees[1]!));
      },
    ),
    {
      // Cards that stay in the text, and cards that do not.
      examples: [
        ['1', 'x', [{ cardCode: 'A', cardSec: ' ' }]],
        ['1', 'x', [{ cardCode: '"', cardSec: 'B' }]],
      ],
    },
  );
});

/** An element as arrays; cards that stay in the text are written as the elements that they stand for. */
function plain({ name, text, children }: Element): unknown {
  return [
    name,
    text,
    children.flatMap((child) => (child.cards ? written(child.cards) : [plain(child)])),
  ];
}

const written = (cards: Cards): unknown[] =>
  (JSON.parse(cards.json()) as Record<string, string>[]).map((card) => [
    'cardList',
    '',
    Object.entries(card).map(([name, text]) => [name, text, []]),
  ]);
