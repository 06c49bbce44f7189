// The other way round: why a receiver's check of our callback fails.
import { createHmac } from 'node:crypto';
import type { CallbackEndpoint } from '../core/callback-endpoint.ts';
import type { Instant } from '../core/clock.ts';
import { SECRET_PREFIX } from '../protocol/standard-webhooks.ts';
import type { Answer, RefusedBy } from './answer.ts';
import { bodyMistakes } from './body-mistakes.ts';
import { type Cause, type CauseId, causeOf } from './causes.ts';
import { detail } from './mistake.ts';
import { QuestionError } from './question.ts';

export interface CallbackQuestion {
  readonly headers: Readonly<Record<string, string>>;
  /** What the receiver's code has checked. */
  readonly body: Buffer;
  /** What its check came to. */
  readonly computed?: string | undefined;
  readonly endpointId?: string | undefined;
  /** In seconds; how far the time of sending may be off. */
  readonly tolerance?: number | undefined;
}

/** Standard Webhooks leaves it to libraries; theirs is five minutes. */
const TOLERANCE_SECONDS = 300;
/** Ours are a few KiB long; a longer one is not written anew, since this runs beside calls. */
const MAX_RELAID = 16 * 1024;

interface Message {
  readonly id: string;
  readonly timestamp: string;
  /** base64, without `v1,`. */
  readonly received: readonly string[];
  readonly body: Buffer;
}

/** @throws {QuestionError} where a header is missing */
export function answerCallback(
  question: CallbackQuestion,
  endpoints: readonly CallbackEndpoint[],
  given: string | undefined,
  now: Instant,
): Answer {
  const message = readMessage(question);
  const known = endpoints.flatMap(({ secrets }) => secrets.map(({ secret }) => secret));
  const live = endpoints.flatMap(({ secrets }) =>
    secrets.filter(({ expiresAt }) => expiresAt === null || now < expiresAt),
  );
  let digests = 0;
  const fits = (body: Buffer, secrets: readonly string[]): string | undefined => {
    digests += secrets.length;
    return secrets.find((one) => message.received.includes(signed(message, keyOf(one), body)));
  };
  const secrets = [...new Set([...known, ...(given ? [given, given.trim()] : [])])];
  const causes: Cause[] = [];
  let signer = fits(message.body, secrets);
  if (signer === undefined) {
    const relaid = relaidBodies(message.body).find(({ bytes }) => {
      signer = fits(bytes, secrets);
      return signer !== undefined;
    });
    if (relaid) causes.push(causeOf('callback-body-parsed', relaid.detail));
  }
  const found = signer !== undefined;
  if (given !== undefined)
    causes.push(
      ...causesOfSecret(
        given,
        signer,
        live.map((one) => one.secret),
        known,
      ),
    );
  causes.push(...causesOfComputed(question.computed, message, given ?? signer));
  const late = Math.round(now / 1000 - Number(message.timestamp));
  const tolerance = question.tolerance ?? TOLERANCE_SECONDS;
  const refusedBy = found && causes.length === 0 ? outOfTime(late, tolerance) : null;
  if (refusedBy) causes.push(causeOf('callback-tolerance', spanOf(late)));
  return {
    ok: found && causes.length === 0,
    stringToSign: `${message.id}.${message.timestamp}.{the ${message.body.length} bytes of the body}`,
    received: message.received.map((one) => `v1,${one}`).join(' '),
    expected:
      given === undefined ? null : `v1,${signed(message, keyOf(given.trim()), message.body)}`,
    firstDifference: null,
    causes: unique(causes),
    otherwise: [],
    refusedBy,
    searched: { digests, complete: true },
    untried: [],
  };
}

function readMessage({ headers, body }: CallbackQuestion): Message {
  const lower = new Map(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]),
  );
  const header = (name: string): string => {
    const value = lower.get(`webhook-${name}`) ?? lower.get(`svix-${name}`);
    if (value) return value.trim();
    throw new QuestionError('callback.headers', `webhook-${name} is missing`);
  };
  const received = header('signature')
    .split(/\s+/)
    .filter((one) => one.startsWith('v1,'))
    .map((one) => one.slice(3));
  if (received.length === 0) {
    throw new QuestionError('callback.headers', 'webhook-signature has no signature v1,…');
  }
  return { id: header('id'), timestamp: header('timestamp'), received, body };
}

