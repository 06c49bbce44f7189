// Tests two simultaneous mistakes, on bodies up to 4 KiB: the detective names both and no other.
// Independent code makes the requests.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { ids, investigate, known, type Sent } from '../../test/detective.ts';

const md5 = (text: string | Buffer): string => createHash('md5').update(text).digest('hex');

/** The steps of a client's signature, which a mistake changes. */
interface Client {
  secret: string;
  parts: Record<string, string>;
  order: string[];
  between: string;
  body: string;
  base64: (body: string) => string;
  digest: (text: string, secret: string) => string;
}
type Step = readonly [id: string, change: (client: Client) => void];

const SECRET = 'Hf7sKd2LqZ9xWm4TbVn8RcYp3JgUe6Ao';
const RETIRED = 'xEndedKey0fThesePairs9zQw7RtYu5P';
const OTHERS = 'k3y0fAnotherPartyInTheseP4irsABC';
const KNOWN = [known(RETIRED, 'wrong-key:retired'), known(OTHERS, 'wrong-key:other-party')];

const KEY_STEPS: readonly Step[] = [
  ['wrong-key:retired', (c) => (c.secret = RETIRED)],
  ['wrong-key:other-party', (c) => (c.secret = OTHERS)],
  ['key-blanks', (c) => (c.secret += '\n')],
  ['key-case', (c) => (c.secret = c.secret.toUpperCase())],
];
const DIGEST_STEPS: readonly Step[] = [
  ['digest-form', (c) => (c.digest = (text) => createHash('sha256').update(text).digest('hex'))],
  ['signed-twice', (c) => (c.digest = (text) => md5(md5(text)))],
];

/** Two mistakes of one kind cannot occur together, or hide each other. */
const KINDS: readonly string[][] = [
  ['wrong-key:retired', 'wrong-key:other-party', 'key-blanks', 'key-case', 'key-position'],
  ['body-not-base64', 'base64-lines', 'base64-urlsafe'],
  ['time-zone', 'time-other'],
  ['digest-form', 'signed-twice'],
  ['body-reformatted', 'inner-node-only'],
  ['not-nested', 'inner-node-only'],
  // URL-encoded text is ASCII, which is equal in each of these charsets.
  ['value-encoded', 'charset-latin1'],
];
const together = (a: string, b: string): boolean =>
  a !== b && !KINDS.some((kind) => kind.includes(a) && kind.includes(b));

const pairsOf = (steps: readonly Step[]): (readonly [Step, Step])[] =>
  steps.flatMap((a, i) =>
    steps.slice(i + 1).flatMap((b) => (together(a[0], b[0]) ? [[a, b] as const] : [])),
  );

function sign(make: () => Client, pair: readonly Step[]): string {
  const client = make();
  for (const [, change] of pair) change(client);
  const { secret, parts, order, between, body, base64, digest } = client;
  const all: Record<string, string> = { ...parts, secret, body: base64(body) };
  return digest(order.map((name) => all[name] ?? '').join(between), secret);
}

// Suning
const APP_KEY = 'D9c2e7A1b4F08d63c5e1f7A2b9c4d0E8';
const METHOD = 'suning.selfmarket.leaguerstatus.add';
const TIME = '2026-10-04 10:17:45';
const CARDS = Array.from({ length: 40 }, (_, i) => ({
  cardNum: `N0${1000 + i}`,
  cardSec: `pw/${(i * 7919) % 1000}/张`,
}));
const JSON_BODY = JSON.stringify({
  sn_request: {
    sn_body: {
      addLeaguerstatus: {
        orderId: '7700412093',
        orderItemId: '00000771938256',
        iqStatus: '180',
        cardList: CARDS,
      },
    },
  },
});
const XML_BODY = `<sn_request><sn_body><addLeaguerstatus><orderId>7700412093</orderId><orderItemId>00000771938256</orderItemId><iqStatus>180</iqStatus>${CARDS.map((card) => `<cardList><cardNum>${card.cardNum}</cardNum><cardSec>${card.cardSec}</cardSec></cardList>`).join('')}</addLeaguerstatus></sn_body></sn_request>`;

