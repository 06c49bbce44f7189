// One client for all platforms: sends a signed call, reads its reply, repeats it where that is safe, and says what went wrong.
import { isDeepStrictEqual } from 'node:util';
import type { CodeOf, Contract, MethodOf, Params, Success } from '../protocol/contract.ts';
import { serverDate } from './clock.ts';
import {
  CallError,
  NetworkError,
  RefusedError,
  UnreadableReplyError,
  withContract,
} from './errors.ts';
import { exchange } from './exchange.ts';
import { nodeFetch } from './node-fetch.ts';
import { observed } from './observe.ts';
import type {
  CallInfo,
  CallOptions,
  CallParams,
  Client,
  ClientOptions,
  ClockNote,
} from './options.ts';
import { redact } from './redact.ts';
import { pauseBefore, planOf, settles, wait } from './repeat.ts';
import { faultOfReply } from './reply.ts';
import {
  complete,
  earlier,
  inDoubt,
  isFinal,
  mayHaveHappened,
  remember,
  type Sent,
  unsettled,
} from './sent.ts';
import type { WireProtocol, WireReply } from './wire-protocol.ts';

const infoOfValue = new WeakMap<object, CallInfo>();

/** What a value that `call` resolved to says of its call: the server's request id, and the attempts. */
export function infoOf(value: object): CallInfo | undefined {
  return infoOfValue.get(value);
}

/** @throws {TypeError} here, where no signature stands in the URL yet that the message could tell */
function readBaseUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  const isPlain = url && url.username + url.password + url.search + url.hash === '';
  if (isPlain && /^https?:$/.test(url.protocol)) return url.href.replace(/\/+$/, '');
  throw new TypeError('baseUrl has to be like https://open.example.cn, without user and query');
}

