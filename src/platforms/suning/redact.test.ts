// Card codes and secrets never reach a log: whatever carries them, whether it parses or not.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import {
  type Call,
  cards,
  EXPIRED_TOKEN,
  history,
  json,
  LEAGUER,
  leaguer,
  post,
  sandboxLine,
  TOKEN,
  xml,
} from '../../../test/suning.ts';
import {
  manage,
  sqliteOnly,
  startTestServer,
  TestClock,
  temporaryDirectory,
} from '../../../test/support.ts';
import type { Start } from '../../protocol/platform.ts';
import { redact } from './redact.ts';
import { readBody } from './wire.ts';

const dataDirectory = temporaryDirectory();
const server = await startTestServer({ clock: new TestClock(), config: { dataDirectory } });
const logged = async (
  its: Call,
): Promise<{ body: string; outcome: string; stringToSign: string }> => {
  await post(server, its);
  return (await manage(server, 'GET', '/requests?limit=1')).body.items[0];
};

const [CODE, SEC] = ['CARDCODE12345', 'S3CR3T54321'];
const [orderId, orderItemId] = sandboxLine(1);
const fields = { iqStatus: '180', orderId, orderItemId };
const inXml = (inner: string): string =>
  xml('addLeaguerstatus', fields).replace('</addLeaguerstatus>', `${inner}</addLeaguerstatus>`);
const inJson = (inner: string): string =>
  json('addLeaguerstatus', fields).replace(/\}\}\}\}$/, `,${inner}}}}}`);
