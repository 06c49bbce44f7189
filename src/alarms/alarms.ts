// The alarms of a running server: one node evaluates the rules, and messages go out until they are taken.
import { randomBytes } from 'node:crypto';
import type { AlarmDocuments } from '../core/alarm-documents.ts';
import {
  type AlarmChannel,
  type AlarmRule,
  type ChannelTest,
  channelPlace,
} from '../core/alarms.ts';
import { SECOND, type TwoClocks } from '../core/clock.ts';
import { inTurn } from '../core/in-turn.ts';
import { answerProblem, type Message, postOf } from './channels.ts';
import {
  type Kept,
  MOST,
  type StoredAlarm,
  type StoredChannel,
  saveAlarm,
  toAlarm,
  toChannel,
  toRule,
} from './documents.ts';
import { end, judge, later, quietUntil, withEvent } from './evaluate.ts';
import { ClockSteps, type Measured, measure } from './measure.ts';
import { messageOf, testMessage } from './texts.ts';

export interface Post {
  readonly url: string;
  readonly messageId: string;
  readonly contentType: string;
  readonly body: string;
  readonly secrets: readonly { secret: string; createdAt: number; expiresAt: null }[];
  readonly expects: null;
}

export interface AlarmParts {
  readonly documents: AlarmDocuments;
  readonly measured: Measured;
  readonly clock: TwoClocks;
  readonly sealer: {
    seal(text: string, place: string): string;
    open(text: string, place: string): string;
  };
  /** The guarded poster of callbacks. */
  post(post: Post): Promise<ChannelTest>;
  /** Where people reach the console; undefined if nobody has said it. */
  readonly consoleUrl: string | undefined;
  onError(error: unknown, what: string): void;
}

/** Longer than one round takes; a node that is killed gives way after it. */
const LEASE_MS = 60 * SECOND;
const LEASE = 'evaluator';

export class Alarms {
  readonly parts: AlarmParts;
  readonly #steps = new ClockSteps();
  readonly #node = randomBytes(9).toString('base64url');
  readonly #turn = inTurn<void>(() => this.#round());

  constructor(parts: AlarmParts) {
    this.parts = parts;
  }

