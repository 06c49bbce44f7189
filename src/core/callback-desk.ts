// What operators do with callbacks: register, change and test endpoints, look at deliveries, send them again.
import type {
  CallbackEndpoint,
  EndpointChange,
  ExpectedBody,
  RetryPreset,
} from './callback-endpoint.ts';
import type { CallbackStore } from './callbacks.ts';
import type { Instant } from './clock.ts';

/** Why something was not done: the field that is wrong, and what is wrong with it. */
export interface DeskProblem {
  readonly field: 'url' | 'secret';
  readonly problem: string;
}

export interface Registration {
  readonly platform: string;
  readonly party: string;
  readonly url: string;
  readonly preset: RetryPreset;
  readonly expects: ExpectedBody | null;
  readonly eventTypes: readonly string[] | null;
  /** Absent: a new one is made. */
  readonly secret?: string | undefined;
}

export type DeskOutcome = CallbackEndpoint | DeskProblem | null;

export interface PingOutcome {
  readonly status: number | null;
  readonly error: string | null;
  readonly durationMicros: number;
  readonly answer: string;
}

export interface CallbackDesk
  extends Pick<CallbackStore, 'listEndpoints' | 'listDeliveries' | 'listAlerts' | 'findEndpoint'> {
  register(registration: Registration, now: Instant): Promise<CallbackEndpoint | DeskProblem>;
  /** Null where there is none. */
  change(
    endpointId: string,
    change: Omit<EndpointChange, 'secrets'>,
    now: Instant,
  ): Promise<DeskOutcome>;
  /** Puts a new secret in front; those that hold sign besides for `overlapMs` more. */
  rotate(
    endpointId: string,
    secret: string | undefined,
    overlapMs: number,
    now: Instant,
  ): Promise<DeskOutcome>;
  /** Posts a message that says nothing, at once. */
  ping(endpoint: CallbackEndpoint): Promise<PingOutcome>;
  replay: CallbackStore['replay'];
  replayAll: CallbackStore['replayAll'];
}

export function isProblem(outcome: DeskOutcome): outcome is DeskProblem {
  return outcome !== null && 'problem' in outcome;
}
