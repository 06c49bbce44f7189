// The endpoints whose callbacks have changed since the last look, by whichever node.
import type { EndpointStats } from '../../core/callback-feed.ts';
import type { CallbackManagement } from '../../core/callback-management.ts';

/** New callbacks of one look whose endpoint is asked for. */
const MAX_NEW = 200;

/**
 * Deliveries have no number that grows with each change, and an index over the time of attempts would
 * cost every attempt a write. So the counts of each endpoint are compared, which come from indexes. A
 * callback that is made and delivered between two looks changes no count: its id tells of it. One that is
 * replayed and delivered between two looks is not told.
 */
export class DeliveriesFeed {
  readonly #callbacks: Pick<CallbackManagement, 'endpointStats' | 'listDeliveries'>;
  #marks: ReadonlyMap<string, string> | undefined;
  #newest = 0;

  constructor(callbacks: Pick<CallbackManagement, 'endpointStats' | 'listDeliveries'>) {
    this.#callbacks = callbacks;
  }

  forget(): void {
    this.#marks = undefined;
  }

  /** At the first look nothing has changed. */
  async look(): Promise<EndpointStats[]> {
    const { newest, endpoints } = await this.#callbacks.endpointStats();
    const before = this.#marks;
    const since = this.#newest;
    this.#marks = new Map(endpoints.map(({ endpointId, mark }) => [endpointId, mark]));
    this.#newest = newest;
    if (!before) return [];
    const made = newest > since ? await this.#madeAfter(since) : new Set<string>();
    return endpoints.filter(
      ({ endpointId, mark }) => before.get(endpointId) !== mark || made.has(endpointId),
    );
  }

  async #madeAfter(deliveryId: number): Promise<Set<string>> {
    const { items } = await this.#callbacks.listDeliveries({ limit: MAX_NEW });
    const made = items.filter((one) => one.deliveryId > deliveryId);
    return new Set(made.map(({ endpointId }) => endpointId));
  }
}
