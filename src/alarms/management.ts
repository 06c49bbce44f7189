// Operators' work on alarms: rules, channels, acknowledgement; what does not fit is refused with its field.
import { randomBytes } from 'node:crypto';
import {
  type AlarmManagement,
  type AlarmProblem,
  type AlarmRuleFields,
  BY_PARTY,
  BY_PLATFORM,
  channelPlace,
} from '../core/alarms.ts';
import type { JsonObject } from '../core/order.ts';
import type { PartyDirectory } from '../protocol/platform.ts';
import type { Alarms } from './alarms.ts';
import {
  MOST,
  type StoredChannel,
  saveAlarm,
  toAlarm,
  toChannel,
  toRule,
  viewAlarm,
} from './documents.ts';
import { withEvent } from './evaluate.ts';
import { cannotWatch } from './measure.ts';

export interface ManagementParts {
  readonly parties: Pick<PartyDirectory, 'list'>;
  /** The guard's problem with an address. */
  urlProblem(url: string): string | null;
  secretProblem(secret: string): string | null;
  newSecret(): string;
}

/** Two people who change a rule at one time: the second tries again. */
const TRIES = 8;

export function alarmManagement(
  alarms: Alarms,
  { parties, urlProblem, secretProblem, newSecret }: ManagementParts,
): AlarmManagement {
  const { documents, measured, clock, sealer } = alarms.parts;
  const newId = (kind: string): string => `${kind}_${randomBytes(9).toString('base64url')}`;
  const listChannels = async (): Promise<StoredChannel[]> =>
    (await documents.list('channel', MOST)).map(toChannel);
  const listRules = async () => (await documents.list('rule', MOST)).map(toRule);

  async function problemOf(fields: AlarmRuleFields): Promise<AlarmProblem | null> {
    const { watches, platform, party, channels, threshold } = fields;
    const cannot = cannotWatch(watches, measured);
    if (cannot !== null) return { field: 'watches', problem: cannot };
    if (watches === 'disk' && threshold > 100) {
      return { field: 'threshold', problem: 'is a percentage, at most 100' };
    }
    if (platform !== null && !BY_PLATFORM.includes(watches)) {
      return { field: 'platform', problem: `${watches} is watched for all platforms together` };
    }
    const known = measured.platforms.map(({ name }) => name);
    if (platform !== null && !known.includes(platform)) {
      return {
        field: 'platform',
        problem: `no platform "${platform}"; there are: ${known.join(', ')}`,
      };
    }
    if (party !== null) {
      if (platform === null || !BY_PARTY.includes(watches)) {
        return { field: 'party', problem: 'is for refusals and dead-callbacks of a platform' };
      }
      // Callbacks belong to owners of orders, which need not be parties.
      const ids = parties.list(platform).map(({ partyId }) => partyId);
      if (watches === 'refusals' && !ids.includes(party)) {
        const there = ids.slice(0, 20).join(', ');
        return {
          field: 'party',
          problem: `${platform} has no party "${party}"; there are: ${there}`,
        };
      }
    }
    const there = new Set((await listChannels()).map(({ channelId }) => channelId));
    const missing = channels.find((id) => !there.has(id));
    if (missing !== undefined)
      return { field: 'channels', problem: `there is no channel ${missing}` };
    return null;
  }

  return {
    listRules,

    async createRule(fields) {
      const problem = await problemOf(fields);
      if (problem) return problem;
      if ((await listRules()).length >= MOST) {
        return { field: 'name', problem: `there are ${MOST} rules already` };
      }
      const id = newId('rule');
      const document = fields as unknown as JsonObject;
      const row = { kind: 'rule', id, version: 1, at: clock.now(), document } as const;
      await documents.save(row);
      return toRule(row);
    },

    async changeRule(ruleId, fields) {
      for (let i = 0; i < TRIES; i++) {
        const found = await documents.find('rule', ruleId);
        if (!found) return null;
        const document = { ...found.document, ...(fields as unknown as JsonObject) };
        const problem = await problemOf(document as unknown as AlarmRuleFields);
        if (problem) return problem;
        const next = { ...found, version: found.version + 1, document };
        if (await documents.save(next)) return toRule(next);
      }
      return { field: 'ruleId', problem: 'others change the rule at this moment; try again' };
    },

    removeRule: (ruleId) => documents.remove('rule', ruleId),

    async listChannels() {
      return (await listChannels()).map(({ sealed: _, ...channel }) => channel);
    },

    async createChannel({ name, type, url, secret }) {
      const problem = urlProblem(url);
      if (problem !== null) return { field: 'url', problem };
      if (type === 'wecom' && secret !== undefined) {
        return { field: 'secret', problem: '企业微信 signs nothing: the key in its URL is all' };
      }
      const wrong = type === 'webhook' && secret !== undefined ? secretProblem(secret) : null;
      if (wrong !== null) return { field: 'secret', problem: wrong };
      if ((await listChannels()).length >= MOST) {
        return { field: 'name', problem: `there are ${MOST} channels already` };
      }
      const made = type === 'webhook' && secret === undefined ? newSecret() : null;
      const kept = secret ?? made;
      const id = newId('channel');
      const sealed = sealer.seal(JSON.stringify({ url, secret: kept }), channelPlace(id));
      const document = { name, type, host: new URL(url).host, hasSecret: kept !== null, sealed };
      const row = { kind: 'channel', id, version: 1, at: clock.now(), document } as const;
      await documents.save(row);
      const { sealed: _, ...channel } = toChannel(row);
      return { ...channel, secret: made };
    },

    async removeChannel(channelId) {
      const users = (await listRules()).filter(({ channels }) => channels.includes(channelId));
      if (users.length > 0) return users.map(({ name }) => name);
      return (await documents.remove('channel', channelId)) ? [] : null;
    },

    async testChannel(channelId) {
      const found = await documents.find('channel', channelId);
      return found && alarms.test(toChannel(found));
    },

    async listAlarms(limit, before) {
      return (await documents.list('alarm', limit, before)).map((one) =>
        viewAlarm(toAlarm(one).value),
      );
    },

    async acknowledge(alarmId, by) {
      for (let i = 0; i < TRIES; i++) {
        const found = await documents.find('alarm', alarmId);
        if (!found) return null;
        const { value, version } = toAlarm(found);
        if (value.acknowledgedBy !== null) return viewAlarm(value);
        // Somebody has seen it: what has not been told yet need not be.
        const outbox = value.outbox.filter(({ told }) => told !== 'fired');
        const seen = withEvent(
          { ...value, acknowledgedBy: by, outbox },
          clock.now(),
          'acknowledged',
          by,
        );
        if (await saveAlarm(documents, { value: seen, version })) return viewAlarm(seen);
      }
      return null;
    },

    run: () => alarms.run(),
  };
}
