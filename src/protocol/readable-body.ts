// A body of the request log as a person reads it: URL-decoded, with its escapes as characters.
import { maskNamedInForm, maskNamedInJson } from './redact.ts';

/** Runs of URL-encoded bytes. */
const ENCODED = /(?:%[0-9a-f]{2})+/gi;
const JSON_ESCAPE = /\\u([0-9a-f]{4})/gi;
const REFERENCE = /&#(?:x([0-9a-f]{1,6})|(\d{1,7}));/gi;

const utf8 = new TextDecoder('utf-8', { fatal: true });
const gb18030 = new TextDecoder('gb18030', { fatal: true });

/**
 * What was logged, decoded for reading: a form becomes its text, `\u4e2d` and `&#20013;` become 中.
 * What cannot be decoded stays as it is, so that a body that was cut off can be read, too. Never use it
 * to judge a call. Secrets that an encoding hid are masked in it.
 */
export function readableBody(body: string): string {
  const isForm = !/^\uFEFF?\s*[<{[(]/.test(body);
  const decoded = isForm ? body.replaceAll('+', ' ').replace(ENCODED, decodeBytes) : body;
  const plain = decoded
    .replace(JSON_ESCAPE, (written, hex: string) => character(Number.parseInt(hex, 16), written))
    .replace(REFERENCE, (reference, hex: string | undefined, digits: string | undefined) =>
      character(hex === undefined ? Number(digits) : Number.parseInt(hex, 16), reference),
    );
  return plain === body ? body : maskNamedInJson(maskNamedInForm(plain));
}

/** UTF-8 first, then GB18030, which Java and PHP clients of the trade still send. */
function decodeBytes(run: string): string {
  const bytes = Buffer.from(run.replaceAll('%', ''), 'hex');
  for (const decoder of [utf8, gb18030]) {
    try {
      return decoder.decode(bytes);
    } catch {
      // Neither: the next decoder, or as it was sent.
    }
  }
  return run;
}

/** Control characters, quotes, and the marks of XML stay written as they were: they would change the form. */
function character(code: number, written: string): string {
  if (code < 0x20 || (code >= 0x7f && code < 0xa0) || code > 0x10_ffff) return written;
  const text = String.fromCodePoint(code);
  return '"\'\\<>&'.includes(text) ? written : text;
}