const XML_CARD = `<cardList><cardSec>${SEC}</cardSec><cardCode>${CODE}</cardCode></cardList>`;
const JSON_CARD = `"cardList":[{"cardSec":"${SEC}","cardCode":"${CODE}"}]`;
const charRefs = (text: string) => [...text].map((c) => `&#${c.charCodeAt(0)};`).join('');
const escapes = (text: string) =>
  [...text].map((c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`).join('');
const hex = (text: string) => [...text].map((c) => `\\x${c.charCodeAt(0).toString(16)}`).join('');

const BODIES: readonly [what: string, format: 'xml' | 'json', body: string][] = [
  ['XML', 'xml', inXml(XML_CARD)],
  [
    'XML, in CDATA',
    'xml',
    inXml(`<cardList><cardSec><![CDATA[${SEC}]]></cardSec><cardCode>${CODE}</cardCode></cardList>`),
  ],
  [
    'XML, as character references',
    'xml',
    inXml(
      `<cardList><cardSec>${charRefs(SEC)}</cardSec><cardCode>${charRefs(CODE)}</cardCode></cardList>`,
    ),
  ],
  ['XML, in a comment', 'xml', inXml(`<!-- ${CODE} ${SEC} -->`)],
  ['XML, cut off', 'xml', inXml(XML_CARD).slice(0, -60)],
  ['XML, not closed', 'xml', inXml(`<cardSec>${SEC}<cardCode>${CODE}`)],
  ['XML, beside cardList', 'xml', inXml(`<cardSec>${SEC}</cardSec><cardCode>${CODE}</cardCode>`)],
  [
    'XML, names in another case',
    'xml',
    inXml(`<CARDLIST><CARDSEC>${SEC}</CARDSEC><Cardcode>${CODE}</Cardcode></CARDLIST>`),
  ],
  ['XML, text in cardList', 'xml', inXml(`<cardList>${CODE},${SEC}</cardList>`)],
  ['XML where Format says json', 'json', inXml(XML_CARD)],
  ['JSON', 'json', inJson(JSON_CARD)],
  ['JSON where Format says xml', 'xml', inJson(JSON_CARD)],
  [
    'JSON, names and values escaped',
    'json',
    inJson(
      `"${escapes('cardList')}":[{"${escapes('cardSec')}":"${escapes(SEC)}","cardCode":"${CODE}"}]`,
    ),
  ],
  ['JSON, cut off', 'json', inJson(JSON_CARD).slice(0, -8)],
  ['JSON, a key given twice', 'json', inJson(`${JSON_CARD},${JSON_CARD}`)],
  [
    'JSON, escaped and cut off',
    'json',
    inJson(
      `"${escapes('cardList')}":[{"${escapes('cardSec')}":"${SEC}","${escapes('cardCode')}":"${CODE}"}]`,
    ).slice(0, -3),
  ],
  [
    'JSON, an array of codes',
    'json',
    inJson(`"cardList":[{"cardSec":["${SEC}"],"cardCode":["${CODE}"]}]`),
  ],
  ['relaxed JSON', 'json', inJson(`"cardList":[{'cardSec': '${SEC}', 'cardCode': '${CODE}'}]`)],
  [
    'relaxed JSON, escaped',
    'json',
    inJson(`'${hex('cardList')}':[{'cardSec': '${hex(SEC)}', 'cardCode': '${CODE}'}]`),
  ],
  [
    'relaxed JSON, cut off',
    'json',
    inJson(`'cardList':[{'cardSec': '${SEC}', 'cardCode': '${CODE}'}]`).slice(0, -3),
  ],
  ['a form', 'xml', `cardSec=${SEC}&cardCode=${CODE}`],
  ['base64, as the signature has it', 'xml', Buffer.from(inXml(XML_CARD)).toString('base64')],
  ['nothing but the card', 'json', `"${CODE} ${SEC}"`],
  [
    'names beside the documents’',
    'json',
    inJson(`"pwd":"${SEC}","cdkey":"${CODE}","pin":"${SEC}"`),
  ],
  ['names in Chinese', 'json', inJson(`"卡密":"${SEC}","充值卡号":"${CODE}","密码":"${SEC}"`)],
  ['names in Chinese, in XML', 'xml', inXml(`<卡密>${SEC}</卡密><卡号>${CODE}</卡号>`)],
  ['JSON inside a JSON string', 'json', inJson(`"cards":${JSON.stringify(`{${JSON_CARD}}`)}`)],
  [
    'JSON inside a JSON string of another name',
    'json',
    inJson(`"failReason":${JSON.stringify(`{${JSON_CARD}}`)}`),
  ],
  ['cards as the names of cards', 'json', inJson(`"cardList":{"${CODE}":"${SEC}"}`)],
];

for (const [what, format, body] of BODIES) {
  for (const [how, headers] of [
    ['accepted or refused by its values', {}],
    ['refused before it is read', { signInfo: '0'.repeat(32) }],
  ] as const) {
    test(`${what}; ${how}`, async () => {
      const entry = await logged({ method: LEAGUER, format, body, headers });
      const kept = JSON.stringify(entry);
      for (const secret of [
        CODE,
        SEC,
        charRefs(SEC),
        escapes(SEC).replaceAll('\\', '\\\\'),
        hex(SEC).replaceAll('\\', '\\\\'),
        Buffer.from(SEC).toString('base64').slice(2, 12),
      ]) {
        assert.ok(!kept.includes(secret), kept);
      }
    });
  }
}

test('a body without a secret is kept byte for byte', async () => {
  for (const its of [history(), leaguer('190', ...sandboxLine(4))]) {
    assert.equal((await logged(its)).body, its.body);
  }
});

test('of a body with cards the log keeps everything but the cards', async () => {
  const entry = await logged(leaguer('180', ...sandboxLine(2), { cardList: cards(3) }));
  assert.equal(
    entry.body,
    xml('addLeaguerstatus', {
      iqStatus: '180',
      orderId: '1000531506',
      orderItemId: '00000208117602',
      cardList: '*** (3)',
    }),
  );
  assert.match(
    entry.stringToSign,
    /^\{appSecret\}suning\.selfmarket\.leaguerstatus\.add2026-01-02 11:04:05b0c3[0-9a-f]+v1\.2\{base64 of the \d+ bytes of the body\}$/,
  );
});

test('a token or a signature in the body is cut, too', async () => {
  const its = history({ access_token: 'deadbeefdeadbeef', remark: `x ${TOKEN} y` });
  const { body } = await logged({ ...its, app: 'oauth', headers: { access_token: TOKEN } });
  assert.ok(!body.includes('deadbeef') && !body.includes(TOKEN), body);
});

/** A document of very many names. */
const names = Array.from({ length: 40_000 }, (_, i) => `"name${i}":1`);
const text = `{"sn_request":{"__proto__":"x",${names},"cardList":"${CODE}"}}`;
const body = Buffer.from(text);
const start = { request: { headers: { format: 'json' }, body } } as unknown as Start;

test('redacting a body that was read costs about as much as reading it', () => {
  const cpu = (run: () => unknown): number => {
    const before = process.cpuUsage();
    run();
    const { user, system } = process.cpuUsage(before);
    return user + system;
  };
  const reading = Math.min(
    cpu(() => readBody(body, 'json')),
    cpu(() => readBody(body, 'json')),
  );
  const root = readBody(body, 'json');
  let kept = '';
  const redacting = cpu(() => {
    kept = redact(text, { ...start, root });
  });
  assert.equal(kept, text.replace(CODE, '***').replaceAll(':1', ':"1"'));
  // One look for each pair of names would be hundreds of times as much.
  assert.ok(redacting < 50 * reading, `${redacting} µs beside ${reading} µs`);
});

test('a long body that was refused before it was read is not read for the log', () => {
  const long = `{"sn_request":{${names},"cardList":"${CODE}"}}`;
  assert.equal(redact(long, start), long.slice(0, 20 * 1024));
  for (const inner of [XML_CARD, `<!-- ${CODE} -->`, `<a>${charRefs(CODE)}</a>`]) {
    const early = `${inXml(inner)}${' '.repeat(70_000)}`;
    const kept = redact(early, { request: { headers: {}, body: Buffer.from(early) } } as never);
    assert.match(
      kept,
      /^<sn_request><sn_body><addLeaguerstatus><iqStatus>180.*\(the rest is not kept\)$/,
    );
    assert.ok(!kept.includes(CODE) && !kept.includes(charRefs(CODE)), kept);
  }
});

test('neither cards nor tokens lie in clear in any file', { skip: sqliteOnly }, async () => {
  const cardList = [{ cardCode: 'CLEARCODE777', cardSec: 'CLEARSEC888' }];
  await post(server, leaguer('180', ...sandboxLine(1), { cardList }));
  await post(server, { ...history(), app: 'oauth', headers: { access_token: EXPIRED_TOKEN } });
  await server.close();
  for (const name of ['ledger.db', 'requests.db']) {
    const bytes = readFileSync(join(dataDirectory, name));
    for (const secret of ['CLEARCODE777', 'CLEARSEC888', CODE, SEC, TOKEN, EXPIRED_TOKEN]) {
      assert.equal(bytes.includes(secret), false, `${secret} in ${name}`);
    }
  }
});
