// The bytes: the URL's Sign and the JSON body in, one JSON reply out.
import type { JsonObject } from '../../core/order.ts';
import type { Refusal } from '../../protocol/checks.ts';
import { parseForm } from '../../protocol/codecs/form.ts';
import { JsonError, parseJson } from '../../protocol/codecs/json.ts';
import { decodeUtf8 } from '../../protocol/codecs/utf8.ts';
import { CODES, type Code } from './codes.ts';

export const CONTENT_TYPE = 'application/json;charset=utf-8';

/** The URL's Sign ("URL后必须带有Sign参数"); null where it is absent, given twice, or does not decode. */
export function readSign(query: string): string | null {
  const signs = parseForm(query)?.filter(([name]) => name === 'Sign') ?? [];
  return signs.length === 1 ? signs[0]![1] : null;
}

/** The protocol's bound for every platform. */
const LIMITS = { maxBytes: 1024 * 1024 } as const;

/** A JSON object, whatever the Content-Type; a string says what is wrong instead. */
export function readBody(body: Buffer): JsonObject | string {
  const text = decodeUtf8(body);
  if (text === null) return 'the body is not UTF-8';
  try {
    const value = parseJson(text, LIMITS);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
    return 'the body is JSON, but no object';
  } catch (error) {
    if (error instanceof JsonError) return `the body is not JSON: ${error.message}`;
    throw error;
  }
}

/** What requestId asks for: one plain id is answered with an object, any list with an array. */
export interface Asked {
  readonly ids: readonly string[];
  readonly list: boolean;
}

/**
 * `a`; `a,b` (the document's message sample); the string `[a,b]` (its .Net sample); or a JSON array.
 * Null where it is none of these. Numbers count as their digits, where no digit is lost. [ours]
 */
export function readIds(value: JsonObject[string] | undefined): Asked | null {
  if (Array.isArray(value)) {
    const ids = value.map(scalar);
    return ids.includes(null) ? null : { ids: named(ids as string[]), list: true };
  }
  const text = scalar(value ?? '');
  if (text === null) return null;
  const inner = /^\s*\[(.*)\]\s*$/s.exec(text)?.[1];
  const list = inner !== undefined || text.includes(',');
  return { ids: named((inner ?? text).split(',').map(unquoted)), list };
}

const scalar = (value: JsonObject[string]): string | null => {
  if (typeof value === 'string') return value;
  return Number.isSafeInteger(value) ? String(value) : null;
};
/** The string `["a","b"]` means what it looks like. [ours] */
const unquoted = (text: string): string => text.trim().replace(/^"(.*)"$/, '$1');
const named = (ids: readonly string[]): string[] =>
  ids.map((id) => id.trim()).filter((id) => id !== '');

/** {"statusCode":"-2","statusMsg":"缺少必要参数","requestId":""} (003, 异常示例) */
export function refusalBody({ refused, description }: Refusal, requestId = '') {
  return {
    statusCode: refused,
    statusMsg: description ?? CODES[refused as Code],
    requestId,
  };
}
