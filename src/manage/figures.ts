// What the overview counts: calls, callbacks and orders near their limit, by platform and party.
import type { z } from 'zod';
import {
  type CallCount,
  type CallFigures,
  type CallOf,
  quantile,
  sumOf,
} from '../core/call-figures.ts';
import type { EndpointStats } from '../core/callback-feed.ts';
import type { CallbackManagement } from '../core/callback-management.ts';
import { type Clock, MINUTE, SECOND } from '../core/clock.ts';
import type { Ledger, OrderDeadline } from '../core/ledger.ts';
import type { Order } from '../core/order.ts';
import type { Parties } from '../directory/parties.ts';
import type { Platform } from '../protocol/platform.ts';
import { isoTime } from './endpoint.ts';
import {
  type callbacksSchema,
  DEFAULT_MINUTES,
  type deadlinesSchema,
  type FiguresAnswer,
  MAX_DEADLINES,
  MAX_ROWS,
  NEAR_MINUTES,
} from './figures-schema.ts';
import { idsOf, partiesByOwner } from './party-ids.ts';

/** Orders that the ledger gives at once. */
const LOAD = 100;
/** An answer of the ledger serves all questions for so long, or for as often as it took to get it. */
const FRESH_MS = 2 * SECOND;
const FRESH_TIMES = 20;

export interface FiguresQuery {
  readonly platform?: string | undefined;
  readonly party?: string | undefined;
  /** The span of the calls, 1 to 60. Default: 5. */
  readonly minutes?: number | undefined;
}

export interface FigureSources {
  readonly calls: CallFigures;
  readonly callbacks: Pick<CallbackManagement, 'endpointStats'>;
  readonly ledger: Pick<Ledger, 'listDeadlines' | 'loadMany'>;
  readonly parties: Parties;
  readonly platforms: readonly Platform[];
  readonly clock: Clock;
  /** For tests: how long an answer of the ledger is kept, in milliseconds; 0 keeps none. */
  readonly freshMs?: number | undefined;
}

interface Near {
  readonly deadline: OrderDeadline;
  readonly order: Order;
}

/** What belongs to one row. */
interface Parts {
  readonly calls: CallCount[];
  readonly lastMinute: CallCount[];
  readonly endpoints: EndpointStats[];
  readonly near: Near[];
}

export class Figures {
  readonly #sources: FigureSources;
  readonly #endpoints: () => Promise<readonly EndpointStats[]>;
  readonly #near: () => Promise<readonly Near[]>;

