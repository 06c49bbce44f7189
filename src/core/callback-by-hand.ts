// What an operator does to one delivery by hand, and why it may not be done.
import type { CallbackEndpoint } from './callback-endpoint.ts';
import type { ClaimedDelivery, DeliveryState } from './callbacks.ts';
import type { Instant } from './clock.ts';

/** A claim of one delivery by hand, or why there is none. */
export type HandClaim =
  | {
      readonly kind: 'claimed';
      readonly delivery: ClaimedDelivery;
      /** When it would have been due. */
      readonly dueAt: Instant;
      readonly endpoint: CallbackEndpoint;
    }
  | { readonly kind: 'unknown' | 'endpoint-off' }
  | { readonly kind: 'ended'; readonly state: DeliveryState }
  /** For `earlier`, a delivery of the same order to the same endpoint. */
  | { readonly kind: 'waits'; readonly earlier: number }
  /** Until `until` at the latest: the lease ends then. */
  | { readonly kind: 'under-way'; readonly until: Instant };

export type GaveUp = 'given-up' | 'unknown' | 'ended' | 'under-way';
