// The callbacks of a running server: fans events out, sends due deliveries, and stops in order.
import type { CallbackEndpoint } from '../core/callback-endpoint.ts';
import type { CallbackAlert } from '../core/callbacks.ts';
import { SECOND, systemClock } from '../core/clock.ts';
import type { AddressList } from '../directory/addresses.ts';
import { scheduleOf } from '../protocol/retry-schedule.ts';
import type { Lookup } from './address-guard.ts';
import { CallbackForces } from './callback-forces.ts';
import { type Post, Poster, type PostOutcome, type Posts, UNWANTED } from './deliver.ts';
import { Dispatcher, LEASE_MS } from './dispatcher.ts';
import { asWantedNow, type FanOutParts, fanOut, type Target } from './fan-out.ts';
import { CONTENT_TYPE, newMessageId, pingBody } from './message.ts';
import { besideReceivers } from './own-receivers.ts';
import { PosterThread } from './poster-thread.ts';
import { judgedByPlatform } from './send.ts';
import { liveSecrets, signatureHeaders } from './signature.ts';

/** Replacements for the outside world in tests. */
export interface CallbackOverrides {
  readonly random?: () => number;
  /** Maximum total milliseconds of a post. */
  readonly timeoutMs?: number;
  /** Resolves names on this thread. If given, posts also run on this thread. */
  readonly lookup?: Lookup;
  /** How long a sandbox force keeps a callback back at most. */
  readonly longestHoldMs?: number;
  /** If false, nothing happens until `drain` is called. */
  readonly isLive?: boolean;
}

export interface CallbackParts
  extends Omit<FanOutParts, 'onHookError' | 'forces'>,
    CallbackOverrides {
  /** Addresses that callbacks may reach in addition to public ones. */
  readonly allowed: AddressList;
  onAttempt(outcome: 'delivered' | 'failed' | 'dead'): void;
  onAlert(alert: Omit<CallbackAlert, 'alertId'>): void;
  onError(error: unknown, what: string): void;
}

/**
 * Maximum delay until a due delivery is noticed, such as a retry or a change of another process.
 */
const POLL_MS = SECOND;
/**
 * After a change the fan-out waits this long, so that it also handles changes that follow at once.
 */
const GATHER_MS = 10;

export class Callbacks {
  /** What sandbox forces do to callbacks; undefined in production. */
  readonly forces: CallbackForces | undefined;
  /** URLs of receivers that a sandbox has opened for a scenario; see {@link besideReceivers}. */
  readonly receivers = new Set<string>();
  readonly #parts: CallbackParts;
  readonly #poster: Posts;
  readonly #dispatcher: Dispatcher;
  #timer: NodeJS.Timeout | undefined;
  #gathering: NodeJS.Timeout | undefined;
  #fanningOut: Promise<unknown> = Promise.resolve();
  #isFanningOut = false;
  #fanOutAgain = false;
  #isListening = true;
  #stopped = false;

