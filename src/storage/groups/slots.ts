// Lets work in the background use a few connections of each server, and passes over groups that wait for a lock.
import { type Asked, IN_BACKGROUND } from './ask.ts';

/**
 * Work that takes longer waits for a lock, as of a move's fence, and its place is given to the next.
 * Where a server is only slow, this lets more of the background work run at once.
 */
export const LATE_MS = 250;

interface Places {
  taken: number;
  readonly waiting: (() => void)[];
}

export class Slots {
  readonly #servers = new Map<string, Places>();

  /** @param onLate called when the task has taken LATE_MS; it goes on */
  async run<T>(server: string, task: () => Promise<T>, onLate?: () => void): Promise<T> {
    const places = this.#servers.get(server) ?? { taken: 0, waiting: [] };
    this.#servers.set(server, places);
    if (places.taken < IN_BACKGROUND) places.taken++;
    else await new Promise<void>((enter) => places.waiting.push(enter));
    let hasPlace = true;
    const leave = (): void => {
      if (!hasPlace) return;
      hasPlace = false;
      const next = places.waiting.shift();
      if (next) next();
      else places.taken--;
    };
    const timer = setTimeout(() => {
      leave();
      onLate?.();
    }, LATE_MS);
    try {
      return await task();
    } finally {
      clearTimeout(timer);
      leave();
    }
  }
}

/** Asks groups for their part of some work, round by round. */
export class Rounds<G extends Asked, T> {
  readonly #slots = new Slots();
  readonly #asked = new Set<G>();
  readonly #late = new Map<G, T>();
  readonly #onLate: (group: G) => void;

  /** @param onLate called when an answer came after its round: the next round has it */
  constructor(onLate: (group: G) => void) {
    this.#onLate = onLate;
  }

  /** Whether the group has to answer first, or its answer to be taken, before it is asked again. */
  isUnderWay(group: G): boolean {
    return this.#asked.has(group) || this.#late.has(group);
  }

  /**
   * Resolves when each group has answered, has failed, or is late.
   *
   * @param groups of which none is under way
   * @returns the answers of this round, and those that were late in earlier rounds
   */
  async ask(groups: readonly G[], question: (group: G) => Promise<T>): Promise<ReadonlyMap<G, T>> {
    const answers = new Map(this.#late);
    this.#late.clear();
    const open = groups.filter(({ problem }) => problem === undefined);
    await Promise.all(open.map((group) => this.#askOne(group, question, answers)));
    return answers;
  }

  #askOne(group: G, question: (group: G) => Promise<T>, answers: Map<G, T>): Promise<void> {
    this.#asked.add(group);
    return new Promise((over) => {
      let isLate = false;
      const onLate = (): void => {
        isLate = true;
        over();
      };
      this.#slots
        .run(group.server, () => question(group), onLate)
        .then(
          (answer) => {
            this.#asked.delete(group);
            if (!isLate) return void answers.set(group, answer);
            this.#late.set(group, answer);
            this.#onLate(group);
          },
          () => this.#asked.delete(group), // Its problem is named, or the next round asks again.
        )
        .finally(over);
    });
  }
}
