// Operators' work on callbacks, on top of the store: checks new endpoints, and starts due work at
// once.
import { randomBytes } from 'node:crypto';
import type { CallbackEndpoint } from '../core/callback-endpoint.ts';
import type {
  CallbackManagement,
  EndpointProblem,
  Held,
  ReplayOutcome,
} from '../core/callback-management.ts';
import type { CallbackStore } from '../core/callbacks.ts';
import type { Instant } from '../core/clock.ts';
import type { AddressList } from '../directory/addresses.ts';
import { urlProblem } from './address-guard.ts';
import type { Callbacks } from './callbacks.ts';
import { newSecret, rotateSecret, secretProblem } from './signature.ts';

const BY_OPERATOR = 'by an operator';

export function callbackManagement(
  store: CallbackStore,
  callbacks: Callbacks,
  allowed: AddressList,
): CallbackManagement {
  const check = (url?: string, secret?: string): EndpointProblem | null => {
    const isJudged = url !== undefined && !callbacks.receivers.has(url);
    const badUrl = isJudged ? urlProblem(url, allowed) : null;
    if (badUrl !== null) return { field: 'url', problem: badUrl };
    const badSecret = secret === undefined ? null : secretProblem(secret);
    return badSecret === null ? null : { field: 'secret', problem: badSecret };
  };

  /** Which of these endpoints receive nothing now. On request, a pause is ended first. */
  async function heldOf(
    endpoints: readonly CallbackEndpoint[],
    now: Instant,
    endPause: boolean,
  ): Promise<Held[]> {
    const held: Held[] = [];
    for (const { endpointId, enabled, off, health } of endpoints) {
      if (!enabled) {
        held.push({ endpointId, pausedUntil: null, off: off?.reason ?? BY_OPERATOR });
      } else if (health.openUntil !== null && health.openUntil > now) {
        if (endPause) await store.endPause(endpointId, now, false);
        else held.push({ endpointId, pausedUntil: health.openUntil, off: null });
      }
    }
    return held;
  }

  async function findDelivery(deliveryId: number) {
    return (await store.listDeliveries({ deliveryId, limit: 1 })).items[0] ?? null;
  }

  return {
    listEndpoints: store.listEndpoints,
    findEndpoint: store.findEndpoint,
    listDeliveries: store.listDeliveries,
    listAlerts: store.listAlerts,
    stats: store.stats,
    endpointStats: store.endpointStats,
    eventsAfter: store.eventsAfter,
    newestEvent: store.newestEvent,
    findDelivery,

    async ping(endpoint, now) {
      const outcome = await callbacks.ping(endpoint);
      if (outcome.error !== null) return { ...outcome, broughtForward: 0 };
      // The receiver answers again, so that deliveries which wait for their time become due now.
      const broughtForward = await store.endPause(endpoint.endpointId, now, true);
      callbacks.wake();
      return { ...outcome, broughtForward };
    },

    sendOwn: (endpoint, message, isPosted) => callbacks.sendOwn(endpoint, message, isPosted),

    attempt: (deliveryId) => callbacks.attempt(deliveryId),

    async giveUp(deliveryId, note, now) {
      const why = `given up ${BY_OPERATOR}${note === undefined ? '' : `: ${note}`}`;
      const outcome = await store.giveUp(deliveryId, now, why);
      if (outcome === 'given-up') callbacks.wake();
      return outcome;
    },

    async register({ secret, ...registration }, now) {
      const problem = check(registration.url, secret);
      if (problem) return problem;
      const endpointId = `ep_${randomBytes(12).toString('base64url')}`;
      const secrets = [{ secret: secret ?? newSecret(), createdAt: now, expiresAt: null }];
      const fixed = { endpointId, origin: 'registered', enabled: true, createdAt: now } as const;
      await store.createEndpoint({ ...registration, ...fixed, secrets });
      callbacks.wake();
      return (await store.findEndpoint(endpointId))!;
    },

    async change(endpointId, change, now) {
      const found = await store.findEndpoint(endpointId);
      if (!found) return null;
      // The stored address may be older than a rule. Changes of other fields stay possible.
      if (change.url !== undefined && change.url !== found.url) {
        const problem = check(change.url);
        if (problem) return problem;
        if (found.origin === 'declared') {
          return { field: 'url', problem: 'is declared by the platform; change it there' };
        }
      }
      const changed = await store.changeEndpoint(endpointId, change, now, BY_OPERATOR);
      if (change.enabled === false) callbacks.forget(endpointId);
      callbacks.wake();
      return changed;
    },

    async remove(endpointId, now) {
      const found = await store.findEndpoint(endpointId);
      if (!found) return null;
      if (found.origin === 'declared' && callbacks.isWanted(found)) {
        const problem = `is declared by ${found.platform} for "${found.party}"; take the address away there`;
        return { field: 'endpointId', problem };
      }
      callbacks.forget(endpointId);
      const givenUp = await store.deleteEndpoint(endpointId, now);
      return givenUp === null ? null : { givenUp };
    },

    async rotate(endpointId, secret = newSecret(), overlapMs, now) {
      const problem = check(undefined, secret);
      if (problem) return problem;
      const found = await store.findEndpoint(endpointId);
      if (!found) return null;
      if (found.origin === 'declared') {
        return {
          field: 'secret',
          problem: 'is none: the platform declares the endpoint, unsigned',
        };
      }
      const secrets = rotateSecret(found.secrets, secret, now, overlapMs);
      return store.changeEndpoint(endpointId, { secrets }, now, BY_OPERATOR);
    },

    async replay(deliveryId, endPause, now): Promise<ReplayOutcome> {
      const replayed = (await store.replay(deliveryId, now)) ? 1 : 0;
      const delivery = replayed === 0 ? null : await findDelivery(deliveryId);
      const endpoint = delivery && (await store.findEndpoint(delivery.endpointId));
      const held = endpoint ? await heldOf([endpoint], now, endPause) : [];
      callbacks.wake();
      return { replayed, held };
    },

    async replayAll(filter, endPause, now): Promise<ReplayOutcome> {
      const replayed = await store.replayAll(filter, now);
      const { platform, party, endpointId } = filter;
      const listed = replayed === 0 ? [] : await store.listEndpoints({ platform, party });
      const of = listed.filter((e) => endpointId === undefined || e.endpointId === endpointId);
      const held = await heldOf(of, now, endPause);
      callbacks.wake();
      return { replayed, held };
    },
  };
}
