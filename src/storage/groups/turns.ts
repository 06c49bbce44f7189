// The groups that have something to do, in turn.
import type { Group } from './group.ts';
import type { Groups } from './groups.ts';

/** All groups are asked for events and for due deliveries at least this often. */
const SWEEP_MS = 900;

/** The groups that have something to do, each in its turn; all of them now and then. */
export class Turns {
  readonly #groups: Groups;
  readonly #noted = new Set<Group>();
  #sweptAt = Number.NEGATIVE_INFINITY;

  constructor(groups: Groups) {
    this.#groups = groups;
  }

  note(group: Group): void {
    this.#noted.add(group);
  }

  /**
   * @param isUnderWay groups that stay noted, because they have not answered yet
   * @param atMost the others stay noted, and are the first next time
   */
  take(isUnderWay: (group: Group) => boolean, atMost = Number.POSITIVE_INFINITY): Group[] {
    const now = performance.now();
    if (now - this.#sweptAt >= SWEEP_MS) {
      this.#sweptAt = now;
      for (const group of this.#groups.all) this.#noted.add(group);
    }
    const taken = [...this.#noted].filter((group) => !isUnderWay(group)).slice(0, atMost);
    for (const group of taken) this.#noted.delete(group);
    return taken;
  }

  /** The next sweep brings the group again. */
  leave(group: Group): void {
    this.#noted.delete(group);
  }
}
