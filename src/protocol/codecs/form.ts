// A strict reader of application/x-www-form-urlencoded: a form that does not decode is refused.

import { decodeUtf8 } from './utf8.ts';

/**
 * Decodes `%XX` (UTF-8) and `+`. Returns null if two hex digits do not follow a `%`, or if the
 * bytes are not UTF-8.
 */
export function percentDecode(text: string): string | null {
  const spaced = text.includes('+') ? text.replaceAll('+', ' ') : text;
  if (!spaced.includes('%')) return spaced;
  // A UTF-16 code unit takes at most three bytes.
  const room =
    spaced.length * 3 <= SCRATCH.length ? SCRATCH : Buffer.allocUnsafe(spaced.length * 3);
  const { bytes, isWhole } = decodeInto(room, room.write(spaced, 'utf8'));
  return isWhole ? decodeUtf8(bytes) : null;
}

/**
 * The bytes of one text while it is decoded. A buffer for each text would be a third of the garbage
 * of a call.
 */
const SCRATCH = Buffer.allocUnsafeSlow(16 * 1024);

/** A text whose `%XX` escapes have become bytes. */
export interface PercentBytes {
  /** The bytes of the `%XX` escapes, and all other characters in UTF-8. */
  readonly bytes: Uint8Array;
  /** The number of `%XX` escapes. */
  readonly escapes: number;
  /** Whether two hex digits follow every `%`. A `%` without them stays in the bytes. */
  readonly isWhole: boolean;
  /** Whether the characters outside the escapes are all ASCII. */
  readonly isAscii: boolean;
}

const PERCENT = 0x25;
/** The value of each byte as a hex digit; 255 if the byte is no hex digit. */
const HEX = Uint8Array.from({ length: 256 }, (_, code) => {
  const value = Number.parseInt(String.fromCharCode(code), 16);
  return Number.isNaN(value) ? 255 : value;
});

/** Decodes in one pass over the bytes and without an exception, whatever the caller has sent. */
export function percentBytes(text: string): PercentBytes {
  const bytes = Buffer.from(text, 'utf8');
  return decodeInto(bytes, bytes.length);
}

/** @param length the number of bytes to decode; the result takes their place */
function decodeInto(bytes: Buffer, length: number): PercentBytes {
  let to = 0;
  let escapes = 0;
  let isWhole = true;
  let isAscii = true;
  for (let from = 0; from < length; from++, to++) {
    const byte = bytes[from]!;
    if (byte !== PERCENT) {
      if (byte > 127) isAscii = false;
      bytes[to] = byte;
      continue;
    }
    const high = from + 1 < length ? HEX[bytes[from + 1]!]! : 255;
    const low = from + 2 < length ? HEX[bytes[from + 2]!]! : 255;
    if (high === 255 || low === 255) {
      isWhole = false;
      bytes[to] = byte;
      continue;
    }
    bytes[to] = high * 16 + low;
    from += 2;
    escapes++;
  }
  return { bytes: bytes.subarray(0, to), escapes, isWhole, isAscii };
}

/**
 * No form of a platform has more fields. Without a limit, a caller could make the server split a
 * million fields.
 */
const MAX_FIELDS = 64;

/**
 * The fields in their sequence, including duplicates; null if a field does not decode, or if there
 * are more than 64. A byte order mark before the form is skipped.
 */
export function parseForm(text: string): [name: string, value: string][] | null {
  const fields: [string, string][] = [];
  const form = text.startsWith('\uFEFF') ? text.slice(1) : text;
  const pairs = form.split('&', MAX_FIELDS + 1);
  if (pairs.length > MAX_FIELDS) return null;
  for (const pair of pairs) {
    if (pair === '') continue;
    const equals = pair.indexOf('=');
    const name = percentDecode(equals < 0 ? pair : pair.slice(0, equals));
    const value = percentDecode(equals < 0 ? '' : pair.slice(equals + 1));
    if (name === null || value === null) return null;
    fields.push([name, value]);
  }
  return fields;
}

/**
 * The encoded form of each ASCII character; empty for letters, digits and `-_.!*()`, which stay.
 */
const ENCODED: readonly string[] = Array.from({ length: 128 }, (_, code) => {
  const character = String.fromCharCode(code);
  if (/[\w\-.!*()]/.test(character)) return '';
  return character === ' ' ? '+' : `%${code.toString(16).padStart(2, '0')}`;
});

/** A cache of encoded short texts in other scripts, because replies repeat a few such texts. */
const encodedRuns = new Map<string, string>();
const MAX_RUNS = 1024;
/**
 * V8 copies a slice up to this length. A longer slice would keep the whole source text in memory.
 */
const MAX_RUN_LENGTH = 12;

function encodeRun(run: string): string {
  let encoded = encodedRuns.get(run);
  if (encoded !== undefined) return encoded;
  encoded = encodeURIComponent(run).toLowerCase();
  if (run.length <= MAX_RUN_LENGTH) {
    if (encodedRuns.size >= MAX_RUNS) encodedRuns.clear();
    encodedRuns.set(run, encoded);
  }
  return encoded;
}

/**
 * Whether {@link dotNetUrlEncode} leaves the text unchanged. XML escaping then leaves it unchanged,
 * too.
 */
export function isUrlSafe(text: string): boolean {
  for (let at = 0; at < text.length; at++) {
    if (ENCODED[text.charCodeAt(at)] !== '') return false;
  }
  return true;
}

/**
 * Encodes like .NET's HttpUtility.UrlEncode: a space becomes `+`, hex digits are lower-case,
 * `-_.!*()` stay.
 */
export function dotNetUrlEncode(text: string): string {
  let out = '';
  let plainFrom = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code < 128 && ENCODED[code] === '') continue;
    if (at > plainFrom) out += text.slice(plainFrom, at);
    if (code < 128) out += ENCODED[code];
    else {
      let end = at + 1;
      while (text.charCodeAt(end) > 127) end++;
      out += encodeRun(text.slice(at, end));
      at = end - 1;
    }
    plainFrom = at + 1;
  }
  return plainFrom === 0 ? text : out + text.slice(plainFrom);
}
