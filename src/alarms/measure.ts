// The value that a rule watches, read from what the server counts anyway.
import { statfs } from 'node:fs/promises';
import type { AlarmRule, Watched } from '../core/alarms.ts';
import type { CallbackStore } from '../core/callbacks.ts';
import { HOUR, type Instant, MINUTE, SECOND } from '../core/clock.ts';
import type { Ledger } from '../core/ledger.ts';
import type { RequestLog } from '../core/request-log.ts';
import type { Platform } from '../protocol/platform.ts';

export interface Measured {
  readonly ledger: Pick<Ledger, 'listDeadlines'>;
  readonly requests: Pick<RequestLog, 'list'>;
  readonly callbacks: Pick<CallbackStore, 'stats' | 'listDeliveries'>;
  readonly platforms: readonly Platform[];
  readonly dataDirectory: string;
  /** The number of standbys; absent on SQLite. */
  countStandbys?(): Promise<number>;
}

/** Where counting stops: nobody acts otherwise on more. */
const MOST = 1000;
export const REFUSALS_MS = 10 * MINUTE;

/** Steps of the clock that a node has seen, with the world's time of each. */
export class ClockSteps {
  #steps: { readonly at: number; readonly stepMs: number }[] = [];

  note(stepMs: number, steady: number = performance.now()): void {
    this.#steps.push({ at: steady, stepMs: Math.abs(stepMs) });
  }

  /** The largest step within ten minutes, in seconds. */
  largest(steady: number = performance.now()): number {
    this.#steps = this.#steps.filter(({ at }) => steady - at < 10 * MINUTE);
    return Math.round(Math.max(0, ...this.#steps.map(({ stepMs }) => stepMs)) / SECOND);
  }
}

/** Why this server cannot watch that; null if it can. */
export const cannotWatch = (watches: Watched, { countStandbys }: Measured): string | null =>
  watches === 'standby' && !countStandbys
    ? 'SQLite has no standby: only a ledger on PostgreSQL has'
    : null;

export async function measure(
  { watches, platform, party, threshold }: AlarmRule,
  measured: Measured,
  steps: ClockSteps,
  now: Instant,
): Promise<number> {
  const { ledger, requests, callbacks, platforms, dataDirectory } = measured;
  const limit = Math.min(MOST, Math.max(1, Math.ceil(threshold)));
  switch (watches) {
    case 'refusals': {
      const found = await requests.list({
        platform: platform ?? undefined,
        party: party ?? undefined,
        outcomeNot: platforms.map(({ successCode }) => successCode),
        from: now - REFUSALS_MS,
        // A reset of a sandbox takes its clock back; calls from before then lie in the future.
        to: now + 1,
        limit: MOST,
      });
      return found.items.length;
    }
    case 'dead-callbacks': {
      if (platform === null) return (await callbacks.stats()).dead;
      const filter = { platform, party: party ?? undefined, state: 'dead', limit } as const;
      return (await callbacks.listDeliveries(filter)).items.length;
    }
    case 'waiting-callbacks': {
      const { oldestPendingAt } = await callbacks.stats();
      return oldestPendingAt === null ? 0 : Math.floor((now - oldestPendingAt) / MINUTE);
    }
    case 'due-orders': {
      const due = await ledger.listDeadlines(now + HOUR, MOST);
      return due.filter((one) => platform === null || one.platform === platform).length;
    }
    case 'disk': {
      const { bavail, blocks } = await statfs(dataDirectory);
      return Math.round((bavail / blocks) * 1000) / 10;
    }
    case 'clock':
      return steps.largest();
    case 'standby':
      return measured.countStandbys?.() ?? 0;
  }
}
