// What a client takes and gives: its settings, the options of one call, and what a result says beside its value.
import type { Contract, MethodOf, Params, Success } from '../protocol/contract.ts';
import type { CallError } from './errors.ts';

export interface ClientOptions<Credentials> {
  /** The server's address without the platform's path, such as `http://127.0.0.1:8787`. */
  readonly baseUrl: string;
  readonly credentials: Credentials;
  /** For all of a call, its repeats included, in milliseconds. Default: 30,000. */
  readonly timeoutMs?: number;
  /** How often a call is sent at most, where the contract allows a repeat. Default: 3. */
  readonly attempts?: number;
  /**
   * For one attempt of a call that may be repeated, in milliseconds. Default: an equal share of
   * `timeoutMs` for each attempt.
   */
  readonly attemptTimeoutMs?: number;
  /**
   * Whether the client takes over the server's time where the server says that the time of a call is
   * too far off. Default: true.
   */
  readonly learnClock?: boolean;
  /** A forward proxy such as `http://user:password@proxy.example:3128`. Not beside `fetch`. */
  readonly proxy?: string;
  /**
   * `false` closes each connection after its reply; a number keeps an idle connection open for so many
   * milliseconds. Default: as the global `fetch` does. Not beside `fetch`.
   */
  readonly keepAlive?: boolean | number;
  /** Certificates in PEM that are trusted instead of Node's own. Not beside `fetch`. */
  readonly ca?: string;
  /** Default: the global `fetch`. */
  readonly fetch?: typeof fetch;
  /** Milliseconds since 1970. Default: `Date.now`. */
  readonly now?: () => number;
  /** Sees the parameters of each call, with a key that the client made, before a byte is sent. */
  readonly beforeSend?: BeforeSend;
  /** Sees each exchange with the server, with what is secret masked. */
  readonly onExchange?: (exchange: Exchange) => void;
}

/** What `beforeSend` gets. Where it throws or rejects, the call is not sent. */
export interface AboutToSend {
  readonly method: string;
  /** Whole and not masked: keep what you need to repeat the call. */
  readonly params: Readonly<Record<string, unknown>>;
  /** The values that the client made because the caller gave none, such as `customParm`. */
  readonly made: Readonly<Record<string, string>>;
}

export type BeforeSend = (call: AboutToSend) => void | Promise<void>;

export interface CallOptions {
  /** An abort ends the call; `call` and `try` then throw the signal's own reason. */
  readonly signal?: AbortSignal;
  readonly timeoutMs?: number;
  /** Runs after the client's own `beforeSend`. */
  readonly beforeSend?: BeforeSend;
  /**
   * The error of a call of this method whose outcome is `unknown`: its very bytes are sent again, so
   * that the server takes both for one call. A RangeError is thrown when it is too late for that, and a
   * TypeError where parameters or credentials are not those of that call.
   */
  readonly repeatOf?: CallError;
}

/** One attempt of a call: what went out and what came back, fit for a log. */
export interface Exchange {
  readonly method: string;
  /** 1 for the first. */
  readonly attempt: number;
  readonly request: {
    readonly http: string;
    readonly url: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: string;
  };
  /** Null where no whole answer came. */
  readonly reply: {
    readonly status: number;
    readonly requestId: string | null;
    /** The first 16 Ki characters. */
    readonly body: string;
  } | null;
  readonly error: CallError | null;
  readonly milliseconds: number;
}

/** What a result, and each error, says of its call. */
export interface CallInfo {
  /** The server's name for the call, from `x-request-id`; its operator finds the call by it. */
  readonly requestId: string | null;
  /** How often the call was sent. */
  readonly attempts: number;
  /** The values that the client made because the caller gave none, such as `customParm`. */
  readonly made: Readonly<Record<string, string>>;
  /** Null where the client signs with its own clock. */
  readonly clock: ClockNote | null;
}

export interface ClockNote {
  /** What the client adds to its own clock, in milliseconds. */
  readonly offsetMs: number;
  /** Whether this call was refused for its time first, and sent a second time. */
  readonly learnt: boolean;
}

/** A result, or why there is none. */
export type CallResult<Value> =
  | ({ readonly ok: true; readonly value: Value } & CallInfo)
  | { readonly ok: false; readonly error: CallError };

/** The parameters of a method; a value that a client can make may be left out. */
export type CallParams<C extends Contract, M extends MethodOf<C>> = C['methods'][M] extends {
  readonly once: { readonly made: infer N extends string };
}
  ? Omit<Params<C, M>, N> & { readonly [K in N]?: string | undefined }
  : Params<C, M>;

export interface Client<C extends Contract> {
  /** @throws {RefusedError | NetworkError | UnreadableReplyError} */
  call<M extends MethodOf<C>>(
    method: M,
    params: CallParams<C, M>,
    options?: CallOptions,
  ): Promise<Success<C, M>>;
  /** The same, with the errors of the platform and of the network as a value. */
  try<M extends MethodOf<C>>(
    method: M,
    params: CallParams<C, M>,
    options?: CallOptions,
  ): Promise<CallResult<Success<C, M>>>;
}
