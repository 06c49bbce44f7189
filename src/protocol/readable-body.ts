// Makes a logged body readable: URL-decoded, with its escapes as characters.
import { maskNamedInForm, maskNamedInJson } from './redact.ts';

/** Runs of URL-encoded bytes. */
const ENCODED = /(?:%[0-9a-f]{2})+/gi;
const JSON_ESCAPE = /\\u([0-9a-f]{4})/gi;
const REFERENCE = /&#(?:x([0-9a-f]{1,6})|(\d{1,7}));/gi;

const utf8 = new TextDecoder('utf-8', { fatal: true });
const gb18030 = new TextDecoder('gb18030', { fatal: true });

/**
 * Decodes a logged body for reading: a form becomes its text, `\u4e2d` and `&#20013;` become 中.
 * Undecodable parts stay, so that a truncated body is readable, too. The result must never be used
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

/** Tries UTF-8, then GB18030, which Java and PHP clients in this trade still send. */
function decodeBytes(run: string): string {
  const bytes = Buffer.from(run.replaceAll('%', ''), 'hex');
  for (const decoder of [utf8, gb18030]) {
    try {
      return decoder.decode(bytes);
    } catch {
      // If this decoder fails, the loop tries the next one; if both fail, the text stays.
    }
  }
  return run;
}

/**
 * Control characters, quotes, and XML markup stay escaped, because they would change the structure.
 */
function character(code: number, written: string): string {
  if (code < 0x20 || (code >= 0x7f && code < 0xa0) || code > 0x10_ffff) return written;
  const text = String.fromCodePoint(code);
  return '"\'\\<>&'.includes(text) ? written : text;
}
