// Group commit: changes that arrive during a commit share the next one.
import type { DatabaseSync } from 'node:sqlite';
import { setImmediate, setTimeout as sleep } from 'node:timers/promises';
import { LedgerUnavailableError } from '../../core/errors.ts';
import { MAX_GROUP, MAX_QUEUE } from '../group-limits.ts';
import { GROUP_CHANGES } from './chain-groups.ts';
import type { CheckpointOperations } from './checkpoint-thread.ts';
import type { Damage } from './damage.ts';
import { markOpen } from './database.ts';
import { Thread } from './thread.ts';
import { type Outcome, Transactions, type Work } from './transaction.ts';
import type { Disk, WriteAheadLog } from './write-ahead-log.ts';

/** What a work on another connection has done. */
export type ApartDone<T> =
  | {
      readonly value: T;
      /** The number of written rows; 0 if nothing was committed. */
      readonly rows: number;
    }
  /** Nobody knows what of it is on disk. */
  | { readonly syncFailure: string };

interface Waiting {
  /** Statements on this connection, or a transaction on another one, which nobody shares. */
  readonly work: Work<unknown> | { readonly apart: () => Promise<ApartDone<unknown>> };
  readonly orders: readonly string[] | undefined;
  resolve(value: unknown): void;
  reject(error: Error): void;
}

/**
 * Rows between two checkpoints: about 20 MiB of log for usual rows. With fewer, a page that many
 * changes touch would be copied to the file too often.
 */
const ROWS_PER_CHECKPOINT = 12_000;
/** The constant cost of a commit, in rows: the ends of history and events. */
const ROWS_OF_A_COMMIT = 4;
/**
 * Another process holds the write lock, as a person at `sqlite3` may; the writer retries for this
 * long.
 */
const BUSY_PATIENCE_MS = 5000;
const BUSY_WAIT_MS = 20;
const SQLITE_BUSY = 5;

/**
 * The thread of the checkpoints starts this long after the ledger is opened: a start, and a command
 * that reads a little, do not wait for it. It does not wait for the first checkpoint, at which a
 * process with many connections might have no file left to open.
 */
const THREAD_AFTER_MS = 1000;

export class Writer {
  /** The connection of the works' statements. */
  readonly db: DatabaseSync;
  readonly #transactions: Transactions;
  readonly path: string;
  readonly #log: WriteAheadLog;
  readonly #damage: Damage;
  #checkpoints: Thread<CheckpointOperations> | undefined;
  readonly #starting: NodeJS.Timeout;
  readonly #fold: NonNullable<Disk['fold']>;
  #queue: Waiting[] = [];
  #draining: Promise<void> | undefined;
  #lastError: string | undefined;
  #rows = 0;
  /** Whether the file is marked as incomplete without its log. */
  #isMarked = false;
  /** The state of the due checkpoint: none, copying during changes, or copying the rest. */
  #stage: 'none' | 'beside' | 'rest' = 'none';
  #folding: Promise<void> | undefined;
  /** Called after each group in which an order may have changed. */
  onChange: () => void = () => {};
  /** Receives the seconds of each group that was written. */
  onCommit: (seconds: number) => void = () => {};

  /** @param path the path of the database that `db` has opened */
  constructor(
    path: string,
    db: DatabaseSync,
    log: WriteAheadLog,
    { fold, damage }: { readonly fold?: Disk['fold']; readonly damage: Damage },
  ) {
    this.#damage = damage;
    this.db = db;
    this.#transactions = new Transactions(db);
    this.path = path;
    this.#log = log;
    this.#fold = fold ?? (() => this.#checkpointThread().call('fold'));
    this.#starting = setTimeout(() => this.#checkpointThread().start(), THREAD_AFTER_MS).unref();
  }

  /**
   * Runs `work` in a transaction, together with other waiting works.
   *
   * @param orders ids of the orders that it may change; answers about them wait until the change is
   * on disk
   * @returns the result of the work when its writes are on disk
   * @throws {LedgerUnavailableError} and then the work had no effect, or its effect is unknown
   */
  run<T>(work: Work<T>, orders?: readonly string[]): Promise<T> {
    return this.#enqueue(work, orders) as Promise<T>;
  }

  /**
   * Runs a transaction on another connection, between two groups. Other works wait meanwhile, and
   * reads see what was committed before.
   *
   * @param orders as of {@link run}
   */
  runApart<T>(apart: () => Promise<ApartDone<T>>, orders: readonly string[]): Promise<T> {
    return this.#enqueue({ apart }, orders) as Promise<T>;
  }

