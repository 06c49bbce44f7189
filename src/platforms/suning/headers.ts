// Reads the system parameters, which travel as headers, and finds parameters with several different
// values.
import type { Start } from '../../protocol/platform.ts';

/** The system parameters in the spelling of the documents' samples, and in Node's spelling. */
const HEADERS = [
  'AppMethod',
  'AppRequestTime',
  'Format',
  'AppKey',
  'VersionNo',
  'signInfo',
  'access_token',
].map((name) => [name, name.toLowerCase()] as const);

/**
 * "names in any case": Node gives names in lower case. A repeated header has its value if all
 * values are equal; otherwise all values, joined by commas as Node joins them; see {@link
 * findRepeated}.
 */
export function header({ request }: Start, name: string): string {
  const value = request.headers[name.toLowerCase()];
  if (value === undefined) return '';
  // Node joins repeated headers with commas, so that a value without a comma occurred once.
  if (typeof value === 'string' && !value.includes(',')) return value;
  const all = new Set(headerValues({ request }, name));
  return [...all].join(', ');
}

/** Every value of the header, in the sequence sent. */
export function headerValues({ request }: Pick<Start, 'request'>, name: string): string[] {
  const { rawHeaders } = request;
  const wanted = name.toLowerCase();
  const value = request.headers[wanted];
  if (value === undefined) return [];
  // Node joins repeated headers with commas, so that a value without a comma occurred once.
  if (typeof value === 'string' && (!rawHeaders || !value.includes(','))) return [value];
  if (!rawHeaders) return [value].flat();
  return rawHeaders.filter((_, i) => i % 2 === 1 && rawHeaders[i - 1]!.toLowerCase() === wanted);
}

/**
 * A public PHP client sends `AppRequestTime` and `appRequestTime` in one call. Equal values count
 * once. With different values nobody knows which one the client has signed.
 */
export function findRepeated(call: Start): string | null {
  for (const [name, key] of HEADERS) {
    const value = call.request.headers[key];
    if (value === undefined || (typeof value === 'string' && !value.includes(','))) continue;
    const all = headerValues(call, name);
    if (new Set(all).size > 1) {
      const empty = all.includes('') ? ', one of them empty' : '';
      return `header ${name} is given ${all.length} times with different values${empty}`;
    }
  }
  return null;
}
