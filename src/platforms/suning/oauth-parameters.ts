// Reads the parameters of the OAuth endpoints, wherever a client puts them.

import { parseForm } from '../../protocol/codecs/form.ts';
import { decodeUtf8 } from '../../protocol/codecs/utf8.ts';
import type { GatewayRequest } from '../../protocol/platform.ts';
import { shown } from '../../protocol/redact.ts';
import { JsonTextError } from './json-literals.ts';
import { readJsonMembers } from './wire-json.ts';

export type Parameters = ReadonlyMap<string, string>;

/** Why the parameters could not be read. */
export class ParametersError extends Error {
  override readonly name = 'ParametersError';
}

const MAX_BYTES = 64 * 1024;

/**
 * A token call may be a GET with a query, a POST with a query and a JSON body, or a POST of a form.
 * Whatever the Content-Type, a body that begins with `{` is JSON and any other is a form. A
 * repeated parameter must have the same value.
 *
 * @throws {ParametersError}
 */
export function readParameters({
  query,
  body,
}: Pick<GatewayRequest, 'query' | 'body'>): Parameters {
  const all = new Map<string, string>();
  for (const [name, value] of [...fields(query, 'query'), ...bodyFields(body)]) {
    if ((all.get(name) ?? value) !== value) {
      throw new ParametersError(`${shown(name)} is given twice, with two values`);
    }
    all.set(name, value);
  }
  return all;
}

function fields(text: string, where: string): [string, string][] {
  const read = parseForm(text);
  if (!read) throw new ParametersError(`the ${where} does not URL-decode`);
  return read;
}

function bodyFields(body: Buffer): [string, string][] {
  if (body.length > MAX_BYTES) throw new ParametersError('the body is too long');
  const text = decodeUtf8(body);
  if (text === null) throw new ParametersError('the body is not UTF-8');
  if (!/^\uFEFF?\s*\{/.test(text)) return fields(text.trim(), 'body');
  try {
    // Null and empty values count as absent, and only texts are parameters.
    return readJsonMembers(text, { maxBytes: MAX_BYTES, maxDepth: 2 }).flatMap(
      ({ name, text: value }): [string, string][] => (value === '' ? [] : [[name, value]]),
    );
  } catch (error) {
    if (error instanceof JsonTextError) throw new ParametersError(error.message);
    throw error;
  }
}
