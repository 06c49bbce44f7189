// Alarms: what is watched, where messages go, what has happened, and the port that operators use.
import type { Instant } from './clock.ts';

/**
 * What a rule watches, and what its value is:
 *
 * - `refusals`: refused gateway calls of the last ten minutes
 * - `dead-callbacks`: callbacks that were given up and are still listed
 * - `waiting-callbacks`: the age of the oldest waiting callback in minutes
 * - `due-orders`: deadlines of orders that come within the hour, or are overdue
 * - `disk`: free space of the data directory in percent; an alarm when it is that or less
 * - `clock`: the largest step of the clock within ten minutes, in seconds
 * - `standby`: standbys of the database that are connected; an alarm when there are fewer
 */
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

/** Whether a value is one that a rule with this threshold warns of. */
export function isOver(watches: Watched, value: number, threshold: number): boolean {
  if (watches === 'disk') return value <= threshold;
  return watches === 'standby' ? value < threshold : value >= threshold;
}

/** Hours of Asia/Shanghai such as 22:30, from the first until before the second. */
export interface QuietHours {
  readonly from: string;
  readonly to: string;
}

export interface AlarmRuleFields {
  readonly name: string;
  readonly watches: Watched;
  readonly threshold: number;
  readonly platform: string | null;
  readonly party: string | null;
  readonly enabled: boolean;
  /** The ids of channels. */
  readonly channels: readonly string[];
  readonly quiet: QuietHours | null;
}

export interface AlarmRule extends AlarmRuleFields {
  readonly ruleId: string;
  readonly version: number;
  readonly createdAt: Instant;
}

/** 企业微信, 钉钉, 飞书, or any receiver of Standard Webhooks. */
export const CHANNEL_TYPES = ['wecom', 'dingtalk', 'feishu', 'webhook'] as const;
export type ChannelType = (typeof CHANNEL_TYPES)[number];

export interface AlarmChannel {
  readonly channelId: string;
  readonly name: string;
  readonly type: ChannelType;
  /** The host of its URL; the URL itself holds a key. */
  readonly host: string;
  readonly hasSecret: boolean;
  readonly createdAt: Instant;
}

/** The place that a channel's address is sealed for. */
export const channelPlace = (channelId: string): string => `alarm-channel/${channelId}`;

export type AlarmEventKind =
  | 'fired'
  | 'sent'
  | 'not-sent'
  | 'given-up'
  | 'quiet'
  | 'acknowledged'
  | 'ended';

export interface AlarmEvent {
  readonly at: Instant;
  readonly what: AlarmEventKind;
  /** The name of a channel, of a person, or what was answered. */
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
  readonly startedAt: Instant;
  readonly endedAt: Instant | null;
  readonly acknowledgedBy: string | null;
  /** Oldest first. */
  readonly timeline: readonly AlarmEvent[];
  /** Messages that were not delivered yet. */
  readonly waiting: number;
}

export interface ChannelTest {
  readonly status: number | null;
  /** Why it was not delivered; null if it was. */
  readonly error: string | null;
  readonly answer: string;
  readonly durationMicros: number;
}

/** Why a request was refused, with the wrong field. */
export interface AlarmProblem {
  readonly field: string;
  readonly problem: string;
}

export interface AlarmManagement {
  listRules(): Promise<readonly AlarmRule[]>;
  createRule(fields: AlarmRuleFields): Promise<AlarmRule | AlarmProblem>;
  /** Null if there is no such rule. */
  changeRule(
    ruleId: string,
    fields: Partial<AlarmRuleFields>,
  ): Promise<AlarmRule | AlarmProblem | null>;
  removeRule(ruleId: string): Promise<boolean>;
  listChannels(): Promise<readonly AlarmChannel[]>;
  /** The secret is answered where the server made it. */
  createChannel(channel: {
    readonly name: string;
    readonly type: ChannelType;
    readonly url: string;
    readonly secret?: string | undefined;
  }): Promise<(AlarmChannel & { readonly secret: string | null }) | AlarmProblem>;
  /** The names of rules that use the channel, which then stays; null if there is no such channel. */
  removeChannel(channelId: string): Promise<readonly string[] | null>;
  /** Posts a test message at once; null if there is no such channel. */
  testChannel(channelId: string): Promise<ChannelTest | null>;
  /** Newest first. */
  listAlarms(limit: number, before?: Instant): Promise<readonly Alarm[]>;
  /** Null if there is no such alarm. */
  acknowledge(alarmId: string, by: string): Promise<Alarm | null>;
  /** Evaluates every rule now and sends what is due, if this node has the lease. */
  run(): Promise<void>;
}
