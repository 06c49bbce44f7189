// The callback store over all groups: each owner's endpoints, events and deliveries are in its group.
import type { CallbackEndpoint } from '../../core/callback-endpoint.ts';
import type {
  CallbackAlert,
  CallbackStore,
  Claimed,
  ClaimedDelivery,
  Delivery,
  DeliveryResult,
  Settled,
} from '../../core/callbacks.ts';
import { askGroups } from './ask.ts';
import { auditCallbacks } from './audit.ts';
import { deliveriesIn, wholeAlerts, wholeDeliveries, wholeOrNull } from './deliveries.ts';
import { EventFeed } from './event-feed.ts';
import { GroupedFanOut } from './fan-out.ts';
import type { Group } from './group.ts';
import type { Groups } from './groups.ts';
import { groupOf, toInner, toWhole } from './ids.ts';
import { mergePages } from './merge.ts';
import { ownPage } from './own-pages.ts';
import { Rounds } from './slots.ts';
import { Turns } from './turns.ts';
import { Unsettled } from './unsettled.ts';

export function groupedCallbacks(groups: Groups): CallbackStore {
  let listener = (): void => {};
  let isListening = false;
  let wakeDispatcher = (): void => {};
  const claims = new Turns(groups);
  const claiming = new Rounds<Group, Claimed>(() => wakeDispatcher());
  const events = new GroupedFanOut(groups, {
    onDeliveries(group, isLate) {
      claims.note(group);
      if (isLate) wakeDispatcher();
    },
    onLate: () => listener(),
  });
  const feed = new EventFeed(groups);
  const unsettled = new Unsettled(groups);
  const whole = (group: Group) => (id: number) => toWhole(group.number, id);

  async function inGroupOf<T>(
    id: number,
    otherwise: T,
    act: (store: CallbackStore, id: number, group: Group) => Promise<T>,
  ): Promise<T> {
    const group = groups.byNumber(groupOf(id));
    return group ? act(group.storage.callbacks, toInner(id), group) : otherwise;
  }
  async function ofEndpoint(endpointId: string): Promise<Group | undefined> {
    const { answers } = await askGroups(groups.all, ({ storage }) =>
      storage.callbacks.findEndpoint(endpointId),
    );
    return [...answers].find(([group, found]) => found !== null && !isStray(group, found))?.[0];
  }
  /** The endpoint of a party that is moving is in two groups for a while. */
  const isStray = (
    group: Group,
    { platform, party }: Pick<CallbackEndpoint, 'platform' | 'party'>,
  ): boolean => groups.placement.isStray(group.name, platform, party);
  const ofParty = async (platform?: string, party?: string): Promise<readonly Group[] | null> => {
    if (platform === undefined || party === undefined) return null;
    const group = await groups.ofOwner(platform, party);
    return group ? [group] : [];
  };
  async function sum(count: (store: CallbackStore) => Promise<number>): Promise<number> {
    const { answers } = await askGroups(groups.all, ({ storage }) => count(storage.callbacks));
    return [...answers.values()].reduce((total, one) => total + one, 0);
  }

  return {
    onChange(given) {
      listener = given;
      if (isListening) return;
      isListening = true;
      groups.whenOpened((group) =>
        group.storage.callbacks.onChange(() => {
          events.note(group);
          listener();
        }),
      );
    },

    onDue(given) {
      wakeDispatcher = given;
    },

    readEvents: (limit, declaring) => events.readEvents(limit, declaring),
    fanOut: (result) => events.fanOut(result),

    /**
     * Asks as many groups at once as there is room for deliveries; each may fill its share. What a
     * group has claimed too late for one claim comes with the next.
     */
    async claim(request) {
      const asked = claims.take((group) => claiming.isUnderWay(group), request.limit);
      const share = Math.max(1, Math.floor(request.limit / Math.max(1, asked.length)));
      const answers = await claiming.ask(asked, ({ storage }) =>
        storage.callbacks.claim({ ...request, limit: share }),
      );
      const deliveries: ClaimedDelivery[] = [];
      const endpoints: CallbackEndpoint[] = [];
      for (const [group, claimed] of answers) {
        // A late one may have filled a smaller share.
        if (claimed.deliveries.length >= share || !asked.includes(group)) claims.note(group);
        for (const one of claimed.deliveries) {
          deliveries.push({ ...one, deliveryId: whole(group)(one.deliveryId) });
        }
        endpoints.push(...claimed.endpoints);
      }
      return { deliveries, endpoints } satisfies Claimed;
    },

    partOf: groupOf,
    /** The results of a group that does not answer are kept and written later, until their lease ends. */
    async settle(results, returned) {
      const byGroup = new Map<
        Group,
        { results: DeliveryResult[]; returned: (typeof returned)[number][] }
      >();
      const of = (deliveryId: number) => {
        const group = groups.byNumber(groupOf(deliveryId))!;
        const part = byGroup.get(group) ?? { results: [], returned: [] };
        byGroup.set(group, part);
        claims.note(group);
        return part;
      };
      for (const one of results) {
        of(one.deliveryId).results.push({ ...one, deliveryId: toInner(one.deliveryId) });
      }
      for (const one of returned) {
        of(one.deliveryId).returned.push({ ...one, deliveryId: toInner(one.deliveryId) });
      }
      const settled = await Promise.all(
        [...byGroup].map(async ([group, part]) => {
          const { paused, alerts } = await unsettled.settle(group, part.results, part.returned);
          const named = alerts.map((alert) => ({
            ...alert,
            deliveryId: wholeOrNull(group, alert.deliveryId),
          }));
          return { paused, alerts: named };
        }),
      );
      return {
        paused: settled.flatMap(({ paused }) => paused),
        alerts: settled.flatMap(({ alerts }) => alerts),
      } satisfies Settled;
    },

    reclaim: () => sum((store) => store.reclaim()),
    async shortenPauses(now, leaseMs) {
      await askGroups(groups.all, ({ storage }) => storage.callbacks.shortenPauses(now, leaseMs));
    },

    claimOne: (deliveryId, now, leaseMs) =>
      inGroupOf(deliveryId, { kind: 'unknown' }, async (store, id, group) => {
        const claim = await store.claimOne(id, now, leaseMs);
        if (claim.kind === 'waits') return { ...claim, earlier: whole(group)(claim.earlier) };
        if (claim.kind !== 'claimed') return claim;
        const { delivery } = claim;
        return {
          ...claim,
          delivery: { ...delivery, deliveryId: whole(group)(delivery.deliveryId) },
        };
      }),
    giveUp: (deliveryId, now, detail) =>
      inGroupOf(deliveryId, 'unknown', (store, id) => store.giveUp(id, now, detail)),

    async createEndpoint(endpoint) {
      const { platform, party } = endpoint;
      await groups.placement.place(platform, party);
      await groups.following(platform, party, (group) =>
        group.storage.callbacks.createEndpoint(endpoint),
      );
    },
    async findEndpoint(endpointId) {
      const group = await ofEndpoint(endpointId);
      return group ? group.storage.callbacks.findEndpoint(endpointId) : null;
    },
    async listEndpoints(filter) {
      const asked = (await ofParty(filter.platform, filter.party)) ?? groups.all;
      const { answers } = await askGroups(asked, ({ storage }) =>
        storage.callbacks.listEndpoints(filter),
      );
      return [...answers]
        .flatMap(([group, its]) => its.filter((endpoint) => !isStray(group, endpoint)))
        .sort((a, b) => a.createdAt - b.createdAt);
    },
    async changeEndpoint(endpointId, change, now, reason) {
      const group = await ofEndpoint(endpointId);
      return group ? group.storage.callbacks.changeEndpoint(endpointId, change, now, reason) : null;
    },
    async endPause(endpointId, now, bringForward) {
      const group = await ofEndpoint(endpointId);
      if (!group) return 0;
      claims.note(group);
      return group.storage.callbacks.endPause(endpointId, now, bringForward);
    },
    async deleteEndpoint(endpointId, now) {
      const group = await ofEndpoint(endpointId);
      return group ? group.storage.callbacks.deleteEndpoint(endpointId, now) : null;
    },

    /** Of one party in the sequence of its group's ids; of all by time. */
    async listDeliveries(query) {
      const { deliveryId, platform, party } = query;
      const group = deliveryId === undefined ? undefined : groups.byNumber(groupOf(deliveryId));
      if (deliveryId !== undefined && !group) return { items: [], nextCursor: null };
      const one = group ? [group] : await ofParty(platform, party);
      if (one) return deliveriesIn(one[0], query);
      return mergePages<Group, Delivery>({
        groups: groups.all,
        ...{ limit: query.limit, cursor: query.cursor },
        ask: askGroups,
        page: (asked, from, limit) =>
          ownPage(
            from,
            async (cursor) => {
              const { callbacks } = asked.storage;
              return wholeDeliveries(
                asked,
                await callbacks.listDeliveries({ ...query, cursor, limit }),
              );
            },
            (one) => !isStray(asked, one),
          ),
        at: ({ createdAt }) => createdAt,
      });
    },

    replay: (deliveryId, now) =>
      inGroupOf(deliveryId, false, (store, id, group) => {
        claims.note(group);
        return store.replay(id, now);
      }),
    async replayAll(filter, now) {
      const asked = (await ofParty(filter.platform, filter.party)) ?? groups.all;
      let total = 0;
      for (const group of asked) {
        claims.note(group);
        total += await group.storage.callbacks.replayAll(filter, now);
      }
      return total;
    },

    listAlerts: (limit, cursor) =>
      mergePages<Group, CallbackAlert>({
        groups: groups.all,
        ...{ limit, cursor },
        ask: askGroups,
        page: (group, from, most) =>
          ownPage(
            from,
            async (place) =>
              wholeAlerts(group, await group.storage.callbacks.listAlerts(most, place)),
            (one) => !isStray(group, one),
          ),
        at: ({ at }) => at,
      }),
    prune: (before) => sum((store) => store.prune(before)),

    async stats() {
      const { answers } = await askGroups(groups.all, ({ storage }) => storage.callbacks.stats());
      const all = [...answers.values()];
      const oldest = all.map(({ oldestPendingAt }) => oldestPendingAt).filter((at) => at !== null);
      return {
        pending: all.reduce((total, { pending }) => total + pending, 0),
        oldestPendingAt: oldest.length === 0 ? null : Math.min(...oldest),
        dead: all.reduce((total, { dead }) => total + dead, 0),
        endpointsOff: all.reduce((total, { endpointsOff }) => total + endpointsOff, 0),
      };
    },

    /** The newest delivery of each group is a part of its marks: there is no newest of all. */
    async endpointStats() {
      const { answers } = await askGroups(groups.all, ({ storage }) =>
        storage.callbacks.endpointStats(),
      );
      const endpoints = [...answers.values()].flatMap(({ newest, endpoints: its }) =>
        its.map((one) => ({ ...one, mark: `${one.mark}.${newest}` })),
      );
      return { newest: 0, endpoints };
    },
    eventsAfter: (after, limit) => feed.after(after, limit),
    newestEvent: () => feed.newest(),

    audit: () => auditCallbacks(groups),
  };
}
