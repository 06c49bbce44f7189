// One client for all platforms: sends a signed call, reads its reply, and says what went wrong.
import type { CodeOf, Contract, MethodOf, Params, Success } from '../protocol/contract.ts';
import { CallError, NetworkError, type NetworkOutcome, RefusedError, toRefused } from './errors.ts';
import type { WireProtocol, WireReply, WireRequest } from './wire-protocol.ts';

export interface ClientOptions<Credentials> {
  /** The server's address without the platform's path, such as `http://127.0.0.1:8787`. */
  readonly baseUrl: string;
  readonly credentials: Credentials;
  /** For all of a call, in milliseconds. Default: 30,000. */
  readonly timeoutMs?: number;
  /** Default: the global `fetch`. A proxy or an agent is what you hand over here. */
  readonly fetch?: typeof fetch;
  /** Milliseconds since 1970. Default: `Date.now`. */
  readonly now?: () => number;
}

export interface CallOptions {
  /** An abort ends the call; `call` and `try` then throw the signal's own reason. */
  readonly signal?: AbortSignal;
  readonly timeoutMs?: number;
}

/** A result, or why there is none. */
export type CallResult<Value> =
  | { readonly ok: true; readonly value: Value; readonly requestId: string | null }
  | { readonly ok: false; readonly error: CallError };

export interface Client<C extends Contract> {
  /** @throws {RefusedError | NetworkError | UnreadableReplyError} */
  call<M extends MethodOf<C>>(
    method: M,
    params: Params<C, M>,
    options?: CallOptions,
  ): Promise<Success<C, M>>;
  /** The same, with the errors of the platform and of the network as a value. */
  try<M extends MethodOf<C>>(
    method: M,
    params: Params<C, M>,
    options?: CallOptions,
  ): Promise<CallResult<Success<C, M>>>;
}

/** Statuses of a call that no platform has seen: the server turned it away at its door. */
const NEVER_SEEN = new Set([400, 404, 405, 411, 413, 414, 415, 431]);

const TIMEOUT_MS = 30_000;

export function createClient<C extends Contract, Credentials>(
  protocol: WireProtocol<C, Credentials>,
  options: ClientOptions<Credentials>,
): Client<C> {
  const { credentials, now = Date.now } = options;

  const run = async <M extends MethodOf<C>>(
    method: M,
    params: Params<C, M>,
    callOptions: CallOptions = {},
  ): Promise<{ readonly value: Success<C, M>; readonly requestId: string | null }> => {
    const request = protocol.write(credentials, method, params, now());
    const reply = await exchange(request, options, callOptions);
    const requestId = reply.headers.get('x-request-id');
    try {
      const outcome = protocol.read(credentials, method, reply);
      if (outcome.ok) return { value: outcome.value, requestId };
      const row = protocol.rowOf?.(outcome.code) ?? (outcome.code as CodeOf<C>);
      const { codes } = protocol.contract;
      const entry = Object.hasOwn(codes, row) ? codes[row] : undefined;
      throw new RefusedError(toRefused(outcome.code, outcome.words, entry), method);
    } catch (error) {
      if (error instanceof CallError) error.requestId = requestId;
      throw error;
    }
  };

  return {
    async call(method, params, callOptions) {
      const { value } = await run(method, params, callOptions);
      return value;
    },
    async try(method, params, callOptions) {
      try {
        return { ok: true, ...(await run(method, params, callOptions)) };
      } catch (error) {
        if (error instanceof CallError) return { ok: false, error };
        throw error;
      }
    },
  };
}

async function exchange<Credentials>(
  { http, path, headers, body }: WireRequest,
  { baseUrl, fetch: send = fetch, timeoutMs }: ClientOptions<Credentials>,
  { signal, timeoutMs: ofCall }: CallOptions,
): Promise<WireReply> {
  signal?.throwIfAborted();
  const limit = ofCall ?? timeoutMs ?? TIMEOUT_MS;
  const timeout = AbortSignal.timeout(limit);
  const either = signal ? AbortSignal.any([signal, timeout]) : timeout;
  const url = baseUrl.replace(/\/+$/, '') + path;
  try {
    const init = { method: http, headers, signal: either, ...(http === 'POST' && { body }) };
    const response = await send(url, init);
    const text = await response.text();
    if (response.status === 200) return { headers: response.headers, body: text };
    throw statusError(response, url);
  } catch (error) {
    if (error instanceof NetworkError) throw error;
    if (signal?.aborted) throw signal.reason;
    if (timeout.aborted) {
      const message = `no whole reply from ${url} within ${limit} ms`;
      throw new NetworkError(message, 'unknown', { cause: error });
    }
    const outcome = outcomeOf(error);
    const what = outcome === 'not-sent' ? 'could not be reached' : 'broke the connection off';
    throw new NetworkError(`${url} ${what}: ${reasonOf(error)}`, outcome, { cause: error });
  }
}

function statusError({ status, headers }: Response, url: string): NetworkError {
  const outcome = NEVER_SEEN.has(status) ? 'not-sent' : 'unknown';
  const error = new NetworkError(`${url} answered with HTTP status ${status}`, outcome, { status });
  error.requestId = headers.get('x-request-id');
  return error;
}

/** Errors of the operating system and of fetch that come before a byte of the call was sent. */
const BEFORE_SENDING = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
  'CERT_HAS_EXPIRED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'ERR_TLS_CERT_ALTNAME_INVALID',
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

function reasonOf(error: unknown): string {
  const { cause } = error as { readonly cause?: unknown };
  const reason = cause instanceof Error ? cause : error;
  return codeOf(error) || (reason instanceof Error ? reason.message : String(reason));
}
