// One attempt: posts a body to a URL, within one time limit, and says what came of it.
import type { Agent, IncomingMessage } from 'node:http';
import * as https from 'node:https';
import type { LookupFunction } from 'node:net';
import type { EndpointSecret } from '../core/callback-endpoint.ts';
import { SECOND, systemClock } from '../core/clock.ts';
import type { AddressList } from '../directory/addresses.ts';
import { guardedLookup, isSystemPort, type Lookup, urlProblem } from './address-guard.ts';
import { judge, readAnswer } from './answer.ts';
import { signatureHeaders } from './signature.ts';

// An import would load all that `http` can name, fetch and WebSocket among it: a tenth of a start.
const http = process.getBuiltinModule('node:http');

export interface Post {
  readonly url: string;
  readonly messageId: string;
  readonly contentType: string;
  readonly body: string;
  /** Those that hold: it is signed with each. */
  readonly secrets: readonly EndpointSecret[];
  readonly expects: string | null;
}

export interface PostOutcome {
  /** Null where no answer came. */
  readonly status: number | null;
  /** Why it is no acknowledgement; null when it is one. */
  readonly error: string | null;
  readonly durationMicros: number;
  /** The first KiB of the answer, as text. */
  readonly answer: string;
  readonly retryAfter?: string | undefined;
  /** The receiver's own time. */
  readonly date?: string | undefined;
}

/** Nothing was posted. It is tried again at the usual times, as an address may be named again. */
export const UNWANTED: PostOutcome = {
  status: null,
  error: 'its owner names no address now',
  durationMicros: 0,
  answer: '',
};

export interface PosterOptions {
  /** Addresses besides the public ones. */
  readonly allowed: AddressList;
  /** Milliseconds for everything: look-up, connection, head and body. */
  readonly timeoutMs?: number | undefined;
  readonly lookup?: Lookup;
}

const TIMEOUT_MS = 15 * SECOND;
/** Connections kept open to one receiver, as many as posts go out to it at once, and for how long. */
const [IDLE_CONNECTIONS, IDLE_MS] = [32, 20 * SECOND];
/** Longer heads are none of a receiver that means well. */
const HEAD_BYTES = 8192;

interface Target {
  readonly isSecure: boolean;
  readonly hostname: string;
  /** Null: that of the protocol. */
  readonly port: number | null;
  readonly path: string;
  readonly lookup: LookupFunction;
}

/** Not an AbortSignal, which costs as much as everything else here. */
interface TimeLimit {
  isOver: boolean;
  cutOff(): void;
}

const MAX_TARGETS = 1000;

/** Who posts: a `Poster` here, or one on a thread of its own. */
export type Posts = Pick<Poster, 'post' | 'close' | 'isResting'>;

/** Keeps connections to receivers. */
export class Poster {
  /** Whether nothing can be posted for a while: a thread rests after it has failed. */
  readonly isResting: boolean = false;
  readonly #allowed: AddressList;
  readonly #timeoutMs: number;
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
    // Not Node's global agent, and no proxy from the environment: a proxy would connect for us to
    // wherever it likes.
    const options = {
      keepAlive: true,
      maxFreeSockets: IDLE_CONNECTIONS,
      timeout: IDLE_MS,
      scheduling: 'lifo',
    } as const;
    this.#agents = { http: new http.Agent(options), https: new https.Agent(options) };
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

  /** Cuts off what is under way. */
  close(): void {
    this.#isClosed = true;
    for (const agent of Object.values(this.#agents)) agent.destroy();
  }

  async #post(post: Post, limit: TimeLimit): Promise<Omit<PostOutcome, 'durationMicros'>> {
    const target = this.#target(post.url);
    if (typeof target === 'string') return failed(null, `the URL ${target}`);
    for (;;) {
      const { response, error, isStale } = await this.#send(target, post, limit);
      // The receiver closed a kept connection at the very moment it was used again: nothing of the
      // message has been read, and the next connection is another.
      if (isStale && !limit.isOver && !this.#isClosed) continue;
      if (!response) throw error;
      return judge(response, await readAnswer(response), post.expects);
    }
  }

  /** Where a URL leads, read and judged once; or what is wrong with it. */
  #target(text: string): Target | string {
    const known = this.#targets.get(text);
    if (known) return known;
    // A literal address is judged here, as it is connected to without a look-up.
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
    const { request } = isSecure ? https : http;
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
      // An answer that switches protocols comes as none at all.
      call.on('close', () => resolve({ error: NO_ANSWER, isStale: false }));
      call.end(body);
    });
  }
}

/** Made once: a call is closed behind each answer, too. */
const NO_ANSWER = new Error('no answer');

function failed(status: number | null, error: string): Omit<PostOutcome, 'durationMicros'> {
  return { status, error, answer: '' };
}

function describe(error: NodeJS.ErrnoException): string {
  // Of several addresses tried one after the other, the reasons are inside.
  const reasons = error instanceof AggregateError ? (error.errors as Error[]) : [error];
  return reasons.map(({ message }) => message).join('; ') || (error.code ?? 'no connection');
}
