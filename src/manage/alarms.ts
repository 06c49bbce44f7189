// /alarms, /alarm-rules and /alarm-channels: what is watched, who is told, and what has happened.
import { z } from 'zod';
import {
  type Alarm,
  type AlarmChannel,
  type AlarmProblem,
  type AlarmRule,
  CHANNEL_TYPES,
  WATCHES,
} from '../core/alarms.ts';
import { type Endpoint, endpoint, isoTime, ManageError } from './endpoint.ts';

const name = z.string().trim().min(1).max(80);
const hour = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'has to be an hour like 22:30');

const fields = {
  name,
  watches: z
    .enum(WATCHES)
    .describe(
      'refusals: of the last ten minutes; dead-callbacks; waiting-callbacks: minutes of the oldest; due-orders: within the hour; disk: free percent, an alarm at that or less; clock: seconds of a step; standby: an alarm at fewer',
    ),
  threshold: z.number().min(1).max(1000),
  platform: z.string().nullable().default(null).describe('null: all platforms'),
  party: z.string().nullable().default(null).describe('null: all parties'),
  enabled: z.boolean().default(true),
  channels: z.array(z.string()).max(20).default([]).describe('ids of /alarm-channels'),
  quiet: z
    .object({ from: hour, to: hour })
    .refine(({ from, to }) => from !== to, 'from and to have to differ')
    .nullable()
    .default(null)
    .describe('hours of Asia/Shanghai in which no message is sent; what is due then follows after'),
};

const ruleSchema = z
  .object({
    ruleId: z.string(),
    ...fields,
    platform: z.string().nullable(),
    party: z.string().nullable(),
    enabled: z.boolean(),
    channels: z.array(z.string()),
    quiet: z.object({ from: z.string(), to: z.string() }).nullable(),
    version: z.int(),
    createdAt: z.iso.datetime(),
  })
  .meta({ id: 'AlarmRule' });

const channelSchema = z
  .object({
    channelId: z.string(),
    name: z.string(),
    type: z
      .enum(CHANNEL_TYPES)
      .describe('企业微信, 钉钉, 飞书, or a receiver of Standard Webhooks'),
    host: z.string().describe('of its URL, which is a secret itself'),
    hasSecret: z.boolean(),
    createdAt: z.iso.datetime(),
  })
  .meta({ id: 'AlarmChannel' });

const alarmSchema = z
  .object({
    alarmId: z.string(),
    ruleId: z.string(),
    name: z.string(),
    watches: z.enum(WATCHES),
    platform: z.string().nullable(),
    party: z.string().nullable(),
    threshold: z.number(),
    value: z.number().describe('when it fired'),
    startedAt: z.iso.datetime(),
    endedAt: z.iso.datetime().nullable(),
    acknowledgedBy: z.string().nullable(),
    timeline: z.array(
      z.object({
        at: z.iso.datetime(),
        what: z.enum([
          ...['fired', 'sent', 'not-sent', 'given-up', 'quiet', 'acknowledged', 'ended'],
        ] as [string, ...string[]]),
        detail: z.string().nullable(),
      }),
    ),
    waiting: z.int().describe('messages that were not delivered yet'),
  })
  .meta({ id: 'Alarm' });

const viewRule = ({ createdAt, ...rule }: AlarmRule) => ({
  ...rule,
  channels: [...rule.channels],
  createdAt: isoTime(createdAt),
});
const viewChannel = ({ createdAt, ...channel }: AlarmChannel) => ({
  ...channel,
  createdAt: isoTime(createdAt),
});
const viewAlarm = ({ startedAt, endedAt, timeline, ...alarm }: Alarm) => ({
  ...alarm,
  startedAt: isoTime(startedAt),
  endedAt: endedAt === null ? null : isoTime(endedAt),
  timeline: timeline.map(({ at, ...event }) => ({ at: isoTime(at), ...event })),
});

function accepted<T extends object>(outcome: T | AlarmProblem): T {
  if (!('problem' in outcome)) return outcome;
  const { field, problem } = outcome as AlarmProblem;
  throw new ManageError(400, 'bad-alarm', `${field}: ${problem}`, field);
}

const UNKNOWN = {
  alarm: 'unknown-alarm',
  rule: 'unknown-alarm-rule',
  channel: 'unknown-alarm-channel',
} as const;

function there<T>(found: T | null, what: 'rule' | 'channel' | 'alarm', id: string): T {
  if (found !== null) return found;
  throw new ManageError(404, UNKNOWN[what], `there is no ${what} "${id}"`);
}

