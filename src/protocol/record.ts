// What the request log keeps of a call: of one that a platform answered, and of one that HTTP refused.
import type { RequestLog, RequestRecord } from '../core/request-log.ts';
import type { Checked } from './checks.ts';
import type { EndpointLog } from './endpoint-log.ts';
import type { Caller } from './gateway-request.ts';
import type { GatewayReply, GatewayRequest, Platform, Start, Verdict } from './platform.ts';
import { readableBody } from './readable-body.ts';
import { hideSecrets, longSecrets, MASK, withoutSecrets } from './redact.ts';
import type { RequestSampler } from './request-sampler.ts';

/**
 * The longest body, and string to sign, that the request log keeps, in characters: of a call that its
 * signature vouches for; of one that names somebody we know; and of anybody else's, since a stranger
 * must not fill the disk that the ledger is on.
 */
const LOGGED_BODY = { verified: 16 * 1024, named: 4 * 1024, unknown: 1024 };
/** And the longest of all else: a caller may name anything, at any length. */
const LOGGED_TEXT = 1000;

type IsSecret = (word: string) => boolean;

export interface RecordServices {
  readonly requests: Pick<RequestLog, 'append'>;
  readonly sampler: RequestSampler;
  /** Whether a word is a secret that is in force: a party's key, or the admin token. */
  isSecret(word: string): boolean;
  readonly questions?: Questions | undefined;
}

/** Asks, beside the calls, why the signature of a call that was refused is wrong. */
export interface Questions {
  /** Takes a record over: it is appended when there is an answer. False where the call is not asked about. */
  take(platform: Platform, call: Start, record: RequestRecord): boolean;
}

export interface Answered {
  readonly platform: Platform;
  readonly checked: Checked<Start>;
  readonly verdict: Verdict<unknown>;
  readonly reply: GatewayReply;
  readonly call: Start;
  readonly micros: number;
}

/** Hands the call to the request log. Returns what it was counted as, for the metrics. */
export function recordCall(
  { platform, checked, verdict, reply, call, micros }: Answered,
  services: RecordServices,
): { readonly method: string | undefined; readonly outcome: string } {
  const { request } = call;
  const summary = platform.summary(call);
  const refusal = verdict.ok ? undefined : verdict.refusal;
  const outcome = refusal?.refused ?? platform.successCode;
  const counted = { method: summary.method, outcome };
  const verified = checked.accepted || isBehind(platform, checked.refusedBy);
  const passedOver = verified ? 0 : services.sampler.take(request.address);
  if (passedOver === false) return counted;
  const party = summary.party ? call.parties.find(platform.name, summary.party) : undefined;
  const longest = LOGGED_BODY[verified ? 'verified' : party ? 'named' : 'unknown'];
  const written = platform.redact(request.body.toString('utf8', 0, platform.readForLog), call);
  const body = withoutHidden(written.slice(0, longest + LONGEST_SECRET), services.isSecret);
  const found = [
    ...longSecrets(body, services.isSecret),
    ...(party?.keys.flatMap(({ secret }) => (body.includes(secret) ? [secret] : [])) ?? []),
    ...(verdict.ok ? [] : secretsBeside(request, services.isSecret)),
  ];
  // Of an accepted call every field is known, so that short words are not looked at one by one.
  const hide = (text: string): string => {
    const left = withoutSecrets(text, found);
    return verdict.ok ? left : hideSecrets(left, services.isSecret);
  };
  const kept = (text: string | undefined, length: number): string | null =>
    text === undefined || text === '' ? null : cut(text, length, hide);
  const detail = refusal?.detail ?? refusal?.description ?? null;
  const record: RequestRecord = {
    id: request.id,
    at: call.now,
    platform: platform.name,
    party: kept(summary.party, LOGGED_TEXT),
    method: kept(summary.method, LOGGED_TEXT),
    outcome,
    refusedBy: checked.accepted ? null : checked.refusedBy,
    detail: kept(withNotes(detail, request.notes, passedOver), LOGGED_TEXT),
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

/** Letters and digits that are written as escapes, which no client does that means well: of a form, of XML, of JSON. */
const ESCAPED = /%(?:3\d|[46][1-9a-f]|[57][\da])|&#(?:x[3-7]|\d{2,3};)|\\u00[3-7]/i;
const BASE64 = /[\w+/-]{24,}={0,2}/g;

/** The body without secrets that an encoding hides: as a person reads it where one does, else as it was written. */
function withoutHidden(body: string, isSecret: IsSecret): string {
  let left = body;
  if (ESCAPED.test(body)) {
    const readable = readableBody(body);
    if (readable !== body && longSecrets(readable, isSecret).length > 0) left = readable;
  }
  return left.replace(BASE64, (word) => {
    const inside = Buffer.from(word, 'base64').toString('latin1');
    return longSecrets(inside, isSecret).length > 0 ? MASK : word;
  });
}

/**
 * Those of headers, path and query. A string to sign without separators glues one to what stands beside it, and an
 * error text may hold its first characters only, so that it is no word there.
 */
const secretsBeside = ({ rawHeaders = [], path, query }: GatewayRequest, isSecret: IsSecret) =>
  longSecrets([path, query, ...rawHeaders].join(' ').slice(0, LONGEST_HEAD), isSecret);

/** Node takes no longer head. */
const LONGEST_HEAD = 32 * 1024;

/** A secret that the end of a text cuts in two is no word any more, so that it is looked for before. */
const LONGEST_SECRET = 512;

const cut = (text: string, length: number, hide: (text: string) => string): string =>
  hide(text.slice(0, length + LONGEST_SECRET)).slice(0, length);

/** Whether a call was refused after its signature was found good. */
function isBehind({ checks: { names }, verifiedBy }: Platform, refusedBy: string): boolean {
  return names.indexOf(refusedBy) > names.indexOf(verifiedBy);
}

/** Hands a call to a URL beside the gateway, such as one of OAuth's, to the request log. */
export function recordEndpoint(
  platform: string,
  { id, address, notes }: GatewayRequest,
  log: EndpointLog,
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
    words: null,
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

/** The check that the request log names where HTTP refused. */
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
  const detail = withNotes(said, notes, passedOver).slice(0, LOGGED_TEXT + LONGEST_SECRET);
  const record: RequestRecord = {
    id,
    at,
    platform: platform.name,
    party: null,
    method: null,
    outcome: `HTTP ${status}`,
    refusedBy: REFUSED_BY_HTTP,
    detail: cut(platform.redactName?.(detail) ?? detail, LOGGED_TEXT, (text) =>
      hideSecrets(text, isSecret),
    ),
    orderId: null,
    address: caller.address,
    durationMicros: 0,
    stringToSign: null,
    body: '',
    words: null,
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
