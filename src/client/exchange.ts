// One request and its reply over HTTP: a time limit, the caller's abort, and what an error says of the call's fate.
import { NetworkError, type NetworkOutcome } from './errors.ts';
import type { WireReply, WireRequest } from './wire-protocol.ts';

export interface Limits {
  /** The caller's own. */
  readonly signal: AbortSignal | undefined;
  /** Ends the whole call. */
  readonly deadline: AbortSignal;
  /** For this attempt, in milliseconds. */
  readonly attemptMs: number;
}

/**
 * @param statuses HTTP statuses of the platform's own replies
 * @throws {NetworkError} and the reason of the caller's signal
 */
export async function exchange(
  url: string,
  { http, headers, body }: WireRequest,
  send: typeof fetch,
  { signal, deadline, attemptMs }: Limits,
  statuses: readonly number[],
): Promise<WireReply> {
  signal?.throwIfAborted();
  // A query may hold a signature, and an error is logged.
  const [shown = url] = url.split('?');
  const attempt = AbortSignal.timeout(attemptMs);
  const any = AbortSignal.any(signal ? [signal, deadline, attempt] : [deadline, attempt]);
  try {
    // A redirect is not followed: it would carry signed bytes to another server.
    const init = { method: http, headers, signal: any, redirect: 'manual' } as const;
    const response = await send(url, http === 'GET' ? init : { ...init, body });
    const text = await response.text();
    const { status } = response;
    if (statuses.includes(status)) return { status, headers: response.headers, body: text };
    throw statusError(response, shown, text);
  } catch (error) {
    if (error instanceof NetworkError) throw error;
    if (signal?.aborted) throw signal.reason;
    if (any.aborted) {
      throw new NetworkError(`no whole reply came from ${shown} in time`, 'unknown', {
        cause: error,
      });
    }
    const outcome = outcomeOf(error);
    const what = outcome === 'not-sent' ? 'could not be reached' : 'broke the connection off';
    throw new NetworkError(`${shown} ${what}: ${reasonOf(error)}`, outcome, { cause: error });
  }
}

/** Statuses of a call that no platform has seen: the server, or one before it, turned it away. */
const NEVER_SEEN = new Set([400, 401, 403, 404, 405, 407, 411, 413, 414, 415, 421, 429, 431]);

/** Enough of what came to tell a proxy's page from the server's. */
const QUOTED = 200;

function statusError({ status, headers }: Response, url: string, text: string): NetworkError {
  const outcome = NEVER_SEEN.has(status) ? 'not-sent' : 'unknown';
  const target = headers.get('location');
  const hint = target
    ? ` It leads to ${target}: if that is the server, set baseUrl to it.`
    : text && ` The answer begins: ${text.slice(0, QUOTED)}`;
  const message = `${url} answered with HTTP status ${status}, which is no reply of the platform.${hint}`;
  const error = new NetworkError(message, outcome, { status });
  error.requestId = headers.get('x-request-id');
  return error;
}

/** Errors of the operating system, of TLS and of a proxy that come before a byte of the call was sent. */
const BEFORE_SENDING = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
  'ERR_PROXY',
  'CERT_HAS_EXPIRED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'ERR_INVALID_URL',
]);

function outcomeOf(error: unknown): NetworkOutcome {
  return BEFORE_SENDING.has(codeOf(error)) ? 'not-sent' : 'unknown';
}

/** fetch wraps the error of the socket in `cause`, and several addresses' errors in `errors`. */
function codeOf(error: unknown): string {
  const { code, cause, errors } = error as {
    readonly code?: unknown;
    readonly cause?: unknown;
    readonly errors?: readonly unknown[];
  };
  if (typeof code === 'string') return code;
  if (cause instanceof Error) return codeOf(cause);
  return errors?.[0] instanceof Error ? codeOf(errors[0]) : '';
}

/** fetch says `fetch failed`, and what failed stands in the cause; other errors speak for themselves. */
function reasonOf(error: unknown): string {
  const { code, cause } = error as { readonly code?: unknown; readonly cause?: unknown };
  const reason = typeof code !== 'string' && cause instanceof Error ? cause : error;
  const message = reason instanceof Error ? reason.message : String(reason);
  return message || codeOf(error);
}
