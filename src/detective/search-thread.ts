// Hands questions to the thread that tries mistakes. There is one, made for the first question.
import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Evidence } from '../protocol/evidence.ts';
import { boundsFor, type Findings, type Keys } from './search.ts';
import type { FromSearch, ToSearch } from './search-worker.ts';

/** Questions that may wait; the thread answers at least one in a second. */
const MAX_WAITING = 100;
/** Far above what a search may take. */
const GIVE_UP_MS = 30_000;

export class SearchBusyError extends Error {
  override readonly name = 'SearchBusyError';
}

interface Waiting {
  readonly question: ToSearch;
  readonly outcome: PromiseWithResolvers<Findings>;
  readonly isUrgent: boolean;
}

export class SearchThread {
  #worker: Worker | undefined;
  /** The first is with the thread. Those that a person waits for stand before those of calls. */
  #waiting: Waiting[] = [];
  #timer: NodeJS.Timeout | undefined;
  #nextId = 1;
  #callsCpuMs = 0;

  /** CPU that questions of calls have taken so far, in milliseconds; not those that a person has asked. */
  get callsCpuMs(): number {
    return this.#callsCpuMs;
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  /**
   * @param isUrgent that a person waits for the answer
   * @throws {SearchBusyError} where too many questions wait
   */
  async search(evidence: Evidence, keys: Keys, isUrgent: boolean): Promise<Findings> {
    if (this.#waiting.length >= MAX_WAITING) {
      throw new SearchBusyError(`${MAX_WAITING} questions about signatures wait`);
    }
    const [parts = []] = evidence.accepted;
    const body = parts.find((part) => part.is === 'body-base64');
    const bounds = boundsFor(body?.bytes.byteLength ?? 0);
    const question: ToSearch = { id: this.#nextId++, evidence, keys, bounds };
    const waiting: Waiting = { question, outcome: Promise.withResolvers<Findings>(), isUrgent };
    const at = isUrgent ? Math.min(1, this.#waiting.length) : this.#waiting.length;
    this.#waiting.splice(at, 0, waiting);
    if (this.#waiting.length === 1) this.#next();
    return waiting.outcome.promise;
  }

  async close(): Promise<void> {
    const worker = this.#worker;
    this.#lose(new Error('the server stops'));
    await worker?.terminate();
  }

  #next(): void {
    const [first] = this.#waiting;
    clearTimeout(this.#timer);
    if (!first) {
      this.#worker?.unref(); // A thread that waits for nothing does not keep the process alive.
      return;
    }
    try {
      this.#worker ??= this.#start();
      this.#worker.ref();
      this.#worker.postMessage(first.question);
      this.#timer = setTimeout(() => {
        void this.#worker?.terminate();
        this.#lose(new Error('the search did not end'));
      }, GIVE_UP_MS);
      this.#timer.unref();
    } catch (error) {
      this.#lose(error as Error);
    }
  }

  #start(): Worker {
    const ending = extname(import.meta.url); // .ts in a checkout, .js in the package
    const worker = new Worker(new URL(`./search-worker${ending}`, import.meta.url));
    worker.on('message', (answer: FromSearch) => this.#settle(answer));
    worker.on('error', (error) => {
      if (worker === this.#worker) this.#lose(error as Error);
    });
    worker.on('exit', () => {
      if (worker === this.#worker) this.#lose(new Error('the thread has ended'));
    });
    return worker;
  }

  #settle({ id, findings, error, cpuMs }: FromSearch): void {
    const first = this.#waiting[0];
    if (first?.question.id !== id) return;
    this.#waiting.shift();
    if (!first.isUrgent) this.#callsCpuMs += cpuMs;
    if (findings) first.outcome.resolve(findings);
    else first.outcome.reject(new Error(`the search has failed: ${error}`));
    this.#next();
  }

  /** The next question begins another thread. */
  #lose(error: Error): void {
    clearTimeout(this.#timer);
    this.#worker = undefined;
    const lost = this.#waiting;
    this.#waiting = [];
    for (const { outcome } of lost) outcome.reject(error);
  }
}
