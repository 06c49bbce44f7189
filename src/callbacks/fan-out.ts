// Reads events after the cursor, and creates a delivery for each endpoint that wants the event.
import type { CallbackEndpoint, DeclaredEndpoint } from '../core/callback-endpoint.ts';
import type {
  CallbackEvent,
  CallbackStore,
  NewDelivery,
  PendingEvents,
} from '../core/callbacks.ts';
import type { Clock } from '../core/clock.ts';
import { REVEALED_EVENT } from '../core/reveal-sealed.ts';
import type { Environment, PartyDirectory, Platform } from '../protocol/platform.ts';
import type { PlatformCallbacks } from '../protocol/platform-callbacks.ts';
import {
  PLATFORM_PRESET,
  type RetrySchedule,
  SCHEDULES,
  scheduleOf,
} from '../protocol/retry-schedule.ts';
import type { CallbackForces } from './callback-forces.ts';
import { CONTENT_TYPE, messageBody, newMessageId } from './message.ts';

export interface FanOutParts {
  readonly store: CallbackStore;
  readonly clock: Clock;
  readonly environment: Environment;
  readonly parties: PartyDirectory;
  readonly platforms: readonly Platform[];
  /** Called if a platform's callback hook throws. The platform then does not push that event. */
  onHookError(error: unknown, event: CallbackEvent): void;
  /** Of a sandbox; see {@link CallbackForces}. */
  readonly forces?: Pick<CallbackForces, 'note'> | undefined;
}

/** Events per step: some milliseconds of this thread, and one commit. */
const STEP = 256;

export interface FannedOut {
  /** The number of deliveries. */
  readonly made: number;
  /** Whether any endpoint wants events. */
  readonly isHeard: boolean;
}

/** Fans out all available events. */
export async function fanOut(parts: FanOutParts): Promise<FannedOut> {
  const { store, clock, platforms, environment } = parts;
  const declaring = platforms
    .filter(({ callbacks }) => callbacks?.environments.includes(environment))
    .map(({ name }) => name);
  for (let made = 0; ; ) {
    const pending = await store.readEvents(STEP, declaring);
    const { cursor, to, isHeard } = pending;
    if (to === cursor) return { made, isHeard };
    const found = match(pending, parts);
    const isDone = await store.fanOut({ from: cursor, to, ...found, now: clock.now() });
    if (isDone) made += found.deliveries.length;
    // Without listeners this step covered everything, and later events can wait for the next poll.
    if (!isHeard) return { made, isHeard };
  }
}

function match(
  { events, endpoints }: PendingEvents,
  parts: FanOutParts,
): { deliveries: NewDelivery[]; declared: DeclaredEndpoint[] } {
  const deliveries: NewDelivery[] = [];
  const declared = new DeclaredEndpoints(parts);
  const newMessage = (event: CallbackEvent): string => {
    const messageId = newMessageId();
    parts.forces?.note(event, messageId);
    return messageId;
  };
  const byOwner = Map.groupBy(endpoints, ({ platform, party }) => `${platform}/${party}`);
  for (const event of events) {
    const { seq, type, platform, owner } = event;
    if (type === REVEALED_EVENT) continue;
    const own = declared.push(event);
    if (own) deliveries.push({ seq, messageId: newMessage(event), ...own });
    const source = parts.platforms.find(({ name }) => name === platform);
    if (source?.isForOwner?.(event) === false) continue;
    let body: string | undefined;
    for (const endpoint of byOwner.get(`${platform}/${owner}`) ?? []) {
      const { endpointId, eventTypes, sinceSeq } = endpoint;
      if (seq <= sinceSeq || (eventTypes && !eventTypes.includes(type))) continue;
      body ??= messageBody(event);
      const messageId = newMessage(event);
      deliveries.push({ seq, endpoint: endpointId, messageId, contentType: CONTENT_TYPE, body });
    }
  }
  return { deliveries, declared: declared.used };
}

/** The endpoints that platforms declare, one per owner. */
class DeclaredEndpoints {
  readonly used: DeclaredEndpoint[] = [];
  /** By platform and owner, so that each is asked once. */
  readonly #wanted = new Map<string, ReturnType<PlatformCallbacks['endpoint']>>();
  readonly #parts: FanOutParts;

  constructor(parts: FanOutParts) {
    this.#parts = parts;
  }

  push(event: CallbackEvent): Pick<NewDelivery, 'endpoint' | 'contentType' | 'body'> | null {
    const { platforms, environment, parties, onHookError } = this.#parts;
    const callbacks = platforms.find(({ name }) => name === event.platform)?.callbacks;
    if (!callbacks?.environments.includes(environment)) return null;
    try {
      const message = callbacks.body(event);
      if (!message) return null;
      const asked = `${event.platform}/${event.owner}`;
      let wanted = this.#wanted.get(asked);
      if (wanted === undefined) {
        wanted = callbacks.endpoint(event.owner, { environment, parties });
        this.#wanted.set(asked, wanted);
      }
      if (!wanted) return null;
      const preset = callbacks.schedule ? PLATFORM_PRESET : 'standard';
      const where = { url: wanted.url, preset, expects: null };
      return { endpoint: this.#place(where, event), ...message };
    } catch (error) {
      // Waiting for a repair of the hook would delay all other callbacks.
      onHookError(error, event);
      return null;
    }
  }

  #place(
    wanted: Pick<DeclaredEndpoint, 'url' | 'preset' | 'expects'>,
    { platform, owner }: CallbackEvent,
  ): number {
    const place = this.used.findIndex((e) => e.platform === platform && e.party === owner);
    if (place >= 0) return place;
    return this.used.push({ platform, party: owner, ...wanted }) - 1;
  }
}

/** The endpoint that a delivery is posted to. */
export type Target = Omit<CallbackEndpoint, 'url'> & {
  /** Null if its owner no longer wants callbacks. */
  readonly url: string | null;
  readonly schedule: RetrySchedule;
  readonly answerProblem?: PlatformCallbacks['answerProblem'];
};

/** A declared endpoint may have another address since its events were fanned out. */
export function asWantedNow(endpoint: CallbackEndpoint, parts: DeclarationParts): Target {
  const { platforms, environment, parties } = parts;
  const callbacks = platforms.find(({ name }) => name === endpoint.platform)?.callbacks;
  if (endpoint.origin !== 'declared') {
    return { ...endpoint, schedule: scheduleOf(endpoint.preset, callbacks?.schedule) };
  }
  const wanted = callbacks?.environments.includes(environment)
    ? callbacks.endpoint(endpoint.party, { environment, parties })
    : null;
  return {
    ...endpoint,
    url: wanted?.url ?? null,
    schedule: callbacks?.schedule ?? SCHEDULES.standard,
    answerProblem: callbacks?.answerProblem,
  };
}

type DeclarationParts = Pick<FanOutParts, 'platforms' | 'environment' | 'parties'>;
