// What a partner may reach: the services of the management API, narrowed to the data of one party.
import type { CallbackManagement } from '../core/callback-management.ts';
import type { Delivery, DeliveryQuery } from '../core/callbacks.ts';
import type { Ledger, Page } from '../core/ledger.ts';
import type { PartyScope } from '../core/principal.ts';
import type { RequestLog } from '../core/request-log.ts';
import type { Detective } from '../detective/detective.ts';
import { NoSuchRequestError } from '../detective/detective.ts';
import { QuestionError } from '../detective/question.ts';
import type { Parties } from '../directory/parties.ts';
import { ManageError, type ManageServices } from './endpoint.ts';
import { idsOf } from './party-ids.ts';

/**
 * A service that a partner does not need is absent, and asking for it is a mistake of ours. So an endpoint
 * that the table of roles opens to partners by mistake fails, and tells nothing of another party.
 */
function only<T extends object>(allowed: Partial<T>): T {
  return new Proxy(allowed, {
    get(target, name) {
      if (name in target) return Reflect.get(target, name);
      throw new Error(`a partner's call asked for ${String(name)}, which is not narrowed`);
    },
  }) as T;
}

const narrowed = new WeakMap<ManageServices, Map<string, ManageServices>>();

/** The same object for every call of one party, because jobs are kept by their services. */
export function narrowTo(services: ManageServices, scope: PartyScope): ManageServices {
  const known = narrowed.get(services) ?? new Map<string, ManageServices>();
  narrowed.set(services, known);
  const key = JSON.stringify([scope.platform, scope.partyId]);
  const made = known.get(key) ?? narrow(services, scope);
  known.set(key, made);
  return made;
}

function narrow(services: ManageServices, { platform, partyId }: PartyScope): ManageServices {
  const { parties, requests, figures, streams, clock, people, about } = services;
  const platforms = services.platforms.filter(({ name }) => name === platform);
  const owners = (): readonly string[] => idsOf(services, partyId, platform).owners;
  /** @throws {ManageError} where another party is named */
  const requireOwn = (party: string | undefined): void => {
    if (party === undefined || party === partyId || owners().includes(party)) return;
    const message = `party: this token is of ${partyId} alone`;
    throw new ManageError(404, 'unknown-party', message, 'party');
  };
  const callbacks = narrowCallbacks(services.callbacks, platform, owners);
  const own = <T extends { readonly platform: string; readonly party: string | null }>(
    one: T | null,
  ): T | null => (one?.platform === platform && one.party === partyId ? one : null);
  return only<ManageServices>({
    ...{ platforms, clock, people, about, callbacks },
    parties: only<Parties>({
      keyUses: parties.keyUses,
      isSecret: (word) => parties.isSecret(word),
      find: (name, id) =>
        name === platform && id === partyId ? parties.find(name, id) : undefined,
      list: (name) =>
        parties
          .list(platform)
          .filter((one) => one.partyId === partyId && (name ?? platform) === platform),
    }),
    requests: only<RequestLog>({
      async list(query) {
        const isOwn =
          (query.platform ?? platform) === platform && (query.party ?? partyId) === partyId;
        if (!isOwn) return { items: [], nextCursor: null, searchedTo: null };
        return requests.list({ ...query, platform, party: partyId });
      },
      find: async (id) => own(await requests.find(id)),
    }),
    detective: narrowDetective(services, callbacks, own),
    // A search asks for orders, too, of which a partner sees none.
    ledger: only<Ledger>({
      listOrders: async () => ({ items: [], nextCursor: null }),
      loadMany: async (_, ids) => ids.map(() => null),
    }),
    figures: {
      async read(query) {
        requireOwn(query.party);
        return figures.read({ ...query, platform, party: partyId });
      },
    },
    streams: {
      async open(wish) {
        requireOwn(wish.party);
        const topics = wish.topics.filter((topic) => topic !== 'orders');
        return streams.open({ ...wish, topics, platform, party: partyId });
      },
    },
  });
}

function narrowCallbacks(
  callbacks: CallbackManagement,
  platform: string,
  owners: () => readonly string[],
): CallbackManagement {
  const isOwn = (one: { readonly platform: string; readonly party: string }): boolean =>
    one.platform === platform && owners().includes(one.party);
  const findDelivery = async (deliveryId: number) => {
    const found = await callbacks.findDelivery(deliveryId);
    return found && isOwn(found) ? found : null;
  };
  /** The owners that a filter asks for, of those that are the party's own. */
  const asked = (filter: {
    readonly platform?: string | undefined;
    readonly party?: string | undefined;
  }) =>
    (filter.platform ?? platform) === platform
      ? owners().filter((owner) => owner === (filter.party ?? owner))
      : [];
  return only<CallbackManagement>({
    findDelivery,
    listDeliveries: async (query) =>
      mergePages(
        await Promise.all(
          asked(query).map((party) => callbacks.listDeliveries({ ...query, platform, party })),
        ),
        query,
      ),
    listEndpoints: async (filter) => {
      const found = await callbacks.listEndpoints({ ...filter, platform });
      return asked(filter).length === 0 ? [] : found.filter(isOwn);
    },
    async findEndpoint(endpointId) {
      const found = await callbacks.findEndpoint(endpointId);
      return found && isOwn(found) ? found : null;
    },
    async ping(endpoint, now) {
      if (!isOwn(endpoint)) throw new Error('a partner may test its own endpoints alone');
      return callbacks.ping(endpoint, now);
    },
    async replay(deliveryId, endPause, now) {
      if (!(await findDelivery(deliveryId))) return { replayed: 0, held: [] };
      return callbacks.replay(deliveryId, endPause, now);
    },
    async replayAll(filter, endPause, now) {
      const outcomes = [];
      for (const party of asked(filter)) {
        outcomes.push(await callbacks.replayAll({ ...filter, platform, party }, endPause, now));
      }
      return {
        replayed: outcomes.reduce((sum, { replayed }) => sum + replayed, 0),
        held: outcomes.flatMap(({ held }) => held),
      };
    },
  });
}

/** Pages of several owners as one, newest first; the cursor of each is the number of a delivery. */
function mergePages(pages: readonly Page<Delivery>[], { limit }: DeliveryQuery): Page<Delivery> {
  const all = pages.flatMap(({ items }) => items).sort((a, b) => b.deliveryId - a.deliveryId);
  const items = all.slice(0, limit);
  const isMore = all.length > limit || pages.some(({ nextCursor }) => nextCursor !== null);
  return { items, nextCursor: isMore ? String(items.at(-1)!.deliveryId) : null };
}

/** A pasted request or string may be of anybody, and the answer would tell of their keys. */
function narrowDetective(
  { detective, requests }: ManageServices,
  callbacks: CallbackManagement,
  own: <T extends { readonly platform: string; readonly party: string | null }>(
    one: T | null,
  ) => T | null,
): Detective {
  return only<Detective>({
    async askRow(platform, requestId, secret) {
      if (own(await requests.find(requestId))) return detective.askRow(platform, requestId, secret);
      throw new NoSuchRequestError(`no call ${requestId} of yours is in the request log`);
    },
    async askCallback(platform, question, secret) {
      const { endpointId = '' } = question;
      if (await callbacks.findEndpoint(endpointId)) {
        return detective.askCallback(platform, question, secret);
      }
      throw new QuestionError('callback.endpointId', 'has to name an endpoint of yours');
    },
    askRequest: async () => {
      throw new QuestionError('requestId', 'has to name a call of yours; a partner pastes none');
    },
    askString: async () => {
      throw new QuestionError('requestId', 'has to name a call of yours; a partner pastes none');
    },
  });
}
