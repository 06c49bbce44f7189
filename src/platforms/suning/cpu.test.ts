// Tests that the worst bodies for Suning, signed or not, cost no more CPU time than their length
// justifies.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type CpuCase, cpuTests, pipelineOf, type Sent } from '../../../test/cpu-bound.ts';
import {
  type Call,
  HISTORY,
  LEAGUER,
  readAnswer,
  sandboxLine,
  signedHeaders,
} from '../../../test/suning.ts';
import { startTestServer, TestClock } from '../../../test/support.ts';

const server = await startTestServer({ clock: new TestClock() });
const run = pipelineOf(server, 'suning');
const MIB = 1024 * 1024;
const [orderId, orderItemId] = sandboxLine(1);

const FIELDS = `"iqStatus":"180","orderId":"${orderId}","orderItemId":"${orderItemId}"`;
const inJson = (inner: string): string =>
  `{"sn_request":{"sn_body":{"addLeaguerstatus":{${FIELDS},${inner}}}}}`;
const inXml = (inner: string): string =>
  `<sn_request><sn_body><addLeaguerstatus><iqStatus>180</iqStatus><orderId>${orderId}</orderId><orderItemId>${orderItemId}</orderItemId>${inner}</addLeaguerstatus></sn_body></sn_request>`;

/** Fills a body up to `length` bytes with the results of `piece` for 0, 1, 2 and so on. */
function filled(
  length: number,
  write: (inner: string) => string,
  piece: (i: number) => string,
  separator: string,
): string {
  const pieces: string[] = [];
  let bytes = Buffer.byteLength(write(''));
  for (let i = 0; ; i++) {
    const next = piece(i);
    bytes += Buffer.byteLength(next) + separator.length;
    if (bytes > length) return write(pieces.join(separator));
    pieces.push(next);
  }
}

type Body = readonly [name: string, format: 'xml' | 'json', write: (length: number) => string];
const json = (
  name: string,
  write: (inner: string) => string,
  piece: (i: number) => string,
  separator = ',',
): Body => [name, 'json', (n) => filled(n, (inner) => inJson(write(inner)), piece, separator)];
const xml = (name: string, piece: (i: number) => string): Body => [
  name,
  'xml',
  (n) => filled(n, inXml, piece, ''),
];
const card = (i: number): string => `{"cardCode":"${i}","cardSec":"x"}`;
/** The shortest possible card. */
const EMPTY_CARD = '{"cardCode":"","cardSec":""}';
const DEEP = 12;

const WORST: readonly Body[] = [
  json(
    'objects without members in a list',
    (x) => `"cardList":[${x}]`,
    () => '{}',
  ),
  json(
    'lists without elements',
    (x) => x,
    (i) => `"a${i}":[]`,
  ),
  json(
    'names like integers',
    (x) => `"cardList":{${x}}`,
    (i) => `"${i * 7919}":1`,
  ),
  json(
    'names like integers that fall together',
    (x) => `"a":{${x}}`,
    (i) => `"${i * 65_536}":1`,
  ),
  json(
    'names like integers, the highest first',
    (x) => `"a":{${x}}`,
    (i) => `"${90_000_000 - i}":1`,
  ),
  json(
    'cards under integers',
    (x) => `"cardList":{${x}}`,
    (i) => `"${i}":${card(i)}`,
  ),
  json('cards in a list', (x) => `"cardList":[${x}]`, card),
  json(
    'a field as a long list',
    (x) => `"orderCategory":[${x}]`,
    () => '1',
  ),
  json(
    'very many names',
    (x) => x,
    (i) => `"n${i}":""`,
  ),
  json(
    'very many names of texts',
    (x) => x,
    (i) => `"c${i}t":"x"`,
  ),
  json(
    'nesting up to the bound',
    (x) => `"a":[${x}]`,
    () => `${'{"b":'.repeat(DEEP - 5)}1${'}'.repeat(DEEP - 5)}`,
  ),
  ['nesting far beyond the bound', 'json', (n) => inJson(`"a":${'['.repeat(n - 200)}`)],
  ['escapes', 'json', (n) => inJson(`"failReason":"${'\\u0041'.repeat((n - 200) / 6)}"`)],
  [
    'control characters as escapes',
    'json',
    (n) => inJson(`"failReason":"${'\\n'.repeat((n - 200) / 2)}"`),
  ],
  [
    "bytes of Python's",
    'json',
    (n) => inJson(`"failReason":b'${'\\xe8\\x8b\\x8f'.repeat((n - 200) / 12)}'`),
  ],
  [
    'bytes in a document of Python 2',
    'json',
    (n) => inJson(`"failReason":'${'\\xe8\\x8b\\x8f'.repeat((n - 250) / 12)}','x':1L`),
  ],
  [
    'single bytes between characters',
    'json',
    (n) => inJson(`"a":b'${'\\x41 '.repeat((n - 200) / 5)}'`),
  ],
  [
    'a character of two bytes between characters',
    'json',
    (n) => inJson(`"a":b'${'\\xc3\\xa9 '.repeat((n - 200) / 9)}'`),
  ],
  ['blanks', 'json', (n) => inJson(`"a":${' '.repeat(n - 200)}1`)],
  ['line ends before a mistake', 'json', (n) => inJson(`"a":${'\n'.repeat(n - 200)}?`)],
  ['an XML body that says JSON', 'json', (n) => filled(n, inXml, (i) => `<a${i}/>`, '')],
  xml('empty elements', () => '<a/>'),
  xml('very many names', (i) => `<n${i}/>`),
  xml('very many names of texts', (i) => `<c${i}t>x</c${i}t>`),
  xml('one field again and again', () => '<orderId>1</orderId>'),
  xml('cards', (i) => `<cardList><cardCode>${i}</cardCode><cardSec>x</cardSec></cardList>`),
  xml('empty lists of cards', () => '<cardList/>'),
  xml('character references', () => '<a>&#65;&#65;</a>'),
  xml('comments', () => '<!---->'),
  xml('CDATA', () => '<a><![CDATA[]]></a>'),
  [
    'pairs in one cardList',
    'xml',
    (n) =>
      filled(
        n,
        (x) => inXml(`<cardList>${x}</cardList>`),
        () => '<cardCode>1</cardCode>',
        '',
      ),
  ],
  [
    'references in one text',
    'xml',
    (n) => inXml(`<failReason>${'&amp;'.repeat((n - 400) / 5)}</failReason>`),
  ],
  ['start tags alone', 'xml', (n) => '<a>'.repeat(n / 3)],
  ['an attribute that does not end', 'xml', (n) => `<a b="${'<'.repeat(n - 6)}`],
  [
    'JSON that says XML',
    'xml',
    (n) =>
      filled(
        n,
        (x) => inJson(`"a":[${x}]`),
        () => '{}',
        ',',
      ),
  ],
];

