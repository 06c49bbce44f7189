// Verifies callbacks that are signed as Standard Webhooks has it, says why one does not verify, and signs some for tests.
import { timingSafeEqual } from 'node:crypto';
import { SECRET_PREFIX, secretProblem, sign } from '../protocol/standard-webhooks.ts';

/** What a callback says, as docs/callbacks.md has it. */
export interface CallbackEvent {
  /** `order.` and what happened, such as `order.hastened`; `ping` of a test message. */
  readonly type: string;
  /** ISO 8601, in UTC. */
  readonly timestamp: string;
  readonly data: Readonly<Record<string, unknown>>;
}

export interface VerifiedCallback {
  /** The same for every attempt and every replay of one callback. */
  readonly id: string;
  /** When it was sent, in milliseconds since 1970. */
  readonly sentAt: number;
  /** It was handled before, as `seen` says: acknowledge it, and do no more. */
  readonly isRepeat: boolean;
  readonly event: CallbackEvent;
}

/** Why a callback does not verify. */
export type CallbackFault =
  /** The body was parsed, or written anew, before it was verified. */
  | 'parsed-body'
  | 'secret-prefix'
  | 'secret-form'
  | 'header-absent'
  | 'header-form'
  | 'too-old'
  | 'too-far-ahead'
  /** The secret is an old one, or another endpoint's; or the body was changed on its way. */
  | 'wrong-secret'
  | 'not-an-event';

export class CallbackError extends Error {
  readonly code = 'ERR_CALLBACK';
  override readonly name = 'CallbackError';
  readonly fault: CallbackFault;

  constructor(fault: CallbackFault, message: string, cause?: unknown) {
    super(message, { cause });
    this.fault = fault;
  }
}

/** Headers of Node's http, of fetch, or as a plain object, in any case. */
export type CallbackHeaders =
  | { get(name: string): string | null }
  | Readonly<Record<string, string | readonly string[] | undefined>>;

export interface VerifyOptions {
  /** How far the time of sending may be off `now`, in seconds, in either direction. Default: 300. */
  readonly tolerance?: number;
  /** The ids that were handled before. It is only asked: add the id when you have handled the callback. */
  readonly seen?: { has(id: string): boolean } | ((id: string) => boolean);
  /** Milliseconds since 1970. Default: `Date.now`. */
  readonly now?: () => number;
}

const TOLERANCE_SECONDS = 300;

/**
 * @param rawBody the bytes of the body, or their text in UTF-8, exactly as they came
 * @param secrets one, or several while a secret is rotated; each with its `whsec_`
 * @throws {CallbackError} and then the callback is not to be trusted
 */
export function verifyCallback(
  rawBody: string | Uint8Array,
  headers: CallbackHeaders,
  secrets: string | readonly string[],
  { tolerance = TOLERANCE_SECONDS, seen, now = Date.now }: VerifyOptions = {},
): VerifiedCallback {
  if (typeof rawBody !== 'string' && !(rawBody instanceof Uint8Array)) {
    throw new CallbackError(
      'parsed-body',
      'rawBody is a parsed body. Hand over the bytes as they came: in Express, express.raw({ type: "application/json" }) instead of express.json().',
    );
  }
  const given = typeof secrets === 'string' ? [secrets] : secrets;
  if (given.length === 0) throw new CallbackError('secret-form', 'no secret was handed over');
  for (const [i, secret] of given.entries()) checkSecret(secret, i);

  const id = header(headers, 'webhook-id');
  const timestamp = header(headers, 'webhook-timestamp');
  const signatures = header(headers, 'webhook-signature').split(' ');
  if (!/^\d{1,12}$/.test(timestamp)) {
    throw new CallbackError('header-form', 'webhook-timestamp is no number of seconds since 1970');
  }
  const seconds = Number(timestamp);
  const isSigned = (body: string | Uint8Array): boolean =>
    holds(signatures, given, (secret) => sign(secret, id, seconds, body));
  if (!isSigned(rawBody)) throw explain(rawBody, given.length, isSigned);

  // Only now: a time that nobody has signed proves nothing.
  const late = Math.floor(now() / 1000) - seconds;
  if (Math.abs(late) > tolerance) throw outOfTime(late, tolerance);
  const event = readEvent(rawBody);
  const isRepeat = typeof seen === 'function' ? seen(id) : (seen?.has(id) ?? false);
  return { id, sentAt: seconds * 1000, isRepeat, event };
}

