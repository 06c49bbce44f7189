// The messages of alarms: first Chinese, then English, since a group chat has one text for all.
import type { Alarm, Watched } from '../core/alarms.ts';
import type { Instant } from '../core/clock.ts';
import { formatShanghai } from '../protocol/shanghai-time.ts';
import type { Message } from './channels.ts';

interface Words {
  readonly zh: string;
  readonly en: string;
  readonly unit: readonly [zh: string, en: string];
}

export const WORDS: Readonly<Record<Watched, Words>> = {
  refusals: {
    zh: '十分钟内被拒绝的调用',
    en: 'calls refused within ten minutes',
    unit: [' 次', ''],
  },
  'dead-callbacks': { zh: '已放弃的回调', en: 'callbacks that were given up', unit: [' 条', ''] },
  'waiting-callbacks': {
    zh: '最早一条回调已等待',
    en: 'age of the oldest waiting callback',
    unit: [' 分钟', ' min'],
  },
  'due-orders': {
    zh: '一小时内到期的订单',
    en: 'orders that are due within the hour',
    unit: [' 个', ''],
  },
  disk: { zh: '数据目录剩余空间', en: 'free space of the data directory', unit: ['%', ' %'] },
  clock: { zh: '时钟被拨动', en: 'step of the clock', unit: [' 秒', ' s'] },
  standby: { zh: '已连接的备库', en: 'connected standbys', unit: [' 个', ''] },
};

export type Told = 'fired' | 'ended';

/** @param consoleUrl where the console is; undefined if nobody has said it */
export function messageOf(
  alarm: Omit<Alarm, 'timeline' | 'waiting'>,
  told: Told,
  now: Instant,
  consoleUrl: string | undefined,
): Message {
  const { name, watches, value, threshold, platform, party, startedAt, endedAt } = alarm;
  const { zh, en, unit } = WORDS[watches];
  const whose = [platform, party].filter((one) => one !== null).join('/');
  const lines = [
    told === 'fired' ? `【Ordergate 告警】${name}` : `【Ordergate 恢复】${name}`,
    `${zh}：${value}${unit[0]}，阈值 ${threshold}${unit[0]}${whose && `（${whose}）`}`,
    `${told === 'fired' ? 'Alarm' : 'Ended'}: ${en} ${value}${unit[1]}, threshold ${threshold}${unit[1]}`,
    `${formatShanghai(told === 'fired' ? startedAt : now)}（北京时间）`,
    ...(consoleUrl === undefined ? [] : [`${consoleUrl}/console/alarms`]),
  ];
  const iso = (at: Instant | null) => (at === null ? null : new Date(at).toISOString());
  const { alarmId, ruleId } = alarm;
  const data = {
    ...{ alarmId, ruleId, name, watches, value, threshold, platform, party },
    startedAt: iso(startedAt),
    endedAt: iso(endedAt),
  };
  return {
    text: lines.join('\n'),
    event: { type: `alarm.${told}`, timestamp: iso(now)!, data },
  };
}

export function testMessage(channel: string, now: Instant): Message {
  return {
    text: `【Ordergate 测试】通知渠道“${channel}”可以收到告警\nTest: the channel "${channel}" gets alarms`,
    event: { type: 'alarm.test', timestamp: new Date(now).toISOString(), data: { channel } },
  };
}
