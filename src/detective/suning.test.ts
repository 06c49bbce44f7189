// Each mistake that a client of Suning can make with signInfo, made here by other code, is named exactly.
import assert from 'node:assert/strict';
import { createHash, createHmac } from 'node:crypto';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { ids, investigate, known, otherIds, type Sent } from '../../test/detective.ts';

const APP_KEY = 'c7E41b9d02aa4f6F8813d5e6a7b8c9d0';
const SECRET = 'Qf3vT8yLm2RzX6wKb9NdHs4JpGc7Ua1E';
const RETIRED = 'rEt1r3d5ecretOfTh1sAppF0rTest5aa';
const OTHERS = 'an0therApps5ecretF0rTheseTests7b';
const PUBLISHED = '460d7ff15b073e463125b40f1e2d3c4b';
const METHOD = 'suning.selfmarket.leaguerstatus.add';
const TIME = '2026-10-04 10:17:45';
const VERSION = 'v1.2';

const md5 = (text: string | Buffer): string => createHash('md5').update(text).digest('hex');
const base64 = (body: string | Buffer): string => Buffer.from(body as string).toString('base64');

const BODY =
  '<sn_request><sn_body><addLeaguerstatus><orderId>7700412093</orderId><orderItemId>00000771938256</orderItemId><iqStatus>180</iqStatus></addLeaguerstatus></sn_body></sn_request>';
const CHINESE = BODY.replace('180', '190').replace(
  '</iqStatus>',
  '</iqStatus><failReason>取消</failReason>',
);
/** The same in GB 2312, from its tables. */
const CHINESE_GBK = Buffer.concat(
  CHINESE.split('取消').flatMap((text, i) => [
    ...(i > 0 ? [Buffer.from([0xc8, 0xa1, 0xcf, 0xfb])] : []),
    Buffer.from(text),
  ]),
);
const JSON_BODY =
  '{"sn_request":{"sn_body":{"addLeaguerstatus":{"orderId":"7700412093","orderItemId":"00000771938256","iqStatus":"190","failReason":"无货/取消"}}}}';
/** Whose base64 has + and /. */
const ODD = BODY.replace('180', '190').replace(
  '</iqStatus>',
  '</iqStatus><failReason>~~~???>>>»ÿÿ</failReason>',
);

interface Extra {
  readonly headers?: Record<string, string>;
  readonly time?: string;
}

const send = (
  sign: string,
  body: string | Buffer = BODY,
  { headers, time = TIME }: Extra = {},
): Sent => ({
  headers: {
    AppMethod: METHOD,
    AppRequestTime: time,
    AppKey: APP_KEY,
    VersionNo: VERSION,
    Format: 'xml',
    signInfo: sign,
    ...headers,
  },
  body,
});

const own = (base: string, secret = SECRET, time = TIME): string =>
  md5(secret + METHOD + time + APP_KEY + VERSION + base);
/** Signs bytes, and sends others. */
const bodies = (signed: string | Buffer, sent: string | Buffer): Sent =>
  send(own(base64(signed)), sent);
const TEXT = SECRET + METHOD + TIME + APP_KEY + VERSION + base64(BODY);
const lines = (text: string, width: number, end: string): string =>
  text.match(new RegExp(`.{1,${width}}`, 'g'))!.join(end);

const INDENTED = BODY.replaceAll('><', '>\n  <').replace(/(\d)\n {2}/g, '$1');
const between = (text: string, name: string): string =>
  new RegExp(`<${name}>[^]*</${name}>`).exec(text)![0];

