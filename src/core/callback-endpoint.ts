// Where callbacks go: an endpoint of a party, how its failures are met, and what is known of its health.
import type { Instant } from './clock.ts';

export interface EndpointSecret {
  /** `whsec_` and base64, in clear here; sealed wherever it is stored; never logged. */
  readonly secret: string;
  readonly createdAt: Instant;
  /** Null while it has no end. Rotation gives the older ones one. */
  readonly expiresAt: Instant | null;
}

/** What is known of an endpoint's last attempts; see core/breaker.ts. */
export interface EndpointHealth {
  /** Attempts that failed since the last that did not. */
  readonly failures: number;
  /** When the first of them was made; null when there is none. */
  readonly failingSince: Instant | null;
  /** The breaker is open until then; past it one delivery goes out as a probe. Null: closed. */
  readonly openUntil: Instant | null;
}

export interface CallbackEndpoint {
  readonly endpointId: string;
  readonly platform: string;
  /** The owner whose orders' events it gets. */
  readonly party: string;
  /** `declared` by the platform for the owner, or `registered` through the management API. */
  readonly origin: 'registered' | 'declared';
  readonly url: string;
  /** The name of its retry schedule; `src/protocol/retry-schedule.ts` has the times. */
  readonly preset: string;
  /** The text that it has to answer, where its status alone is not enough. */
  readonly expects: string | null;
  /** Null: all of them. */
  readonly eventTypes: readonly string[] | null;
  readonly enabled: boolean;
  /** Why, and since when, it is off; null while it is on. */
  readonly off: { readonly reason: string; readonly at: Instant } | null;
  readonly createdAt: Instant;
  /** Newest first; empty where nothing is signed. */
  readonly secrets: readonly EndpointSecret[];
  readonly health: EndpointHealth;
}

export type NewEndpoint = Omit<CallbackEndpoint, 'off' | 'health'>;

/** What may change of an endpoint; what is absent stays. */
export type EndpointChange = {
  readonly [K in 'url' | 'preset' | 'expects' | 'eventTypes' | 'secrets']?: CallbackEndpoint[K];
} & {
  /** Switching on begins anew: no failures, the breaker closed. */
  readonly enabled?: boolean;
};

/** Where a platform wants the events of an owner's orders; kept as that owner's one declared endpoint. */
export interface DeclaredEndpoint {
  readonly platform: string;
  readonly party: string;
  readonly url: string;
  readonly preset: string;
  readonly expects: string | null;
}
