// Resolves references in XML: the five entities, and characters by number.
import { hexDigit } from './hex.ts';

const ENTITIES: ReadonlyMap<string, string> = new Map([
  ['amp', '&'],
  ['lt', '<'],
  ['gt', '>'],
  ['quot', '"'],
  ['apos', "'"],
]);
/** The length of `&#1114111;`. */
const LONGEST_REFERENCE = 10;
const SEMICOLON = 0x3b;
const REFERENCE = /&[^;&]*;?/y;

/** Whether XML 1.0 (2.2) allows the code point. */
const isAllowed = (code: number): boolean =>
  code >= 0x20
    ? code <= 0xd7ff || (code >= 0xe000 && code <= 0xfffd) || (code >= 0x10000 && code <= 0x10ffff)
    : code === 0x9 || code === 0xa || code === 0xd;

/**
 * The character of `#10` or `#xA`; empty if XML forbids the character, or if the number has more
 * than six hex or seven decimal digits. The function uses no pattern, because a document may
 * consist of references only.
 */
function characterReference(body: string): string {
  if (body.charCodeAt(0) !== 0x23) return '';
  const isHex = body.charCodeAt(1) === 0x78;
  const base = isHex ? 16 : 10;
  const from = isHex ? 2 : 1;
  const digits = body.length - from;
  if (digits < 1 || digits > (isHex ? 6 : 7)) return '';
  let code = 0;
  for (let at = from; at < body.length; at++) {
    const value = hexDigit(body.charCodeAt(at));
    if (value >= base) return '';
    code = code * base + value;
  }
  return isAllowed(code) ? String.fromCodePoint(code) : '';
}

/**
 * The text with its references resolved. The loop uses no pattern for each reference.
 *
 * @param fail is called for an unknown reference, with its first 16 characters and its position
 */
export function resolveReferences(raw: string, fail: (whole: string, at: number) => never): string {
  let at = raw.indexOf('&');
  if (at < 0) return raw;
  let out = '';
  let from = 0;
  for (; at >= 0; at = raw.indexOf('&', from)) {
    let end = at + 1;
    while (end - at < LONGEST_REFERENCE && raw.charCodeAt(end) !== SEMICOLON) end++;
    const body = raw.slice(at + 1, end);
    const known = raw.charCodeAt(end) === SEMICOLON;
    const value = known && (ENTITIES.get(body) ?? characterReference(body));
    if (!value) {
      REFERENCE.lastIndex = at;
      return fail(REFERENCE.exec(raw)![0].slice(0, 16), at);
    }
    out += raw.slice(from, at) + value;
    from = end + 1;
  }
  return out + raw.slice(from);
}
