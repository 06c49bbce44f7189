// application/x-www-form-urlencoded, strictly: what does not decode is refused, never guessed.

import { decodeUtf8 } from './utf8.ts';

/**
 * Decodes `%XX` (UTF-8) and `+`. Null when a `%` has no two hex digits behind it, or the bytes are
 * not UTF-8.
 */
export function percentDecode(text: string): string | null {
  const spaced = text.includes('+') ? text.replaceAll('+', ' ') : text;
  if (!spaced.includes('%')) return spaced;
  const { bytes, isWhole } = percentBytes(spaced);
  return isWhole ? decodeUtf8(bytes) : null;
}

/** What a text stands for once its `%XX` are bytes. */
export interface PercentBytes {
  /** The `%XX` as bytes, all other characters in UTF-8. */
  readonly bytes: Uint8Array;
  /** How many `%XX` there are. */
  readonly escapes: number;
  /** Whether every `%` has two hex digits behind it; one that has not stays as it is. */
  readonly isWhole: boolean;
  /** Whether all that is not `%XX` is ASCII. */
  readonly isAscii: boolean;
}

const PERCENT = 0x25;
/** The value of each byte as a hex digit; 255 for what is none. */
const HEX = Uint8Array.from({ length: 256 }, (_, code) => {
  const value = Number.parseInt(String.fromCharCode(code), 16);
  return Number.isNaN(value) ? 255 : value;
});

/** In one pass over the bytes and without an exception, whatever a stranger sends. */
export function percentBytes(text: string): PercentBytes {
  const bytes = Buffer.from(text, 'utf8');
  let to = 0;
  let escapes = 0;
  let isWhole = true;
  let isAscii = true;
  for (let from = 0; from < bytes.length; from++, to++) {
    const byte = bytes[from]!;
    if (byte !== PERCENT) {
      if (byte > 127) isAscii = false;
      bytes[to] = byte;
      continue;
    }
    const high = HEX[bytes[from + 1] ?? 0]!;
    const low = HEX[bytes[from + 2] ?? 0]!;
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

/** No form of a platform has more fields; splitting a million of them would be a stranger's free ride. */
const MAX_FIELDS = 64;

/**
 * The fields in the order given, duplicates kept; null when one does not decode, or past 64 fields. A
 * byte order mark before the form belongs to no name.
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

/** For each ASCII character what it becomes; empty where it stays: letters, digits and `-_.!*()`. */
const ENCODED: readonly string[] = Array.from({ length: 128 }, (_, code) => {
  const character = String.fromCharCode(code);
  if (/[\w\-.!*()]/.test(character)) return '';
  return character === ' ' ? '+' : `%${code.toString(16).padStart(2, '0')}`;
});

/** Short texts in other scripts by how they are encoded: replies hold the same few. */
const encodedRuns = new Map<string, string>();
const MAX_RUNS = 1024;
/** Up to it V8 copies a slice; a longer one would keep the text alive that it was cut from. */
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

/** Whether {@link dotNetUrlEncode} leaves it as it is; so does escaping for XML then. */
export function isUrlSafe(text: string): boolean {
  for (let at = 0; at < text.length; at++) {
    if (ENCODED[text.charCodeAt(at)] !== '') return false;
  }
  return true;
}

/** As .NET's HttpUtility.UrlEncode does it: space `+`, lower-case hex, safe set `-_.!*()`. */
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
