// Rules, channels and alarms as documents of the store.
import type { AlarmDocument, AlarmDocuments } from '../core/alarm-documents.ts';
import type { Alarm, AlarmChannel, AlarmRule } from '../core/alarms.ts';
import type { Instant } from '../core/clock.ts';
import type { JsonObject } from '../core/order.ts';
import type { Told } from './texts.ts';

/** A message of an alarm that was not delivered yet. */
export interface Waiting {
  readonly channelId: string;
  readonly told: Told;
  readonly attempts: number;
  readonly nextAt: Instant;
}

export interface StoredAlarm extends Omit<Alarm, 'waiting'> {
  readonly outbox: readonly Waiting[];
  /** The channels that were told that it began. */
  readonly told: readonly string[];
}

export interface StoredChannel extends AlarmChannel {
  /** URL and secret as JSON. */
  readonly sealed: string;
}

/** A value with the version under which it is stored; 0: not yet. */
export interface Kept<T> {
  readonly value: T;
  readonly version: number;
}

/** Rules, and open alarms, that one node holds at once. */
export const MOST = 200;

export const toRule = ({ id, version, at, document }: AlarmDocument): AlarmRule =>
  ({ ...document, ruleId: id, version, createdAt: at }) as unknown as AlarmRule;

export const toChannel = ({ id, at, document }: AlarmDocument): StoredChannel =>
  ({ ...document, channelId: id, createdAt: at }) as unknown as StoredChannel;

export const toAlarm = ({ id, at, version, document }: AlarmDocument): Kept<StoredAlarm> => ({
  value: { ...document, alarmId: id, startedAt: at } as unknown as StoredAlarm,
  version,
});

/** False if another node was faster. */
export function saveAlarm(
  documents: AlarmDocuments,
  { value: { alarmId, startedAt, ...document }, version }: Kept<StoredAlarm>,
): Promise<boolean> {
  return documents.save({
    ...{ kind: 'alarm', id: alarmId, version: version + 1, at: startedAt },
    document: document as unknown as JsonObject,
  });
}

export const viewAlarm = ({ outbox, told: _, ...alarm }: StoredAlarm): Alarm => ({
  ...alarm,
  waiting: outbox.length,
});
