// Group commit: changes that arrive during a commit share the next call.
import { randomBytes } from 'node:crypto';
import { setImmediate, setTimeout as sleep } from 'node:timers/promises';
import { LedgerUnavailableError } from '../../core/errors.ts';
import { MAX_GROUP, MAX_QUEUE } from '../group-limits.ts';
import type { Row } from './connection.ts';
import {
  ConnectionLostError,
  isCollision,
  isElsewhere,
  StatementError,
  unavailable,
} from './errors.ts';
import { type Pool, RETRY_MS } from './pool.ts';
import { statements } from './statements.ts';

/** Maximum running calls: while one waits for the disk, another may be in transit. */
const MAX_UNDER_WAY = 2;
/** How long a change is retried if the database is unavailable or in conflict. */
const PATIENCE_MS = 5000;
const MAX_COLLISIONS = 8;
/** The minimum time for finding out the fate of a change whose answer was lost. */
const SETTLE_MS = 3000;

export interface GroupRules<Change, Result> {
  /** Calls the database with a group and a token that no other call has. */
  send(run: Run, token: number, group: readonly Change[]): Promise<readonly Result[]>;
  /**
   * Which changes of a group were written by a call whose answer was lost, with their results;
   * undefined if not written. Called when that call can no longer run. Absent if this cannot be
   * found out.
   */
  written?(
    run: Run,
    token: number,
    group: readonly Change[],
  ): Promise<readonly (Result | undefined)[]>;
  /** Names that two running changes must not share. */
  names(change: Change): readonly string[];
  /**
   * The result of a waiting change that follows from `done` having ended with `result`, without a
   * call.
   */
  foresee?(waiting: Change, done: Change, result: Result): Result | undefined;
}

export type Run = (
  statement: { readonly name: string; readonly text: string },
  values: readonly unknown[],
) => Promise<Row[]>;

interface Waiting<Change, Result> {
  readonly change: Change;
  readonly until: number;
  resolve(result: Result): void;
  reject(error: Error): void;
}

export class GroupWriter<Change, Result> {
  readonly #pool: Pool;
  readonly #rules: GroupRules<Change, Result>;
  readonly #onWritten: (seconds: number) => void;
  #queue: Waiting<Change, Result>[] = [];
  #underWay = 0;
  readonly #names = new Set<string>();
  #lastError: string | undefined;
  #closed = false;
  #idle: (() => void) | undefined;

  /** @param onWritten called when a group is on disk, with the seconds that it took */
  constructor(
    pool: Pool,
    rules: GroupRules<Change, Result>,
    onWritten: (seconds: number) => void = () => {},
  ) {
    this.#pool = pool;
    this.#onWritten = onWritten;
    this.#rules = rules;
  }