  #enqueue(work: Waiting['work'], orders: readonly string[] | undefined): Promise<unknown> {
    if (this.#queue.length >= MAX_QUEUE) {
      return Promise.reject(
        new LedgerUnavailableError(`${MAX_QUEUE} changes are waiting for the disk`),
      );
    }
    return new Promise<unknown>((resolve, reject) => {
      this.#queue.push({ work, orders, resolve, reject });
      this.#draining ??= this.#drain();
    });
  }

  /** Why the last group failed; undefined if it succeeded. */
  get lastError(): string | undefined {
    return this.#lastError;
  }

  /** Carries out the waiting works. The caller closes the connection. */
  async close(): Promise<void> {
    await this.#draining;
    while (
      this.#log.failure === undefined &&
      this.#transactions.unsealed > 0 &&
      (await this.#seal())
    );
    await this.#folding;
    clearTimeout(this.#starting);
    await this.#checkpoints?.close();
  }

  #checkpointThread(): Thread<CheckpointOperations> {
    this.#checkpoints ??= new Thread('checkpoint-thread', { path: this.path }, { restarts: true });
    return this.#checkpoints;
  }

  async #drain(): Promise<void> {
    try {
      while (this.#queue.length > 0) {
        // Waits for the end of this turn of the event loop, so that its works form one group.
        await setImmediate();
        const first = this.#queue[0]!;
        if (typeof first.work === 'function') await this.#runGroup(this.#takeGroup());
        else await this.#runOther(this.#queue.shift()!, first.work.apart);
        if (this.#transactions.unsealed >= GROUP_CHANGES) await this.#seal();
        if (this.#rows >= ROWS_PER_CHECKPOINT) await this.#checkpoint();
      }
    } finally {
      this.#draining = undefined;
    }
  }

  /** The waiting works of this connection up to the first that has another one. */
  #takeGroup(): Waiting[] {
    const most = Math.min(this.#queue.length, MAX_GROUP);
    let end = 0;
    while (end < most && typeof this.#queue[end]!.work === 'function') end++;
    return this.#queue.splice(0, end);
  }

  async #runOther(
    { orders, resolve, reject }: Waiting,
    apart: () => Promise<ApartDone<unknown>>,
  ): Promise<void> {
    const began = performance.now();
    try {
      await this.#patiently(() => {});
      const done = await apart().finally(() => this.#transactions.reload());
      if ('syncFailure' in done) throw new Error(this.#log.fail(done.syncFailure));
      const { value, rows } = done;
      if (rows > 0) {
        this.#rows += rows + ROWS_OF_A_COMMIT;
        // The other connection has synced; this sets the mark.
        await this.#log.flush(new Set(orders), this.#transactions.progress);
        this.onCommit((performance.now() - began) / 1000);
      }
      this.#lastError = undefined;
      resolve(value);
    } catch (error) {
      this.#damage.see(error);
      this.#lastError = (error as Error).message;
      reject(new LedgerUnavailableError(this.#lastError));
    }
    this.onChange();
  }

  /** Puts up to a thousand changes into a group; returns false if that is not possible now. */
  async #seal(): Promise<boolean> {
    return new Promise<boolean>((resolve) => {
      const waiting: Waiting = {
        work: this.#transactions.sealGroup,
        orders: undefined,
        resolve: (sealed) => resolve(sealed === true),
        reject: () => resolve(false),
      };
      void this.#runGroup([waiting]);
    });
  }

  async #runGroup(group: readonly Waiting[]): Promise<void> {
    let outcomes: readonly Outcome[];
    const began = performance.now();
    try {
      const works = group.map(({ work }) => work as Work<unknown>);
      const done = await this.#patiently(() => this.#transactions.runAll(works));
      outcomes = done.outcomes;
      if (done.rows > 0) {
        this.#rows += done.rows + ROWS_OF_A_COMMIT;
        await this.#log.flush(changedOrders(group), this.#transactions.progress);
        this.onCommit((performance.now() - began) / 1000);
      }
      this.#lastError = undefined;
    } catch (error) {
      this.#damage.see(error);
      this.#lastError = (error as Error).message;
      for (const { reject } of group) reject(new LedgerUnavailableError(this.#lastError));
      return;
    }
    for (const [i, { resolve, reject }] of group.entries()) {
      const outcome = outcomes[i]!;
      if ('error' in outcome) reject(new LedgerUnavailableError(outcome.error));
      else resolve(outcome.value);
    }
    if (group.some(({ orders }) => orders !== undefined)) this.onChange();
  }

  /** Runs `act` on a file that is marked as in use, again while another process has its lock. */
  async #patiently<T>(act: () => T): Promise<T> {
    for (const until = performance.now() + BUSY_PATIENCE_MS; ; await sleep(BUSY_WAIT_MS)) {
      if (this.#log.failure !== undefined) throw new Error(this.#log.failure);
      try {
        if (!this.#isMarked) markOpen(this.path);
        this.#isMarked = true;
        return act();
      } catch (error) {
        const isBusy = (error as { errcode?: number }).errcode === SQLITE_BUSY;
        if (!isBusy || performance.now() >= until) throw error;
      }
    }
  }

  /**
   * The log restarts only after a checkpoint that copied all of it, which is impossible during
   * changes. Most of the log is therefore copied during changes, and the rest between two groups.
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

  /** If a checkpoint fails, only the log has the data, and the log must not restart. */
  async #foldOrFail(): Promise<void> {
    await this.#fold().catch((error: Error) => {
      this.#lastError = this.#log.fail(`checkpoint: ${error.message}`);
    });
  }
}

function changedOrders(group: readonly Waiting[]): Set<string> {
  const changed = new Set<string>();
  for (const { orders } of group) if (orders) for (const id of orders) changed.add(id);
  return changed;
}
