// One attempt: posts a body to a URL within one time limit, and returns the outcome.
import type { Agent, IncomingMessage } from 'node:http';
import type { LookupFunction } from 'node:net';
import type { EndpointSecret } from '../core/callback-endpoint.ts';
import { SECOND, systemClock } from '../core/clock.ts';
import type { AddressList } from '../directory/addresses.ts';
import { guardedLookup, isSystemPort, type Lookup, urlProblem } from './address-guard.ts';
import { judge, readAnswer } from './answer.ts';
import { signatureHeaders } from './signature.ts';

// An import of `http` would also load fetch and WebSocket, which takes a tenth of the start time.
const http = process.getBuiltinModule('node:http');

export interface Post {
  readonly url: string;
  readonly messageId: string;
  readonly contentType: string;
  readonly body: string;
  /** The valid secrets. The message is signed with each of them. */
  readonly secrets: readonly EndpointSecret[];
  readonly expects: string | null;
}

export interface PostOutcome {
  /** Null if the receiver did not answer. */
  readonly status: number | null;
  /** Why the answer is no acknowledgement; null if it is one. */
  readonly error: string | null;
  readonly durationMicros: number;
  /** The first KiB of the answer, as text. */
  readonly answer: string;
  readonly retryAfter?: string | undefined;
  /** The `Date` header of the receiver. */
  readonly date?: string | undefined;
}

/**
 * The outcome if nothing was posted because the owner has no address now. The schedule continues,
 * because the owner may set one again.
 */
export const UNWANTED: PostOutcome = {
  status: null,
  error: 'its owner names no address now',
  durationMicros: 0,
  answer: '',
};

export interface PosterOptions {
  /** Addresses that are allowed in addition to public ones. */
  readonly allowed: AddressList;
  /** Total milliseconds for look-up, connection, head and body. */
  readonly timeoutMs?: number | undefined;
  readonly lookup?: Lookup;
}

const TIMEOUT_MS = 15 * SECOND;
/** Idle connections per receiver, as many as simultaneous posts to it, and their idle time. */
const [IDLE_CONNECTIONS, IDLE_MS] = [32, 20 * SECOND];
/** Maximum size of a head; no honest receiver sends a longer one. */
const HEAD_BYTES = 8192;

interface Target {
  readonly isSecure: boolean;
  readonly hostname: string;
  /** Null: the default port of the protocol. */
  readonly port: number | null;
  readonly path: string;
  readonly lookup: LookupFunction;
}

/** This replaces AbortSignal, which costs as much as all other work here. */
interface TimeLimit {
  isOver: boolean;
  cutOff(): void;
}

const MAX_TARGETS = 1000;

/** The interface of a `Poster`, on this thread or on its own. */
export type Posts = Pick<Poster, 'post' | 'close' | 'isResting'>;

/** Posts messages, and keeps connections to receivers. */
export class Poster {
  /** Whether posts are refused for a while: a posting thread rests after a failure. */
  readonly isResting: boolean = false;
  readonly #allowed: AddressList;
  readonly #timeoutMs: number;
  /** Loaded here, and not with this module: the main thread has the module and posts nothing. */
  readonly #https = process.getBuiltinModule('node:https');
  readonly #agents: { readonly http: Agent; readonly https: Agent };
  readonly #lookup: Lookup | undefined;
  readonly #guarded: LookupFunction;
  readonly #targets = new Map<string, Target>();
  #isClosed = false;

  constructor({ allowed, timeoutMs = TIMEOUT_MS, lookup }: PosterOptions) {
    this.#allowed = allowed;
    this.#timeoutMs = timeoutMs;
    this.#lookup = lookup;
    this.#guarded = guardedLookup(allowed, lookup);
    // This replaces Node's global agent. It uses no proxy from the environment, because a proxy
    // would connect to any address for us.
    const options = {
      keepAlive: true,
      maxFreeSockets: IDLE_CONNECTIONS,
      timeout: IDLE_MS,
      scheduling: 'lifo',
    } as const;
    this.#agents = { http: new http.Agent(options), https: new this.#https.Agent(options) };
  }

