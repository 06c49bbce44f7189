// What a platform's own protocol pushes to the owners of its orders, and where to.
import type { CallbackEvent } from '../core/callbacks.ts';
import type { Party } from '../core/party.ts';
import type { Environment, PartyDirectory } from './platform.ts';
import type { RetrySchedule } from './retry-schedule.ts';

/** What a platform's own protocol pushes about its orders, beside the endpoints that parties register. */
export interface PlatformCallbacks {
  /** Elsewhere nothing is pushed, and no event is read for it. */
  readonly environments: readonly Environment[];
  /**
   * What tells of an event, in the platform's form, unsigned; null for one that it does not tell of.
   * From the event alone, so that it is a snapshot: a rule puts what is needed into `eventPayload`.
   */
  body(event: CallbackEvent): { readonly contentType: string; readonly body: string } | null;
  /**
   * Where it goes, the same for all orders of an owner; null where its owner wants none now. Asked
   * when an event is fanned out and again when it is sent, which may be days later.
   */
  endpoint(
    owner: string,
    context: { readonly environment: Environment; readonly parties: PartyDirectory },
  ): { readonly url: string } | null;
  /** When a callback that was not acknowledged is posted again. Absent: the schedule `standard`. */
  readonly schedule?: RetrySchedule;
  /**
   * Why an answer with status 2xx does not acknowledge a callback, for the list of its attempts; null
   * where it does. Absent: any 2xx acknowledges. Any other status never does.
   */
  answerProblem?(answer: CallbackAnswer): string | null;
  /** The addresses that a party's settings hold, so that one that can never be posted to is refused. */
  addresses?(party: Party): readonly CallbackAddress[];
}

/** What a receiver answered. */
export interface CallbackAnswer {
  readonly status: number;
  /** The first KiB of the body, unpacked, as text. */
  readonly body: string;
}

/** An address that a party's own settings name for callbacks. */
export interface CallbackAddress {
  /** What it belongs to within the party, such as an app: the same before and after a change. */
  readonly key: string;
  /** The field that holds it, as the management API names it. */
  readonly field: string;
  readonly url: string;
}