const CASES: readonly (readonly [id: string, what: string, sent: Sent])[] = [
  ['wrong-key:retired', 'an ended secret', send(own(base64(BODY), RETIRED))],
  ['wrong-key:other-party', "another app's secret", send(own(base64(BODY), OTHERS))],
  ['wrong-key:sandbox', 'a published secret', send(own(base64(BODY), PUBLISHED))],
  ['wrong-key:field', 'the appKey as the secret', send(own(base64(BODY), APP_KEY))],
  [
    'wrong-key:field',
    'the access_token as the secret',
    send(own(base64(BODY), 'tok3nOfThisTest00112233'), BODY, {
      headers: { access_token: 'tok3nOfThisTest00112233' },
    }),
  ],
  ['key-blanks', 'a line end behind the secret', send(own(base64(BODY), `${SECRET}\n`))],
  ['key-blanks', 'CR LF behind the secret', send(own(base64(BODY), `${SECRET}\r\n`))],
  ['key-case', 'the secret in upper case', send(own(base64(BODY), SECRET.toUpperCase()))],
  ['value-encoded', 'base64 URL-encoded', send(md5(TEXT.replace(base64(ODD), '')), ODD)],
  [
    'value-decoded',
    'a body with %XX, signed decoded',
    bodies(BODY.replace('180', '1 80'), BODY.replace('180', '1%2080')),
  ],
  ['charset-gbk', 'GBK', bodies(CHINESE_GBK, CHINESE)],
  ['charset-latin1', 'question marks', bodies(CHINESE.replace('取消', '??'), CHINESE)],
  [
    'body-reformatted',
    'indented XML',
    bodies(
      `<sn_request>
  <sn_body>
    <addLeaguerstatus>
      <orderId>7700412093</orderId>
      <orderItemId>00000771938256</orderItemId>
      <iqStatus>180</iqStatus>
    </addLeaguerstatus>
  </sn_body>
</sn_request>`,
      BODY,
    ),
  ],
  [
    'body-newline',
    'CR LF within, sent with LF',
    bodies(INDENTED.replaceAll('\n', '\r\n'), INDENTED),
  ],
  ['inner-node-only', 'sn_body of indented XML', bodies(between(INDENTED, 'sn_body'), INDENTED)],
  [
    'inner-node-only',
    'the method of indented XML',
    bodies(between(INDENTED, 'addLeaguerstatus'), INDENTED),
  ],
  [
    'body-reformatted',
    'a declaration',
    bodies(`<?xml version="1.0" encoding="UTF-8"?>${BODY}`, BODY),
  ],
  [
    'body-reformatted',
    'compact, sent indented',
    bodies(JSON_BODY, JSON.stringify(JSON.parse(JSON_BODY), null, 4)),
  ],
  [
    'body-reformatted',
    'indented JSON',
    bodies(JSON.stringify(JSON.parse(JSON_BODY), null, 2), JSON_BODY),
  ],
  [
    'body-reformatted',
    'spaces as Python writes them',
    bodies(JSON_BODY.replaceAll('":', '": ').replaceAll(',"', ', "'), JSON_BODY),
  ],
  [
    'body-reformatted',
    '\\u escapes',
    bodies(JSON_BODY.replace('无货/取消', '\\u65e0\\u8d27/\\u53d6\\u6d88'), JSON_BODY),
  ],
  ['body-reformatted', '\\/ as PHP writes it', bodies(JSON_BODY.replace('/', '\\/'), JSON_BODY)],
  [
    'body-reformatted',
    'sorted names',
    bodies(
      '{"sn_request":{"sn_body":{"addLeaguerstatus":{"failReason":"无货/取消","iqStatus":"190","orderId":"7700412093","orderItemId":"00000771938256"}}}}',
      JSON_BODY,
    ),
  ],
  ['body-newline', 'a line end more', bodies(`${BODY}\n`, BODY)],
  ['body-newline', 'a line end less', bodies(BODY, `${BODY}\n`)],
  [
    'body-newline',
    'CR LF sent, LF signed',
    bodies(BODY.replaceAll('><', '>\n<'), BODY.replaceAll('><', '>\r\n<')),
  ],
  ['body-bom', 'signed with a mark', bodies(`\uFEFF${BODY}`, BODY)],
  ['body-bom', 'sent with a mark', bodies(BODY, `\uFEFF${BODY}`)],
  ['body-not-base64', 'the body as it is', send(own(BODY))],
  ['base64-lines', '76 characters, LF', send(own(lines(base64(BODY), 76, '\n')))],
  [
    'base64-lines',
    '76 characters, CR LF at the end too',
    send(own(`${lines(base64(BODY), 76, '\r\n')}\r\n`)),
  ],
  [
    'base64-urlsafe',
    '- and _',
    send(own(Buffer.from(ODD).toString('base64url').padEnd(base64(ODD).length, '=')), ODD),
  ],
  [
    'base64-urlsafe',
    'without padding',
    send(own(base64(`${BODY} `).replace(/=+$/, '')), `${BODY} `),
  ],
  [
    'inner-node-only',
    'sn_body',
    bodies(BODY.slice('<sn_request>'.length, -'</sn_request>'.length), BODY),
  ],
  [
    'inner-node-only',
    "the method's node",
    bodies(BODY.slice(BODY.indexOf('<add'), BODY.indexOf('</sn_body>')), BODY),
  ],
  ['inner-node-only', 'JSON', bodies(JSON_BODY.slice('{"sn_request":'.length, -1), JSON_BODY)],
  ['time-zone', 'UTC', send(own(base64(BODY), SECRET, '2026-10-04 02:17:45'))],
  ['time-other', 'a second later', send(own(base64(BODY), SECRET, '2026-10-04 10:17:46'))],
  ['time-other', 'five minutes earlier', send(own(base64(BODY), SECRET, '2026-10-04 10:12:45'))],
  ['time-format', 'digits alone', send(own(base64(BODY), SECRET, '20261004101745'))],
  ['time-format', 'Unix milliseconds', send(own(base64(BODY), SECRET, '1791080265000'))],
  ['part-missing', 'no version', send(md5(SECRET + METHOD + TIME + APP_KEY + base64(BODY)))],
  ['part-missing', 'no body', send(md5(SECRET + METHOD + TIME + APP_KEY + VERSION))],
  ['part-missing', 'no secret', send(md5(METHOD + TIME + APP_KEY + VERSION + base64(BODY)))],
  [
    'part-order',
    'the secret at the end',
    send(md5(METHOD + TIME + APP_KEY + VERSION + base64(BODY) + SECRET)),
  ],
  [
    'part-order',
    'the body first',
    send(md5(base64(BODY) + VERSION + SECRET + APP_KEY + METHOD + TIME)),
  ],
  ['part-order', 'the secret twice', send(md5(TEXT + SECRET))],
  ['separators', '&', send(md5([SECRET, METHOD, TIME, APP_KEY, VERSION, base64(BODY)].join('&')))],
  ['base64-lines', 'a line end behind the base64', send(md5(`${TEXT}\n`))],
  ['digest-form', '16 digits', send(md5(TEXT).slice(8, 24))],
  ['digest-form', 'base64', send(createHash('md5').update(TEXT).digest('base64'))],
  ['digest-form', 'SHA-1', send(createHash('sha1').update(TEXT).digest('hex'))],
  ['digest-form', 'SHA-256', send(createHash('sha256').update(TEXT).digest('hex'))],
  [
    'digest-form',
    'HMAC',
    send(createHmac('md5', SECRET).update(TEXT.slice(SECRET.length)).digest('hex')),
  ],
  [
    'value-case',
    'the appKey in lower case',
    send(md5(TEXT.replace(APP_KEY, APP_KEY.toLowerCase()))),
  ],
  ['value-case', 'the version in upper case', send(md5(TEXT.replace(VERSION, 'V1.2')))],
  ['value-trimmed', 'blanks around the body', bodies(BODY, `  ${BODY}  `)],
  ['value-trimmed', 'a blank behind the method', send(md5(TEXT.replace(METHOD, `${METHOD} `)))],
  ['extra-field', 'the format', send(md5(`${TEXT}xml`))],
  [
    'extra-field',
    'the token before the body',
    send(
      md5(`${SECRET + METHOD + TIME + APP_KEY + VERSION}tok3n-0f-th1s-test${base64(BODY)}`),
      BODY,
      {
        headers: { access_token: 'tok3n-0f-th1s-test' },
      },
    ),
  ],
  ['signed-twice', 'the digest of the digest', send(md5(md5(TEXT)))],
  ['content-encoding', 'signed plain, arrived compressed', bodies(BODY, gzipSync(BODY))],
  ['content-encoding', 'signed compressed, unpacked on the way', bodies(gzipSync(BODY), BODY)],
];

const KNOWN = [
  known(RETIRED, 'wrong-key:retired'),
  known(OTHERS, 'wrong-key:other-party'),
  known(PUBLISHED, 'wrong-key:sandbox'),
];

for (const [id, what, sent] of CASES) {
  // The base64 of this body alone has characters that URL encoding changes.
  const made = id === 'value-encoded' ? send(own(encodeURIComponent(base64(ODD))), ODD) : sent;
  test(`${id}: ${what}`, () => {
    const found = investigate('suning', APP_KEY, SECRET, made, KNOWN);
    assert.deepEqual(ids(found), [id], JSON.stringify(found, null, 1));
    for (const secret of [SECRET, RETIRED, OTHERS]) {
      assert.ok(!JSON.stringify({ ...found, expected: '' }).includes(secret));
    }
  });
}

test('a right signature has no cause', () => {
  for (const body of [BODY, CHINESE, JSON_BODY, ODD]) {
    const found = investigate('suning', APP_KEY, SECRET, bodies(body, body), KNOWN);
    assert.deepEqual([found.ok, ids(found), otherIds(found)], [true, [], []]);
  }
});
