// The operators' side of callbacks, over the store: what may be registered, and that work begins at once.
import { randomBytes } from 'node:crypto';
import type { CallbackDesk, DeskProblem } from '../core/callback-desk.ts';
import type { CallbackStore } from '../core/callbacks.ts';
import type { AddressList } from '../protocol/addresses.ts';
import { urlProblem } from './address-guard.ts';
import type { Callbacks } from './callbacks.ts';
import { newSecret, rotateSecret, secretProblem } from './signature.ts';

const BY_OPERATOR = 'by an operator';

export function callbackDesk(
  store: CallbackStore,
  callbacks: Callbacks,
  allowed: AddressList,
): CallbackDesk {
  const check = (url?: string, secret?: string): DeskProblem | null => {
    const badUrl = url === undefined ? null : urlProblem(url, allowed);
    if (badUrl !== null) return { field: 'url', problem: badUrl };
    const badSecret = secret === undefined ? null : secretProblem(secret);
    return badSecret === null ? null : { field: 'secret', problem: badSecret };
  };
  return {
    listEndpoints: store.listEndpoints,
    findEndpoint: store.findEndpoint,
    listDeliveries: store.listDeliveries,
    listAlerts: store.listAlerts,
    ping: (endpoint) => callbacks.ping(endpoint),

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
      const problem = check(change.url);
      if (problem) return problem;
      const found = await store.findEndpoint(endpointId);
      if (change.url !== undefined && found?.origin === 'declared') {
        return { field: 'url', problem: 'is declared by the platform; change it there' };
      }
      const changed = await store.changeEndpoint(endpointId, change, now, BY_OPERATOR);
      callbacks.wake();
      return changed;
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

    async replay(deliveryId, now) {
      const isDue = await store.replay(deliveryId, now);
      callbacks.wake();
      return isDue;
    },

    async replayAll(filter, now) {
      const count = await store.replayAll(filter, now);
      callbacks.wake();
      return count;
    },
  };
}
