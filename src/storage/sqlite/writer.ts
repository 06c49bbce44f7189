// Group commit: changes that arrive while one commit is under way share the next.
import { LedgerUnavailableError } from '../../core/errors.ts';
import type { Job } from './job.ts';
import { Thread } from './thread.ts';

interface Waiting {
  readonly job: Job;
  resolve(value: unknown): void;
  reject(error: Error): void;
}

/** Jobs that may share one commit: enough to hide the disk, few enough to answer soon. */
const MAX_GROUP = 256;
/**
 * Jobs that may wait. Past it a change is refused at once, which a caller can tell from success;
 * a queue without end would answer nobody in time.
 */
const MAX_QUEUE = 10_000;

export class Writer {
  readonly #thread: Thread;
  #queue: Waiting[] = [];
  #busy = false;
  #lastError: string | undefined;

  constructor(path: string) {
    this.#thread = new Thread('writer-thread', { path });
  }

  /** Resolves with the job's result when it is on disk. */
  run<T>(job: Job): Promise<T> {
    if (this.#queue.length >= MAX_QUEUE) {
      return Promise.reject(
        new LedgerUnavailableError(`${MAX_QUEUE} changes are waiting for the disk`),
      );
    }
    return new Promise<unknown>((resolve, reject) => {
      this.#queue.push({ job, resolve, reject });
      // At the end of this turn of the event loop, so that what it reads now goes together.
      if (!this.#busy) {
        this.#busy = true;
        setImmediate(() => this.#flush());
      }
    }) as Promise<T>;
  }

  /** Why the last group failed; undefined when it did not. */
  get lastError(): string | undefined {
    return this.#thread.isDead ? 'the storage thread has ended' : this.#lastError;
  }

  durability(): Promise<{ journal_mode: string; synchronous: number }> {
    return this.#thread.call({ op: 'durability' });
  }

  async close(): Promise<void> {
    while (this.#busy) await new Promise((resolve) => setImmediate(resolve));
    await this.#thread.close();
  }

  async #flush(): Promise<void> {
    const group = this.#queue.splice(0, MAX_GROUP);
    try {
      const jobs = group.map((waiting) => waiting.job);
      const results = await this.#thread.call<{ value?: unknown; error?: string }[]>({
        op: 'run',
        jobs,
      });
      this.#lastError = undefined;
      for (const [i, { resolve, reject }] of group.entries()) {
        const result = results[i]!;
        if (result.error === undefined) resolve(result.value);
        else reject(new LedgerUnavailableError(result.error));
      }
    } catch (error) {
      this.#lastError = (error as Error).message;
      for (const { reject } of group) reject(error as Error);
    }
    if (this.#queue.length > 0) this.#flush();
    else this.#busy = false;
  }
}
