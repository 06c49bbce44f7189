// Callbacks that a program pulls for a listener: the bytes and signature headers that an endpoint would
// get, in the order of the events, until they are acknowledged.
import { createHmac, randomBytes } from 'node:crypto';
import type { CallbackEndpoint } from '../core/callback-endpoint.ts';
import type { CallbackEvent, CallbackStore } from '../core/callbacks.ts';
import type { Clock, Instant } from '../core/clock.ts';
import { systemClock } from '../core/clock.ts';
import type {
  Acknowledgement,
  Listener,
  ListenerStore,
  PulledBatch,
  PulledCallback,
  PulledCallbacks,
} from '../core/listeners.ts';
import { REVEALED_EVENT } from '../core/reveal-sealed.ts';
import type { Environment, Platform } from '../protocol/platform.ts';
import { SECRET_PREFIX } from '../protocol/standard-webhooks.ts';
import { statusProblem } from './answer.ts';
import { CONTENT_TYPE, messageBody } from './message.ts';
import { liveSecrets, signatureHeaders } from './signature.ts';

export interface PulledParts {
  readonly storage: {
    readonly listeners: ListenerStore;
    readonly callbacks: Pick<CallbackStore, 'findEndpoint'>;
  };
  readonly platforms: readonly Platform[];
  readonly environment: Environment;
  readonly clock: Clock;
  /** Derived from the master key: secrets of listeners and ids of messages are made of it. */
  readonly formKey: Uint8Array;
  /** Starts a fan-out, which on PostgreSQL says how far events are complete. */
  wake(): void;
}

/** How often a waiting pull asks the ledger. */
const POLL_MS = 200;
/** What `waiting` counts at most: a person only wants to know that it is much. */
const COUNTED = 100_000;

export function pulledCallbacks(parts: PulledParts): PulledCallbacks & { stop(): void } {
  const { clock, storage } = parts;
  const { listeners, callbacks: endpoints } = storage;
  let isStopped = false;
  const endpointOf = async ({ endpointId }: Pick<Listener, 'endpointId'>) =>
    endpointId === null ? null : await endpoints.findEndpoint(endpointId);

  return {
    list: listeners.list,
    remove: listeners.remove,
    stop() {
      isStopped = true;
    },

    async open(wanted) {
      const session = randomBytes(18).toString('base64url');
      const listener = await listeners.open({ ...wanted, session, now: clock.now() });
      if (!listener) return null;
      parts.wake();
      const endpoint = await endpointOf(listener);
      const { isSigned } = formOf(parts, listener, endpoint);
      return {
        ...listener,
        session,
        waiting: await listeners.waiting(listener.name, COUNTED),
        secret: isSigned && endpoint === null ? secretOf(parts.formKey, listener.name) : null,
      };
    },

    async pull(name, session, { after, limit, waitMs }) {
      const until = performance.now() + waitMs;
      parts.wake();
      for (let from = after; ; ) {
        const pulled = await listeners.pull(name, session, from, limit);
        const listener = pulled && (await find(listeners, name));
        if (!pulled || !listener) return null;
        const batch = toBatch(parts, listener, await endpointOf(listener), pulled);
        if (batch.callbacks.length > 0 || isStopped) return batch;
        const isBehind = pulled.to > from && pulled.to > after;
        from = pulled.to;
        if (isBehind) continue;
        if (performance.now() >= until) return batch;
        await new Promise((resolve) => setTimeout(resolve, POLL_MS));
      }
    },

    async judge(name, answer) {
      const listener = await find(listeners, name);
      if (!listener) return undefined;
      return formOf(parts, listener, await endpointOf(listener)).problem(answer);
    },

    acknowledge: (name: string, session: string, done: Acknowledgement) =>
      listeners.acknowledge(name, session, done, clock.now()),
  };
}

async function find({ list }: ListenerStore, name: string): Promise<Listener | undefined> {
  return (await list()).find((one) => one.name === name);
}