  /** Resolves to the change's result when it is on disk. */
  run(change: Change): Promise<Result> {
    if (this.#closed) return Promise.reject(new LedgerUnavailableError('the ledger is closed'));
    if (this.#queue.length >= MAX_QUEUE) {
      return Promise.reject(
        new LedgerUnavailableError(`${MAX_QUEUE} changes are waiting for the database`),
      );
    }
    return new Promise((resolve, reject) => {
      this.#queue.push({ change, until: performance.now() + PATIENCE_MS, resolve, reject });
      void this.#drain();
    });
  }

  /** Why the last group failed; undefined if it succeeded. */
  get lastError(): string | undefined {
    return this.#lastError;
  }

  async close(): Promise<void> {
    this.#closed = true;
    if (this.#underWay === 0) return;
    await new Promise<void>((resolve) => {
      this.#idle = resolve;
    });
  }

  async #drain(): Promise<void> {
    if (this.#underWay >= MAX_UNDER_WAY) return;
    this.#underWay++;
    // Waits for the end of this turn of the event loop, so that its changes form one group.
    await setImmediate();
    for (let group = this.#take(); group.length > 0; group = this.#take()) {
      await this.#runGroup(group);
      for (const { change } of group)
        for (const name of this.#rules.names(change)) this.#names.delete(name);
    }
    if (--this.#underWay === 0) this.#idle?.();
  }

  /** The changes that may run together, in the sequence of arrival; conflicting later ones wait. */
  #take(): Waiting<Change, Result>[] {
    const group: Waiting<Change, Result>[] = [];
    const later: Waiting<Change, Result>[] = [];
    for (const [i, waiting] of this.#queue.entries()) {
      if (group.length >= MAX_GROUP) {
        later.push(...this.#queue.slice(i));
        break;
      }
      const its = this.#rules.names(waiting.change);
      if (its.some((name) => this.#names.has(name))) later.push(waiting);
      else {
        for (const name of its) this.#names.add(name);
        group.push(waiting);
      }
    }
    this.#queue = later;
    return group;
  }

  async #runGroup(group: readonly Waiting<Change, Result>[]): Promise<void> {
    const until = Math.max(...group.map((waiting) => waiting.until));
    let left = group;
    for (let collisions = 0; left.length > 0; ) {
      const token = randomBytes(6).readUIntBE(0, 6);
      const changes = left.map(({ change }) => change);
      let connectionName = '';
      const began = performance.now();
      try {
        const results = await this.#pool.use(until, (connection) => {
          connectionName = connection.name;
          return this.#rules.send((s, v) => connection.run(s, v), token, changes);
        });
        for (const [i, { resolve }] of left.entries()) resolve(results[i]!);
        this.#foresee(changes, results);
        this.#onWritten((performance.now() - began) / 1000);
        this.#lastError = undefined;
        return;
      } catch (error) {
        this.#lastError = (error as Error).message;
        const late = performance.now() >= until;
        if (error instanceof ConnectionLostError) {
          const undone = await this.#settleLost(connectionName, token, left, until);
          if (undone === null || late) return reject(undone ?? left, unavailable(error));
          left = undone;
          await sleep(RETRY_MS);
        } else if (isCollision(error) && ++collisions < MAX_COLLISIONS && !late) {
          // Another node changed one of these orders first; nothing was changed.
        } else if (isElsewhere(error) && !late) {
          // The connection is closed, and the next may lead to a server that accepts changes.
          await sleep(RETRY_MS);
        } else if (error instanceof StatementError && left.length > 1) {
          // Each change runs alone, so that a refused one does not affect its neighbours.
          for (const one of left) await this.#runGroup([one]);
          return;
        } else return reject(left, unavailable(error));
      }
    }
  }

  /** Of two hundred changes of one order one succeeds; this answers the others without a call. */
  #foresee(changes: readonly Change[], results: readonly Result[]): void {
    const { names, foresee } = this.#rules;
    if (!foresee || this.#queue.length === 0) return;
    const done = new Map(
      changes.flatMap((change, i) => names(change).map((name) => [name, i] as const)),
    );
    this.#queue = this.#queue.filter(({ change, resolve }) => {
      for (const name of names(change)) {
        const i = done.get(name);
        const result = i === undefined ? undefined : foresee(change, changes[i]!, results[i]!);
        if (result === undefined) continue;
        resolve(result);
        return false;
      }
      return true;
    });
  }

  /**
   * Finds out the result after a lost answer: first ends whatever the old connection still does,
   * then looks for its writes. Found writes are acknowledged only when they are as durable as
   * synchronous_commit requires, because the session may have been ended while it waited for a
   * standby, and its rows may then exist on this server only.
   *
   * @returns the changes that were not written; null if this could not be found out in time
   */
  async #settleLost(
    connectionName: string,
    token: number,
    left: readonly Waiting<Change, Result>[],
    patience: number,
  ): Promise<readonly Waiting<Change, Result>[] | null> {
    const { written } = this.#rules;
    if (!written) return null;
    const changes = left.map(({ change }) => change);
    const until = Math.max(patience, performance.now() + SETTLE_MS);
    while (performance.now() < until) {
      try {
        const results = await this.#pool.use(until, async (connection) => {
          const [fenced] = await connection.run(statements.fence, [connectionName]);
          if (fenced?.[0] !== true) return null;
          const found = await written((s, v) => connection.run(s, v), token, changes);
          if (found.some((result) => result !== undefined)) {
            await this.#pool.beSure(connection, until);
          }
          return found;
        });
        if (results === null) continue;
        for (const [i, { resolve }] of left.entries()) {
          const result = results[i];
          if (result !== undefined) resolve(result);
        }
        return left.filter((_, i) => results[i] === undefined);
      } catch (error) {
        if (!(error instanceof ConnectionLostError) && !isElsewhere(error)) return null;
        await sleep(RETRY_MS);
      }
    }
    return null;
  }
}

function reject(waiting: readonly { reject(error: Error): void }[], error: Error): void {
  for (const one of waiting) one.reject(error);
}