export const alarmEndpoints: readonly Endpoint[] = [
  endpoint({
    method: 'GET',
    path: '/alarms',
    operationId: 'listAlarms',
    summary: 'Alarms with their time lines, newest first',
    query: z.strictObject({
      limit: z.coerce.number().int().min(1).max(200).default(50),
      cursor: z
        .string()
        .regex(/^\d{1,16}$/, 'has to be the nextCursor of an earlier answer')
        .optional(),
    }),
    status: 200,
    response: z.object({ items: z.array(alarmSchema), nextCursor: z.string().nullable() }),
    errors: {},
    async handle({ query: { limit, cursor } }, { alarms }) {
      const found = await alarms.listAlarms(
        limit,
        cursor === undefined ? undefined : Number(cursor),
      );
      const nextCursor = found.length === limit ? String(found.at(-1)!.startedAt) : null;
      return { items: found.map(viewAlarm), nextCursor };
    },
  }),
  endpoint({
    method: 'POST',
    path: '/alarms/{alarmId}/acknowledge',
    operationId: 'acknowledgeAlarm',
    summary:
      'Say that somebody is looking at it; messages that were not delivered are not tried again',
    status: 200,
    response: alarmSchema,
    errors: { 404: 'no such alarm' },
    async handle({ params, by }, { alarms }) {
      const { alarmId = '' } = params;
      return viewAlarm(there(await alarms.acknowledge(alarmId, by.name), 'alarm', alarmId));
    },
  }),
  endpoint({
    method: 'GET',
    path: '/alarm-rules',
    operationId: 'listAlarmRules',
    summary: 'What is watched, from which value on, and who is told',
    status: 200,
    response: z.object({ items: z.array(ruleSchema) }),
    errors: {},
    async handle(_call, { alarms }) {
      return { items: (await alarms.listRules()).map(viewRule) };
    },
  }),
  endpoint({
    method: 'POST',
    path: '/alarm-rules',
    operationId: 'createAlarmRule',
    summary: 'Watch something from now on',
    body: z.strictObject(fields),
    status: 201,
    response: ruleSchema,
    errors: {},
    async handle({ body }, { alarms }) {
      return viewRule(accepted(await alarms.createRule(body)));
    },
  }),
  endpoint({
    method: 'PATCH',
    path: '/alarm-rules/{ruleId}',
    operationId: 'changeAlarmRule',
    summary: 'Change a rule, or switch it off, which ends its alarm',
    body: z
      .strictObject({
        name,
        threshold: fields.threshold,
        enabled: z.boolean(),
        channels: z.array(z.string()).max(20),
        quiet: z.object({ from: hour, to: hour }).nullable(),
      })
      .partial(),
    status: 200,
    response: ruleSchema,
    errors: { 404: 'no such rule' },
    async handle({ params, body }, { alarms }) {
      const { ruleId = '' } = params;
      const given = Object.fromEntries(
        Object.entries(body).filter(([, value]) => value !== undefined),
      );
      return viewRule(accepted(there(await alarms.changeRule(ruleId, given), 'rule', ruleId)));
    },
  }),
  endpoint({
    method: 'DELETE',
    path: '/alarm-rules/{ruleId}',
    operationId: 'removeAlarmRule',
    summary: 'Remove a rule; its alarm ends',
    status: 200,
    response: z.object({ removed: z.boolean() }),
    errors: {},
    async handle({ params }, { alarms }) {
      return { removed: await alarms.removeRule(params.ruleId ?? '') };
    },
  }),
  endpoint({
    method: 'GET',
    path: '/alarm-channels',
    operationId: 'listAlarmChannels',
    summary: 'Where messages go, without addresses and secrets',
    status: 200,
    response: z.object({ items: z.array(channelSchema) }),
    errors: {},
    async handle(_call, { alarms }) {
      return { items: (await alarms.listChannels()).map(viewChannel) };
    },
  }),
  endpoint({
    method: 'POST',
    path: '/alarm-channels',
    operationId: 'createAlarmChannel',
    summary: 'Add a group of 企业微信, 钉钉 or 飞书, or a webhook',
    body: z.strictObject({
      name,
      type: z.enum(CHANNEL_TYPES),
      url: z.string().max(2000),
      secret: z
        .string()
        .min(1)
        .max(200)
        .optional()
        .describe('of 钉钉 and 飞书: the key that the robot signs with (加签, 签名校验)'),
    }),
    status: 201,
    response: channelSchema.extend({
      secret: z.string().nullable().describe('of a webhook, where the server made it; shown once'),
    }),
    errors: {},
    async handle({ body }, { alarms }) {
      const { secret, ...channel } = accepted(await alarms.createChannel(body));
      return { ...viewChannel(channel), secret };
    },
  }),
  endpoint({
    method: 'POST',
    path: '/alarm-channels/{channelId}/test',
    operationId: 'testAlarmChannel',
    summary: 'Send a test message at once, and show what was answered',
    status: 200,
    response: z.object({
      status: z.int().nullable(),
      error: z.string().nullable().describe('why it was not delivered; null if it was'),
      answer: z.string(),
      durationMicros: z.int(),
    }),
    errors: { 404: 'no such channel' },
    async handle({ params }, { alarms }) {
      const { channelId = '' } = params;
      const { status, error, answer, durationMicros } = there(
        await alarms.testChannel(channelId),
        'channel',
        channelId,
      );
      return { status, error, answer, durationMicros };
    },
  }),
  endpoint({
    method: 'DELETE',
    path: '/alarm-channels/{channelId}',
    operationId: 'removeAlarmChannel',
    summary: 'Remove a channel that no rule uses',
    status: 200,
    response: z.object({ removed: z.boolean() }),
    errors: { 409: 'rules use it' },
    async handle({ params }, { alarms }) {
      const users = await alarms.removeChannel(params.channelId ?? '');
      if (users === null || users.length === 0) return { removed: users !== null };
      const message = `these rules use the channel: ${users.join(', ')}; take it out of them first`;
      throw new ManageError(409, 'alarm-channel-in-use', message);
    },
  }),
];
