// What operators do with callbacks: register, change and test endpoints, look at deliveries, send them again.

import type { GaveUp, HandClaim } from './callback-by-hand.ts';
import type { CallbackEndpoint, EndpointChange } from './callback-endpoint.ts';
import type { CallbackStore, Delivery, DeliveryFilter } from './callbacks.ts';
import type { Instant } from './clock.ts';

/** Why something was not done: the field that is wrong, and what is wrong with it. */
export interface EndpointProblem {
  readonly field: 'url' | 'secret' | 'endpointId';
  readonly problem: string;
}

export interface Registration {
  readonly platform: string;
  readonly party: string;
  readonly url: string;
  readonly preset: string;
  readonly expects: string | null;
  readonly eventTypes: readonly string[] | null;
  /** Absent: a new one is made. */
  readonly secret?: string | undefined;
}

export type EndpointOutcome = CallbackEndpoint | EndpointProblem | null;

export interface PingOutcome {
  readonly status: number | null;
  readonly error: string | null;
  readonly durationMicros: number;
  readonly answer: string;
}

/** An endpoint that sends nothing now. */
export interface Held {
  readonly endpointId: string;
  /** Null where it is off. */
  readonly pausedUntil: Instant | null;
  /** Why it is off; null where it is paused. */
  readonly off: string | null;
}

export interface ReplayOutcome {
  readonly replayed: number;
  /** Of the endpoints concerned. */
  readonly held: readonly Held[];
}

export interface CallbackManagement
  extends Pick<
    CallbackStore,
    'listEndpoints' | 'listDeliveries' | 'listAlerts' | 'findEndpoint' | 'stats'
  > {
  register(registration: Registration, now: Instant): Promise<CallbackEndpoint | EndpointProblem>;
  /** Null where there is none. */
  change(
    endpointId: string,
    change: Omit<EndpointChange, 'secrets'>,
    now: Instant,
  ): Promise<EndpointOutcome>;
  /** Puts a new secret in front; those that hold sign besides for `overlapMs` more. */
  rotate(
    endpointId: string,
    secret: string | undefined,
    overlapMs: number,
    now: Instant,
  ): Promise<EndpointOutcome>;
  /** Takes an endpoint away; what is pending becomes dead letters. Null where there is none. */
  remove(
    endpointId: string,
    now: Instant,
  ): Promise<EndpointProblem | { readonly givenUp: number } | null>;
  /**
   * Posts a message that says nothing, at once. Where it is acknowledged, the endpoint's pause ends,
   * and what waits for its time goes out now.
   */
  ping(
    endpoint: CallbackEndpoint,
    now: Instant,
  ): Promise<PingOutcome & { readonly broughtForward: number }>;
  findDelivery(deliveryId: number): Promise<Delivery | null>;
  /**
   * Posts one that is pending at once, and resolves when what came of it is written down; else to
   * why it was not posted.
   */
  attempt(deliveryId: number): Promise<Exclude<HandClaim, { kind: 'claimed' }> | null>;
  giveUp(deliveryId: number, note: string | undefined, now: Instant): Promise<GaveUp>;
  replay(deliveryId: number, endPause: boolean, now: Instant): Promise<ReplayOutcome>;
  replayAll(filter: DeliveryFilter, endPause: boolean, now: Instant): Promise<ReplayOutcome>;
}

export function isProblem(outcome: EndpointOutcome): outcome is EndpointProblem {
  return outcome !== null && 'problem' in outcome;
}
