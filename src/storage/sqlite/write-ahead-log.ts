// The write-ahead log: when what a commit has written to it is on disk, and who has to wait for that.
import { closeSync, existsSync, fdatasync, fsyncSync, openSync, readSync } from 'node:fs';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { LedgerUnavailableError } from '../../core/errors.ts';
import { LogMark } from './log-mark.ts';

/** Where the log's header names its generation. */
const SALT_AT = 16;

/** What is asked of the disk; tests hand in one that is slow, or fails. */
export interface Disk {
  /** Resolves when all that was written to the file is on disk. */
  readonly sync?: (file: number) => Promise<void>;
  /** Copies what the log holds to the database's file, and brings that to disk. */
  readonly fold?: () => Promise<unknown>;
}

/** How far the ledger has come with a commit: how many it has seen, and its newest change of an order. */
export interface Progress {
  readonly commits: number;
  readonly seq: number;
}

interface Flush {
  /** Ids of the orders that it brings to disk. */
  readonly orders: ReadonlySet<string>;
  readonly done: Promise<void>;
}

/**
 * SQLite's `synchronous = FULL` is `NORMAL` and one sync of the log behind each commit, for which
 * the thread waits. The ledger's connection runs with NORMAL, and here is that sync: on a thread of
 * Node's pool, so that calls are read and answered meanwhile. What was committed and is not on disk
 * yet is acknowledged to nobody and shown to nobody.
 */
export class WriteAheadLog {
  readonly #path: string;
  readonly #file: number;
  readonly #mark: LogMark;
  readonly #salt = Buffer.alloc(8);
  readonly #sync: NonNullable<Disk['sync']>;
  #underWay: Flush | undefined;
  #failure: string | undefined;

  /**
   * @param path of the database, whose log is there
   * @param left what the log still holds although it was folded; undefined where it holds nothing
   */
  constructor(path: string, sync: Disk['sync'] = promisify(fdatasync), left?: Progress) {
    this.#path = path;
    this.#file = openSync(`${path}-wal`, 'r+');
    this.#mark = new LogMark(path);
    this.#sync = sync;
    if (left !== undefined) void this.#setMark(left);
    // What a killed process has left may be in the system's memory alone, and the log's name, too.
    fsyncSync(this.#file);
    if (process.platform !== 'win32') syncFile(dirname(path)); // Which has no such thing.
  }

  /**
   * Resolves when all that was committed is on disk. One at a time: what is committed meanwhile
   * would not be part of it.
   *
   * @param orders ids of the orders that were changed
   * @param progress how far the ledger has come
   * @throws {LedgerUnavailableError} and from then on nothing of the ledger is shown: the system may
   *   have dropped what it could not write, and would call the next sync a success
   */
  async flush(orders: ReadonlySet<string>, progress: Progress): Promise<void> {
    const done = this.#syncAndMark(progress).catch((error: Error) => {
      throw new LedgerUnavailableError(this.fail(error.message));
    });
    this.#underWay = { orders, done };
    try {
      await done;
    } finally {
      this.#underWay = undefined;
    }
  }

  async #syncAndMark(progress: Progress): Promise<void> {
    await this.#sync(this.#file);
    await this.#setMark(progress);
  }

  #setMark(progress: Progress): Promise<void> | undefined {
    readSync(this.#file, this.#salt, 0, 8, SALT_AT);
    return this.#mark.set({ salt: this.#salt.toString('hex'), ...progress, at: Date.now() });
  }

  /** Ends reads and changes, for good: until the next start nobody knows what the disk holds. */
  fail(problem: string): string {
    this.#failure ??= `the disk does not take changes (${problem}); what it holds shows when the server starts again`;
    return this.#failure;
  }

  /** Why nothing can be read or changed any more. */
  get failure(): string | undefined {
    return this.#failure;
  }

  /**
   * What has to happen before an answer may leave that was read just now; undefined where nothing
   * has to.
   *
   * @param orders what the answer tells of; absent: of anything
   */
  before(orders?: readonly string[]): Promise<void> | undefined {
    const flush = this.#underWay;
    if (!flush) return undefined;
    return !orders || orders.some((id) => flush.orders.has(id)) ? flush.done : undefined;
  }

  /** An answer that another connection has read, once all that it may tell of is on disk. */
  async shown<T>(answer: Promise<T>): Promise<T> {
    const value = await answer;
    await this.before();
    if (this.#failure !== undefined) throw new LedgerUnavailableError(this.#failure);
    return value;
  }

  /** Called when the database is closed: where no log is left, all of it is in the file. */
  close(): void {
    closeSync(this.#file);
    if (this.#failure === undefined && !existsSync(`${this.#path}-wal`)) this.#mark.clear();
    this.#mark.close();
  }
}

/** Returns when a file, or a directory's list of names, is on disk. */
export function syncFile(path: string): void {
  const file = openSync(path, 'r');
  fsyncSync(file);
  closeSync(file);
}