export function createClient<C extends Contract, Credentials, Extras extends object>(
  protocol: WireProtocol<C, Credentials, Extras>,
  options: ClientOptions<Credentials>,
): Client<C> & Extras {
  const { credentials, now = Date.now, learnClock = true } = options;
  const { contract, replyStatuses = [200] } = protocol;
  const base = readBaseUrl(options.baseUrl);
  const send = options.fetch ?? nodeFetch(options) ?? fetch;
  if (options.fetch && nodeFetch(options)) {
    throw new TypeError('give either fetch, or proxy, keepAlive and ca');
  }
  /** What the server's clock is ahead of this one, once that was learnt. */
  let offsetMs: number | null = null;
  const time = (): number => now() + (offsetMs ?? 0);

  type Done<M extends MethodOf<C>> = { readonly value: Success<C, M>; readonly info: CallInfo };

  async function run<M extends MethodOf<C>>(
    method: M,
    given: CallParams<C, M>,
    callOptions: CallOptions = {},
  ): Promise<Done<M>> {
    const description = contract.methods[method];
    if (!description) {
      throw new TypeError(`${contract.name} has no method ${method}; it has ${methodNames()}`);
    }
    const { signal, repeatOf } = callOptions;
    signal?.throwIfAborted();
    const { params, made } = complete<C, M>(description.once?.made, given, repeatOf?.made);
    const call = { method, params: params as Readonly<Record<string, unknown>>, made };
    await options.beforeSend?.(call);
    await callOptions.beforeSend?.(call);

    const plan = planOf(description, options, callOptions.timeoutMs);
    const { repeats, attemptMs } = plan;
    const deadline = AbortSignal.timeout(plan.limitMs);
    const ends = signal ? AbortSignal.any([signal, deadline]) : deadline;

    let first = repeatOf && earlier(repeatOf, method, repeats?.withinMs ?? 0, now());
    if (first && !isDeepStrictEqual(first.request, writeFor(method, params, first.signedFor))) {
      throw new TypeError('repeatOf is the error of a call with other parameters or credentials');
    }
    /** The first attempt that may have been carried out. */
    let doubt: CallError | null = repeatOf ?? null;
    let learnt = false;
    let attempts = 0;
    const info = (requestId: string | null): CallInfo => {
      const clock: ClockNote | null = offsetMs === null ? null : { offsetMs, learnt };
      return { requestId, attempts, made, clock };
    };
    const fail = (error: CallError, sent: Sent): CallError => {
      Object.assign(error, info(error.requestId));
      if (mayHaveHappened(error)) remember(error, sent);
      return error;
    };

    for (;;) {
      attempts++;
      const isSame = first !== undefined && (repeats?.sameBytes ?? true);
      const sent: Sent = isSame ? first! : write(method, params);
      first ??= sent;
      let error: CallError;
      try {
        const url = base + sent.request.path;
        const limits = { signal, deadline, attemptMs };
        const exchanging = () => exchange(url, sent.request, send, limits, replyStatuses);
        const shown = () => redact(protocol, credentials, method, params, sent);
        const reply = await observed(exchanging, options.onExchange, shown, {
          method,
          attempt: attempts,
          base,
        });
        const requestId = reply.headers.get('x-request-id');
        try {
          const value = readReply(method, reply);
          return { value, info: info(requestId) };
        } catch (refusal) {
          if (refusal instanceof CallError) refusal.requestId = requestId;
          const isFirst: boolean = learnClock && !doubt && !learnt;
          const date = isFirst ? serverDate(contract, refusal, reply, sent.signedFor) : null;
          if (date === null) throw refusal;
          offsetMs = date - now();
          learnt = true;
          first = undefined;
          continue;
        }
      } catch (thrown) {
        if (!(thrown instanceof CallError)) throw thrown;
        error = thrown;
      }
      if (error instanceof RefusedError) {
        if (!doubt || settles(description, error)) throw fail(error, sent);
        throw fail(unsettled(error), sent);
      }
      if (mayHaveHappened(error)) doubt ??= error;
      const pause = pauseBefore(plan, attempts, now() - sent.signedAt);
      if (pause === null || !(error instanceof NetworkError) || isFinal(error)) {
        throw fail(inDoubt(error, doubt), sent);
      }
      try {
        await wait(pause, ends);
      } catch {
        signal?.throwIfAborted();
        throw fail(inDoubt(error, doubt), sent);
      }
    }
  }

  /** The same arguments give the same bytes. */
  const writeFor = <M extends MethodOf<C>>(method: M, params: Params<C, M>, at: number) =>
    protocol.write(credentials, method, params, at);

  const write = <M extends MethodOf<C>>(method: M, params: Params<C, M>): Sent => {
    const [signedAt, signedFor] = [now(), time()];
    return { method, request: writeFor(method, params, signedFor), signedAt, signedFor };
  };

  const methodNames = (): string => Object.keys(contract.methods).join(', ');

  /** @throws {RefusedError | UnreadableReplyError} */
  function readReply<M extends MethodOf<C>>(method: M, reply: WireReply): Success<C, M> {
    const outcome = protocol.read(credentials, method, reply);
    if (outcome.ok) {
      const fault = faultOfReply(contract.methods[method]!, outcome.value as object);
      if (fault) throw new UnreadableReplyError(`the reply to ${method} is not whole: ${fault}`);
      return outcome.value;
    }
    throw refusedWith(outcome.code, outcome.words, method, reply.headers.get('x-request-id'));
  }

  function refusedWith(
    code: string,
    words: string,
    method: string,
    requestId: string | null,
  ): RefusedError {
    const row = protocol.rowOf?.(code) ?? (code as CodeOf<C>);
    const entry = Object.hasOwn(contract.codes, row) ? contract.codes[row] : undefined;
    return new RefusedError({ ...withContract(code, words, entry), requestId }, method, row);
  }

  const client: Client<C> = {
    async call(method, params, callOptions) {
      try {
        const { value, info } = await run(method, params, callOptions);
        if (typeof value === 'object' && value !== null) infoOfValue.set(value, info);
        return value;
      } catch (error) {
        throw documented(error, method);
      }
    },
    async try(method, params, callOptions) {
      try {
        const { value, info } = await run(method, params, callOptions);
        return { ok: true, value, ...info };
      } catch (thrown) {
        const error = documented(thrown, method);
        if (error instanceof CallError) return { ok: false, error };
        throw error;
      }
    },
  };
  return Object.assign(client, protocol.extras?.(client) ?? ({} as Extras));

  /** Gives an error of the network the name that the platform's document has for it. */
  function documented(error: unknown, method: string): unknown {
    if (error instanceof NetworkError && protocol.networkCode) {
      const code = protocol.networkCode(error.status);
      error.documented = refusedWith(code, error.message, method, error.requestId).refused;
    }
    return error;
  }
}
