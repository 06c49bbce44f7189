// Fan-out over all groups: one group after the other, and a group that waits for a lock holds up no other.
import type { CallbackStore, FanOut, PendingEvents } from '../../core/callbacks.ts';
import type { Group } from './group.ts';
import type { Groups } from './groups.ts';
import { LATE_MS, Rounds } from './slots.ts';
import { Turns } from './turns.ts';

export interface FanOutListeners {
  /** Deliveries were made in the group; `isLate`: after {@link GroupedFanOut.fanOut} had returned. */
  onDeliveries(group: Group, isLate: boolean): void;
  /** There may be something to fan out in a group that was late. */
  onLate(): void;
}

export class GroupedFanOut implements Pick<CallbackStore, 'readEvents' | 'fanOut'> {
  readonly #turns: Turns;
  readonly #rounds: Rounds<Group, PendingEvents>;
  readonly #listeners: FanOutListeners;
  /** Read, and not yet fanned out. */
  readonly #read: { readonly group: Group; readonly pending: PendingEvents }[] = [];
  #underHand: Group | undefined;
  /** Groups whose deliveries are being stored, which takes long. */
  readonly #storing = new Set<Group>();
  /** Whether anybody wants the events of the group, as it answered last. */
  readonly #heard = new Map<Group, boolean>();
  readonly #failed: unknown[] = [];

  constructor(groups: Groups, listeners: FanOutListeners) {
    this.#turns = new Turns(groups);
    this.#rounds = new Rounds((group) => {
      this.#turns.note(group);
      listeners.onLate();
    });
    this.#listeners = listeners;
  }

  /** The group has new events. */
  note(group: Group): void {
    this.#turns.note(group);
  }

  /**
   * The events of one group; the next call brings those of the next group.
   *
   * @throws what kept a group from being fanned out, after the other groups
   */
  async readEvents(limit: number, declaring: readonly string[]): Promise<PendingEvents> {
    if (this.#read.length === 0) {
      const isUnderWay = (group: Group) =>
        this.#storing.has(group) || this.#rounds.isUnderWay(group);
      const answers = await this.#rounds.ask(this.#turns.take(isUnderWay), ({ storage }) =>
        storage.callbacks.readEvents(limit, declaring),
      );
      for (const [group, pending] of answers) {
        this.#heard.set(group, pending.isHeard);
        if (pending.to > pending.cursor) this.#read.push({ group, pending });
      }
    }
    const isHeard = this.#heard.size === 0 || [...this.#heard.values()].includes(true);
    const next = this.#read.shift();
    if (!next) {
      if (this.#failed.length > 0) throw this.#failed.shift();
      return { isHeard, cursor: 0, to: 0, events: [], endpoints: [] };
    }
    this.#underHand = next.group;
    this.#turns.note(next.group); // There may be more.
    return { ...next.pending, isHeard: isHeard || this.#read.length > 0 };
  }

  /** Of the group that {@link readEvents} has brought. Returns false if the group is late. */
  async fanOut(result: FanOut): Promise<boolean> {
    const group = this.#underHand!;
    let isLate = false;
    const stored = this.#store(group, result, () => isLate);
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<boolean>((resolve) => {
      timer = setTimeout(() => {
        isLate = true;
        this.#storing.add(group);
        resolve(false);
      }, LATE_MS);
    });
    const isDone = await Promise.race([stored, late]);
    clearTimeout(timer);
    return isDone;
  }

  async #store(group: Group, result: FanOut, isLate: () => boolean): Promise<boolean> {
    let isDone = false;
    try {
      isDone = await group.storage.callbacks.fanOut(result);
      if (result.deliveries.length > 0) this.#listeners.onDeliveries(group, isLate());
    } catch (error) {
      this.#failed.push(error);
      this.#turns.leave(group); // Else this round would try again and again.
    }
    if (this.#storing.delete(group)) this.#listeners.onLate();
    return isDone;
  }
}
