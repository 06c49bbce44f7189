// What the writer does inside a transaction: each job is one whole change, or nothing.
import type { DatabaseSync } from 'node:sqlite';
import { chainCreation } from '../chain.ts';
import { CallbackJobs } from './callback-jobs.ts';
import { ChainGroups } from './chain-groups.ts';
import { chainChange } from './chain-jobs.ts';
import { CountedLists } from './counted-lists.ts';
import { Covers } from './covers.ts';
import type { CommitJob, CreateJob, CreateRow, Job, JobResult, Place } from './job.ts';
import { readFloor, readProgress } from './progress.ts';
import { emptyLedger } from './reset.ts';
import { prepareStatements } from './statements.ts';
import { type StoreJob, storeJobs } from './store-jobs.ts';
import type { Progress } from './write-ahead-log.ts';

/** Thrown to undo what the job has done so far; the value is its result all the same. */
class Undo {
  readonly result: unknown;
  constructor(result: unknown) {
    this.result = result;
  }
}

/** A job that had written something came to an end that undoes it. */
class HalfDone extends Error {}

/** Runs jobs on the connection that alone writes to the ledger. */
export class Jobs {
  readonly #db: DatabaseSync;
  readonly #statements: ReturnType<typeof prepareStatements>;
  readonly #lists: CountedLists;
  readonly #callbacks: CallbackJobs;
  readonly #covers: Covers;
  readonly #groups: ChainGroups;
  readonly #runStoreJob: (job: StoreJob) => unknown;
  #seq: number;
  /** Callbacks have read up to this number: in a copy the events themselves may end before it. */
  readonly #floor: number;
  #commits: number;
  /** Rows written since the connection was opened, those that were undone included. */
  #rows = 0;
  /** Whether the job under way has written anything. */
  #hasWritten = false;

  constructor(db: DatabaseSync) {
    this.#db = db;
    this.#statements = prepareStatements(db);
    this.#lists = new CountedLists(db);
    this.#callbacks = new CallbackJobs(db);
    this.#covers = new Covers(db);
    this.#runStoreJob = storeJobs(db);
    const { seq, commits } = readProgress(db);
    this.#seq = seq;
    this.#groups = new ChainGroups(db, seq);
    this.#floor = readFloor(db);
    this.#commits = commits;
  }

  /** Changes that are in no group yet. */
  get unsealed(): number {
    return this.#seq - this.#groups.lastSeq;
  }

