// Limits, listeners, sealed texts and usage over all groups.
import { LedgerUnavailableError } from '../../core/errors.ts';
import type { Limits } from '../../core/limits.ts';
import type { ListenerStore } from '../../core/listeners.ts';
import type { Json } from '../../core/order.ts';
import type { OrderWithEntries } from '../../core/order-entries.ts';
import type { StorageUsage } from '../../core/storage-usage.ts';
import type { SealedTextRow, SealedTexts } from '../storage.ts';
import { askGroups } from './ask.ts';
import type { Group } from './group.ts';
import type { Groups } from './groups.ts';

/** Each owner's limits are counted in its group; those of nobody in the home. */
export function groupedLimits(groups: Groups, home: Limits): Limits {
  const of = async (owner: Parameters<Limits['pause']>[3]): Promise<Limits> => {
    const group = owner && (await groups.ofOwner(owner.platform, owner.owner));
    return group ? group.storage.limits : home;
  };
  return {
    enter: async (key, atOnce, windows, now, owner) =>
      (await of(owner)).enter(key, atOnce, windows, now),
    pause: async (keys, length, now, owner) => (await of(owner)).pause(keys, length, now),
    async close() {},
  };
}

/** A listener is in the group of its party, whose events it gets. */
export function groupedListeners(groups: Groups): ListenerStore {
  const names = new Map<string, Group>();
  groups.whenMoved(() => names.clear());
  /** The listener of a party that is moving may be in two groups, or where the party is not served yet. */
  async function inGroups() {
    const { placement } = groups;
    const { answers } = await askGroups(groups.all, async (group) =>
      (await group.storage.listeners.list()).map((listener) => {
        const { platform, party } = listener;
        return { group, listener, isStray: placement.isStray(group.name, platform, party) };
      }),
    );
    return [...answers.values()].flat();
  }
  async function ofName(name: string): Promise<Group | undefined> {
    const known = names.get(name);
    if (known) return known;
    const its = (await inGroups()).filter(({ listener }) => listener.name === name);
    const found = its.find(({ isStray }) => !isStray)?.group;
    if (!found && its.length > 0)
      throw new LedgerUnavailableError('the party of the listener moves to another group');
    if (found) names.set(name, found);
    return found;
  }
  return {
    async open(listener) {
      const { platform, party, name } = listener;
      await groups.placement.place(platform, party);
      const opened = await groups.following(platform, party, async (group) => {
        const holder = await ofName(name);
        if (holder && holder !== group) return null; // It belongs to a listener of another party.
        const its = await group.storage.listeners.open(listener);
        if (its) names.set(name, group);
        return its;
      });
      return opened ?? null;
    },
    async list() {
      const own = (await inGroups()).filter(({ isStray }) => !isStray);
      const all = own.map(({ listener }) => listener);
      return all.sort((a, b) => (a.name < b.name ? -1 : 1));
    },
    async remove(name) {
      const group = await ofName(name);
      names.delete(name);
      return group ? group.storage.listeners.remove(name) : false;
    },
    async waiting(name, atMost) {
      return (await ofName(name))?.storage.listeners.waiting(name, atMost) ?? 0;
    },
    async pull(name, session, after, limit) {
      return (await ofName(name))?.storage.listeners.pull(name, session, after, limit) ?? null;
    },
    async acknowledge(name, session, done, now) {
      const group = await ofName(name);
      return group ? group.storage.listeners.acknowledge(name, session, done, now) : false;
    },
  };
}

/** Group after group; the place of a text begins with the name of its group. */
export function groupedSealedTexts(groups: Groups, home: SealedTexts): SealedTexts {
  const { placement } = groups;
  let movesBefore = 0;
  /** What a move has copied keeps its seal of before: a renewal that goes on would miss it. */
  function refuseMoves(): void {
    const { moves } = placement;
    if (moves.length === movesBefore && !moves.some(({ isUnderWay }) => isUnderWay)) return;
    throw new Error(
      'a party moves to another group of owners; the next start goes on when the move has ended',
    );
  }
  return {
    async page(after, limit) {
      if (after === null) movesBefore = placement.moves.length;
      refuseMoves();
      const [name, place] = (after ?? [groups.all[0]!.name, null]) as readonly [string, Json];
      const from = groups.all.findIndex((group) => group.name === name);
      for (const [i, group] of groups.all.slice(from).entries()) {
        const rows = await group.storage.sealedTexts.page(i === 0 ? place : null, limit);
        if (rows.length > 0)
          return rows.map((row): SealedTextRow => ({ ...row, at: [group.name, row.at] }));
      }
      return [];
    },
    async replace(row, sealed) {
      const [name, at] = row.at as readonly [string, Json];
      await groups.named(name).storage.sealedTexts.replace({ ...row, at }, sealed);
    },
    async keepKeyCheck() {
      await placement.reload();
      refuseMoves();
      for (const { storage } of groups.all) await storage.sealedTexts.keepKeyCheck();
      await home.keepKeyCheck();
    },
  };
}

/** Several groups may be in one database, whose size counts once for each server. */
export function groupedUsage(groups: Groups, home: StorageUsage): StorageUsage {
  return {
    onCommit(listener) {
      home.onCommit(listener);
      groups.whenOpened(({ storage }) => storage.usage.onCommit(listener));
    },
    async sizes() {
      const { answers } = await askGroups(groups.all, ({ storage }) => storage.usage.sizes());
      const byServer = new Map<string, number>();
      let requestLog = 0;
      for (const [group, sizes] of answers) {
        requestLog += sizes.requestLog;
        const whole = sizes.ledger + sizes.requestLog;
        byServer.set(group.place.server, Math.max(whole, byServer.get(group.place.server) ?? 0));
      }
      const whole = [...byServer.values()].reduce((sum, one) => sum + one, 0);
      return { ledger: whole - requestLog, requestLog, diskFree: null };
    },
  };
}

export async function* groupedOrders(groups: Groups): AsyncGenerator<OrderWithEntries> {
  for (const { storage } of groups.all) yield* storage.ordersWithEntries();
}
