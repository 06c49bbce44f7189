// The callbacks that a platform's own protocol sends to the owners of its orders.
import type { CallbackEvent } from '../core/callbacks.ts';
import type { Party } from '../core/party.ts';
import type { Environment, PartyDirectory } from './platform.ts';
import type { RetrySchedule } from './retry-schedule.ts';

/**
 * The callbacks that a platform's own protocol sends, in addition to the endpoints that parties
 * register.
 */
export interface PlatformCallbacks {
  /** In other environments nothing is sent, and no event is read for it. */
  readonly environments: readonly Environment[];
  /**
   * The unsigned message about an event in the platform's form; null if the protocol has none. The
   * message depends only on the event, which is a snapshot: a rule puts all needed data into
   * `eventPayload`.
   */
  body(event: CallbackEvent): { readonly contentType: string; readonly body: string } | null;
  /**
   * The address of all messages about an owner's orders; null if the owner currently wants none.
   * Called at fan-out and again when the message is sent, which may be days later.
   */
  endpoint(
    owner: string,
    context: { readonly environment: Environment; readonly parties: PartyDirectory },
  ): { readonly url: string } | null;
  /** When an unacknowledged callback is posted again. Absent: the schedule `standard`. */
  readonly schedule?: RetrySchedule;
  /**
   * The reason why an answer with status 2xx is no acknowledgement, for the list of attempts; null
   * if it is one. Absent: every 2xx acknowledges. Other statuses never do.
   */
  answerProblem?(answer: CallbackAnswer): string | null;
  /**
   * The addresses in a party's settings, so that an address that cannot be posted to is refused.
   */
  addresses?(party: Party): readonly CallbackAddress[];
}

/** The answer of a receiver. */
export interface CallbackAnswer {
  readonly status: number;
  /** The first KiB of the body, decompressed, as text. */
  readonly body: string;
}

/** An address for callbacks in a party's own settings. */
export interface CallbackAddress {
  /** The part of the party that owns the address, such as an app: stable across changes. */
  readonly key: string;
  /** The field of the address, as the management API names it. */
  readonly field: string;
  readonly url: string;
}
