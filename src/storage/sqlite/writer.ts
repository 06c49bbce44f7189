// Group commit: changes that arrive while one commit is under way share the next.

import { setImmediate } from 'node:timers/promises';
import { LedgerUnavailableError } from '../../core/errors.ts';
import type { Job, JobResult } from './job.ts';
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
  #draining: Promise<void> | undefined;
  #lastError: string | undefined;
  /** Called after each group in which an order may have changed. */
  onChange: () => void = () => {};

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
      this.#draining ??= this.#drain();
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
    await this.#draining;
    await this.#thread.close();
  }

  async #drain(): Promise<void> {
    // At the end of this turn of the event loop, so that what it reads now goes together.
    await setImmediate();
    while (this.#queue.length > 0) await this.#runGroup(this.#queue.splice(0, MAX_GROUP));
    this.#draining = undefined;
  }

  async #runGroup(group: readonly Waiting[]): Promise<void> {
    try {
      // As one text: cloning objects of twenty names for each change costs the caller's thread more.
      const jobs = JSON.stringify(group.map((waiting) => waiting.job));
      const text = await this.#thread.call<string>({ op: 'run', jobs });
      const results = JSON.parse(text) as JobResult[];
      this.#lastError = undefined;
      for (const [i, { resolve, reject }] of group.entries()) {
        const result = results[i]!;
        if (result.error === undefined) resolve(result.value);
        else reject(new LedgerUnavailableError(result.error));
      }
      if (group.some(({ job }) => job.op === 'commit' || job.op === 'create')) this.onChange();
    } catch (error) {
      this.#lastError = (error as Error).message;
      for (const { reject } of group) reject(error as Error);
    }
  }
}
