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
  #timer: NodeJS.Timeout | undefined;

  /** @param groups the timer ends when they are closed */
  constructor(groups: Groups) {
    groups.whenClosed(() => clearTimeout(this.#timer));
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
    const kept = this.#kept.get(group) ?? [];
    kept.push({ results, returned, until: performance.now() + KEPT_MS });
    this.#kept.set(group, kept);
    this.#timer ??= this.#later();
    return { paused: [], alerts: [] };
  }

  #later(): NodeJS.Timeout {
    return setTimeout(() => void this.#again(), AGAIN_MS).unref();
  }

  async #again(): Promise<void> {
    await Promise.all(
      [...this.#kept].map(async ([group, kept]) => {
        if (group.problem !== undefined) return;
        this.#kept.delete(group);
        for (const part of kept) {
          if (part.until < performance.now()) continue;
          const { results, returned } = part;
          await group.storage.callbacks.settle(results, returned).catch(() => {
            this.#kept.set(group, [...(this.#kept.get(group) ?? []), part]);
          });
        }
      }),
    );
    this.#timer = this.#kept.size > 0 ? this.#later() : undefined;
  }
}