  async stop(): Promise<void> {
    await this.#turn().catch(() => {}); // A round that has begun ends; one more does no harm.
    const lease = await this.parts.documents.find('lease', LEASE).catch(() => null);
    if (lease?.document.holder === this.#node) {
      await this.parts.documents
        .save({ ...lease, version: lease.version + 1, document: { holder: this.#node, until: 0 } })
        .catch(() => {}); // It ends by itself.
    }
  }

  /** Evaluates every rule, and sends what is due, unless another node does. */
  run(): Promise<void> {
    return this.#turn();
  }

  noteClockStep(stepMs: number): void {
    this.#steps.note(stepMs);
  }

  async #round(): Promise<void> {
    const { documents, onError } = this.parts;
    const rules = (await documents.list('rule', MOST)).map(toRule);
    const alarms = (await documents.list('alarm', MOST)).map(toAlarm);
    const live = alarms.filter(({ value }) => value.endedAt === null || value.outbox.length > 0);
    if ((rules.length === 0 && live.length === 0) || !(await this.#takeLease())) return;
    for (const rule of rules) {
      const open = live.find(({ value }) => value.ruleId === rule.ruleId && value.endedAt === null);
      try {
        await this.#judge(rule, open);
      } catch (error) {
        onError(error, `the rule ${rule.name}`);
      }
    }
    const known = new Set(rules.map(({ ruleId }) => ruleId));
    for (const one of live) {
      if (one.value.endedAt !== null || known.has(one.value.ruleId)) continue;
      await saveAlarm(documents, { ...one, value: end(one.value, null, this.#now()) });
    }
    await this.#send(rules);
  }

  async #judge(rule: AlarmRule, open: Kept<StoredAlarm> | undefined): Promise<void> {
    const { documents, measured } = this.parts;
    const now = this.#now();
    const value = rule.enabled ? await measure(rule, measured, this.#steps, now) : null;
    const next = judge(rule, open, value, now);
    if (next) await saveAlarm(documents, next);
  }

  /** Posts each message that is due, and keeps what came of it. */
  async #send(rules: readonly AlarmRule[]): Promise<void> {
    const { documents } = this.parts;
    const channels = new Map(
      (await documents.list('channel', MOST)).map((one) => [one.id, toChannel(one)]),
    );
    for (const document of await documents.list('alarm', MOST)) {
      let { value: alarm, version } = toAlarm(document);
      if (alarm.outbox.length === 0) continue;
      const now = this.#now();
      const rule = rules.find(({ ruleId }) => ruleId === alarm.ruleId);
      const quiet = quietUntil(rule?.quiet ?? null, now);
      if (quiet !== null) {
        if (alarm.outbox.every(({ nextAt }) => nextAt >= quiet)) continue;
        const outbox = alarm.outbox.map((one) => ({ ...one, nextAt: Math.max(one.nextAt, quiet) }));
        alarm = withEvent({ ...alarm, outbox }, now, 'quiet', new Date(quiet).toISOString());
        await saveAlarm(documents, { value: alarm, version });
        continue;
      }
      for (const message of alarm.outbox.filter(({ nextAt }) => nextAt <= now)) {
        const rest = alarm.outbox.filter((one) => one !== message);
        const channel = channels.get(message.channelId);
        if (!channel) {
          alarm = withEvent({ ...alarm, outbox: rest }, now, 'given-up', 'the channel was removed');
        } else {
          const { consoleUrl } = this.parts;
          const text = messageOf(alarm, message.told, now, consoleUrl);
          const { error } = await this.#post(channel, text, `${alarm.alarmId}-${message.told}`);
          alarm = settled(alarm, message, channel, error, this.#now());
        }
        // If another node was faster, its state counts; the message may then arrive twice.
        if (!(await saveAlarm(documents, { value: alarm, version }))) break;
        version++;
      }
    }
  }

  /** Posts a test message at once. */
  test(channel: StoredChannel): Promise<ChannelTest> {
    const id = `test_${randomBytes(9).toString('base64url')}`;
    return this.#post(channel, testMessage(channel.name, this.#now()), id);
  }

  async #post(channel: StoredChannel, message: Message, messageId: string): Promise<ChannelTest> {
    const { sealer, clock, post } = this.parts;
    const { channelId, type, sealed } = channel;
    const { url, secret } = JSON.parse(sealer.open(sealed, channelPlace(channelId))) as {
      url: string;
      secret: string | null;
    };
    const request = postOf({ type, url, secret }, message, clock.worldNow());
    const isSigned = type === 'webhook' && secret !== null;
    const outcome = await post({
      ...request,
      messageId,
      contentType: 'application/json; charset=utf-8',
      secrets: isSigned ? [{ secret, createdAt: 0, expiresAt: null }] : [],
      expects: null,
    }).catch(({ message: error }: Error) => ({ ...UNSENT, error }));
    const error = outcome.error ?? answerProblem(type, outcome.answer);
    return { ...outcome, error };
  }

  #now(): number {
    return this.parts.clock.now();
  }

  /** True if this node evaluates for the next minute. */
  async #takeLease(): Promise<boolean> {
    const { documents, clock } = this.parts;
    const now = clock.worldNow();
    const lease = await documents.find('lease', LEASE);
    const held = lease?.document as { holder: string; until: number } | undefined;
    if (held && held.holder !== this.#node && held.until > now) return false;
    return documents.save({
      ...{ kind: 'lease', id: LEASE, at: lease?.at ?? now, version: (lease?.version ?? 0) + 1 },
      document: { holder: this.#node, until: now + LEASE_MS },
    });
  }
}

const UNSENT = { status: null, answer: '', durationMicros: 0 } as const;

function settled(
  alarm: StoredAlarm,
  message: StoredAlarm['outbox'][number],
  { channelId, name }: AlarmChannel,
  error: string | null,
  now: number,
): StoredAlarm {
  const rest = alarm.outbox.filter((one) => one !== message);
  if (error === null) {
    const told = message.told === 'fired' ? [...alarm.told, channelId] : alarm.told;
    return withEvent({ ...alarm, told, outbox: rest }, now, 'sent', name);
  }
  const next = later(message, now);
  const outbox = next ? [...rest, next] : rest;
  return withEvent({ ...alarm, outbox }, now, next ? 'not-sent' : 'given-up', `${name}: ${error}`);
}
