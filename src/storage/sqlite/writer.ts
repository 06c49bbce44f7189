// Group commit: changes that arrive while one commit goes to disk share the next.
import type { DatabaseSync } from 'node:sqlite';
import { setImmediate, setTimeout as sleep } from 'node:timers/promises';
import { LedgerUnavailableError } from '../../core/errors.ts';
import { GROUP_CHANGES } from './chain-groups.ts';
import type { Damage } from './damage.ts';
import { markOpen } from './database.ts';
import type { Job, JobResult } from './job.ts';
import { Jobs } from './jobs.ts';
import { Thread } from './thread.ts';
import type { Disk, WriteAheadLog } from './write-ahead-log.ts';

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
 * Rows written between two checkpoints: some 20 MiB of log, where they are of usual length. Were there
 * fewer, a page that many changes touch would be copied back to the file for each few of them.
 */
const ROWS_PER_CHECKPOINT = 12_000;
/** What a commit writes however few its rows are: the ends of history and events, in rows. */
const ROWS_OF_A_COMMIT = 4;
/** Another process writes to the file, as only a hand at `sqlite3` does; it is asked again, so long. */
const BUSY_PATIENCE_MS = 5000;
const BUSY_WAIT_MS = 20;
const SQLITE_BUSY = 5;

export class Writer {
  readonly #jobs: Jobs;
  readonly #path: string;
  readonly #log: WriteAheadLog;
  readonly #damage: Damage;
  readonly #checkpoints: Thread;
  readonly #fold: NonNullable<Disk['fold']>;
  #queue: Waiting[] = [];
  #draining: Promise<void> | undefined;
  #lastError: string | undefined;
  #rows = 0;
  /** Whether the file says that it is not whole without its log. */
  #isMarked = false;
  /** What the checkpoint that is due has come to: nothing, folding beside changes, the rest. */
  #stage: 'none' | 'beside' | 'rest' = 'none';
  #folding: Promise<void> | undefined;
  /** Called after each group in which an order may have changed. */
  onChange: () => void = () => {};

  /** @param path of the database that `db` is open on */
  constructor(
    path: string,
    db: DatabaseSync,
    log: WriteAheadLog,
    { fold, damage }: { readonly fold?: Disk['fold']; readonly damage: Damage },
  ) {
    this.#damage = damage;
    this.#jobs = new Jobs(db);
    this.#path = path;
    this.#log = log;
    this.#checkpoints = new Thread('checkpoint-thread', { path });
    this.#fold = fold ?? (() => this.#checkpoints.call({ op: 'fold' }));
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
    while (this.#log.failure === undefined && this.#jobs.unsealed > 0 && (await this.#seal()));
    await this.#folding;
    await this.#checkpoints.close();
  }

  async #drain(): Promise<void> {
    try {
      while (this.#queue.length > 0) {
        // At the end of this turn of the event loop, so that what it reads now goes together.
        await setImmediate();
        await this.#runGroup(this.#queue.splice(0, MAX_GROUP));
        if (this.#jobs.unsealed >= GROUP_CHANGES) await this.#seal();
        if (this.#rows >= ROWS_PER_CHECKPOINT) await this.#checkpoint();
      }
    } finally {
      this.#draining = undefined;
    }
  }

  /** Puts up to a thousand changes under one hash; false where that could not be done now. */
  async #seal(): Promise<boolean> {
    return new Promise<boolean>((resolve) => {
      const job: Waiting = {
        job: { op: 'seal' },
        resolve: (sealed) => resolve(sealed === true),
        reject: () => resolve(false),
      };
      void this.#runGroup([job]);
    });
  }

  async #runGroup(group: readonly Waiting[]): Promise<void> {
    let results: JobResult[];
    try {
      const done = await this.#runAll(group.map(({ job }) => job));
      results = done.results;
      if (done.rows > 0) {
        this.#rows += done.rows + ROWS_OF_A_COMMIT;
        await this.#log.flush(changedOrders(group), this.#jobs.progress);
      }
      this.#lastError = undefined;
    } catch (error) {
      this.#damage.see(error);
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

  async #runAll(jobs: readonly Job[]): Promise<ReturnType<Jobs['runAll']>> {
    for (const until = performance.now() + BUSY_PATIENCE_MS; ; await sleep(BUSY_WAIT_MS)) {
      if (this.#log.failure !== undefined) throw new Error(this.#log.failure);
      try {
        if (!this.#isMarked) markOpen(this.#path);
        this.#isMarked = true;
        return this.#jobs.runAll(jobs);
      } catch (error) {
        const isBusy = (error as { errcode?: number }).errcode === SQLITE_BUSY;
        if (!isBusy || performance.now() >= until) throw error;
      }
    }
  }

  /**
   * The log begins anew only where a checkpoint has found all of it, which none does beside changes.
   * So most of it is folded back while they go on, and what came meanwhile between two groups.
   */
  async #checkpoint(): Promise<void> {
    if (this.#log.failure !== undefined || this.#stage === 'beside') return;
    if (this.#stage === 'none') {
      this.#stage = 'beside';
      this.#folding = this.#foldOrFail().then(() => {
        this.#stage = 'rest';
      });
      return;
    }
    await this.#foldOrFail();
    this.#stage = 'none';
    this.#rows = 0;
  }

  /** What a checkpoint could not bring to disk is in the log alone, which must not begin anew then. */
  async #foldOrFail(): Promise<void> {
    await this.#fold().catch((error: Error) => {
      this.#lastError = this.#log.fail(`checkpoint: ${error.message}`);
    });
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