  constructor(parts: CallbackParts) {
    this.#parts = parts;
    const { store, clock, allowed, random = Math.random, timeoutMs, lookup } = parts;
    const limits = { allowed, timeoutMs };
    const onFailure = (error: Error): void => parts.onError(error, 'the posting thread');
    const poster = lookup
      ? new Poster({ ...limits, lookup })
      : new PosterThread({ ...limits, onFailure });
    const isSandbox = parts.environment === 'sandbox';
    this.#poster = isSandbox ? besideReceivers(poster, this.receivers) : poster;
    this.forces = isSandbox
      ? new CallbackForces({
          ...{ store, clock, longestWaitMs: parts.longestHoldMs },
          onReplay: () => this.wake(),
          onError: (error) => parts.onError(error, 'a replay after a sandbox force'),
        })
      : undefined;
    this.#dispatcher = new Dispatcher({
      store,
      clock,
      poster: this.#poster,
      random,
      forces: this.forces,
      asWantedNow: (endpoint) => this.#asWantedNow(endpoint),
      onAttempt: parts.onAttempt,
      onAlert: parts.onAlert,
      onError: (error) => parts.onError(error, 'deliveries'),
    });
  }

  async start(): Promise<void> {
    const { store, isLive = true } = this.#parts;
    await store.reclaim();
    await this.shortenPauses();
    if (!isLive) return;
    store.onChange(() => this.#changed());
    store.onDue?.(() => this.#dispatcher.wake());
    this.#poll();
  }

  /** Corrects times after the clock was set back, now or while no server ran. */
  shortenPauses(): Promise<void> {
    const { store, clock } = this.#parts;
    return store.shortenPauses(clock.now(), LEASE_MS);
  }

  /** Call this if an endpoint may want events now, or if a delivery may be due. */
  wake(): void {
    if (this.#parts.isLive === false || this.#stopped) return;
    this.#isListening = true;
    this.#changed();
    this.#dispatcher.wake();
  }

  /** Fans out and sends until nothing is due. */
  async drain(): Promise<void> {
    await this.#fanningOut; // A running fan-out may have read before the caller's change.
    await this.#fanOut();
    await this.#dispatcher.drain();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    clearTimeout(this.#gathering);
    await this.#fanningOut;
    await this.#dispatcher.stop();
    await this.forces?.letGo();
  }

  /** Posts a test message at once, without a record. */
  ping(endpoint: CallbackEndpoint): Promise<PostOutcome> {
    const { clock } = this.#parts;
    const target = this.#asWantedNow(endpoint);
    const { endpointId, url, expects, secrets } = target;
    if (url === null) return Promise.resolve(UNWANTED);
    const body = pingBody(endpointId, clock.now());
    const message = { messageId: newMessageId(), contentType: CONTENT_TYPE, body };
    return this.#poster
      .post({ url, ...message, secrets: liveSecrets(secrets, clock.now()), expects })
      .then((outcome) => judgedByPlatform(outcome, target))
      .catch(({ message: error }: Error) => ({ ...UNWANTED, error }));
  }

  /** Posts any message through the guard of callbacks, without a record. */
  post(post: Post): Promise<PostOutcome> {
    return this.#poster.post(post);
  }

  /**
   * Signs a body of an operator's as a callback of the endpoint, and posts it at once if `isPosted`.
   * There is no record of it.
   */
  async sendOwn(
    endpoint: CallbackEndpoint,
    { contentType, body }: { readonly contentType: string; readonly body: string },
    isPosted: boolean,
  ): Promise<{ headers: Record<string, string>; posted: PostOutcome | null }> {
    const target = this.#asWantedNow(endpoint);
    const secrets = liveSecrets(target.secrets, this.#parts.clock.now());
    const messageId = newMessageId();
    const signature = signatureHeaders(secrets, messageId, systemClock.now(), body);
    const headers = { 'content-type': contentType, ...signature };
    if (!isPosted) return { headers, posted: null };
    const { url, expects } = target;
    if (url === null) return { headers, posted: UNWANTED };
    const post = { url, messageId, contentType, body, secrets, expects };
    const posted = await this.#poster
      .post(post)
      .then((outcome) => judgedByPlatform(outcome, target))
      .catch(({ message: error }: Error) => ({ ...UNWANTED, error }));
    return { headers, posted };
  }

  /** Posts one pending delivery at once; see {@link Dispatcher.attempt}. */
  async attempt(deliveryId: number): ReturnType<Dispatcher['attempt']> {
    const refused = await this.#dispatcher.attempt(deliveryId);
    this.wake(); // The order's next delivery may be sent now.
    return refused;
  }

  /** Returns claimed deliveries of an endpoint that have not started. */
  forget(endpointId: string): void {
    this.#dispatcher.giveBack(endpointId);
  }

  /** Whether the owner of a declared endpoint currently wants callbacks. */
  isWanted(endpoint: CallbackEndpoint): boolean {
    return this.#asWantedNow(endpoint).url !== null;
  }

  #asWantedNow(endpoint: CallbackEndpoint): Target {
    try {
      return asWantedNow(endpoint, this.#parts);
    } catch (error) {
      this.#parts.onError(error, "a platform's callback hook");
      return { ...endpoint, schedule: scheduleOf(endpoint.preset, undefined) };
    }
  }

  #poll(): void {
    if (this.#stopped) return;
    void this.#fanOut();
    this.#dispatcher.wake();
    this.#timer = setTimeout(() => this.#poll(), POLL_MS);
    this.#timer.unref();
  }

  /** If the last fan-out found no listener, the next one can wait for the poll. */
  #changed(): void {
    if (!this.#isListening || this.#stopped) return;
    this.#gathering ??= setTimeout(() => {
      this.#gathering = undefined;
      void this.#fanOut();
    }, GATHER_MS);
  }

  #fanOut(): Promise<unknown> {
    const run = async (): Promise<void> => {
      const { onError } = this.#parts;
      try {
        const onHookError = (error: unknown) => onError(error, "a platform's callback hook");
        const { made, isHeard } = await fanOut({
          ...this.#parts,
          forces: this.forces,
          onHookError,
        });
        this.#isListening = isHeard;
        if (made > 0 && this.#parts.isLive !== false) this.#dispatcher.wake();
      } catch (error) {
        onError(error, 'fan-out');
      }
    };
    if (this.#isFanningOut) {
      this.#fanOutAgain = true; // New events may lie beyond those that the running fan-out has read.
      return this.#fanningOut;
    }
    this.#isFanningOut = true;
    this.#fanOutAgain = false;
    this.#fanningOut = run().finally(() => {
      this.#isFanningOut = false;
      if (this.#fanOutAgain && !this.#stopped) void this.#fanOut();
    });
    return this.#fanningOut;
  }
}
