// Mistakes with the body: all of them, and those with its ends, its inner nodes and its compression.
import { deflateRawSync, deflateSync, gunzipSync, gzipSync, inflateSync } from 'node:zlib';
import { hasMark, MARK, ofBody, onText } from './body-change.ts';
import { codingMistakes } from './coding-mistakes.ts';
import { type Inner, innerTexts } from './json-layouts.ts';
import { jsonMistakes } from './json-mistakes.ts';
import { ALONE, type Mistake, STAGE } from './mistake.ts';
import { innerNodes } from './xml-layouts.ts';
import { xmlMistakes } from './xml-mistakes.ts';

/** @param names the body's fields in the order of the document */
export function bodyMistakes(names: readonly string[]): Mistake[] {
  return [
    ...jsonMistakes(names),
    ...xmlMistakes(names),
    ...innerOnly(),
    ...ends(),
    ...codingMistakes(),
    ...compressions(),
  ];
}

/** The nodes of a body are its own, so that each place of a list of mistakes stands for the n-th of them. */
const INNER = 12;

/** Of the body that was asked about last: twelve mistakes ask in turn. */
let lastText = '';
let lastInner: readonly Inner[] = [];

function innerOf(text: string): readonly Inner[] {
  if (text !== lastText) {
    lastText = text;
    lastInner = /^\s*[{[]/.test(text) ? innerTexts(text) : innerNodes(text);
  }
  return lastInner;
}

function innerOnly(): Mistake[] {
  return Array.from({ length: INNER }, (_, n) =>
    ofBody(
      'inner-node-only',
      [`第 ${n + 1} 个内层节点`, `inner node ${n + 1}, from outside`],
      n < 4 ? 0 : n < 6 ? 1 : ALONE,
      onText((text) => innerOf(text)[n]?.text ?? null),
    ),
  );
}

function ends(): Mistake[] {
  const stage = STAGE.bodyEnds;
  const line = (zh: string, en: string, weight: number, change: (text: string) => string) =>
    ofBody('body-newline', [zh, en], weight, onText(change), stage);
  return [
    line('末尾多一个换行', 'signed with a line end more at its end', 0, (text) => `${text}\n`),
    line('末尾少了换行', 'signed without its last line end', 0, (text) =>
      text.replace(/(?:\r?\n)+$/, ''),
    ),
    line('LF 而不是 CRLF', 'signed with LF, sent with CR LF', 0, (text) =>
      text.replaceAll('\r\n', '\n'),
    ),
    line('CRLF 而不是 LF', 'signed with CR LF, sent with LF', 0, (text) =>
      text.replace(/\r?\n/g, '\r\n'),
    ),
    line('末尾多一个 CRLF', 'signed with CR LF more at its end', 0, (text) => `${text}\r\n`),
    line('开头多一个换行', 'signed with a line end before it', 2, (text) => `\n${text}`),
    line('没有任何换行', 'signed without any line end', 1, (text) => text.replace(/[\r\n]+/g, '')),
    line('末尾多两个换行', 'signed with two line ends more', 2, (text) => `${text}\n\n`),
    line('只有 CR', 'signed with CR alone', 2, (text) => text.replace(/\r?\n/g, '\r')),
    ofBody(
      'value-trimmed',
      ['报文两端的空白在签名前去掉了', 'the body was trimmed before signing'],
      0,
      onText((text) => (/^[ \t]|[ \t]$/.test(text) ? text.trim() : null)),
      stage,
    ),
    ofBody(
      'value-trimmed',
      ['报文末尾多一个空格', 'the body was signed with a space behind it'],
      2,
      onText((text) => `${text} `),
      stage,
    ),
    ofBody(
      'body-bom',
      ['签名时带 BOM，发送时没有', 'signed with the mark, sent without'],
      0,
      (bytes) => (hasMark(bytes) ? null : Buffer.concat([MARK, bytes])),
      STAGE.mark,
    ),
    ofBody(
      'body-bom',
      ['发送时带 BOM，签名时没有', 'sent with the mark, signed without'],
      0,
      (bytes) => (hasMark(bytes) ? bytes.subarray(3) : null),
      STAGE.mark,
    ),
  ];
}

/** The byte of a gzip header that names the system: zero and 255 are Java's, 3 is Unix, 10 is .NET's. */
const SYSTEMS = [0, 3, 10, 11, 19, 255];

/** What a compressed body may unpack to. */
const UNPACKED = 1024 * 1024;

function compressions(): Mistake[] {
  const packed = (zh: string, en: string, pack: (bytes: Buffer) => Buffer): Mistake =>
    ofBody('content-encoding', [zh, en], ALONE, pack, STAGE.bodyEnds);
  const gzip = [1, 6, 9].flatMap((level) =>
    SYSTEMS.map((system) =>
      packed('签名的是压缩后的 gzip', 'the compressed bytes were signed (gzip)', (bytes) => {
        const made = gzipSync(bytes, { level });
        made[9] = system;
        return made;
      }),
    ),
  );
  const unpack = (change: (bytes: Buffer) => Buffer) => (bytes: Buffer) => {
    try {
      return change(bytes);
    } catch {
      return null;
    }
  };
  const options = { maxOutputLength: UNPACKED };
  return [
    ...gzip,
    packed('签名的是压缩后的 deflate', 'the compressed bytes were signed (deflate)', (bytes) =>
      deflateSync(bytes),
    ),
    packed('签名的是压缩后的 deflate', 'the compressed bytes were signed (raw deflate)', (bytes) =>
      deflateRawSync(bytes),
    ),
    ofBody(
      'content-encoding',
      ['签名的是压缩前的报文', 'the body was signed before it was compressed'],
      0,
      unpack((bytes) =>
        bytes[0] === 0x1f ? gunzipSync(bytes, options) : inflateSync(bytes, options),
      ),
      STAGE.body,
      'unpacked',
    ),
  ];
}
