// The status and message of answers that HTTP gives before a request reaches a route.
import type { IncomingMessage } from 'node:http';
import { type BodyRefusal, MAX_BODY } from './bodies.ts';
import type { Match } from './router.ts';

/** Maximum time until a whole request, including its body, has arrived. */
export const REQUEST_MS = 30_000;

export interface Problem {
  readonly status: number;
  readonly code: string;
  readonly message: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * RFC 9112, 3.2: a request must have one Host line, because otherwise proxies may each read another
 * host.
 */
export function hostProblem({
  rawHeaders,
  httpVersionMinor,
}: IncomingMessage): Problem | undefined {
  let hosts = 0;
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i]!;
    if (name.length === 4 && name.toLowerCase() === 'host') hosts++;
  }
  if (hosts === 1 || (hosts === 0 && httpVersionMinor === 0)) return undefined;
  const message = hosts === 0 ? 'the Host header is missing' : 'there are several Host headers';
  return { status: 400, code: 'bad-request', message, headers: CLOSE };
}

const CLOSE = { connection: 'close' };

export function problemOf(match: Match | undefined, path: string): Problem | undefined {
  if (!match) {
    return { status: 404, code: 'not-found', message: `there is nothing at ${path}` };
  }
  if (!('allowed' in match)) return undefined;
  const allow = match.allowed.join(', ');
  const message = `${path} takes ${allow}`;
  return { status: 405, code: 'method-not-allowed', message, headers: { allow } };
}

export const compressedProblem = (coding: string): Problem => ({
  status: 415,
  code: 'unsupported-encoding',
  message: `Content-Encoding ${coding} is not taken here; send the body as it is, uncompressed`,
  headers: { 'accept-encoding': 'identity' },
});

export const BODY_PROBLEMS: Readonly<Record<BodyRefusal, Problem>> = {
  'too-large': {
    status: 413,
    code: 'too-large',
    message: `a body may have ${MAX_BODY} bytes`,
    headers: CLOSE,
  },
  busy: {
    status: 503,
    code: 'busy',
    message: 'the body came too slowly while others needed its room; send it again',
    headers: CLOSE,
  },
};

const NOT_HTTP: Problem = { status: 400, code: 'bad-request', message: 'this is no HTTP request' };
/** Keyed by the error code of Node. */
const PARSER_PROBLEMS: Readonly<Record<string, Problem>> = {
  HPE_HEADER_OVERFLOW: {
    status: 431,
    code: 'headers-too-large',
    message: 'the headers are too long',
  },
  HPE_CHUNK_EXTENSIONS_OVERFLOW: BODY_PROBLEMS['too-large'],
  ERR_HTTP_REQUEST_TIMEOUT: {
    status: 408,
    code: 'timeout',
    message: `a request has to arrive within ${REQUEST_MS / 1000} seconds`,
  },
};

/** @param code the error code of Node's parser */
export function parserProblem(code: string | undefined): Problem {
  return PARSER_PROBLEMS[code ?? ''] ?? NOT_HTTP;
}
