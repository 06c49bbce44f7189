// Runs works in one transaction, so that they share one commit; each work is one whole change, or nothing.
import type { DatabaseSync } from 'node:sqlite';
import { ChainGroups } from './chain-groups.ts';
import { Covers } from './covers.ts';
import { readFloor, readProgress } from './progress.ts';
import { query } from './query.ts';
import type { Progress } from './write-ahead-log.ts';

/** What a work may ask of the transaction that it runs in. */
export interface Transaction {
  /** The number that the next change of an order gets. */
  readonly nextSeq: number;
  /**
   * To be called when a work has written its first row under {@link nextSeq}: that number is used now.
   *
   * @param createdAt when the order was made, which says under which month the change is chained
   * @param hash the change's link in its order's chain
   */
  noteChange(createdAt: number, hash: string): void;
  /** To be called when a row was put into `kept_replies`, with the values of its columns. */
  noteKeptReply(
    ...row: readonly [key: string, reply: string, fingerprint: string | null, expiresAt: number]
  ): void;
  /** To be called when the ledger was emptied: changes are numbered from 1 again. */
  restart(): void;
  /** Ends the work and undoes what it has written; `result` is its result all the same. */
  undo(result: unknown): never;
}

/**
 * Statements on the connection that writes. A work that fails before it has written anything may run once
 * more, with its neighbours, so it has no effect outside of the database.
 */
export type Work<T> = (tx: Transaction) => T;

/** What became of one work: its result, or why the engine could not carry it out. */
export type Outcome = { readonly value: unknown } | { readonly error: string };

/** Thrown by {@link Transaction.undo}. */
class Undo {
  readonly result: unknown;
  constructor(result: unknown) {
    this.result = result;
  }
}

/** Thrown when a work that has written rows must be undone, which takes its neighbours with it. */
class HalfDone extends Error {}

/** Runs works on the connection that alone writes to the ledger. */
export class Transactions {
  readonly #db: DatabaseSync;
  readonly #s: ReturnType<typeof prepare>;
  readonly #covers: Covers;
  readonly #groups: ChainGroups;
  readonly #tx: Transaction;
  #seq: number;
  /** Callbacks have read up to this number: in a copy the events themselves may end before it. */
  readonly #floor: number;
  #commits: number;
  /** Rows written since the connection was opened, those that were undone included. */
  #rows = 0;
  /** Whether the work that runs has written a change. */
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

  /** Changes that are in no group yet. */
  get unsealed(): number {
    return this.#seq - this.#groups.lastSeq;
  }

  get progress(): Progress {
    return { commits: this.#commits, seq: this.#seq };
  }

  /** A work: puts the next changes under one hash; false where there are none. */
  readonly sealGroup: Work<boolean> = () => this.#groups.seal();

  /**
   * Runs all in one transaction, so that one that fails spoils no other. Returns when it is in the
   * write-ahead log, with how many rows it has written there; that is on disk when the log is.
   *
   * Almost always none fails after it has written something, so at first they run one after the
   * other; when one does, all is undone, and they run again with a savepoint each.
   *
   * @throws when the transaction as a whole failed: then nothing of it has happened.
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
      noteKeptReply: (...row) => this.#covers.tell(row),
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
      // A full disk may have rolled the whole transaction back; the neighbours are then undone too.
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