  async post(post: Post): Promise<PostOutcome> {
    const started = performance.now();
    const limit: TimeLimit = { isOver: false, cutOff: () => {} };
    const timer = setTimeout(() => {
      limit.isOver = true;
      limit.cutOff();
    }, this.#timeoutMs);
    let outcome: Omit<PostOutcome, 'durationMicros'>;
    try {
      outcome = await this.#post(post, limit);
    } catch (error) {
      outcome = failed(null, describe(error as Error));
    } finally {
      clearTimeout(timer);
    }
    if (outcome.error !== null && limit.isOver) {
      outcome = { ...outcome, error: `no whole answer within ${this.#timeoutMs / SECOND} s` };
    }
    return { ...outcome, durationMicros: Math.round((performance.now() - started) * 1000) };
  }

  /** Aborts the posts in progress. */
  close(): void {
    this.#isClosed = true;
    for (const agent of Object.values(this.#agents)) agent.destroy();
  }

  async #post(post: Post, limit: TimeLimit): Promise<Omit<PostOutcome, 'durationMicros'>> {
    const target = this.#target(post.url);
    if (typeof target === 'string') return failed(null, `the URL ${target}`);
    for (;;) {
      const { response, error, isStale } = await this.#send(target, post, limit);
      // The receiver closed a kept connection just as it was reused, and has read nothing of the
      // message. A new connection can repeat the post safely.
      if (isStale && !limit.isOver && !this.#isClosed) continue;
      if (!response) throw error;
      return judge(response, await readAnswer(response), post.expects);
    }
  }

  /** The parsed and judged URL, cached; or the problem with it. */
  #target(text: string): Target | string {
    const known = this.#targets.get(text);
    if (known) return known;
    // A literal address is judged here, because connecting to it needs no look-up.
    const problem = urlProblem(text, this.#allowed);
    if (problem !== null) return problem;
    const url = new URL(text);
    const { protocol, hostname, port, pathname, search } = url;
    const target = {
      isSecure: protocol === 'https:',
      hostname: hostname.startsWith('[') ? hostname.slice(1, -1) : hostname,
      port: port === '' ? null : Number(port),
      path: pathname + search,
      lookup: isSystemPort(url) ? guardedLookup(this.#allowed, this.#lookup, port) : this.#guarded,
    };
    if (this.#targets.size >= MAX_TARGETS) this.#targets.clear();
    this.#targets.set(text, target);
    return target;
  }

  #send(
    { isSecure, hostname, port, path, lookup }: Target,
    { messageId, contentType, secrets, body }: Post,
    limit: TimeLimit,
  ): Promise<{ response?: IncomingMessage; error?: Error; isStale: boolean }> {
    const { request } = isSecure ? this.#https : http;
    return new Promise((resolve) => {
      const call = request(
        {
          hostname,
          port,
          path,
          method: 'POST',
          agent: isSecure ? this.#agents.https : this.#agents.http,
          lookup,
          maxHeaderSize: HEAD_BYTES,
          headers: {
            'content-type': contentType,
            ...signatureHeaders(secrets, messageId, systemClock.now(), body),
            'content-length': Buffer.byteLength(body),
            'user-agent': 'Ordergate',
            'accept-encoding': 'identity',
          },
        },
        (response) => resolve({ response, isStale: false }),
      );
      limit.cutOff = () => call.destroy(new Error('cut off'));
      call.on('error', (error: NodeJS.ErrnoException) => {
        const isReset = error.code === 'ECONNRESET' || error.code === 'EPIPE';
        resolve({ error, isStale: call.reusedSocket && isReset });
      });
      // An answer that switches protocols counts as no answer.
      call.on('close', () => resolve({ error: NO_ANSWER, isStale: false }));
      call.end(body);
    });
  }
}

/** Created once, because each finished call also emits `close`. */
const NO_ANSWER = new Error('no answer');

function failed(status: number | null, error: string): Omit<PostOutcome, 'durationMicros'> {
  return { status, error, answer: '' };
}

function describe(error: NodeJS.ErrnoException): string {
  // If several addresses were tried one after the other, the error contains the reasons.
  const reasons = error instanceof AggregateError ? (error.errors as Error[]) : [error];
  return reasons.map(({ message }) => message).join('; ') || (error.code ?? 'no connection');
}
