// Group commit: changes that arrive while one commit goes to disk share the next.
import type { DatabaseSync } from 'node:sqlite';
import { setImmediate } from 'node:timers/promises';
import { LedgerUnavailableError } from '../../core/errors.ts';
import type { Job, JobResult } from './job.ts';
import { Jobs } from './jobs.ts';
import { Thread } from './thread.ts';
import type { WriteAheadLog } from './write-ahead-log.ts';

interface Waiting {
  readonly job: Job;
  resolve(value: unknown): void;
  reject(error: Error): void;
}

/** Jobs that may share one commit: enough to hide the disk, few enough to keep no read waiting long. */
const MAX_GROUP = 256;
/**
 * Jobs that may wait. Past it a change is refused at once, which a caller can tell from success;
 * a queue without end would answer nobody in time.
 */
const MAX_QUEUE = 10_000;
/**
 * Rows written between two checkpoints: some 20 MiB of log. With more of them, a page that many
 * changes touch would be copied back to the file for each few of them.
 */
const ROWS_PER_CHECKPOINT = 12_000;

export class Writer {
  readonly #jobs: Jobs;
  readonly #log: WriteAheadLog;
  readonly #checkpoints: Thread;
  #queue: Waiting[] = [];
  #draining: Promise<void> | undefined;
  #lastError: string | undefined;
  #rows = 0;
  /** What the checkpoint that is due has come to: nothing, folding beside changes, the rest. */
  #stage: 'none' | 'beside' | 'rest' = 'none';
  #folding: Promise<void> | undefined;
  /** Called after each group in which an order may have changed. */
  onChange: () => void = () => {};

  /** @param path of the database that `db` is open on */
  constructor(path: string, db: DatabaseSync, log: WriteAheadLog) {
    this.#jobs = new Jobs(db);
    this.#log = log;
    this.#checkpoints = new Thread('checkpoint-thread', { path });
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
    return this.#lastError;
  }

  /** Carries out what waits. The connection is the caller's to close. */
  async close(): Promise<void> {
    await this.#draining;
    await this.#folding;
    await this.#checkpoints.close();
  }

  async #drain(): Promise<void> {
    while (this.#queue.length > 0) {
      // At the end of this turn of the event loop, so that what it reads now goes together.
      await setImmediate();
      await this.#runGroup(this.#queue.splice(0, MAX_GROUP));
      if (this.#rows >= ROWS_PER_CHECKPOINT) await this.#checkpoint();
    }
    this.#draining = undefined;
  }

  async #runGroup(group: readonly Waiting[]): Promise<void> {
    let results: JobResult[];
    try {
      if (this.#log.failure !== undefined) throw new Error(this.#log.failure);
      const done = this.#jobs.runAll(group.map(({ job }) => job));
      results = done.results;
      this.#rows += done.rows;
      if (done.rows > 0) await this.#log.flush(changedOrders(group));
      this.#lastError = undefined;
    } catch (error) {
      this.#lastError = (error as Error).message;
      for (const { reject } of group) reject(new LedgerUnavailableError(this.#lastError));
      return;
    }
    for (const [i, { resolve, reject }] of group.entries()) {
      const result = results[i]!;
      if (result.error === undefined) resolve(result.value);
      else reject(new LedgerUnavailableError(result.error));
    }
    if (group.some(({ job }) => job.op === 'commit' || job.op === 'create')) this.onChange();
  }

  /**
   * The log begins anew only where a checkpoint has found all of it, which none does beside changes.
   * So most of it is folded back while they go on, and the little that came meanwhile between two groups.
   */
  async #checkpoint(): Promise<void> {
    if (this.#stage === 'beside') return;
    if (this.#stage === 'none') {
      this.#stage = 'beside';
      this.#folding = this.#fold().then(() => {
        this.#stage = 'rest';
      });
      return;
    }
    await this.#fold();
    this.#stage = 'none';
    this.#rows = 0;
  }

  /** One that fails, on a full disk, is made up for by the next: the log holds it all. */
  #fold(): Promise<unknown> {
    return this.#checkpoints.call({ op: 'fold' }).catch(() => {});
  }
}

function changedOrders(group: readonly Waiting[]): Set<string> {
  const orders = new Set<string>();
  for (const { job } of group) {
    if (job.op === 'commit') orders.add(job.orderId);
    else if (job.op === 'create') for (const { orderId } of job.rows) orders.add(orderId);
  }
  return orders;
}
