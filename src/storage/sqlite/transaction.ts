// Runs works in one transaction, so that they share one commit. Each work takes effect completely
// or not at all.
import type { DatabaseSync } from 'node:sqlite';
import { ChainGroups, GROUP_CHANGES } from './chain-groups.ts';
import { Covers, type ToldTable } from './covers.ts';
import { readFloor, readProgress } from './progress.ts';
import { query } from './query.ts';
import type { Progress } from './write-ahead-log.ts';

/** The functions of the transaction that a work may use. */
export interface Transaction {
  /** The number of the next change of an order. */
  readonly nextSeq: number;
  /**
   * A work calls it after writing its first row with {@link nextSeq}, which is then used.
   *
   * @param createdAt the order's creation time, which determines the month of the chain
   * @param hash the change's link in its order's chain
   */
  noteChange(createdAt: number, hash: string): void;
  /**
   * Call it after inserting a row into one of these tables, with the values of its columns in their
   * sequence.
   */
  noteRow(table: ToldTable, ...row: readonly (string | number | null)[]): void;
  /** As {@link noteRow}; `row` is the JSON array of the values without its opening bracket. */
  noteJson(table: ToldTable, row: string): void;
  /** Call it after emptying the ledger; changes are numbered from 1 again. */
  restart(): void;
  /** Ends the work and rolls back its writes; its result is still `result`. */
  undo(result: unknown): never;
}

/**
 * Statements on the writing connection. A work that fails before its first write may run a second
 * time with its neighbours, so it must have no effect outside the database.
 */
export type Work<T> = (tx: Transaction) => T;

/** The outcome of one work: its result, or the engine's error. */
export type Outcome = { readonly value: unknown } | { readonly error: string };

/** Thrown by {@link Transaction.undo}. */
class Undo {
  readonly result: unknown;
  constructor(result: unknown) {
    this.result = result;
  }
}

/**
 * Thrown when a work must be rolled back after it has already written rows, together with its
 * neighbours.
 */
class HalfDone extends Error {}

/** Runs works on the ledger's only writing connection. */
export class Transactions {
  readonly #db: DatabaseSync;
  readonly #s: ReturnType<typeof prepare>;
  readonly #covers: Covers;
  readonly #groups: ChainGroups;
  readonly #tx: Transaction;
  #seq: number;
  /** The number up to which callbacks have read. In a copied ledger the events may end earlier. */
  readonly #floor: number;
  #commits: number;
  /** Rows written since the connection was opened, including rows that were rolled back. */
  #rows = 0;
  /** Whether the running work has written a change. */
  #hasWritten = false;

  constructor(db: DatabaseSync) {
    this.#db = db;
    this.#s = prepare(db);
    this.#covers = new Covers(db);
    const { seq, commits } = readProgress(db);
    this.#seq = seq;
    this.#groups = new ChainGroups(db, seq);
    this.#floor = readFloor(db);
    this.#commits = commits;
    this.#tx = this.#transaction();
  }

  /** The number of changes that are in no group yet. */
  get unsealed(): number {
    return this.#seq - this.#groups.lastSeq;
  }

  get progress(): Progress {
    return { commits: this.#commits, seq: this.#seq };
  }

  /** A work that puts the next changes into a group; returns false if there are none. */
  readonly sealGroup: Work<boolean> = () => this.#groups.seal();

  /** The same, only if a whole group waits. */
  readonly sealWhole: Work<boolean> = () => this.unsealed >= GROUP_CHANGES && this.#groups.seal();

  /** Call it when another connection may have committed, before the next work. */
  reload(): void {
    this.#covers.reload();
    const { seq, commits } = readProgress(this.#db);
    this.#seq = seq;
    this.#commits = commits;
    this.#groups.reload(this.#db, seq);
  }

  /**
   * Runs all works in one transaction, so that a failed work affects no other. Returns the number
   * of rows written when the commit is in the write-ahead log; the commit is on disk when the log
   * is.
   *
   * Works rarely fail after their first write. They therefore first run one after the other; if one
   * fails, everything is rolled back, and they run again with a savepoint each.
   *
   * @throws if the transaction as a whole failed; then nothing was changed
   */
  runAll(works: readonly Work<unknown>[]): {
    readonly outcomes: readonly Outcome[];
    readonly rows: number;
  } {
    const before = this.#rows;
    const outcomes = this.#runTogether(works);
    return { outcomes, rows: this.#rows - before };
  }

  #transaction(): Transaction {
    const next = (): number => Math.max(this.#seq, this.#floor) + 1;
    return {
      get nextSeq() {
        return next();
      },
      noteChange: (createdAt, hash) => {
        this.#seq = next();
        this.#hasWritten = true;
        this.#groups.add(this.#seq, createdAt, hash);
      },
      noteRow: (table, ...row) => this.#covers.tell(table, row),
      noteJson: (table, row) => this.#covers.tellJson(table, row),
      restart: () => {
        this.#seq = 0;
        this.#groups.reload(this.#db, 0);
      },
      undo: (result) => {
        throw new Undo(result);
      },
    };
  }

  #runTogether(works: readonly Work<unknown>[]): Outcome[] {
    try {
      return this.#commit(() => works.map((work) => this.#runPlain(work)));
    } catch (error) {
      if (!(error instanceof HalfDone)) throw error;
      return this.#commit(() => works.map((work) => this.#runInSavepoint(work)));
    }
  }

  #commit(run: () => Outcome[]): Outcome[] {
    const covered = this.#covers.snapshot();
    this.#s.begin.run();
    try {
      const outcomes = run();
      let { n: rows } = this.#s.writtenRows.get()!;
      const hasWritten = rows > this.#rows;
      if (hasWritten) {
        rows += Number(this.#s.count.run(this.#commits + 1).changes) + this.#covers.save();
      }
      this.#s.commit.run();
      if (hasWritten) {
        this.#commits++;
        this.#rows = rows;
      }
      return outcomes;
    } catch (error) {
      if (this.#db.isTransaction) this.#db.exec('ROLLBACK');
      this.#covers.restore(covered);
      this.#seq = readProgress(this.#db).seq;
      this.#groups.reload(this.#db, this.#seq);
      throw error;
    }
  }

  #runPlain(work: Work<unknown>): Outcome {
    this.#hasWritten = false;
    try {
      return { value: work(this.#tx) };
    } catch (error) {
      if (this.#hasWritten || !(error instanceof Undo)) throw new HalfDone();
      return { value: error.result };
    }
  }

  #runInSavepoint(work: Work<unknown>): Outcome {
    const { savepoint, release, undo } = this.#s;
    const seq = this.#seq;
    const covered = this.#covers.snapshot();
    savepoint.run();
    try {
      const value = work(this.#tx);
      release.run();
      return { value };
    } catch (error) {
      // A full disk may have rolled back the whole transaction, including the neighbours.
      if (!this.#db.isTransaction) throw error;
      undo.run();
      release.run();
      this.#covers.restore(covered);
      this.#seq = seq;
      this.#groups.reload(this.#db, seq);
      return error instanceof Undo ? { value: error.result } : { error: String(error) };
    }
  }
}

function prepare(db: DatabaseSync) {
  return {
    begin: db.prepare('BEGIN IMMEDIATE'),
    commit: db.prepare('COMMIT'),
    savepoint: db.prepare('SAVEPOINT work'),
    release: db.prepare('RELEASE work'),
    undo: db.prepare('ROLLBACK TO work'),
    writtenRows: query<{ n: number }>(db, 'SELECT total_changes() AS n'),
    count: db.prepare('UPDATE progress SET commits = ?'),
  };
}