const suning = (body: string) => (): Client => ({
  secret: SECRET,
  parts: { method: METHOD, time: TIME, appKey: APP_KEY, version: 'v1.2' },
  order: ['secret', 'method', 'time', 'appKey', 'version', 'body'],
  between: '',
  body,
  base64: (text) => Buffer.from(text).toString('base64'),
  digest: (text) => md5(text),
});
const SUNING_STEPS: readonly Step[] = [
  ...KEY_STEPS,
  ['body-newline', (c) => (c.body += '\n')],
  ['body-bom', (c) => (c.body = `\uFEFF${c.body}`)],
  ['body-not-base64', (c) => (c.base64 = (text) => text)],
  [
    'base64-lines',
    (c) =>
      (c.base64 = (text) =>
        Buffer.from(text)
          .toString('base64')
          .replace(/.{76}(?=.)/g, '$&\n')),
  ],
  ['time-zone', (c) => (c.parts.time = '2026-10-04 02:17:45')],
  ['time-other', (c) => (c.parts.time = '2026-10-04 10:17:46')],
  ['time-format', (c) => (c.parts.time = c.parts.time!.replace(/\D/g, ''))],
  ['part-missing', (c) => (c.order = c.order.filter((name) => name !== 'version'))],
  ['part-order', (c) => (c.order = [...c.order.filter((name) => name !== 'secret'), 'secret'])],
  ['separators', (c) => (c.between = '&')],
  ['value-case', (c) => (c.parts.appKey = APP_KEY.toLowerCase())],
  ['extra-field', (c) => c.order.push('format')],
  ...DIGEST_STEPS,
];
const reformatJson: Step = [
  'body-reformatted',
  (c) => (c.body = c.body.replace(JSON_BODY, JSON.stringify(JSON.parse(JSON_BODY), null, 2))),
];
const reformatXml: Step = [
  'body-reformatted',
  (c) =>
    (c.body = c.body.replace('<sn_request>', '<?xml version="1.0" encoding="UTF-8"?><sn_request>')),
];
const innerXml: Step = [
  'inner-node-only',
  (c) => (c.body = c.body.replace(/^(\uFEFF?)<sn_request>(.*)<\/sn_request>/s, '$1$2')),
];

function suningFound(body: string, pair: readonly Step[]) {
  const make = suning(body);
  const client = (): Client => {
    const made = make();
    made.parts.format = 'json';
    return made;
  };
  const sent: Sent = {
    headers: {
      AppMethod: METHOD,
      AppRequestTime: TIME,
      AppKey: APP_KEY,
      VersionNo: 'v1.2',
      Format: 'json',
      signInfo: sign(client, pair),
    },
    body,
  };
  return investigate('suning', APP_KEY, SECRET, sent, KNOWN);
}

// ytx
const SID = 'Cd81b2f4A6e3907d5c1F8a2b4e6d0937';
const STAMP = '20261004161745';
const YTX_STEPS: readonly Step[] = [
  ...KEY_STEPS,
  ['time-zone', (c) => (c.parts.time = '20261004081745')],
  ['time-other', (c) => (c.parts.time = '20261004161746')],
  [
    'time-format',
    (c) =>
      (c.parts.time = c.parts.time!.replace(/^(....)(..)(..)(..)(..)(..)$/, '$1-$2-$3 $4:$5:$6')),
  ],
  ['part-order', (c) => (c.order = [...c.order.filter((name) => name !== 'secret'), 'secret'])],
  ['separators', (c) => (c.between = '|')],
  ['value-case', (c) => (c.parts.sid = SID.toUpperCase())],
  ['extra-field', (c) => c.order.push('appid')],
  ...DIGEST_STEPS,
];

function ytxFound(pair: readonly Step[]) {
  const make = (): Client => ({
    ...suning('')(),
    parts: { sid: SID, time: STAMP, appid: 'ff8080814d01e9b7014d0a3c21f00123' },
    order: ['sid', 'secret', 'time'],
  });
  const sent: Sent = {
    params: { version: '201612', accountSID: SID, func: 'Unicom', funcURL: 'Order.wx' },
    query: `Sign=${encodeURIComponent(sign(make, pair))}`,
    headers: { Authorization: Buffer.from(`${SID}|${STAMP}`).toString('base64') },
    body: '{"action":"getOrderResult","appid":"ff8080814d01e9b7014d0a3c21f00123","requestId":"1"}',
  };
  return investigate('ytx', SID, SECRET, sent, KNOWN);
}

