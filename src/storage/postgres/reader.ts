// Group read: the queries of one turn of the event loop become one statement with arrays of values.
import { LedgerUnavailableError } from '../../core/errors.ts';
import { MAX_GROUP, MAX_QUEUE } from '../group-limits.ts';

/** Maximum running statements. Meanwhile further queries are collected for the next one. */
const MAX_UNDER_WAY = 2;

interface Waiting<Q, A> {
  readonly question: Q;
  resolve(answer: A): void;
  reject(error: Error): void;
}

export class GroupReader<Q, A> {
  readonly #readAll: (questions: readonly Q[]) => Promise<readonly A[]>;
  readonly #maxUnderWay: number;
  #waiting: Waiting<Q, A>[] = [];
  #underWay = 0;
  #isScheduled = false;

  /** @param readAll answers all queries, in sequence */
  constructor(
    readAll: (questions: readonly Q[]) => Promise<readonly A[]>,
    maxUnderWay = MAX_UNDER_WAY,
  ) {
    this.#readAll = readAll;
    this.#maxUnderWay = maxUnderWay;
  }

  /** A query after the answer to a commit sees that commit, because each turn reads anew. */
  ask(question: Q): Promise<A> {
    if (this.#waiting.length >= MAX_QUEUE) {
      return Promise.reject(
        new LedgerUnavailableError(`${MAX_QUEUE} questions are waiting for the database`),
      );
    }
    return new Promise((resolve, reject) => {
      this.#waiting.push({ question, resolve, reject });
      this.#schedule();
    });
  }

  #schedule(): void {
    if (this.#isScheduled || this.#underWay >= this.#maxUnderWay) return;
    this.#isScheduled = true;
    setImmediate(() => {
      this.#isScheduled = false;
      void this.#readGroup(this.#waiting.splice(0, MAX_GROUP));
    });
  }

  async #readGroup(group: readonly Waiting<Q, A>[]): Promise<void> {
    this.#underWay++;
    if (this.#waiting.length > 0) this.#schedule();
    try {
      const answers = await this.#readAll(group.map(({ question }) => question));
      for (const [i, { resolve }] of group.entries()) resolve(answers[i]!);
    } catch (error) {
      for (const { reject } of group) reject(error as Error);
    } finally {
      this.#underWay--;
      if (this.#waiting.length > 0) this.#schedule();
    }
  }
}