/** The headers of a callback, for tests of a receiver. @param sentAt milliseconds since 1970 */
export function signCallback(
  body: string | Uint8Array,
  secrets: string | readonly string[],
  { id = 'msg_test', sentAt = Date.now() }: { readonly id?: string; readonly sentAt?: number } = {},
): Readonly<
  Record<'content-type' | 'webhook-id' | 'webhook-timestamp' | 'webhook-signature', string>
> {
  const given = typeof secrets === 'string' ? [secrets] : secrets;
  for (const [i, secret] of given.entries()) checkSecret(secret, i);
  const seconds = Math.floor(sentAt / 1000);
  return {
    'content-type': 'application/json; charset=utf-8',
    'webhook-id': id,
    'webhook-timestamp': String(seconds),
    'webhook-signature': given.map((secret) => sign(secret, id, seconds, body)).join(' '),
  };
}

/** @param i which of the secrets: a message never repeats one */
function checkSecret(secret: string, i: number): void {
  const which = `secret ${i + 1}`;
  if (!secret.startsWith(SECRET_PREFIX)) {
    throw new CallbackError(
      'secret-prefix',
      `${which} does not begin with ${SECRET_PREFIX}. Hand it over as it was shown, prefix and all.`,
    );
  }
  const problem = secretProblem(secret);
  if (problem) throw new CallbackError('secret-form', `${which} ${problem}`);
}

function header(headers: CallbackHeaders, name: string): string {
  let value: string | readonly string[] | null | undefined;
  if (typeof headers.get === 'function') value = headers.get(name);
  else {
    const found = Object.entries(headers).find(([key]) => key.toLowerCase() === name);
    value = found?.[1] as string | readonly string[] | undefined;
  }
  const text = typeof value === 'object' && value !== null ? value.join(' ') : value;
  if (text) return text;
  throw new CallbackError(
    'header-absent',
    `there is no header ${name}: either the callback is not signed, or something before you takes the header away`,
  );
}

/** Each signature is compared with each secret's, so that the time taken tells nothing of which fits. */
function holds(
  signatures: readonly string[],
  secrets: readonly string[],
  expected: (secret: string) => string,
): boolean {
  let found = false;
  for (const secret of secrets) {
    const ours = Buffer.from(expected(secret));
    for (const signature of signatures) {
      const theirs = Buffer.from(signature);
      if (theirs.length === ours.length && timingSafeEqual(theirs, ours)) found = true;
    }
  }
  return found;
}

/** What a body becomes that is read and written again before it is verified. */
const REWRITTEN: readonly ((text: string) => string)[] = [
  (text) => text.trim(),
  (text) => JSON.stringify(JSON.parse(text)),
  (text) => Buffer.from(text, 'latin1').toString('utf8'),
];

function explain(
  rawBody: string | Uint8Array,
  secrets: number,
  isSigned: (body: string) => boolean,
): CallbackError {
  const text = toText(rawBody);
  for (const rewrite of REWRITTEN) {
    try {
      if (!isSigned(rewrite(text))) continue;
      return new CallbackError(
        'parsed-body',
        'rawBody is not what came: it was parsed and written anew, decoded otherwise than as UTF-8, or has further white space. Hand over the bytes as they came.',
      );
    } catch {
      // What does not parse was not written anew.
    }
  }
  const none = secrets === 1 ? 'the secret does not fit' : `none of the ${secrets} secrets fits`;
  return new CallbackError(
    'wrong-secret',
    `${none}: it is an old one whose overlap has ended, or another endpoint's; or the body was changed on its way. Compare it with the secret that the endpoint has now.`,
  );
}

function outOfTime(late: number, tolerance: number): CallbackError {
  const allowed = `the tolerance is ${tolerance} s. Check this machine's clock`;
  return late > 0
    ? new CallbackError(
        'too-old',
        `the callback was sent ${late} s ago; ${allowed}, and whether the callback was kept back or is sent again by somebody else.`,
      )
    : new CallbackError('too-far-ahead', `the callback's time is ${-late} s ahead; ${allowed}.`);
}

const toText = (body: string | Uint8Array): string =>
  typeof body === 'string' ? body : new TextDecoder().decode(body);

function readEvent(rawBody: string | Uint8Array): CallbackEvent {
  let value: unknown;
  try {
    value = JSON.parse(toText(rawBody));
  } catch (error) {
    throw new CallbackError('not-an-event', 'the body is signed, and no JSON', error);
  }
  if (typeof value === 'object' && value !== null) {
    const { type, timestamp, data } = value as Partial<CallbackEvent>;
    if (typeof type === 'string' && typeof timestamp === 'string' && typeof data === 'object') {
      return value as CallbackEvent;
    }
  }
  throw new CallbackError('not-an-event', 'the body is signed, and lacks type, timestamp or data');
}
