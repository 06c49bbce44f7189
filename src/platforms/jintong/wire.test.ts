// Tests the request carriers and the reply: different bytes with the same meaning, and the bytes of
// our answer.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { call, detail, document, form, GATEWAY, hasten, post } from '../../../test/jintong.ts';
import { startTestServer } from '../../../test/support.ts';
import { dotNetUrlEncode } from '../../protocol/codecs/form.ts';
import { writeXml } from '../../protocol/codecs/xml.ts';
import { writeReply } from './wire-write.ts';

const server = await startTestServer();
const ORDER = '15112480268';
const request = detail(ORDER);
const sign = /<Sign>(.*)<\/Sign>/.exec(request)![1]!;
const fields = {
  Partner: 'jane88',
  Action: 'GetOrderDetail',
  RequestFmt: 'XML',
  ResponseFmt: 'XML',
  SignType: 'MD5',
  Sign: sign,
  Version: '1.0.0.0',
};
const inner = `<OrderID>${ORDER}</OrderID><UserName>jane88</UserName>`;
const urlencoded = (param: string): string =>
  new URLSearchParams({ ...fields, Param: param }).toString();
const XML = { 'content-type': 'text/xml' };

const ACCEPTED: readonly [
  carrier: string,
  body: string | Uint8Array<ArrayBuffer>,
  headers?: Record<string, string>,
][] = [
  ['(a) form fields, Param holds the inner XML', urlencoded(inner)],
  ['(a) form fields, Param holds a whole <Param> element', urlencoded(`<Param>${inner}</Param>`)],
  [
    '(a) with a declaration before <Param>',
    urlencoded(`<?xml version="1.0"?><Param>${inner}</Param>`),
  ],
  ['(b) one field named request', form(request)],
  ['(b) one field of any name', form(request, 'xmlData')],
  ['(b) one field without a name', encodeURIComponent(request)],
  [
    '(b) space as +',
    `request=${encodeURIComponent(request.replace('<Partner>', '<Partner >')).replaceAll('%20', '+')}`,
  ],
  ['(c) the raw body as text/xml', request, XML],
  [
    '(c) the raw body, whatever the Content-Type',
    request,
    { 'content-type': 'application/x-www-form-urlencoded' },
  ],
  [
    '(c) with a byte order mark and line ends',
    `\uFEFF<?xml version="1.0" encoding="utf-8"?>\r\n${request}\r\n`,
    XML,
  ],
  [
    'the declaration of .NET: utf-16, in a form that is not',
    form(`<?xml version="1.0" encoding="utf-16"?>${request}`),
  ],
  [
    "the sample's namespaces",
    form(
      request.replace(
        '<Request>',
        '<Request xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"\n  xmlns:xsd="http://www.w3.org/2001/XMLSchema">',
      ),
    ),
  ],
  [
    'CDATA and comments',
    form(request.replace(`<OrderID>${ORDER}`, `<OrderID><!-- id --><![CDATA[${ORDER}]]>`)),
  ],
  [
    'Version 1.0.0, which a sibling client sends',
    form(
      document('jane88', 'GetOrderDetail', {
        basic: { Version: '1.0.0' },
        param: { OrderID: ORDER, UserName: 'jane88' },
      }),
    ),
  ],
];
for (const [carrier, body, headers] of ACCEPTED) {
  test(`accepted: ${carrier}`, async () => {
    const reply = await call(server, body, headers && { headers });
    assert.equal(reply.code, 'CallSuccess', reply.description);
  });
}

