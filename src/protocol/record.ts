// Builds the request log's record of a call that a platform answered, or that HTTP refused.
import type { RequestLog, RequestRecord } from '../core/request-log.ts';
import type { Checked } from './checks.ts';
import type { EndpointLog } from './endpoint-log.ts';
import { REFUSED_BY_FORCE } from './force.ts';
import type { Caller } from './gateway-request.ts';
import type { GatewayReply, GatewayRequest, Platform, Start, Verdict } from './platform.ts';
import { readableBody } from './readable-body.ts';
import {
  charactersOf,
  hideSecrets,
  IN_WORD,
  LONG,
  longRuns,
  longSecrets,
  MASK,
  withoutSecrets,
} from './redact.ts';
import type { RequestSampler } from './request-sampler.ts';

/**
 * Maximum length in characters of a logged body or string to sign: if the signature verified the
 * call; if the caller names a known party; and for anybody else. A stranger must not be able to
 * fill the ledger's disk.
 */
const LOGGED_BODY = { verified: 16 * 1024, named: 4 * 1024, unknown: 1024 };
/** Maximum length of all other texts, because a caller may send names of any length. */
const LOGGED_TEXT = 1000;

type IsSecret = (word: string) => boolean;

export interface RecordServices {
  readonly requests: Pick<RequestLog, 'append'>;
  readonly sampler: RequestSampler;
  /** Whether a word is a valid secret: a party's key, or the admin token. */
  isSecret(word: string): boolean;
  readonly questions?: Questions | undefined;
}

/** Asks the detective, outside the calls, why the signature of a refused call is wrong. */
export interface Questions {
  /**
   * Takes a record over and appends it with the answer. Returns false if the detective does not
   * examine the call.
   */
  take(platform: Platform, call: Start, record: RequestRecord): boolean;
}

export interface Answered {
  readonly platform: Platform;
  readonly checked: Checked<Start>;
  readonly verdict: Verdict<unknown>;
  readonly reply: GatewayReply;
  readonly call: Start;
  readonly micros: number;
  /** What a sandbox force did, for the row; absent: nothing. */
  readonly forced?: { readonly note: string; readonly isRefusal: boolean } | undefined;
}

/** Under which the metrics count a call. */
interface Counted {
  readonly method: string | undefined;
  readonly outcome: string;
  readonly party: string | undefined;
}

/** Passes the call to the request log. Returns the outcome under which the metrics count it. */
export function recordCall(
  { platform, checked, verdict, reply, call, micros, forced }: Answered,
  services: RecordServices,
): Counted {
  const { request } = call;
  const summary = platform.summary(call);
  const refusal = verdict.ok ? undefined : verdict.refusal;
  const outcome = refusal?.refused ?? platform.successCode;
  const counted = { method: summary.method, outcome, party: summary.party };
  const verified = checked.accepted || isBehind(platform, checked.refusedBy);
  const passedOver = verified ? 0 : services.sampler.take(request.address);
  if (passedOver === false) return counted;
  const party = summary.party ? call.parties.find(platform.name, summary.party) : undefined;
  const longest = LOGGED_BODY[verified ? 'verified' : party ? 'named' : 'unknown'];
  const written = platform.redact(request.body.toString('utf8', 0, platform.readForLog), call);
  const body = withoutHidden(written.slice(0, longest + LONGEST_SECRET), services.isSecret);
  let found = longSecrets(body, services.isSecret);
  for (const { secret } of party?.keys ?? []) {
    if (body.includes(secret)) found = [...found, secret];
  }
  if (!verdict.ok) found = [...found, ...secretsBeside(request, services.isSecret)];
  // All fields of an accepted call are known, so that short words need no check.
  const hide = (text: string): string => {
    const left = withoutSecrets(text, found);
    return verdict.ok ? left : hideSecrets(left, services.isSecret);
  };
  const kept = (text: string | undefined, length: number): string | null =>
    text === undefined || text === '' ? null : cut(text, length, hide);
  const detail = forced?.isRefusal ? null : (refusal?.detail ?? refusal?.description ?? null);
  const notes = forced ? [forced.note, ...(request.notes ?? [])] : request.notes;
  const refusedBy = forced?.isRefusal
    ? REFUSED_BY_FORCE
    : checked.accepted
      ? null
      : checked.refusedBy;
  const record: RequestRecord = {
    id: request.id,
    at: call.now,
    platform: platform.name,
    party: kept(summary.party, LOGGED_TEXT),
    method: kept(summary.method, LOGGED_TEXT),
    outcome,
    refusedBy,
    detail: kept(withNotes(detail, notes, passedOver), LOGGED_TEXT),
    orderId: kept(summary.orderId, LOGGED_TEXT),
    address: request.address,
    durationMicros: micros,
    stringToSign: kept(summary.stringToSign, longest),
    body: kept(body, longest) ?? '',
    words: kept(reply.words ?? undefined, LOGGED_TEXT),
    why: null,
  };
  const isTaken = !verified && services.questions?.take(platform, call, record);
  if (!isTaken) services.requests.append(record);
  return counted;
}

/**
 * Letters and digits written as escapes of a form, of XML or of JSON, which no honest client
 * writes.
 */
const ESCAPED = /%(?:3\d|[46][1-9a-f]|[57][\da])|&#(?:x[3-7]|\d{2,3};)|\\u00[3-7]/i;
const LEAST_BASE64 = 24;
const BASE64 = /[\w+/-]{24,}={0,2}/g;

/** The characters of {@link BASE64}. */
const IN_BASE64 = charactersOf(/[\w+/-]/);

/**
 * The body without secrets that an encoding hides: decoded if that reveals one, otherwise as
 * received.
 */