  get progress(): Progress {
    return { commits: this.#commits, seq: this.#seq };
  }

  /**
   * Runs all in one transaction, so that one that fails spoils no other. Returns when it is in the
   * write-ahead log, with how many rows it has written there; that is on disk when the log is.
   *
   * Almost always none fails after it has written something, so at first they run one behind the
   * other; when one does, all is undone, and they run again with a savepoint each.
   *
   * @throws when the transaction as a whole failed: then nothing of it has happened.
   */
  runAll(jobs: readonly Job[]): { readonly results: JobResult[]; readonly rows: number } {
    const before = this.#rows;
    const results = this.#runTogether(jobs);
    return { results, rows: this.#rows - before };
  }

  #runTogether(jobs: readonly Job[]): JobResult[] {
    try {
      return this.#transaction(() => jobs.map((job) => this.#runPlain(job)));
    } catch (error) {
      if (!(error instanceof HalfDone)) throw error;
      return this.#transaction(() => jobs.map((job) => this.#runInSavepoint(job)));
    }
  }

  #transaction(run: () => JobResult[]): JobResult[] {
    const covered = this.#covers.snapshot();
    this.#statements.begin.run();
    try {
      const results = run();
      const rows = Number(this.#statements.writtenRows.get()!.n);
      if (rows > this.#rows) {
        this.#statements.count.run(this.#commits + 1);
        this.#covers.save();
      }
      this.#statements.commit.run();
      if (rows > this.#rows) {
        this.#commits++;
        this.#rows = Number(this.#statements.writtenRows.get()!.n);
      }
      return results;
    } catch (error) {
      if (this.#db.isTransaction) this.#db.exec('ROLLBACK');
      this.#covers.restore(covered);
      this.#seq = readProgress(this.#db).seq;
      this.#groups.reload(this.#db, this.#seq);
      throw error;
    }
  }

  #runPlain(job: Job): JobResult {
    this.#hasWritten = false;
    try {
      return { value: this.#dispatch(job) };
    } catch (error) {
      if (this.#hasWritten || !(error instanceof Undo)) throw new HalfDone();
      return { value: error.result };
    }
  }

  #runInSavepoint(job: Job): JobResult {
    const { savepoint, release, undo } = this.#statements;
    const seq = this.#seq;
    const covered = this.#covers.snapshot();
    savepoint.run();
    try {
      const result = this.#dispatch(job);
      release.run();
      return { value: result };
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

  #dispatch(job: Job): unknown {
    switch (job.op) {
      case 'commit':
        return this.#commit(job);
      case 'create':
        return this.#create(job);
      case 'claim':
        // RETURNING gives the rows in no order of ours.
        return this.#statements.claim
          .all(job.leaseUntil, job.now, job.now, job.limit)
          .sort(
            (a, b) =>
              Number(a.dueAt) - Number(b.dueAt) || Number(a.deadlineId) - Number(b.deadlineId),
          );
      case 'drop':
        return this.#statements.endDeadline.run(job.deadlineId, job.leaseUntil).changes === 1;
      case 'saveParty': {
        const { createParty, replaceParty } = this.#statements;
        const row = [job.platform, job.partyId, job.document] as const;
        const saved =
          job.replaces === null ? createParty.run(...row) : replaceParty.run(...row, job.replaces);
        return saved.changes === 1;
      }
      case 'set':
        return this.#statements.set.run(job.name, job.value).changes;
      case 'setOnce':
        this.#statements.setOnce.run(job.name, job.value);
        return String(this.#statements.setting.get(job.name)!.value);
      case 'reset':
        this.#hasWritten = true;
        this.#seq = 0;
        return emptyLedger(this.#db, this.#groups);
      case 'forget':
        return Number(this.#statements.forget.run(job.now).changes);
      case 'seal':
        return this.#groups.seal();
      case 'callbacks':
        return this.#callbacks.run(job.job);
      case 'people':
        return job.run();
      default:
        return this.#runStoreJob(job);
    }
  }

  #commit(job: CommitJob): 'committed' {
    const s = this.#statements;
    const place = job.place ?? (s.find.get(job.orderId, job.platform) as Place | undefined);
    if (!place) throw new Undo('stale');
    const { row: id, lastChange: previous, state } = place;
    const seq = Math.max(this.#seq, this.#floor) + 1;
    const version = job.expectedVersion + 1;
    const { document, hash } = chainChange(job, place, version);
    const row = [version, job.at, job.attributes, job.lines, seq, hash] as const;
    const updated =
      job.state === state
        ? s.keepState.run(...row, id, job.expectedVersion)
        : s.moveState.run(job.state, ...row, id, job.expectedVersion);
    if (updated.changes === 0) throw new Undo('stale');
    this.#seq = seq;
    this.#hasWritten = true;
    if (job.completes) {
      const { deadlineId, leaseUntil } = job.completes;
      if (s.endDeadline.run(deadlineId, leaseUntil).changes === 0) throw new Undo('lease-lost');
    }
    if (job.once) this.#keepReply(job.once.key, job.once.reply, null, job.once.expiresAt, job.at);
    const { at, action, line, from, to, actor, note, requestId } = job;
    const what = [at, action, line, from, to, actor, note, requestId] as const;
    s.history.run(seq, id, previous, version, ...what, document, hash);
    this.#groups.add(seq, place.createdAt, hash);
    s.event.run(seq, job.eventType, job.eventPayload);
    for (const { kind, dueAt } of job.deadlines ?? []) {
      if (dueAt === null) s.clearDeadline.run(id, kind);
      else s.setDeadline.run(id, kind, dueAt);
    }
    for (const { name, sealed, mask } of job.sealed ?? []) s.seal.run(id, name, sealed, mask);
    return 'committed';
  }

  #create(job: CreateJob): unknown {
    if (job.once) {
      const kept = this.#statements.kept.get(job.once.key, job.now) as
        | { reply: string; fingerprint: string }
        | undefined;
      if (kept) {
        if (kept.fingerprint !== job.once.fingerprint) throw new Undo({ result: 'key-reused' });
        throw new Undo({ result: 'replayed', created: JSON.parse(kept.reply) });
      }
    }
    const existing: string[] = [];
    for (const row of job.rows) {
      const there = this.#insert(row, job.now);
      if (there !== null) existing.push(there);
    }
    if (existing.length > 0 && job.existing === 'refuse')
      throw new Undo({ result: 'exists', existing });
    const created = job.rows.length - existing.length;
    if (job.once) {
      this.#keepReply(
        job.once.key,
        JSON.stringify(created),
        job.once.fingerprint,
        job.once.expiresAt,
        job.now,
      );
    }
    return { result: 'created', created, existing };
  }

  /** Returns the id of the order that is there already, which is another's where a unique key is taken. */
  #insert(row: CreateRow, now: number): string | null {
    const s = this.#statements;
    for (const [name, value] of row.uniqueKeys) {
      const holder = s.uniqueHolder.get(row.platform, row.owner, name, value);
      if (holder) return String(holder.order_id);
    }
    const seq = Math.max(this.#seq, this.#floor) + 1;
    const { document, hash } = chainCreation(row, now);
    const { platform, owner, orderId, state, createdAt, attributes, lines } = row;
    const whole = [orderId, platform, owner, state, createdAt, now, attributes, lines] as const;
    const inserted = s.insert.run(...whole, seq, hash);
    if (inserted.changes === 0) return row.orderId;
    this.#hasWritten = true;
    this.#seq = seq;
    const id = inserted.lastInsertRowid;
    for (const [name, value] of row.keys) if (value !== '') s.key.run(value, name, id);
    const what = [now, 'created', null, null, state, row.actor, row.note, row.requestId] as const;
    s.history.run(seq, id, null, 1, ...what, document, hash);
    this.#groups.add(seq, createdAt, hash);
    s.event.run(seq, 'order.created', null);
    for (const { kind, dueAt } of row.deadlines) s.setDeadline.run(id, kind, dueAt);
    for (const [name, value] of row.uniqueKeys) {
      s.uniqueKey.run(row.platform, row.owner, name, value, id);
    }
    for (const list of row.lists) {
      this.#lists.add(row.platform, row.owner, list, { createdAt, orderId, row: id });
    }
    return null;
  }

  #keepReply(
    key: string,
    reply: string,
    fingerprint: string | null,
    expiresAt: number,
    now: number,
  ): void {
    const kept = this.#statements.keep.run(key, reply, fingerprint, expiresAt, now);
    if (kept.changes === 0) throw new Undo('stale');
  }
}
