// The port for operators' work on callbacks: register, change and test endpoints, list deliveries,
// send them again.

import type { GaveUp, HandClaim } from './callback-by-hand.ts';
import type { CallbackEndpoint, EndpointChange } from './callback-endpoint.ts';
import type { CallbackStore, Delivery, DeliveryFilter } from './callbacks.ts';
import type { Instant } from './clock.ts';

/** Why a request was refused: the wrong field, and the problem with its value. */
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
  /** If the secret is absent, the server generates one. */
  readonly secret?: string | undefined;
}

export type EndpointOutcome = CallbackEndpoint | EndpointProblem | null;

export interface PingOutcome {
  readonly status: number | null;
  readonly error: string | null;
  readonly durationMicros: number;
  readonly answer: string;
}

/** An endpoint that currently receives nothing. */
export interface Held {
  readonly endpointId: string;
  /** Null if the endpoint is switched off. */
  readonly pausedUntil: Instant | null;
  /** The reason why the endpoint is off; null if the breaker has paused it. */
  readonly off: string | null;
}

export interface ReplayOutcome {
  readonly replayed: number;
  /** The endpoints of the listed deliveries that currently receive nothing. */
  readonly held: readonly Held[];
}

export interface CallbackManagement
  extends Pick<
    CallbackStore,
    | 'listEndpoints'
    | 'listDeliveries'
    | 'listAlerts'
    | 'findEndpoint'
    | 'stats'
    | 'endpointStats'
    | 'eventsAfter'
    | 'newestEvent'
  > {
  register(registration: Registration, now: Instant): Promise<CallbackEndpoint | EndpointProblem>;
  /** Resolves to null if the endpoint does not exist. */
  change(
    endpointId: string,
    change: Omit<EndpointChange, 'secrets'>,
    now: Instant,
  ): Promise<EndpointOutcome>;
  /** Adds a new secret. The older secrets also sign for `overlapMs` more. */
  rotate(
    endpointId: string,
    secret: string | undefined,
    overlapMs: number,
    now: Instant,
  ): Promise<EndpointOutcome>;
  /**
   * Deletes an endpoint and turns its pending deliveries into dead letters. Resolves to null if the
   * endpoint does not exist.
   */
  remove(
    endpointId: string,
    now: Instant,
  ): Promise<EndpointProblem | { readonly givenUp: number } | null>;
  /**
   * Posts a test message at once. If the receiver acknowledges it, the endpoint's pause ends and
   * its waiting deliveries become due now.
   */
  ping(
    endpoint: CallbackEndpoint,
    now: Instant,
  ): Promise<PingOutcome & { readonly broughtForward: number }>;
  /**
   * Signs a body of an operator's as a callback of the endpoint, and posts it at once if `isPosted`.
   * Nothing of it is kept.
   */
  sendOwn(
    endpoint: CallbackEndpoint,
    message: { readonly contentType: string; readonly body: string },
    isPosted: boolean,
  ): Promise<{
    readonly headers: Readonly<Record<string, string>>;
    readonly posted: PingOutcome | null;
  }>;
  findDelivery(deliveryId: number): Promise<Delivery | null>;
  /**
   * Posts one pending delivery at once. Resolves when the result is stored, or to the reason why
   * nothing was posted.
   */
  attempt(deliveryId: number): Promise<Exclude<HandClaim, { kind: 'claimed' }> | null>;
  giveUp(deliveryId: number, note: string | undefined, now: Instant): Promise<GaveUp>;
  replay(deliveryId: number, endPause: boolean, now: Instant): Promise<ReplayOutcome>;
  replayAll(filter: DeliveryFilter, endPause: boolean, now: Instant): Promise<ReplayOutcome>;
}

export function isProblem(outcome: EndpointOutcome): outcome is EndpointProblem {
  return outcome !== null && 'problem' in outcome;
}