function withoutHidden(body: string, isSecret: IsSecret): string {
  let left = body;
  if (ESCAPED.test(body)) {
    const readable = readableBody(body);
    if (readable !== body && longSecrets(readable, isSecret).length > 0) left = readable;
  }
  // Few bodies hide a secret, so that the pattern, which takes 3 µs a call, runs for those alone.
  const words = longRuns(left, IN_BASE64, LEAST_BASE64);
  if (!words.some((word) => hidesSecret(word, isSecret))) return left;
  return left.replace(BASE64, (word) => (hidesSecret(word, isSecret) ? MASK : word));
}

/** Long enough for every word of a usual body. */
const SCRATCH = Buffer.allocUnsafeSlow(1024);

/** Whether the bytes that a word in base64 means hold a secret. */
function hidesSecret(word: string, isSecret: IsSecret): boolean {
  const room = word.length <= SCRATCH.length ? SCRATCH : Buffer.allocUnsafe(word.length);
  const length = room.write(word, 'base64');
  if (!holdsRun(room, length)) return false;
  return longSecrets(room.toString('latin1', 0, length), isSecret).length > 0;
}

/** Whether so many bytes hold {@link LONG} characters of a secret in a row, which few do. */
function holdsRun(bytes: Buffer, length: number): boolean {
  for (let start = 0; start + LONG <= length; ) {
    let at = start + LONG - 1;
    while (at >= start && IN_WORD[bytes[at]!] === 1) at--;
    if (at < start) return true;
    start = at + 1;
  }
  return false;
}

/**
 * The secrets in headers, path and query. In a string to sign without separators, a secret has no
 * word boundary, and an error text may contain only its first characters, so that the search for
 * words would miss it there.
 */
const secretsBeside = ({ rawHeaders = [], path, query }: GatewayRequest, isSecret: IsSecret) =>
  longSecrets([path, query, ...rawHeaders].join(' ').slice(0, LONGEST_HEAD), isSecret);

/** Node accepts no longer head. */
const LONGEST_HEAD = 32 * 1024;

/**
 * A secret that is cut in two is no longer a word, so that the search runs before the text is cut.
 */
const LONGEST_SECRET = 512;

const cut = (text: string, length: number, hide: (text: string) => string): string =>
  hide(text.slice(0, length + LONGEST_SECRET)).slice(0, length);

/** Whether a call was refused after its signature was verified. */
export function isBehind({ checks: { names }, verifiedBy }: Platform, refusedBy: string): boolean {
  return names.indexOf(refusedBy) > names.indexOf(verifiedBy);
}

/** Passes a call to a URL outside the gateway, such as an OAuth URL, to the request log. */
export function recordEndpoint(
  platform: string,
  { id, address, notes }: GatewayRequest,
  log: EndpointLog,
  words: string | null,
  at: number,
  micros: number,
  { requests, sampler, isSecret }: RecordServices,
): void {
  const passedOver = log.isVerified ? 0 : sampler.take(address);
  if (passedOver === false) return;
  const kept = (text: string | null, length: number): string | null =>
    text ? cut(text, length, (part) => hideSecrets(part, isSecret)) : null;
  requests.append({
    id,
    at,
    platform,
    party: kept(log.party, LOGGED_TEXT),
    method: log.method,
    outcome: log.outcome,
    refusedBy: log.detail === null ? null : log.method,
    detail: kept(withNotes(log.detail, notes, passedOver), LOGGED_TEXT),
    orderId: null,
    address,
    durationMicros: micros,
    stringToSign: null,
    body: kept(log.body, LOGGED_BODY[log.isVerified ? 'verified' : 'unknown']) ?? '',
    words: kept(words, LOGGED_TEXT),
    why: null,
  });
}

/** A call that HTTP refused before a platform saw it. */
export interface RefusedByHttp {
  readonly platform: Platform;
  readonly status: number;
  readonly method: string;
  readonly path: string;
  readonly message: string;
  readonly caller: Caller;
  readonly notes: readonly string[];
}

/** The name of the check in the request log if HTTP refused the call. */
export const REFUSED_BY_HTTP = 'http';

export function recordRefusal(
  id: number,
  at: number,
  { platform, status, method, path, message, caller, notes }: RefusedByHttp,
  { requests, sampler, isSecret }: RecordServices,
): void {
  const passedOver = sampler.take(caller.address);
  if (passedOver === false) return;
  const said = `${method} was refused: ${message.includes(path) ? message : `${path}: ${message}`}`;
  const kept = (text: string): string => {
    const start = text.slice(0, LOGGED_TEXT + LONGEST_SECRET);
    const named = platform.redactName?.(start) ?? start;
    return cut(named, LOGGED_TEXT, (part) => hideSecrets(part, isSecret));
  };
  const record: RequestRecord = {
    id,
    at,
    platform: platform.name,
    party: null,
    method: null,
    outcome: `HTTP ${status}`,
    refusedBy: REFUSED_BY_HTTP,
    detail: kept(withNotes(said, notes, passedOver)),
    orderId: null,
    address: caller.address,
    durationMicros: 0,
    stringToSign: null,
    body: '',
    words: kept(message),
    why: null,
  };
  requests.append(record);
}

function withNotes(
  detail: string | null,
  notes: readonly string[] = [],
  passedOver: number,
): string {
  if (notes.length === 0 && passedOver === 0) return detail ?? '';
  const flood =
    passedOver === 0
      ? []
      : [`${passedOver} calls of callers nobody knows before it were not logged`];
  return [...(detail ? [detail] : []), ...notes, ...flood].join('; ');
}