const call = (format: 'xml' | 'json', body: string, headers: Call['headers'] = {}): Sent => {
  const its: Call = { method: LEAGUER, format, body, headers };
  const sent = Object.entries(signedHeaders(its, server.clock.now()));
  const lower = sent.map(([name, value]) => [name.toLowerCase(), value]);
  return { headers: Object.fromEntries(lower), body: Buffer.from(body) };
};

/** A usual body: a call with as many cards as fit. */
const plainBody = (format: 'xml' | 'json', length: number): string =>
  format === 'json'
    ? inJson(`"failReason":"${'卡密错误'.repeat((length - 300) / 12)}"`)
    : inXml(`<failReason>${'卡密错误'.repeat((length - 500) / 12)}</failReason>`);

const FORGED = { signInfo: '0'.repeat(32) };
const UNKNOWN = { AppKey: 'nobody12' };

/**
 * The time grows only with the length, as the 1 MiB calls below show; shorter bodies keep the test
 * short.
 */
for (const [what, length, headers] of [
  ['unsigned, 2 KiB, which is read for the log', 2000, FORGED],
  ['of an unknown app, 60 KiB', 60 * 1024, UNKNOWN],
  ['signed, 128 KiB', 128 * 1024, {}],
] as const) {
  const cases = WORST.map(
    ([name, format, write]): CpuCase<Sent> => ({
      name,
      bad: call(format, write(length), headers),
      plain: call(format, plainBody(format, length), headers),
    }),
  );
  cpuTests(what, run, cases);
}

test('1001 cards and more are 115, up to a body of 1 MiB', async () => {
  for (const [cards, write] of [
    [1001, card],
    [20_000, card],
    [1001, () => EMPTY_CARD],
    [28_000, () => EMPTY_CARD],
  ] as const) {
    const list = Array.from({ length: cards }, (_, i) => write(i));
    const numbered = list.map((one, i) => `"${i * 3}":${one}`);
    for (const cardList of [`[${list}]`, `{${numbered}}`]) {
      const sent = call('json', inJson(`"cardList":${cardList}`));
      assert.ok(sent.body.length <= MIB);
      const reply = await run({ ...sent });
      assert.equal(readAnswer(reply.body).code, 'biz.selfmarket.addleaguerstatus.invalid-biz:115');
    }
  }
});

test('340,000 times {} is refused, and not reported as a fault', async () => {
  const body = inJson(`"cardList":[${Array(340_000).fill('{}')}]`);
  const reply = await run(call('json', body));
  assert.equal(readAnswer(reply.body).code, 'sys.check.request-params:error');
  const query = `{"sn_request":{"sn_body":{"queryHistoryOrder":[${Array(340_000).fill('{}')}]}}}`;
  const its: Call = { method: HISTORY, format: 'json', body: query };
  const headers = Object.entries(signedHeaders(its, server.clock.now()));
  const lower = Object.fromEntries(headers.map(([name, value]) => [name.toLowerCase(), value]));
  const answered = await run({ headers: lower, body: Buffer.from(query) });
  assert.equal(readAnswer(answered.body).code, 'sys.check.request-params:error');
});