  constructor(sources: FigureSources) {
    this.#sources = sources;
    this.#endpoints = kept(
      async () => (await sources.callbacks.endpointStats()).endpoints,
      sources.freshMs,
    );
    this.#near = kept(() => this.#readNear(), sources.freshMs);
  }

  async read({ platform, party, minutes = DEFAULT_MINUTES }: FiguresQuery): Promise<FiguresAnswer> {
    const { calls, clock, platforms } = this.#sources;
    const [endpoints, near] = await Promise.all([this.#endpoints(), this.#near()]);
    const now = clock.now();
    const rows = new Map<string, CallOf & Parts>();
    const rowOf = (of: CallOf): Parts => {
      const key = JSON.stringify([of.platform, of.party]);
      const row = rows.get(key) ?? { ...of, calls: [], lastMinute: [], endpoints: [], near: [] };
      rows.set(key, row);
      return row;
    };
    const isWanted = (of: CallOf): boolean =>
      (platform === undefined || of.platform === platform) &&
      (party === undefined || of.party === party);
    const owners = new Map(
      platforms.map(({ name }) => [name, partiesByOwner(this.#sources, name)]),
    );
    const wantedOwner = (of: { platform: string }, owner: string): boolean =>
      (platform === undefined || of.platform === platform) &&
      (party === undefined || idsOf(this.#sources, party, of.platform).owners.includes(owner));
    const ownerRow = (of: { platform: string }, owner: string): Parts =>
      rowOf({
        platform: of.platform,
        party: party ?? owners.get(of.platform)?.get(owner) ?? owner,
      });
    for (const [of, count] of calls.read(now, minutes * MINUTE)) {
      if (isWanted(of)) rowOf(of).calls.push(count);
    }
    for (const [of, count] of calls.read(now, MINUTE)) {
      if (isWanted(of)) rowOf(of).lastMinute.push(count);
    }
    for (const one of endpoints) {
      if (wantedOwner(one, one.party)) ownerRow(one, one.party).endpoints.push(one);
    }
    for (const one of near) {
      if (wantedOwner(one.order, one.order.owner))
        ownerRow(one.order, one.order.owner).near.push(one);
    }
    const seconds = Math.min(60, Math.max(1, (now - calls.since) / SECOND));
    const view = (parts: readonly (Partial<CallOf> & Parts)[]) => ({
      calls: this.#callsOf(parts, seconds),
      callbacks: callbacksOf(parts.flatMap((one) => one.endpoints)),
      deadlines: deadlinesOf(
        parts.flatMap((one) => one.near),
        now,
      ),
    });
    const all = [...rows.values()];
    const items = all
      .map((row) => ({ platform: row.platform, party: row.party, ...view([row]) }))
      .sort(
        (a, b) =>
          b.calls.count - a.calls.count ||
          b.deadlines.count - a.deadlines.count ||
          `${a.platform} ${a.party}`.localeCompare(`${b.platform} ${b.party}`),
      );
    const sums = view(all);
    return {
      now: isoTime(now),
      since: isoTime(calls.since),
      minutes,
      nearMinutes: NEAR_MINUTES,
      ...sums,
      deadlines: { ...sums.deadlines, isMore: near.length === MAX_DEADLINES },
      items: items.slice(0, MAX_ROWS),
      isMore: items.length > MAX_ROWS,
      totals: outcomesOf(calls.totals().filter(([of]) => isWanted(of))),
    };
  }

  #callsOf(parts: readonly (Partial<CallOf> & Parts)[], seconds: number) {
    const sum = sumOf(parts.flatMap(({ calls }) => calls));
    const minute = sumOf(parts.flatMap(({ lastMinute }) => lastMinute));
    const named = parts.flatMap(({ platform = '', party = null, calls }) =>
      calls.map((count): [CallOf, CallCount] => [{ platform, party }, count]),
    );
    const isSuccess = ({ platform, outcome }: { platform: string; outcome: string }): boolean =>
      this.#sources.platforms.find(({ name }) => name === platform)?.successCode === outcome;
    const { calls, refused, micros } = sum;
    return {
      count: calls,
      perSecond: Math.round((minute.calls / seconds) * 100) / 100,
      refused,
      successShare: calls === 0 ? null : (calls - refused) / calls,
      refusals: outcomesOf(named).filter((one) => !isSuccess(one)),
      meanMicros: calls === 0 ? null : Math.round(micros / calls),
      p50Micros: quantile(sum, 0.5),
      p95Micros: quantile(sum, 0.95),
      p99Micros: quantile(sum, 0.99),
    };
  }

  async #readNear(): Promise<readonly Near[]> {
    const { ledger, clock, platforms } = this.#sources;
    const before = clock.now() + NEAR_MINUTES * MINUTE;
    const deadlines = await ledger.listDeadlines(before, MAX_DEADLINES);
    const near: Near[] = [];
    for (const { name } of platforms) {
      const its = deadlines.filter(({ platform }) => platform === name);
      for (let i = 0; i < its.length; i += LOAD) {
        const part = its.slice(i, i + LOAD);
        const orders = await ledger.loadMany(
          name,
          part.map(({ orderId }) => orderId),
        );
        for (const [j, deadline] of part.entries()) {
          const order = orders[j];
          if (order) near.push({ deadline, order });
        }
      }
    }
    return near;
  }
}

function outcomesOf(counts: readonly (readonly [CallOf, CallCount])[]) {
  const sums = new Map<string, { platform: string; outcome: string; count: number }>();
  for (const [{ platform }, { outcomes }] of counts) {
    for (const [outcome, count] of outcomes) {
      const key = JSON.stringify([platform, outcome]);
      const sum = sums.get(key) ?? { platform, outcome, count: 0 };
      sum.count += count;
      sums.set(key, sum);
    }
  }
  return [...sums.values()].sort((a, b) => b.count - a.count);
}

function callbacksOf(endpoints: readonly EndpointStats[]): z.input<typeof callbacksSchema> {
  const on = endpoints.filter(({ enabled }) => enabled);
  const oldest = on.flatMap(({ oldestPendingAt }) =>
    oldestPendingAt === null ? [] : [oldestPendingAt],
  );
  const sum = (of: readonly EndpointStats[], name: 'pending' | 'failing' | 'dead'): number =>
    of.reduce((total, one) => total + one[name], 0);
  return {
    pending: sum(on, 'pending'),
    failing: sum(on, 'failing'),
    dead: sum(endpoints, 'dead'),
    oldestPendingAt: oldest.length === 0 ? null : isoTime(Math.min(...oldest)),
  };
}

function deadlinesOf(near: readonly Near[], now: number): z.input<typeof deadlinesSchema> {
  const orders = new Map(near.map(({ order }) => [`${order.platform}/${order.orderId}`, order]));
  const amounts = [...orders.values()].map(({ attributes }) => attributes.amountFen);
  const known = amounts.filter((amount) => typeof amount === 'number');
  const times = near.map(({ deadline }) => deadline.dueAt);
  return {
    count: near.length,
    overdue: times.filter((dueAt) => dueAt <= now).length,
    orders: orders.size,
    nextAt: times.length === 0 ? null : isoTime(Math.min(...times)),
    amountFen: known.reduce((sum, amount) => sum + amount, 0),
    withoutAmount: amounts.length - known.length,
  };
}

/** Asks at most so often that the ledger is busy with it for a small part of the time. */
function kept<T>(ask: () => Promise<T>, freshMs = FRESH_MS): () => Promise<T> {
  let answer: Promise<T> | undefined;
  let until = 0;
  return () => {
    if (answer && performance.now() < until) return answer;
    const began = performance.now();
    until = Number.POSITIVE_INFINITY;
    answer = ask();
    answer.then(
      () => {
        const now = performance.now();
        until = freshMs === 0 ? 0 : now + Math.max(freshMs, (now - began) * FRESH_TIMES);
      },
      () => {
        answer = undefined;
      },
    );
    return answer;
  };
}
