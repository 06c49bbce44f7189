// A callback endpoint of a party: its address, its retry settings and its health.
import type { Instant } from './clock.ts';

export interface EndpointSecret {
  /** `whsec_` and base64. Plain text in memory, encrypted in storage, never logged. */
  readonly secret: string;
  readonly createdAt: Instant;
  /** Null while the secret has no end. A rotation sets the end of the older secrets. */
  readonly expiresAt: Instant | null;
}

/** The recent failures of an endpoint; core/breaker.ts computes them. */
export interface EndpointHealth {
  /** Failed attempts since the last success. */
  readonly failures: number;
  /** Time of the first failure since the last success; null if there is none. */
  readonly failingSince: Instant | null;
  /**
   * The breaker is open until this time; afterwards one delivery is sent as a probe. Null: the
   * breaker is closed.
   */
  readonly openUntil: Instant | null;
}

export interface CallbackEndpoint {
  readonly endpointId: string;
  readonly platform: string;
  /** The owner whose order events the endpoint receives. */
  readonly party: string;
  /** `declared` by the platform for the owner, or `registered` through the management API. */
  readonly origin: 'registered' | 'declared';
  readonly url: string;
  /** The name of its retry schedule; `src/protocol/retry-schedule.ts` has the times. */
  readonly preset: string;
  /** The text that the receiver must answer; null if the HTTP status alone decides. */
  readonly expects: string | null;
  /** The event types that the endpoint receives; null: all. */
  readonly eventTypes: readonly string[] | null;
  readonly enabled: boolean;
  /** The reason and the time at which the endpoint was switched off; null while it is on. */
  readonly off: { readonly reason: string; readonly at: Instant } | null;
  readonly createdAt: Instant;
  /** Newest first; empty if the callbacks carry no signature. */
  readonly secrets: readonly EndpointSecret[];
  readonly health: EndpointHealth;
}

export type NewEndpoint = Omit<CallbackEndpoint, 'off' | 'health'>;

/** The fields of an endpoint that may change; an absent field keeps its value. */
export type EndpointChange = {
  readonly [K in 'url' | 'preset' | 'expects' | 'eventTypes' | 'secrets']?: CallbackEndpoint[K];
} & {
  /** Switching an endpoint on resets its failures and closes its breaker. */
  readonly enabled?: boolean;
};

/**
 * An address that a platform declares for the order events of an owner. Storage keeps one declared
 * endpoint per owner.
 */
export interface DeclaredEndpoint {
  readonly platform: string;
  readonly party: string;
  readonly url: string;
  readonly preset: string;
  readonly expects: string | null;
}
