// Posting on a thread of its own: what receivers' TLS, HTTP and signatures cost is no call's time.
import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Post, PosterOptions, PostOutcome, Posts } from './deliver.ts';

/** What the thread is made with. */
export interface PosterThreadData {
  readonly allowed: readonly string[];
  readonly timeoutMs: number | undefined;
}

/** To the thread: what is to be posted, or that what is under way is cut off. */
export type ToPosterThread = readonly { readonly id: number; readonly post: Post }[] | 'cut off';

/** From the thread: what came of some of it. */
export type FromPosterThread = readonly { readonly id: number; readonly outcome: PostOutcome }[];

/** Messages live for milliseconds: a heap of the usual size lets 100 MB of dead ones gather. */
const YOUNG_MEGABYTES = 8;

/** A `Poster` there. The thread is made for the first post: where nobody listens there is none. */
export class PosterThread implements Posts {
  readonly #data: PosterThreadData;
  readonly #waiting = new Map<number, PromiseWithResolvers<PostOutcome>>();
  /** What one turn of the event loop posts goes over together. */
  #outbox: { id: number; post: Post }[] = [];
  #worker: Worker | undefined;
  #nextId = 1;
  #isClosed = false;

  constructor({ allowed, timeoutMs }: Omit<PosterOptions, 'lookup'>) {
    this.#data = { allowed: allowed.entries, timeoutMs };
  }

  /** @throws when the thread has failed: nobody knows what became of the post. */
  post(post: Post): Promise<PostOutcome> {
    if (this.#isClosed) return Promise.reject(new Error('callbacks have stopped'));
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
    this.#rest();
  }

  #handOver(): void {
    const posts = this.#outbox;
    if (posts.length === 0) return;
    this.#outbox = [];
    try {
      this.#worker ??= this.#start();
      this.#worker.ref(); // A process does not end while it waits for an outcome.
      this.#worker.postMessage(posts satisfies ToPosterThread);
    } catch (error) {
      // The system gives no thread, or a platform's hook an address that is none: these posts' mishap.
      this.#reject(
        posts.map(({ id }) => id),
        error as Error,
      );
      this.#rest();
    }
  }

  #start(): Worker {
    const ending = extname(import.meta.url); // .ts in a checkout, .js in the package
    const script = new URL(`./poster-worker${ending}`, import.meta.url);
    const resourceLimits = { maxYoungGenerationSizeMb: YOUNG_MEGABYTES };
    const worker = new Worker(script, { workerData: this.#data, resourceLimits });
    worker.on('message', (outcomes: FromPosterThread) => {
      for (const { id, outcome } of outcomes) {
        this.#waiting.get(id)?.resolve(outcome);
        this.#waiting.delete(id);
      }
      this.#rest();
    });
    worker.on('error', (error: Error) => this.#lose(worker, error));
    worker.on('exit', () => this.#lose(worker, new Error('it has ended')));
    return worker;
  }

  #rest(): void {
    if (this.#waiting.size > 0) return;
    if (this.#isClosed) void this.#worker?.terminate();
    else this.#worker?.unref();
  }

  /** The next post begins another one. */
  #lose(worker: Worker, error: Error): void {
    if (worker !== this.#worker) return;
    this.#worker = undefined;
    this.#outbox = [];
    this.#reject([...this.#waiting.keys()], error);
  }

  #reject(ids: readonly number[], { message }: Error): void {
    for (const id of ids) {
      this.#waiting.get(id)?.reject(new Error(`the posting thread has failed: ${message}`));
      this.#waiting.delete(id);
    }
  }
}