const REFUSED: readonly [what: string, body: string, code: string][] = [
  ['(a) a field given twice', `${urlencoded(inner)}&Partner=jane88`, 'ArgumentDeserializeFail'],
  ['(a) a field that nobody defines', `${urlencoded(inner)}&Extra=1`, 'ArgumentDeserializeFail'],
  [
    '(a) Param that closes itself early',
    urlencoded(`${inner}</Param><Param>`),
    'ArgumentDeserializeFail',
  ],
  ['(a) Param that is no XML', urlencoded('OrderID=1'), 'ArgumentDeserializeFail'],
  ['(a) Param without an element', urlencoded('  '), 'ArgumentIllegal'],
  [
    'elements inside a value',
    form(request.replace('<Partner>jane88', '<Partner><a>jane88</a>')),
    'ArgumentDeserializeFail',
  ],
  [
    "an entity of one's own",
    form(`<!DOCTYPE Request [<!ENTITY e "jane88">]>${request.replace('>jane88<', '>&e;<')}`),
    'ArgumentDeserializeFail',
  ],
];
for (const [what, body, code] of REFUSED) {
  test(`refused: ${what}`, async () => assert.equal((await call(server, body)).code, code));
}

test('the reply: "Url 解码后的返回结果", elements in the order of the samples, Sign last, byte for byte', async () => {
  const text = await post(server, form(hasten(ORDER)));
  const sign = '5a402998be01ddbc2d441566a2df97b3'; // printf %s 'MessageModel=Description=催单成功&MessageCode=CallSuccess'KEY | md5sum
  const expected = `<?xml version="1.0"?><Response><MessageModel><MessageCode>CallSuccess</MessageCode><Description>催单成功</Description></MessageModel><Sign>${sign}</Sign></Response>`;
  assert.equal(decodeURIComponent(text.replaceAll('+', ' ')), expected);
  assert.equal(
    text,
    '%3c%3fxml+version%3d%221.0%22%3f%3e%3cResponse%3e%3cMessageModel%3e%3cMessageCode%3eCallSuccess%3c%2fMessageCode%3e%3cDescription%3e%e5%82%ac%e5%8d%95%e6%88%90%e5%8a%9f%3c%2fDescription%3e%3c%2fMessageModel%3e%3cSign%3e5a402998be01ddbc2d441566a2df97b3%3c%2fSign%3e%3c%2fResponse%3e',
  );
});

test('GetOrderDetail adds <Order> before Sign, with its fields in the settled sequence', async () => {
  const text = decodeURIComponent((await post(server, form(detail(ORDER)))).replaceAll('+', ' '));
  assert.match(
    text,
    /<\/MessageModel><Order><OrderID>15112480268<\/OrderID><UserName>jane88<\/UserName><OrderState>D<\/OrderState><OrderStateName>支付成功<\/OrderStateName><Amount>1280.00<\/Amount><Pnr>JX8K2P<\/Pnr><FlightNo>MU5101<\/FlightNo><CreateTime>2015-11-03 09:12:33<\/CreateTime><\/Order><Sign>[0-9a-f]{32}<\/Sign><\/Response>$/,
  );
});

test('Content type text/plain; charset=utf-8, status 200 for a refusal too', async () => {
  const response = await fetch(server.url + GATEWAY, { method: 'POST', body: 'request=%' });
  assert.equal(response.status, 200);
  assert.equal(response.headers.get('content-type'), 'text/plain; charset=utf-8');
});

test('a reply is the document as URL-encoded XML, whatever its fields contain', () => {
  const text = fc.string({
    unit: fc.oneof(
      fc.constantFrom(
        ...'azAZ09-_.!*()',
        '催单',
        '😀',
        '<',
        '&',
        '>',
        ' ',
        ':',
        '\r',
        '\u0000',
        '\uD800',
      ),
      fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
    ),
  });
  fc.assert(
    fc.property(fc.array(text, { maxLength: 5 }), text, (inside, beside) => {
      const fields = inside.map((value, i) => [`Field${i}`, value] as const);
      const written = writeReply({ Order: Object.fromEntries(fields), Beside: beside });
      const tree = writeXml([
        [
          'Response',
          [
            ['Order', fields],
            ['Beside', beside],
          ],
        ],
      ]);
      assert.equal(written, dotNetUrlEncode(`<?xml version="1.0"?>${tree}`));
    }),
    { numRuns: 1000 },
  );
});
