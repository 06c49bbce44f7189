// Alarms as the management API tells them: rules, channels, and what has fired.
import { queryOptions } from '@tanstack/react-query';
import { ask } from './client.ts';

export const WATCHES = [
  'refusals',
  'dead-callbacks',
  'waiting-callbacks',
  'due-orders',
  'disk',
  'clock',
  'standby',
] as const;
export type Watched = (typeof WATCHES)[number];

/** The watches whose rules may name a platform, and a party of it. */
export const BY_PLATFORM: readonly Watched[] = ['refusals', 'dead-callbacks', 'due-orders'];
export const BY_PARTY: readonly Watched[] = ['refusals', 'dead-callbacks'];

export interface QuietHours {
  readonly from: string;
  readonly to: string;
}

export interface AlarmRule {
  readonly ruleId: string;
  readonly name: string;
  readonly watches: Watched;
  readonly threshold: number;
  readonly platform: string | null;
  readonly party: string | null;
  readonly enabled: boolean;
  readonly channels: readonly string[];
  readonly quiet: QuietHours | null;
}

export const CHANNEL_TYPES = ['wecom', 'dingtalk', 'feishu', 'webhook'] as const;
export type ChannelType = (typeof CHANNEL_TYPES)[number];

export interface AlarmChannel {
  readonly channelId: string;
  readonly name: string;
  readonly type: ChannelType;
  readonly host: string;
  readonly hasSecret: boolean;
}

export interface ChannelTest {
  readonly status: number | null;
  /** Why it was not delivered; null if it was. */
  readonly error: string | null;
  readonly answer: string;
  readonly durationMicros: number;
}

export interface AlarmEvent {
  readonly at: string;
  readonly what: 'fired' | 'sent' | 'not-sent' | 'given-up' | 'quiet' | 'acknowledged' | 'ended';
  readonly detail: string | null;
}

export interface Alarm {
  readonly alarmId: string;
  readonly ruleId: string;
  readonly name: string;
  readonly watches: Watched;
  readonly platform: string | null;
  readonly party: string | null;
  readonly threshold: number;
  /** When it fired. */
  readonly value: number;
  readonly startedAt: string;
  readonly endedAt: string | null;
  readonly acknowledgedBy: string | null;
  readonly timeline: readonly AlarmEvent[];
  /** Messages that were not delivered yet. */
  readonly waiting: number;
}

/** The server evaluates its rules so often. */
const EVERY_MS = 10_000;

/** The newest alarms: as many as the server itself looks at for those that have not ended. */
export const alarmsQuery = queryOptions({
  queryKey: ['alarms'],
  queryFn: ({ signal }) =>
    ask<{ items: readonly Alarm[] }>('/alarms', { query: { limit: 200 }, signal }),
  refetchInterval: EVERY_MS,
});

export const alarmRulesQuery = queryOptions({
  queryKey: ['alarm-rules'],
  queryFn: ({ signal }) => ask<{ items: readonly AlarmRule[] }>('/alarm-rules', { signal }),
});

export const alarmChannelsQuery = queryOptions({
  queryKey: ['alarm-channels'],
  queryFn: ({ signal }) => ask<{ items: readonly AlarmChannel[] }>('/alarm-channels', { signal }),
});
