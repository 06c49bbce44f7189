// Tracks when the commits in the write-ahead log are on disk, and which answers must wait for that.
import { closeSync, existsSync, fdatasync, fsyncSync, openSync, readSync } from 'node:fs';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { LedgerUnavailableError } from '../../core/errors.ts';
import { LogMark } from './log-mark.ts';

/** The position of the generation's salt in the log's header. */
const SALT_AT = 16;

/** The disk operations; tests pass slow or failing ones. */
export interface Disk {
  /** Resolves when all writes to the file are on disk. */
  readonly sync?: (file: number) => Promise<void>;
  /** Copies the log to the database's file, and syncs the file. */
  readonly fold?: () => Promise<unknown>;
}

/** The ledger's progress with a commit: the number of commits, and its newest change. */
export interface Progress {
  readonly commits: number;
  readonly seq: number;
}

interface Flush {
  /** Ids of the orders in this sync. */
  readonly orders: ReadonlySet<string>;
  readonly done: Promise<void>;
}

/**
 * SQLite's `synchronous = FULL` is `NORMAL` plus a blocking sync of the log after each commit. The
 * ledger's connection uses NORMAL, and this class makes the sync on a thread of Node's pool, so
 * that calls are handled meanwhile. A commit that is not on disk yet is neither acknowledged nor
 * shown.
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
   * @param path the path of the database
   * @param left what the log still contains after a checkpoint; undefined if nothing
   */
  constructor(path: string, sync: Disk['sync'] = promisify(fdatasync), left?: Progress) {
    this.#path = path;
    this.#file = openSync(`${path}-wal`, 'r+');
    this.#mark = new LogMark(path);
    this.#sync = sync;
    if (left !== undefined) void this.#setMark(left);
    // The data of a killed process, and the log's directory entry, may be in the system's memory
    // only.
    fsyncSync(this.#file);
    if (process.platform !== 'win32') syncFile(dirname(path)); // Windows cannot fsync a directory.
  }

  /**
   * Resolves when all commits so far are on disk. Only one runs at a time, because it would not
   * cover commits made meanwhile.
   *
   * @param orders ids of the changed orders
   * @param progress the ledger's progress
   * @throws {LedgerUnavailableError} and from then on the ledger shows nothing: the system may have
   * dropped data that it could not write, and the next sync would still succeed
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

  /**
   * Permanently ends reads and changes, because nobody knows what is on disk until the next start.
   */
  fail(problem: string): string {
    this.#failure ??= `the disk does not take changes (${problem}); what it holds shows when the server starts again`;
    return this.#failure;
  }

  /** Why reads and changes have ended. */
  get failure(): string | undefined {
    return this.#failure;
  }

  /**
   * What must happen before an answer that was just read may leave; undefined if nothing.
   *
   * @param orders the orders in the answer; absent: any
   */
  before(orders?: readonly string[]): Promise<void> | undefined {
    const flush = this.#underWay;
    if (!flush) return undefined;
    return !orders || orders.some((id) => flush.orders.has(id)) ? flush.done : undefined;
  }

  /** An answer that another connection has read, after all its possible content is on disk. */
  async shown<T>(answer: Promise<T>): Promise<T> {
    const value = await answer;
    await this.before();
    if (this.#failure !== undefined) throw new LedgerUnavailableError(this.#failure);
    return value;
  }

  /** Called when the database is closed. If no log remains, the file contains everything. */
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