// Jintong
const PARTNER = 'tianhe2026';
interface Fields {
  basic: Record<string, string>;
  param: Record<string, string>;
  names: (names: string[]) => string[];
  nested: (text: string) => string;
  pair: string;
  secret: string;
  withKey: (text: string, key: string) => string;
  encode: (value: string) => string;
  bytes: (text: string) => string | Buffer;
  digest: (text: string | Buffer, key: string) => string;
}
type FieldStep = readonly [id: string, change: (fields: Fields) => void];
const remark = '旅客改签退票';
const jintong = (): Fields => ({
  basic: {
    Partner: PARTNER,
    Action: 'OperateCancelOrder',
    RequestFmt: 'XML',
    ResponseFmt: 'XML',
    Version: '1.0.0.0',
  },
  param: { Remark: remark, OrderID: '26100499120034', Consumer: 'Zhao Min' },
  names: (names) => names.sort(),
  nested: (text) => `Param=${text}`,
  pair: '&',
  secret: SECRET,
  withKey: (text, key) => text + key,
  encode: (value) => value,
  bytes: (text) => text,
  digest: (text) => md5(text),
});
const JINTONG_STEPS: readonly FieldStep[] = [
  ['wrong-key:retired', (f) => (f.secret = RETIRED)],
  ['wrong-key:other-party', (f) => (f.secret = OTHERS)],
  ['key-blanks', (f) => (f.secret += ' ')],
  ['key-case', (f) => (f.secret = f.secret.toLowerCase())],
  ['key-position', (f) => (f.withKey = (text, key) => `${text}&key=${key}`)],
  ['sign-included', (f) => (f.basic.SignType = 'MD5')],
  ['order', (f) => (f.names = (names) => names)],
  ['not-nested', (f) => (f.nested = (text) => text)],
  ['value-encoded', (f) => (f.encode = encodeURIComponent)],
  ['charset-latin1', (f) => (f.bytes = (text) => text.replace(/[^\0-\xff]/g, '?'))],
  ['part-missing', (f) => delete f.basic.ResponseFmt],
  ['separators', (f) => (f.pair = ',')],
  ['value-case', (f) => (f.param.Consumer = 'zhao min')],
  ['digest-form', (f) => (f.digest = (text) => createHash('sha1').update(text).digest('hex'))],
  ['signed-twice', (f) => (f.digest = (text) => md5(md5(text)))],
];

function jintongFound(pair: readonly FieldStep[]) {
  const fields = jintong();
  for (const [, change] of pair) change(fields);
  const join = (values: Record<string, string>, param?: string): string =>
    fields
      .names([...Object.keys(values), ...(param ? ['Param'] : [])])
      .map((name) =>
        name === 'Param' ? fields.nested(param!) : `${name}=${fields.encode(values[name]!)}`,
      )
      .join(fields.pair);
  const text = join(fields.basic, join(fields.param));
  const signature = fields.digest(fields.bytes(fields.withKey(text, fields.secret)), fields.secret);
  const { basic, param } = jintong();
  const xml = (values: Record<string, string>): string =>
    Object.entries(values)
      .map(([name, value]) => `<${name}>${value}</${name}>`)
      .join('');
  const sent: Sent = {
    body: `<Request>${xml({ ...basic, SignType: 'MD5', Sign: signature })}<Param>${xml(param)}</Param></Request>`,
  };
  return investigate('jintong', PARTNER, SECRET, sent, KNOWN);
}

interface Found {
  readonly name: string;
  readonly expected: readonly string[];
  find(): ReturnType<typeof investigate>;
}
const nameOf = ([a, b]: readonly (readonly [string, unknown])[]): string => `${a![0]} and ${b![0]}`;
const ALL: readonly Found[] = [
  ...pairsOf([...SUNING_STEPS, reformatJson]).map((pair) => ({
    name: `suning JSON: ${nameOf(pair)}`,
    expected: pair.map(([id]) => id),
    find: () => suningFound(JSON_BODY, pair),
  })),
  ...pairsOf([...SUNING_STEPS, reformatXml, innerXml])
    .filter((pair) => pair.some(([id]) => id.startsWith('body-') || id === 'inner-node-only'))
    .map((pair) => ({
      name: `suning XML: ${nameOf(pair)}`,
      expected: pair.map(([id]) => id),
      find: () => suningFound(XML_BODY, pair),
    })),
  ...pairsOf(YTX_STEPS).map((pair) => ({
    name: `ytx: ${nameOf(pair)}`,
    expected: pair.map(([id]) => id),
    find: () => ytxFound(pair),
  })),
  ...JINTONG_STEPS.flatMap((a, i) =>
    JINTONG_STEPS.slice(i + 1)
      .filter((b) => together(a[0], b[0]))
      .map((b) => ({
        name: `jintong: ${nameOf([a, b])}`,
        expected: [a[0], b[0]],
        find: () => jintongFound([a, b]),
      })),
  ),
];
assert.ok(JSON_BODY.length <= 4096 && XML_BODY.length <= 4096);

/** Every fourth of about 400 pairs, to save time; all pairs were run once. */
const TRIED = ALL.filter((_, i) => i % 4 === 0);
assert.ok(TRIED.length >= 60);

for (const { name, expected, find } of TRIED) {
  test(name, () => {
    const found = find();
    assert.deepEqual(ids(found).sort(), [...expected].sort(), JSON.stringify(found.searched));
  });
}
