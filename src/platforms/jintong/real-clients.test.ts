// Tests spellings of real clients that the documents do not show: forms, XML and multipart, with
// real bytes.
import { equal, match } from 'node:assert/strict';
import { test } from 'node:test';
import { call, detail, document, form, KEYS, post } from '../../../test/jintong.ts';
import { manage, startTestServer } from '../../../test/support.ts';
import { readReply } from './client.ts';

const server = await startTestServer();
const ORDER = '15112480268';
const request = detail(ORDER);
const INSTANCE = 'http://www.w3.org/2001/XMLSchema-instance';
const lastDetail = async (): Promise<string> =>
  (await manage(server, 'GET', '/requests?limit=1')).body.items[0].detail;

const parts = new URLSearchParams({
  Partner: 'jane88',
  Action: 'GetOrderDetail',
  RequestFmt: 'XML',
  ResponseFmt: 'XML',
  SignType: 'MD5',
  Param: `<OrderID>${ORDER}</OrderID><UserName>jane88</UserName>`,
  Version: '1.0.0.0',
  Sign: /<Sign>(.*)<\/Sign>/.exec(request)![1]!,
}).toString();

const ACCEPTED: Readonly<Record<string, string>> = {
  '"CR and LF at the end of the body belong to no value": (a), the last of which is Sign': `${parts}\r\n`,
  'the same, (a) with a declaration in Param last': `${parts.replace(/&Param=[^&]*/, '')}&Param=${encodeURIComponent(`<Param><OrderID>${ORDER}</OrderID><UserName>jane88</UserName></Param>`)}\n\n`,
  'the same, (b)': `${form(request)}\r\n\r\n`,
  'the same, (b) without a name': `${encodeURIComponent(request)}\n`,
  '"(b) is the one field whose value starts with <, whatever stands beside it"': `token=abc&${form(request)}&submit=OK&Sign2=1`,
  'the same, the others empty or without a name': `=x&a=&${form(request, '')}&b`,
  '(b) with white space and a declaration of GB2312 before the document': form(
    `\r\n <?xml version="1.0" encoding="gb2312"?>${request}`,
  ),
  '(c) with white space before the declaration': `\r\n\t<?xml version="1.0"?>\r\n${request}`,
  '"The bytes decide the encoding, not its label": ISO-8859-1': `<?xml version="1.0" encoding="ISO-8859-1"?>${request}`,
  '"its type is passed over"': request
    .replace('<Request>', `<Request xmlns:xsi="${INSTANCE}" xmlns:xsd="urn:x">`)
    .replaceAll('<OrderID>', '<OrderID xsi:type="xsd:string">'),
  'nil="false" of a bare xsi:': request.replace('<OrderID>', '<OrderID xsi:nil="false">'),
  'white space before a document of 4 KiB': `${' \n'.repeat(4096)}${request}`,
};
for (const [what, body] of Object.entries(ACCEPTED)) {
  test(`accepted: ${what}`, async () => {
    const { code, description } = await call(server, body);
    equal(code, 'CallSuccess', `${description}: ${await lastDetail()}`);
  });
}

test('"CR and LF at the end" belong to the value if they are encoded', async () => {
  equal((await call(server, `${parts}%0d%0a`)).code, 'SignFail');
});

const multipart = `--x\r\nContent-Disposition: form-data; name="request"\r\n\r\n${request}\r\n--x--\r\n`;
const gbk = Buffer.concat([
  Buffer.from('<?xml version="1.0" encoding="gb2312"?><Request><Partner>'),
  Buffer.from([0xc8, 0xa1, 0xcf, 0xfb]),
  Buffer.from('</Partner></Request>'),
]);
const REFUSED: Readonly<
  Record<string, readonly [body: string | Uint8Array<ArrayBuffer>, code: string, detail: RegExp]>
> = {
  '"two fields that start with <"': [
    `${form(request)}&${form(request, 'xml')}`,
    'ArgumentDeserializeFail',
    /2 fields hold a document/,
  ],
  'a document beside a field of (a)': [
    `Partner=jane88&${form(request)}`,
    'ArgumentIllegal',
    /Action is missing/,
  ],
  '"a body that begins with -- and holds Content-Disposition: form-data"': [
    multipart,
    'ArgumentDecryptFail',
    /multipart\/form-data is not read: URL-encode the form/,
  ],
  'the same in other cases': [
    multipart.replace('Content-Disposition', 'content-disposition'),
    'ArgumentDecryptFail',
    /multipart/,
  ],
  'the same behind a byte order mark': [`\uFEFF${multipart}`, 'ArgumentDecryptFail', /multipart/],
  'the same, longer than any request': [
    multipart + 'x'.repeat(300_000),
    'ArgumentDecryptFail',
    /multipart/,
  ],
  'bytes that would read as GB18030, as the body': [
    gbk,
    'ArgumentDeserializeFail',
    /the document is not UTF-8; its bytes read as GB18030/,
  ],
  'the same in a field': [
    `request=${[...gbk].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('')}`,
    'ArgumentDecryptFail',
    /URL-decoded, is not UTF-8; its bytes read as GB18030/,
  ],
  'bytes that would read as nothing': [
    new Uint8Array([0x3c, 0xff, 0xff, 0x3e]),
    'ArgumentDeserializeFail',
    /^the document is not UTF-8$/,
  ],
  'a % without two hex digits': ['request=%3', 'ArgumentDecryptFail', /a % without two hex/],
  'nil with content': [
    request.replace('<OrderID>', '<OrderID xsi:nil="true">'),
    'ArgumentDeserializeFail',
    /<OrderID> is nil and holds content/,
  ],
  '"an element given twice stays refused", one of them nil': [
    request.replace('<OrderID>', '<OrderID xsi:nil="true"/><OrderID>'),
    'ArgumentDeserializeFail',
    /<OrderID> given twice/,
  ],
  'other attributes': [
    request.replace('<OrderID>', '<OrderID xsi:lang="zh">'),
    'ArgumentDeserializeFail',
    /attribute xsi:lang; only xmlns, xsi:nil and xsi:type/,
  ],
};
for (const [what, [body, code, detail]] of Object.entries(REFUSED)) {
  test(`refused: ${what}`, async () => {
    equal(readReply(await post(server, body), KEYS.jane88).code, code);
    match(await lastDetail(), detail);
  });
}

test('nil "is an absent value": a required nil field counts as missing, and the signature omits it', async () => {
  const body = document('jane88', 'GetOrderDetail', { param: { UserName: 'jane88' } });
  const nil = body.replace('<UserName>', '<OrderID xsi:nil="1" /><UserName>');
  equal((await call(server, nil)).code, 'ArgumentIllegal');
  match(await lastDetail(), /Param\/OrderID is missing/);
  const noParam = body.replace(/<Param>.*<\/Param>/, '<Param xsi:nil="true"/>');
  equal((await call(server, noParam)).code, 'ArgumentIllegal');
  match(await lastDetail(), /Param is missing/);
});
