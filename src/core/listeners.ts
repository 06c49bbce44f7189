// Listeners: named cursors over the events of a party, whose callbacks a program pulls and acknowledges.
import type { CallbackEvent } from './callbacks.ts';
import type { Instant } from './clock.ts';

export interface Listener {
  /** Unique on the server. */
  readonly name: string;
  readonly platform: string;
  /** The owner whose order events it gets. */
  readonly party: string;
  /** The endpoint whose form, event types and secrets its callbacks have; null: its own. */
  readonly endpointId: string | null;
  /** Every event up to this number is acknowledged. */
  readonly cursor: number;
  readonly createdAt: Instant;
  /** When it was opened or acknowledged last. */
  readonly seenAt: Instant;
}

export interface NewListener extends Pick<Listener, 'name' | 'platform' | 'party' | 'endpointId'> {
  /** Whoever opens the listener makes one; the holder of the session before loses it. */
  readonly session: string;
  /** Events from this time on come again, acknowledged or not; null: from the cursor on. */
  readonly since: Instant | null;
  readonly now: Instant;
}

/** An event whose delivery an operator has sent again since it was acknowledged. */
export interface Resend {
  readonly event: CallbackEvent;
  /** How often it was sent again; an acknowledgement names it, so that a later resend is not lost. */
  readonly times: number;
}

export interface Pulled {
  /** Oldest first. */
  readonly events: readonly CallbackEvent[];
  /** The last event number that `events` covers; there is nothing of the party between. */
  readonly to: number;
  readonly resends: readonly Resend[];
}

export interface Acknowledgement {
  /** All events up to this number are done. A smaller number than the cursor changes nothing. */
  readonly cursor: number;
  readonly resends: readonly { readonly seq: number; readonly times: number }[];
}

/** Each method runs in one transaction of its own. */
export interface ListenerStore {
  /**
   * Makes the listener, or takes it over with its cursor. Null: the name belongs to a listener of
   * another party or endpoint.
   */
  open(listener: NewListener): Promise<Listener | null>;
  /** Sorted by name. */
  list(): Promise<readonly Listener[]>;
  /** @returns whether it existed */
  remove(name: string): Promise<boolean>;
  /** Events that were not acknowledged, counted up to `atMost`. */
  waiting(name: string, atMost: number): Promise<number>;
  /**
   * @param after events after this number; the cursor at least
   * @returns null if the session was taken over or the listener was removed
   */
  pull(name: string, session: string, after: number, limit: number): Promise<Pulled | null>;
  /** @returns false if the session was taken over or the listener was removed */
  acknowledge(name: string, session: string, done: Acknowledgement, now: Instant): Promise<boolean>;
}

/** A callback as an endpoint would get it. */
export interface PulledCallback {
  readonly seq: number;
  /** Of a resend, for its acknowledgement; null: it is acknowledged by the cursor. */
  readonly times: number | null;
  readonly type: string;
  readonly action: string;
  readonly orderId: string;
  readonly version: number;
  readonly contentType: string;
  readonly body: string;
  /** Content type and signature. */
  readonly headers: Readonly<Record<string, string>>;
}

export interface PulledBatch {
  /** Resends first, then events in their order. */
  readonly callbacks: readonly PulledCallback[];
  /** Resends of events that the listener does not get. */
  readonly resendsToDrop: Acknowledgement['resends'];
  /** The last event number that the batch covers. */
  readonly to: number;
  /** Whether any answer with status 2xx acknowledges; else `judge` says whether it does. */
  readonly takesAny2xx: boolean;
}

export interface OpenedListener extends Listener {
  /** Of whoever opened it last; an earlier session may neither pull nor acknowledge. */
  readonly session: string;
  /** Callbacks that were not acknowledged, counted up to 100,000; some may be of other event types. */
  readonly waiting: number;
  /** The secret that signs, if the listener has one of its own. */
  readonly secret: string | null;
}

/** The port for programs that pull callbacks. */
export interface PulledCallbacks extends Pick<ListenerStore, 'list' | 'remove'> {
  /** Null: the name belongs to a listener of another party or endpoint. */
  open(
    wanted: Pick<NewListener, 'name' | 'platform' | 'party' | 'endpointId' | 'since'>,
  ): Promise<OpenedListener | null>;
  /**
   * Waits for callbacks, at most `waitMs`.
   * @returns null if the session was taken over or the listener was removed
   */
  pull(
    name: string,
    session: string,
    page: { readonly after: number; readonly limit: number; readonly waitMs: number },
  ): Promise<PulledBatch | null>;
  /** Why an answer is no acknowledgement; null if it is one; undefined without such a listener. */
  judge(
    name: string,
    answer: { readonly status: number; readonly body: string },
  ): Promise<string | null | undefined>;
  acknowledge(name: string, session: string, done: Acknowledgement): Promise<boolean>;
}
