// Opens a ledger in groups of owners: the home schema, a pool for each server, and every group.
import { randomBytes } from 'node:crypto';
import { refuseTransactionPooling } from '../postgres/connect.ts';
import { hasSchema } from '../postgres/database.ts';
import { readDatabaseUrl } from '../postgres/database-url.ts';
import { Lender } from '../postgres/lender.ts';
import { CONNECTIONS, MONTHS_EVERY_MS, openPostgres } from '../postgres/open.ts';
import type { Sealer } from '../seal.ts';
import type { OpenStorage } from '../storage.ts';
import { ensureSchema } from './adopt.ts';
import { askGroups } from './ask.ts';
import { groupedCallbacks } from './callbacks.ts';
import { homeUrl, readGroupsFile, schemaUrl } from './file.ts';
import { Group } from './group.ts';
import { Groups } from './groups.ts';
import type { OwnersOf } from './ledger.ts';
import { GroupedLedger } from './ledger.ts';
import { auditPlacement } from './place-audit.ts';
import { Placement } from './placement.ts';
import { groupedRequestLog } from './request-log.ts';
import {
  groupedLimits,
  groupedListeners,
  groupedOrders,
  groupedSealedTexts,
  groupedUsage,
} from './stores.ts';

export interface GroupsOptions {
  /** False if the caller passed a clock, which then takes precedence. */
  readonly databaseTime?: boolean;
  readonly requestLog?: { readonly maxBytes: number; readonly idsTellTime?: boolean } | undefined;
  readonly ownersOf: OwnersOf;
}

/** A node counts as gone after ten seconds without a beat. */
const BEAT_MS = 3000;
/** Groups that are opened at once; a new group's tables take seconds. */
const OPENED_AT_ONCE = 4;

/**
 * The home has to answer. A group that does not is opened when it does.
 *
 * @throws {UnusableDatabaseError} if the file is wrong, or the home's schema is newer
 */
export async function openGroups(
  path: string,
  sealer: Sealer,
  { databaseTime = true, requestLog, ownersOf }: GroupsOptions,
): Promise<OpenStorage> {
  const file = readGroupsFile(path);
  const node = `ordergate-${randomBytes(6).toString('hex')}`;
  const lenders = new Map(
    [...file.servers].map(([name, url]) => {
      readDatabaseUrl(url); // A wrong URL fails at the start, not at the first call.
      return [name, new Lender({ url, node: `${node}-${name}`, size: CONNECTIONS })];
    }),
  );
  const closeLenders = () => Promise.all([...lenders.values()].map((lender) => lender.close()));
  const homeServer = file.servers.get(file.home.server)!;
  const homeUrl = schemaUrl(homeServer, file.home.schema);
  let home: Awaited<ReturnType<typeof openPostgres>> | undefined;
  try {
    await ensureSchema(homeServer, file.home.schema, `${node}.make-home`);
    const lender = lenders.get(file.home.server)!;
    home = await openPostgres(homeUrl, sealer, { databaseTime, requestLog, node, lender });
    const opened = home;
    const shared = home.shared!;
    const placement = await Placement.open(home.pool, file);
    const checkServer = onceEach((name: string) =>
      refuseTransactionPooling({ url: file.servers.get(name)!, name: `${node}.probe-${name}` }),
    );
    let offset = 0;
    const groups = new Groups(
      placement,
      (name) =>
        new Group(name, {
          ...{ node, sealer, databaseTime, placement, lenders, checkServer, urls: file.servers },
          ...{ home: file.home, homeStorage: opened },
          requestLog: {
            ...requestLog,
            ...(requestLog && { maxBytes: Math.ceil(requestLog.maxBytes / file.groups.size) }),
            logs: file.groups.size,
          },
          now: () => opened.now(),
          seeOffset: (seconds) => opened.seeOffset(seconds),
        }),
      close,
      () => shared.silentMs,
    );
    shared.onClockOffset((seconds) => {
      offset = seconds;
    });
    shared.onChange('groups', async () => {
      await placement.reload();
      groups.hasMoved();
      for (const group of groups.follow()) void group.open();
    });
    await openAll(groups.all);

    let beating: Promise<unknown> = Promise.resolve();
    let isBeating = false;
    const beats = setInterval(() => {
      if (isBeating) return;
      isBeating = true;
      const all = Map.groupBy(groups.all, ({ server }) => server).values();
      beating = Promise.all([...all].map((its) => beatAll(its, offset))).finally(() => {
        isBeating = false;
      });
    }, BEAT_MS);
    beats.unref();
    const months = setInterval(() => {
      for (const group of groups.open) group.prepareMonths().catch(() => {}); // The next run will create them.
    }, MONTHS_EVERY_MS);
    months.unref();
    let closed: Promise<void> | undefined;
    function close(): Promise<void> {
      closed ??= (async () => {
        clearInterval(beats);
        clearInterval(months);
        await beating;
        await Promise.all(groups.all.map((group) => group.close()));
        await opened.close();
        await closeLenders();
      })();
      return closed;
    }
    return {
      ...opened,
      ledger: new GroupedLedger(groups, opened.ledger, ownersOf, () =>
        auditPlacement({
          ...{ urls: file.servers, home: file.home, node },
          groups: groups.all.map(({ name, place }) => ({ ...place, name })),
        }),
      ),
      requests: groupedRequestLog(groups, opened.requests),
      limits: groupedLimits(groups, opened.limits),
      callbacks: groupedCallbacks(groups),
      listeners: groupedListeners(groups),
      sealedTexts: groupedSealedTexts(groups, opened.sealedTexts),
      usage: groupedUsage(groups, opened.usage),
      ordersWithEntries: () => groupedOrders(groups),
      unserved: () =>
        groups.all.flatMap(({ name, problem, place }) =>
          problem === undefined ? [] : [{ group: name, server: place.server, problem }],
        ),
      /** The home comes last: its generation tells the other nodes. */
      async reset() {
        const { silent } = await askGroups(
          groups.all.filter(({ storage }) => storage !== opened),
          ({ storage }) => storage.reset(),
        );
        if (silent.length > 0) throw new Error(`groups that did not answer: ${silent.join(', ')}`);
        return opened.reset();
      },
      close,
    };
  } catch (error) {
    await home?.close();
    await closeLenders();
    throw error;
  }
}

/** Whether the home schema exists and holds a ledger of any version. Creates nothing. */
export async function holdsHome(path: string): Promise<boolean> {
  return hasSchema(homeUrl(path), `ordergate-${randomBytes(6).toString('hex')}.look`);
}

/** One after the other, so that calls have the other connections; a server that is down is tried once. */
async function beatAll(groups: readonly Group[], offsetSeconds: number): Promise<void> {
  for (const group of groups) {
    // A group that does not answer has a problem, which readiness names.
    await group.beat(offsetSeconds).catch(() => {});
    if (group.isOpen && group.problem !== undefined) return;
  }
}

async function openAll(groups: readonly Group[]): Promise<void> {
  const left = [...groups];
  const workers = Array.from({ length: OPENED_AT_ONCE }, async () => {
    for (let group = left.shift(); group; group = left.shift()) await group.open();
  });
  await Promise.all(workers);
}

/** The task of each name once; one that failed is done again. */
function onceEach(task: (name: string) => Promise<void>): (name: string) => Promise<void> {
  const done = new Map<string, Promise<void>>();
  return (name) => {
    const running = done.get(name) ?? task(name);
    done.set(name, running);
    running.catch(() => done.delete(name));
    return running;
  };
}
