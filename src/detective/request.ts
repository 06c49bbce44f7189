// A pasted request as the platform gets it from HTTP.
import { brotliDecompressSync, gunzipSync, inflateSync } from 'node:zlib';
import type { GatewayRequest, Platform } from '../protocol/platform.ts';
import { type Pasted, QuestionError } from './question.ts';

/** What a compressed body may unpack to. */
const options = { maxOutputLength: 1024 * 1024 };

/** @throws {QuestionError} where the path is none of the platform's */
export function requestOf(
  platform: Platform,
  { method, target, headers, body }: Pasted,
  address: string,
): GatewayRequest {
  const [path = '', ...query] = target.split('?');
  const params = paramsOf(platform, path);
  if (!params) {
    const paths = platform.paths.map((one) => `${one.method} ${one.path}`).join(' or ');
    throw new QuestionError(
      'url',
      `"${path.slice(0, 200)}" is no path of ${platform.name}: it serves ${paths}`,
    );
  }
  const joined: Record<string, string> = {};
  for (const [name, value] of headers) {
    const lower = name.toLowerCase();
    joined[lower] = lower in joined ? `${joined[lower]}, ${value}` : value;
  }
  return {
    id: 0,
    method: method as GatewayRequest['method'],
    path,
    params,
    query: query.join('?'),
    headers: joined,
    rawHeaders: headers.flat(),
    body,
    address,
  };
}

function paramsOf(
  { paths, pathsInAnyCase }: Platform,
  path: string,
): Record<string, string> | null {
  const plain = path.replace(/\/{2,}/g, '/').replace(/(.)\/$/, '$1');
  for (const { path: form } of paths) {
    const names = [...form.matchAll(/\{(\w+)\}/g)].map(([, name]) => name!);
    const pattern = form
      .split(/\{\w+\}/)
      .map((text) => text.replace(/[.*+?^$()|[\]\\]/g, '\\$&'))
      .join('([^/]+)');
    const found = new RegExp(`^${pattern}$`, pathsInAnyCase ? 'i' : '').exec(plain);
    if (!found) continue;
    return Object.fromEntries(names.map((name, i) => [name, decoded(found[i + 1]!)]));
  }
  return null;
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

const UNPACK: Readonly<Record<string, (bytes: Buffer) => Buffer>> = {
  gzip: (bytes) => gunzipSync(bytes, options),
  'x-gzip': (bytes) => gunzipSync(bytes, options),
  deflate: (bytes) => inflateSync(bytes, options),
  br: (bytes) => brotliDecompressSync(bytes, options),
};

/** The request with its body unpacked; null where its Content-Encoding names no compression. */
export function unpacked(request: GatewayRequest): GatewayRequest | null {
  const coding = String(request.headers['content-encoding'] ?? '')
    .trim()
    .toLowerCase();
  const unpack = UNPACK[coding];
  if (!unpack) return null;
  try {
    return { ...request, body: unpack(request.body) };
  } catch {
    return request; // Whoever pasted it has unpacked it already.
  }
}
