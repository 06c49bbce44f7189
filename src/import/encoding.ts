// Decodes an import file as UTF-8, or on request as GB18030, and finds rows that are neither.
import { isAscii, isUtf8 } from 'node:buffer';
import { ImportSyntaxError } from './items.ts';

export const ENCODINGS = ['utf-8', 'gb18030'] as const;
export type Encoding = (typeof ENCODINGS)[number];

/**
 * Returns the file as byte text without a byte order mark: a string with one character for each
 * byte of UTF-8. The file is cut into rows in this form, because all separators are ASCII. {@link
 * decodeRow} then decodes each row alone, so that a row in another encoding does not affect other
 * rows.
 *
 * @throws {ImportSyntaxError} for UTF-16, which cannot be cut this way
 */
export async function* byteText(
  chunks: AsyncIterable<Buffer>,
  encoding: Encoding,
): AsyncGenerator<string> {
  let head: Buffer | null = Buffer.alloc(0);
  const utf8 = encoding === 'utf-8' ? chunks : fromGb18030(chunks);
  for await (const chunk of utf8) {
    if (head === null) {
      yield chunk.toString('latin1');
      continue;
    }
    head = Buffer.concat([head, chunk]);
    if (head.length < 3) continue;
    yield withoutMark(head);
    head = null;
  }
  if (head !== null && head.length > 0) yield withoutMark(head);
}

function withoutMark(head: Buffer): string {
  const mark = head.length > 1 ? head.readUInt16BE(0) : 0;
  if (mark === 0xfffe || mark === 0xfeff) {
    throw new ImportSyntaxError(1, 'the file is UTF-16; save it as UTF-8');
  }
  const isMarked = head.subarray(0, 3).equals(Buffer.of(0xef, 0xbb, 0xbf));
  return head.toString('latin1', isMarked ? 3 : 0);
}

/** This byte never occurs in UTF-8, so that the row with it is reported as unreadable. */
const INVALID = Buffer.of(0xff);

async function* fromGb18030(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const decoder = new TextDecoder('gb18030');
  const utf8 = (text: string): Buffer => {
    const [first, ...more] = text.split('\uFFFD').map((part) => Buffer.from(part, 'utf8'));
    return Buffer.concat([first!, ...more.flatMap((part) => [INVALID, part])]);
  };
  for await (const chunk of chunks) yield utf8(decoder.decode(chunk, { stream: true }));
  yield utf8(decoder.decode());
}

export interface DecodedRow {
  /** Contains U+FFFD in place of invalid bytes. */
  readonly text: string;
  /** Why the bytes are invalid; null if they are valid. */
  readonly problem: string | null;
}

/** @param raw byte text */
export function decodeRow(raw: string, encoding: Encoding): DecodedRow {
  const bytes = Buffer.from(raw, 'latin1');
  if (isAscii(bytes)) return { text: raw, problem: null };
  const text = bytes.toString('utf8');
  return { text, problem: isUtf8(bytes) ? null : notText(bytes, encoding) };
}

function notText(bytes: Buffer, encoding: Encoding): string {
  if (encoding === 'gb18030') return 'is not GB18030';
  try {
    new TextDecoder('gb18030', { fatal: true }).decode(bytes);
  } catch {
    return 'is not UTF-8; save the file as UTF-8';
  }
  return 'is not UTF-8, and its bytes would read as GB18030; save the file as UTF-8, or take it as it is with --encoding gb18030';
}
