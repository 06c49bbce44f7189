// Results of deliveries whose group did not take them: written again until their leases end.
import type { ClaimedDelivery, DeliveryResult, Settled } from '../../core/callbacks.ts';
import type { Group } from './group.ts';
import type { Groups } from './groups.ts';

const AGAIN_MS = 500;

type Returned = Pick<ClaimedDelivery, 'deliveryId' | 'leaseUntil'>;

interface Kept {
  readonly results: readonly DeliveryResult[];
  readonly returned: readonly Returned[];
  /** By performance.now(); later the deliveries are sent again anyway. */
  readonly until: number;
}

/** As long as a lease lasts; see the dispatcher. */
const KEPT_MS = 60_000;

export class Unsettled {
  readonly #kept = new Map<Group, Kept[]>();
  readonly #timers = new Map<Group, NodeJS.Timeout>();

  /** @param groups the timers end when they are closed */
  constructor(groups: Groups) {
    groups.whenClosed(() => {
      for (const timer of this.#timers.values()) clearTimeout(timer);
    });
  }

  /** Resolves with what is known: nothing where the group does not answer. */
  async settle(
    group: Group,
    results: readonly DeliveryResult[],
    returned: readonly Returned[],
  ): Promise<Settled> {
    try {
      if (group.problem === undefined) {
        return await group.storage.callbacks.settle(results, returned);
      }
    } catch {
      // Kept below.
    }
    this.#keep(group, { results, returned, until: performance.now() + KEPT_MS });
    return { paused: [], alerts: [] };
  }

  #keep(group: Group, part: Kept): void {
    this.#kept.set(group, [...(this.#kept.get(group) ?? []), part]);
    if (this.#timers.has(group)) return;
    this.#timers.set(group, setTimeout(() => void this.#again(group), AGAIN_MS).unref());
  }

  /** Each group by itself, because one may wait for a lock. */
  async #again(group: Group): Promise<void> {
    const kept = this.#kept.get(group) ?? [];
    this.#kept.delete(group);
    const failed: Kept[] = [];
    for (const part of kept) {
      if (part.until < performance.now()) continue;
      if (group.problem !== undefined) failed.push(part);
      else {
        const { results, returned } = part;
        await group.storage.callbacks.settle(results, returned).catch(() => failed.push(part));
      }
    }
    this.#timers.delete(group);
    failed.push(...(this.#kept.get(group) ?? [])); // Those that were kept meanwhile.
    this.#kept.delete(group);
    for (const part of failed) this.#keep(group, part);
  }
}
