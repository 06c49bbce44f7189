// The manual actions of an operator on one delivery, and the reasons why an action is refused.
import type { CallbackEndpoint } from './callback-endpoint.ts';
import type { ClaimedDelivery, DeliveryState } from './callbacks.ts';
import type { Instant } from './clock.ts';

/** The claim of one delivery for a manual attempt, or the reason why the claim was refused. */
export type HandClaim =
  | {
      readonly kind: 'claimed';
      readonly delivery: ClaimedDelivery;
      /** The time at which the schedule would have sent the delivery. */
      readonly dueAt: Instant;
      readonly endpoint: CallbackEndpoint;
    }
  | { readonly kind: 'unknown' | 'endpoint-off' }
  | { readonly kind: 'ended'; readonly state: DeliveryState }
  /** The delivery `earlier`, of the same order and the same endpoint, must be sent first. */
  | { readonly kind: 'waits'; readonly earlier: number }
  /** Another worker holds the delivery's lease, which ends at `until`. */
  | { readonly kind: 'under-way'; readonly until: Instant };

export type GaveUp = 'given-up' | 'unknown' | 'ended' | 'under-way';