interface Form {
  readonly isSigned: boolean;
  /** Null: an endpoint of this form does not get the event. */
  message(event: CallbackEvent): Pick<PulledCallback, 'contentType' | 'body'> | null;
  /** The valid secrets. */
  secrets(now: Instant): CallbackEndpoint['secrets'];
  readonly takesAny2xx: boolean;
  /** Why an answer is no acknowledgement; null if it is one. */
  problem(answer: { readonly status: number; readonly body: string }): string | null;
}

/**
 * The form of the endpoint whose callbacks the listener gets. Without one it is that of the platform's
 * own protocol, if it has callbacks, or else that of a registered endpoint.
 */
function formOf(
  { platforms, environment, formKey: key }: PulledParts,
  { platform: name, endpointId, name: listener }: Listener,
  endpoint: CallbackEndpoint | null,
): Form {
  const platform = platforms.find((one) => one.name === name);
  const own = platform?.callbacks?.environments.includes(environment) ? platform.callbacks : null;
  const isOwn = endpoint ? endpoint.origin === 'declared' : endpointId === null && own !== null;
  if (isOwn) {
    return {
      isSigned: false,
      takesAny2xx: own?.answerProblem === undefined,
      message: (event) => own?.body(event) ?? null,
      secrets: () => [],
      problem: ({ status, body }) =>
        statusProblem(status, body, null) ?? own?.answerProblem?.({ status, body }) ?? null,
    };
  }
  const types = endpoint?.eventTypes ?? null;
  return {
    isSigned: true,
    takesAny2xx: (endpoint?.expects ?? null) === null,
    message: (event) =>
      platform?.isForOwner?.(event) === false || (types && !types.includes(event.type))
        ? null
        : { contentType: CONTENT_TYPE, body: messageBody(event) },
    secrets: (now) =>
      endpoint
        ? liveSecrets(endpoint.secrets, now)
        : [{ secret: secretOf(key, listener), createdAt: 0, expiresAt: null }],
    problem: ({ status, body }) => statusProblem(status, body, endpoint?.expects ?? null),
  };
}

function toBatch(
  parts: PulledParts,
  listener: Listener,
  endpoint: CallbackEndpoint | null,
  { events, resends, to }: NonNullable<Awaited<ReturnType<ListenerStore['pull']>>>,
): PulledBatch {
  const form = formOf(parts, listener, endpoint);
  const secrets = form.secrets(parts.clock.now());
  const toCallback = (event: CallbackEvent, times: number | null): PulledCallback[] => {
    if (event.type === REVEALED_EVENT) return [];
    const message = form.message(event);
    if (!message) return [];
    const { seq, type, action, orderId, version } = event;
    const id = messageId(parts.formKey, listener, seq);
    const signature = signatureHeaders(secrets, id, systemClock.now(), message.body);
    const headers = { 'content-type': message.contentType, ...signature };
    return [{ seq, times, type, action, orderId, version, ...message, headers }];
  };
  return {
    callbacks: [
      ...resends.flatMap(({ event, times }) => toCallback(event, times)),
      ...events.flatMap((event) => toCallback(event, null)),
    ],
    // What the listener does not get needs no acknowledgement of its own.
    resendsToDrop: resends
      .filter(({ event, times }) => toCallback(event, times).length === 0)
      .map(({ event, times }) => ({ seq: event.seq, times })),
    to,
    takesAny2xx: form.takesAny2xx,
  };
}

const keyed = (key: Uint8Array, text: string): Buffer =>
  createHmac('sha256', key).update(text).digest();

/** Follows the master key, so that it stands in no table. */
const secretOf = (key: Uint8Array, name: string): string =>
  SECRET_PREFIX + keyed(key, `listener secret ${name}`).toString('base64');

/** The same for each time that the event arrives, and no running number. */
const messageId = (key: Uint8Array, { name }: Listener, seq: number): string =>
  `msg_${keyed(key, `listener message ${name} ${seq}`).subarray(0, 15).toString('base64url')}`;
