// What the live views of the console read again and again: counts of each endpoint, and new events.
import type { CallbackEvent } from './callbacks.ts';
import type { Instant } from './clock.ts';

/** What one endpoint's deliveries come to; see {@link CallbackFeed.endpointStats}. */
export interface EndpointStats {
  readonly endpointId: string;
  readonly platform: string;
  readonly party: string;
  readonly enabled: boolean;
  readonly pending: number;
  /** Pending deliveries that have failed since they were made or last replayed. */
  readonly failing: number;
  readonly dead: number;
  readonly oldestPendingAt: Instant | null;
  /** Changes with every change of the endpoint's pending or dead deliveries. */
  readonly mark: string;
}

export interface CallbackFeed {
  /**
   * The counts of each endpoint that is not deleted, from the indexes of pending and dead
   * deliveries, and the largest delivery id of all (0 if there is none).
   */
  endpointStats(): Promise<{
    readonly newest: number;
    readonly endpoints: readonly EndpointStats[];
  }>;

  /**
   * Events with a number above `after`, oldest first, without moving the cursor of the fan-out. On
   * PostgreSQL an event with a lower number may still appear later, as `readEvents` explains.
   */
  eventsAfter(after: number, limit: number): Promise<readonly Omit<CallbackEvent, 'payload'>[]>;

  /** The largest number that any event has; 0 if there is none. */
  newestEvent(): Promise<number>;
}
