// The newest events of all groups as one stream with numbers of this node's own, for the live views.
import type { CallbackEvent } from '../../core/callbacks.ts';
import { askGroups } from './ask.ts';
import type { Group } from './group.ts';
import type { Groups } from './groups.ts';

type FeedEvent = Omit<CallbackEvent, 'payload'>;

/** Events that are kept for readers. One that is further behind reads everything anew. */
const KEPT = 4096;
/** Events of a group in one look. */
const STEP = 1000;

/**
 * The numbers of events are counted in each group, so that there is no order among groups. This node
 * numbers events as it reads them. A node that starts later counts from a lower number, so that a reader
 * who comes back with a number of the node or the process before is told to read anew. A reader who comes
 * from a younger node to an older one gets the events that this node has kept, some perhaps again.
 */
export class EventFeed {
  readonly #groups: Groups;
  readonly #places = new Map<Group, number>();
  readonly #events: FeedEvent[] = [];
  #last = 2 ** 52 - Date.now() * 1024;
  #looking: Promise<void> | undefined;

  constructor(groups: Groups) {
    this.#groups = groups;
  }

  async newest(): Promise<number> {
    await this.#look();
    return this.#last;
  }

  async after(after: number, limit: number): Promise<readonly FeedEvent[]> {
    await this.#look();
    return this.#events.filter(({ seq }) => seq > after).slice(0, limit);
  }

  #look(): Promise<void> {
    this.#looking ??= this.#read().finally(() => {
      this.#looking = undefined;
    });
    return this.#looking;
  }

  async #read(): Promise<void> {
    const { answers } = await askGroups(this.#groups.all, async (group) => {
      const { callbacks } = group.storage;
      const place = this.#places.get(group);
      if (place === undefined) return { newest: await callbacks.newestEvent(), events: [] };
      const events = await callbacks.eventsAfter(place, STEP);
      return { newest: events.at(-1)?.seq ?? place, events };
    });
    for (const [group, { newest }] of answers) this.#places.set(group, newest);
    const found = [...answers.values()].flatMap(({ events }) => events);
    found.sort((a, b) => a.at - b.at);
    for (const event of found) this.#events.push({ ...event, seq: ++this.#last });
    this.#events.splice(0, this.#events.length - KEPT);
  }
}
