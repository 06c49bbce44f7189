// The bytes: the URL's Sign and the JSON body in, one JSON reply out.
import type { JsonObject } from '../../core/order.ts';
import type { Refusal } from '../../protocol/checks.ts';
import { parseForm } from '../../protocol/codecs/form.ts';
import { JsonError, parseJson } from '../../protocol/codecs/json.ts';
import { decodeUtf8, describeNotUtf8 } from '../../protocol/codecs/utf8.ts';
import { CODES, type Code } from './codes.ts';
import { MAX_BODY_BYTES } from './methods.ts';

export const CONTENT_TYPE = 'application/json;charset=utf-8';

/** The URL's Sign ("URL后必须带有Sign参数"); null where it is absent, given twice, or does not decode. */
export function readSign(query: string): string | null {
  const signs = parseForm(query)?.filter(([name]) => name === 'Sign') ?? [];
  return signs.length === 1 ? signs[0]![1] : null;
}

/** Numbers stay as they are written: every field of the document is a text, and digits must not be lost. */
const LIMITS = { maxBytes: MAX_BODY_BYTES, numbers: 'text' } as const;

/** A JSON object, whatever the Content-Type; a string says what is wrong instead. */
export function readBody(body: Buffer): JsonObject | string {
  if (body.length > MAX_BODY_BYTES) {
    return `the body has more than the ${MAX_BODY_BYTES} bytes that a request can need`;
  }
  const text = decodeUtf8(body);
  if (text === null) return describeNotUtf8('the body', body);
  try {
    const value = parseJson(text, LIMITS);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
    return 'the body is JSON, but no object';
  } catch (error) {
    if (error instanceof JsonError) return `the body is not JSON: ${error.message}`;
    throw error;
  }
}

/** {"statusCode":"-2","statusMsg":"缺少必要参数","requestId":""} (003, 异常示例) */
export function refusalBody({ refused, description }: Refusal, requestId = '') {
  return {
    statusCode: refused,
    statusMsg: description ?? CODES[refused as Code],
    requestId,
  };
}
