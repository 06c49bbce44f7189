// Posts on a separate thread, so that TLS, HTTP and signatures of receivers take no time from
// calls.
import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Post, PosterOptions, PostOutcome, Posts } from './deliver.ts';

/** The data that the thread starts with. */
export interface PosterThreadData {
  readonly allowed: readonly string[];
  readonly timeoutMs: number | undefined;
}

/** A message to the thread: posts to make, or the request to abort the posts in progress. */
export type ToPosterThread = readonly { readonly id: number; readonly post: Post }[] | 'cut off';

/** A message from the thread: the outcomes of some posts. */
export type FromPosterThread = readonly { readonly id: number; readonly outcome: PostOutcome }[];

/**
 * The first restart after a failure is immediate. Later restarts wait this long, and twice as long
 * after each further failure.
 */
const SHORTEST_REST_MS = 1000;
const LONGEST_REST_MS = 60_000;

/** Thrown if the thread has failed or rests. `onFailure` has already reported the failure. */
export class PosterFailedError extends Error {
  readonly code = 'ERR_POSTER_FAILED';
  override readonly name = 'PosterFailedError';
}

export interface PosterThreadOptions extends Omit<PosterOptions, 'lookup'> {
  /**
   * Called when the thread fails. The next thread begins after `restMs` milliseconds at the
   * earliest.
   */
  onFailure?(error: Error, restMs: number): void;
  /** A monotonic clock in milliseconds; for tests. */
  readonly now?: () => number;
}

/**
 * Messages live for milliseconds. With the default heap size, 100 MB of dead messages would
 * accumulate.
 */
const YOUNG_MEGABYTES = 8;

/**
 * A `Poster` on a thread. The first post creates the thread, so that servers without endpoints have
 * none.
 */
export class PosterThread implements Posts {
  readonly #data: PosterThreadData;
  readonly #waiting = new Map<number, PromiseWithResolvers<PostOutcome>>();
  /** Posts of one turn of the event loop, which are sent to the thread together. */
  #outbox: { id: number; post: Post }[] = [];
  #worker: Worker | undefined;
  #nextId = 1;
  #isClosed = false;
  readonly #now: () => number;
  readonly #onFailure: PosterThreadOptions['onFailure'];
  /** Consecutive threads that failed within a minute of their start. */
  #failures = 0;
  #startedAt = 0;
  #rest: { readonly until: number; readonly error: Error } | null = null;

  constructor({ allowed, timeoutMs, onFailure, now }: PosterThreadOptions) {
    this.#data = { allowed: allowed.entries, timeoutMs };
    this.#onFailure = onFailure;
    this.#now = now ?? (() => performance.now());
  }

  /** Whether posts are refused because the thread has failed and rests. */
  get isResting(): boolean {
    return this.#rest !== null && this.#now() < this.#rest.until;
  }

  /**
   * @throws if the thread has failed, so that the outcome of the post is unknown, or if it rests
   */
  post(post: Post): Promise<PostOutcome> {
    if (this.#isClosed) return Promise.reject(new Error('callbacks have stopped'));
    if (this.isResting) {
      const seconds = Math.ceil((this.#rest!.until - this.#now()) / 1000);
      const next = `the next one begins in ${seconds} s`;
      return Promise.reject(failure(`${this.#rest!.error.message}; ${next}`));
    }
    const id = this.#nextId++;
    const waiting = Promise.withResolvers<PostOutcome>();
    this.#waiting.set(id, waiting);
    if (this.#outbox.push({ id, post }) === 1) setImmediate(() => this.#handOver());
    return waiting.promise;
  }

  close(): void {
    if (this.#isClosed) return;
    this.#handOver();
    this.#isClosed = true;
    this.#worker?.postMessage('cut off' satisfies ToPosterThread);
    this.#letRest();
  }

  #handOver(): void {
    const posts = this.#outbox;
    if (posts.length === 0) return;
    this.#outbox = [];
    const ids = posts.map(({ id }) => id);
    try {
      this.#worker ??= this.#start();
    } catch (error) {
      // The system cannot create a thread.
      this.#failed(error as Error);
      this.#reject(ids, failure((error as Error).message));
      return;
    }
    try {
      this.#worker.ref(); // The process stays alive while it waits for an outcome.
      this.#worker.postMessage(posts satisfies ToPosterThread);
    } catch (error) {
      // A platform's hook returned an invalid address. Only these posts fail, not the thread.
      this.#reject(
        ids,
        new Error(`cannot be handed to the posting thread: ${(error as Error).message}`),
      );
      this.#letRest();
    }
  }

  #start(): Worker {
    const ending = extname(import.meta.url); // .ts in a checkout, .js in the package
    const script = new URL(`./poster-worker${ending}`, import.meta.url);
    this.#startedAt = this.#now();
    const resourceLimits = { maxYoungGenerationSizeMb: YOUNG_MEGABYTES };
    const worker = new Worker(script, { workerData: this.#data, resourceLimits });
    worker.on('message', (outcomes: FromPosterThread) => {
      for (const { id, outcome } of outcomes) {
        this.#waiting.get(id)?.resolve(outcome);
        this.#waiting.delete(id);
      }
      this.#letRest();
    });
    worker.on('error', (error: Error) => this.#lose(worker, error));
    worker.on('exit', () => this.#lose(worker, new Error('it has ended')));
    return worker;
  }

  /** An idle thread does not keep the process alive. */
  #letRest(): void {
    if (this.#waiting.size > 0) return;
    if (this.#isClosed) void this.#worker?.terminate();
    else this.#worker?.unref();
  }

  /** The next post starts another thread, at once or after a rest. */
  #lose(worker: Worker, error: Error): void {
    if (worker !== this.#worker) return;
    this.#worker = undefined;
    this.#outbox = [];
    if (!this.#isClosed) this.#failed(error);
    this.#reject([...this.#waiting.keys()], failure(error.message));
  }

  #failed(error: Error): void {
    const now = this.#now();
    this.#failures = now - this.#startedAt > LONGEST_REST_MS ? 1 : this.#failures + 1;
    const grown = SHORTEST_REST_MS * 2 ** Math.min(this.#failures - 2, 10);
    const restMs = this.#failures === 1 ? 0 : Math.min(LONGEST_REST_MS, grown);
    this.#rest = { until: now + restMs, error };
    this.#onFailure?.(error, restMs);
  }

  #reject(ids: readonly number[], error: Error): void {
    for (const id of ids) {
      this.#waiting.get(id)?.reject(error);
      this.#waiting.delete(id);
    }
  }
}

const failure = (message: string): PosterFailedError =>
  new PosterFailedError(`the posting thread has failed: ${message}`);
