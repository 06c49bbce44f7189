// The request log over all groups: each call in the group of its party, of an unknown party in the home.
import type { RequestLog, RequestPage, RequestQuery } from '../../core/request-log.ts';
import { type Asked, askGroups } from './ask.ts';
import type { Groups } from './groups.ts';

interface Part extends Asked {
  readonly log: RequestLog;
}

export function groupedRequestLog(groups: Groups, home: RequestLog): RequestLog {
  /** The home's log once, also if a group is in the home schema. */
  const parts = (): Part[] => {
    const all = groups.all.map((group): Part => {
      const log = () => group.storage.requests;
      return {
        ...{ name: group.name, server: group.server, problem: group.problem },
        get log() {
          return log();
        },
      };
    });
    const isHomeThere = groups.open.some(({ storage }) => storage.requests === home);
    return isHomeThere
      ? all
      : [...all, { name: 'home', server: 'home', problem: undefined, log: home }];
  };
  const ofParty = (platform: string, party: string | null): RequestLog => {
    const name = party === null ? undefined : groups.placement.known(platform, party);
    const group = name === undefined ? undefined : groups.named(name);
    return group?.isOpen ? group.storage.requests : home;
  };
  const opened = (): readonly RequestLog[] => [
    ...new Set([home, ...groups.open.map(({ storage }) => storage.requests)]),
  ];

  return {
    append: (record) => ofParty(record.platform, record.party).append(record),
    list: (query) => mergeRequests(parts(), query),
    async find(id) {
      const { answers } = await askGroups(parts(), ({ log }) => log.find(id));
      return [...answers.values()].find((found) => found !== null) ?? null;
    },
    async prune(before) {
      const { answers } = await askGroups(parts(), ({ log }) => log.prune(before));
      return [...answers.values()].reduce((sum, one) => sum + one, 0);
    },
    get dropped() {
      return opened().reduce((sum, log) => sum + log.dropped, 0);
    },
    get problem() {
      return opened().find(({ problem }) => problem !== undefined)?.problem;
    },
    async close() {},
  };
}

/**
 * Ids of calls grow with time on every node, so that they sort the calls of all groups, and one id is
 * the cursor for all. A group that has looked only as far as its own cursor ends the page there.
 */
async function mergeRequests(parts: readonly Part[], query: RequestQuery): Promise<RequestPage> {
  const { answers, silent } = await askGroups(parts, ({ log }) => log.list(query));
  const pages = [...answers.values()];
  const ends = pages.flatMap(({ nextCursor, searchedTo }) =>
    nextCursor === null ? [] : [{ id: Number(nextCursor), searchedTo }],
  );
  const end = ends.sort((a, b) => b.id - a.id)[0];
  const all = pages.flatMap(({ items }) => items).sort((a, b) => b.id - a.id);
  const seen = end === undefined ? all : all.filter(({ id }) => id >= end.id);
  const items = seen.slice(0, query.limit);
  const isCut = seen.length > query.limit;
  const last = isCut ? items.at(-1)!.id : end?.id;
  return {
    items,
    nextCursor: last === undefined ? null : String(last),
    searchedTo: (!isCut && end?.searchedTo) || null,
    ...(silent.length > 0 && { unanswered: silent }),
  };
}
