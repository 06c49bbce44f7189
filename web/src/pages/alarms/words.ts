// What a rule watches and its values, in the reader's language.
import type { Watched } from '../../api/alarms.ts';
import { alarmTexts } from '../../texts/alarms.ts';
import { useTexts } from '../../texts/catalogue.ts';

export interface WatchWords {
  readonly title: string;
  /** What stands between the title and the threshold. */
  readonly relation: string;
  /** A value with its unit. */
  unit(value: string): string;
}

export function useWatches(): Readonly<Record<Watched, WatchWords>> {
  const t = useTexts(alarmTexts);
  return {
    refusals: { title: t.refusals, relation: t.atLeast, unit: t.calls },
    'dead-callbacks': { title: t.dead, relation: t.atLeast, unit: t.callbacks },
    'waiting-callbacks': { title: t.waitingCallbacks, relation: t.atLeast, unit: t.minutes },
    'due-orders': { title: t.due, relation: t.atLeast, unit: t.orders },
    disk: { title: t.disk, relation: t.atMost, unit: t.percent },
    clock: { title: t.clock, relation: t.atLeast, unit: t.seconds },
    standby: { title: t.standby, relation: t.below, unit: t.standbys },
  };
}

/** "jintong/jane88"; empty where a rule is about everybody. */
export const whose = (of: { platform: string | null; party: string | null }): string =>
  [of.platform, of.party].filter((one) => one !== null).join('/');
