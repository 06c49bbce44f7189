// Reads requests as people paste them: lines that browsers, shells and command prompts write, and HTTP texts.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Pasted, readPasted } from './question.ts';

const URL_ = 'http://127.0.0.1:8787/Api/OrderOpenApi.ashx';
const FORM = 'request=%3CRequest%3E%E9%80%80%3C%2FRequest%3E';

const ofCurl = (curl: string): Pasted => readPasted({ curl });
const body = ({ body }: Pasted): string => body.toString('utf8');

test('reads short options that are written together in any way', () => {
  for (const line of [
    `curl -sX POST ${URL_} -d '${FORM}'`,
    `curl -vkXPOST ${URL_} -d '${FORM}'`,
    `curl -sd '${FORM}' ${URL_}`,
    `curl -sSd'${FORM}' ${URL_}`,
    `curl --max-redirs 3 --limit-rate 1M -D - ${URL_} -d '${FORM}'`,
    `curl --an-option-of-tomorrow x ${URL_} -d '${FORM}'`,
    `curl ^"${URL_}^" ^\r\n  -X ^"POST^" ^\r\n  --data-raw ^"${FORM.replaceAll('%', '^%')}^"`,
  ]) {
    const read = ofCurl(line);
    assert.deepEqual(
      [read.method, read.target, body(read)],
      ['POST', '/Api/OrderOpenApi.ashx', FORM],
    );
  }
});

test('reads the escapes of $-quoted words as bash does', () => {
  const read = (word: string) => ofCurl(`curl ${URL_} --data-raw $'${word}'`).body;
  const cases: readonly [string, string | Buffer][] = [
    ['\\u0021 \\u53d6\\u6d88', '! 取消'],
    ['\\345\\217\\226 \\xe6\\xb6\\x88', '取 消'],
    ['\\ud83d\\ude00\\U0001F600', '😀😀'],
    ['it\\\'s \\\\ \\"a\\" \\n\\r\\t', 'it\'s \\ "a" \n\r\t'],
    ['\\xd6\\xd0', Buffer.from([0xd6, 0xd0])],
    ['\\q 中', '\\q 中'],
  ];
  for (const [word, meant] of cases) assert.deepEqual(read(word), Buffer.from(meant as string));
});

test('encodes the bytes of a word that curl is told to encode', () => {
  const line = `curl ${URL_} --data-urlencode $'request=<a b="\\xe9\\x80\\x80">(~!*)'`;
  assert.equal(body(ofCurl(line)), 'request=%3Ca%20b%3D%22%E9%80%80%22%3E%28~%21%2A%29');
});

test('keeps Chinese text in headers, in the URL and in the body', () => {
  const read = ofCurl(`curl '${URL_}?a=票' -H 'X-Name: 王小明' --data-raw '备注=改签'`);
  assert.equal(read.target, '/Api/OrderOpenApi.ashx?a=票');
  assert.deepEqual(read.headers, [['X-Name', '王小明']]);
  assert.equal(body(read), '备注=改签');
});

const HEAD = ['POST /Api/OrderOpenApi.ashx HTTP/1.1', 'Host: a.example'];
const ofRaw = (lines: readonly string[]): Pasted => readPasted({ raw: lines.join('\r\n') });

test('reads HTTP text as printed by curl -v, for HTTP/2 or by a packet capture', () => {
  const shown = ofRaw([...HEAD.map((line) => `> ${line}`), '> ', FORM]);
  assert.deepEqual([shown.headers, body(shown)], [[['Host', 'a.example']], FORM]);
  const pseudo = ofRaw([HEAD[0]!, ':authority: a.example', 'Accept: */*', '', FORM]);
  assert.deepEqual(pseudo.headers, [['Accept', '*/*']]);
  const chunked = [...HEAD, 'Transfer-Encoding: chunked', ''];
  assert.equal(
    body(ofRaw([...chunked, '8', 'request=', '4;x=y', '退1', '0', '', ''])),
    'request=退1',
  );
  // It names chunks and has none: whoever pasted it has joined them already.
  assert.equal(body(ofRaw([...chunked, FORM])), FORM);
});
