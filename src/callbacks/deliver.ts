// One attempt: posts a body to a URL, within one time limit, and says what came of it.
import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { ExpectedBody } from '../core/callback-endpoint.ts';
import { SECOND } from '../core/clock.ts';
import type { AddressList } from '../protocol/addresses.ts';
import { guardedLookup, type Lookup, refuseForbidden, urlProblem } from './address-guard.ts';

export interface Post {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly expects: ExpectedBody | null;
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

export interface PosterOptions {
  /** Addresses besides the public ones. */
  readonly allowed: AddressList;
  /** Milliseconds for everything: look-up, connection, head and body. */
  readonly timeoutMs?: number;
  readonly lookup?: Lookup;
}

const TIMEOUT_MS = 15 * SECOND;
/** What is read of an answer: enough for `ok` and for an error in words. */
const ANSWER_BYTES = 1024;
/** Connections kept open to one receiver when nothing goes out, and for how long. */
const [IDLE_CONNECTIONS, IDLE_MS] = [16, 20 * SECOND];
/** Longer heads are none of a receiver that means well. */
const HEAD_BYTES = 8192;

/** Keeps connections to receivers. */
export class Poster {
  readonly #allowed: AddressList;
  readonly #timeoutMs: number;
  readonly #agents: { readonly 'http:': HttpAgent; readonly 'https:': HttpsAgent };
  readonly #lookup: ReturnType<typeof guardedLookup>;
  #isClosed = false;

  constructor({ allowed, timeoutMs = TIMEOUT_MS, lookup }: PosterOptions) {
    this.#allowed = allowed;
    this.#timeoutMs = timeoutMs;
    this.#lookup = guardedLookup(allowed, lookup);
    // Not Node's global agent, and no proxy from the environment: a proxy would connect for us to
    // wherever it likes.
    const options = {
      keepAlive: true,
      maxFreeSockets: IDLE_CONNECTIONS,
      timeout: IDLE_MS,
      scheduling: 'lifo',
    } as const;
    this.#agents = { 'http:': new HttpAgent(options), 'https:': new HttpsAgent(options) };
  }

  async post(post: Post): Promise<PostOutcome> {
    const started = performance.now();
    const abort = new AbortController();
    const timer = setTimeout(() => abort.abort(), this.#timeoutMs);
    let outcome: Omit<PostOutcome, 'durationMicros'>;
    try {
      outcome = await this.#post(post, abort.signal);
    } catch (error) {
      outcome = failed(null, describe(error as Error));
    } finally {
      clearTimeout(timer);
    }
    if (outcome.error !== null && abort.signal.aborted) {
      outcome = { ...outcome, error: `no whole answer within ${this.#timeoutMs / SECOND} s` };
    }
    return { ...outcome, durationMicros: Math.round((performance.now() - started) * 1000) };
  }

  /** Cuts off what is under way. */
  close(): void {
    this.#isClosed = true;
    for (const agent of Object.values(this.#agents)) agent.destroy();
  }

  async #post(post: Post, signal: AbortSignal): Promise<Omit<PostOutcome, 'durationMicros'>> {
    const problem = urlProblem(post.url, this.#allowed);
    if (problem !== null) return failed(null, `the URL ${problem}`);
    const url = new URL(post.url);
    for (;;) {
      const { response, error, isStale } = await this.#send(url, post, signal);
      // The receiver closed a kept connection at the very moment it was used again: nothing of the
      // message has been read, and the next connection is another.
      if (isStale && !signal.aborted && !this.#isClosed) continue;
      if (!response) throw error;
      return judge(response, await readAnswer(response), post.expects);
    }
  }

  #send(
    url: URL,
    { headers, body }: Post,
    signal: AbortSignal,
  ): Promise<{ response?: IncomingMessage; error?: Error; isStale: boolean }> {
    refuseForbidden(url, this.#allowed); // A literal address is connected to without a look-up.
    const send = url.protocol === 'https:' ? httpsRequest : httpRequest;
    return new Promise((resolve) => {
      const call = send(
        url,
        {
          method: 'POST',
          agent: this.#agents[url.protocol as 'http:' | 'https:'],
          lookup: this.#lookup,
          maxHeaderSize: HEAD_BYTES,
          signal,
          headers: {
            ...headers,
            'content-length': Buffer.byteLength(body),
            'user-agent': 'Ordergate',
            'accept-encoding': 'identity',
          },
        },
        (response) => resolve({ response, isStale: false }),
      );
      call.on('error', (error: NodeJS.ErrnoException) => {
        const isReset = error.code === 'ECONNRESET' || error.code === 'EPIPE';
        resolve({ error, isStale: call.reusedSocket && isReset });
      });
      // An answer that switches protocols comes as none at all.
      call.on('close', () => resolve({ error: new Error('no answer'), isStale: false }));
      call.end(body);
    });
  }
}

interface Answer {
  readonly text: string;
  /** Whether it ended, or was long enough to be let go. */
  readonly isWhole: boolean;
}

function readAnswer(response: IncomingMessage): Promise<Answer> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const text = (): string =>
      Buffer.concat(chunks).subarray(0, ANSWER_BYTES).toString('utf8').replaceAll('\0', '');
    response.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      size += chunk.length;
      if (size <= ANSWER_BYTES) return;
      response.destroy(); // The rest is dropped, and the connection with it.
      resolve({ text: text(), isWhole: true });
    });
    response.on('end', () => resolve({ text: text(), isWhole: response.complete }));
    response.on('close', () => resolve({ text: text(), isWhole: response.complete }));
    response.on('error', () => resolve({ text: text(), isWhole: false }));
  });
}

function judge(
  { statusCode, headers }: IncomingMessage,
  { text, isWhole }: Answer,
  expects: ExpectedBody | null,
): Omit<PostOutcome, 'durationMicros'> {
  const status = statusCode!;
  const { 'retry-after': retryAfter, date } = headers;
  const answered = { status, answer: text, retryAfter, date };
  if (status >= 300 && status < 400) {
    return { ...answered, error: `${status}: redirects are not followed` };
  }
  if (status < 200 || status > 299) return { ...answered, error: `status ${status}` };
  if (!isWhole) return { ...answered, error: 'the answer was cut off' };
  if (expects !== null && text.trim().toLowerCase() !== expects) {
    return { ...answered, error: `the answer is not "${expects}"` };
  }
  return { ...answered, error: null };
}

function failed(status: number | null, error: string): Omit<PostOutcome, 'durationMicros'> {
  return { status, error, answer: '' };
}

function describe(error: NodeJS.ErrnoException): string {
  // Of several addresses tried one after the other, the reasons are inside.
  const reasons = error instanceof AggregateError ? (error.errors as Error[]) : [error];
  return reasons.map(({ message }) => message).join('; ') || (error.code ?? 'no connection');
}