const keyOf = (secret: string): Buffer =>
  Buffer.from(
    secret.startsWith(SECRET_PREFIX) ? secret.slice(SECRET_PREFIX.length) : secret,
    'base64',
  );

const signed = ({ id, timestamp }: Message, key: Buffer, body: Buffer, form = 'base64' as const) =>
  createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body).digest(form);

/** The body in every layout that it may have been sent in, before a receiver parsed it. */
function relaidBodies(body: Buffer) {
  if (body.length > MAX_RELAID) return [];
  return bodyMistakes([]).flatMap((mistake) => {
    const bytes = mistake.id === 'content-encoding' ? null : mistake.bytes?.(body);
    return bytes && !bytes.equals(body) ? [{ bytes, detail: mistake.detail }] : [];
  });
}

/** @param signer the secret that the message is signed with, where it is known */
function causesOfSecret(
  given: string,
  signer: string | undefined,
  live: readonly string[],
  known: readonly string[],
): Cause[] {
  const bare = given.trim();
  const isSigner = signer !== undefined && keyOf(bare).equals(keyOf(signer));
  const causes: Cause[] = [];
  if (bare !== given) causes.push(causeOf('key-blanks'));
  if (isSigner || (signer === undefined && live.includes(bare))) return causes;
  if (known.includes(bare) || signer !== undefined) causes.push(causeOf('callback-secret-old'));
  return causes;
}

function causesOfComputed(
  computed: string | undefined,
  message: Message,
  secret: string | undefined,
): Cause[] {
  if (computed === undefined || secret === undefined) return [];
  const bare = secret.trim();
  const came = computed.trim().replace(/^v1[,=]/, '');
  const base64 = bare.slice(bare.startsWith(SECRET_PREFIX) ? SECRET_PREFIX.length : 0);
  const keys: readonly (readonly [CauseId, Buffer])[] = [
    ['callback-secret-prefix', Buffer.from(bare)],
    ['callback-secret-prefix', Buffer.from(bare, 'base64')],
    ['callback-secret-not-decoded', Buffer.from(base64)],
  ];
  const bodies = [message.body, ...relaidBodies(message.body).map(({ bytes }) => bytes)];
  for (const [id, key] of keys) {
    if (bodies.some((body) => isDigest(came, message, key, body))) return [causeOf(id)];
  }
  const key = keyOf(bare);
  if (came === signed(message, key, message.body)) return [];
  if (came.toLowerCase() === hex(message, key, message.body)) {
    return [
      causeOf(
        'digest-form',
        detail('十六进制，而不是 base64', 'in hexadecimal digits, not base64'),
      ),
    ];
  }
  const parts: readonly (readonly [string, string, string])[] = [
    ['只有报文', 'the body alone', ''],
    ['没有 webhook-id', 'without webhook-id', `${message.timestamp}.`],
    ['没有时间', 'without the time', `${message.id}.`],
  ];
  for (const [zh, en, before] of parts) {
    const digest = createHmac('sha256', key).update(before).update(message.body).digest('base64');
    if (came === digest) return [causeOf('part-missing', detail(zh, en))];
  }
  return [];
}

const hex = ({ id, timestamp }: Message, key: Buffer, body: Buffer): string =>
  createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body).digest('hex');

const isDigest = (came: string, message: Message, key: Buffer, body: Buffer): boolean =>
  came === signed(message, key, body) || came.toLowerCase() === hex(message, key, body);

const spanOf = (late: number) =>
  detail(
    `相差 ${Math.abs(late)} 秒`,
    `${Math.abs(late)} s ${late > 0 ? 'behind' : 'ahead of'} now`,
  );

function outOfTime(late: number, tolerance: number): RefusedBy | null {
  if (Number.isFinite(late) && Math.abs(late) <= tolerance) return null;
  const text = `webhook-timestamp is ${spanOf(late).en}, and your check allows ${tolerance} s`;
  return { check: 'tolerance', code: 'webhook-timestamp', text };
}

function unique(causes: readonly Cause[]): Cause[] {
  return causes.filter(({ id }, i) => causes.findIndex((one) => one.id === id) === i);
}
