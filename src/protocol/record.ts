// What the request log keeps of a call: of one that a platform answered, and of one that HTTP refused.
import type { RequestRecord } from '../core/request-log.ts';
import type { Caller } from './addresses.ts';
import type { Checked } from './checks.ts';
import type { Platform, Start, Verdict } from './platform.ts';

/** The longest body, and string to sign, that the request log keeps, in characters. */
const LOGGED_BODY = 16 * 1024;
/** And the longest of all else: a caller may name anything, at any length. */
const LOGGED_TEXT = 1000;

export interface Answered {
  readonly platform: Platform;
  readonly checked: Checked<Start>;
  readonly verdict: Verdict<unknown>;
  readonly call: Start;
  readonly micros: number;
}

export function callRecord({ platform, checked, verdict, call, micros }: Answered): RequestRecord {
  const { request } = call;
  const summary = platform.summary(call);
  const refusal = verdict.ok ? undefined : verdict.refusal;
  const detail = refusal?.detail ?? refusal?.description ?? null;
  return {
    id: request.id,
    at: call.now,
    platform: platform.name,
    party: summary.party?.slice(0, LOGGED_TEXT) ?? null,
    method: summary.method?.slice(0, LOGGED_TEXT) ?? null,
    outcome: refusal?.refused ?? platform.successCode,
    refusedBy: checked.accepted ? null : checked.refusedBy,
    detail: withNotes(detail, request.notes),
    orderId: summary.orderId?.slice(0, LOGGED_TEXT) ?? null,
    address: request.address,
    durationMicros: micros,
    stringToSign: summary.stringToSign?.slice(0, LOGGED_BODY) ?? null,
    body: platform
      .redact(request.body.toString('utf8', 0, platform.readForLog), call)
      .slice(0, LOGGED_BODY),
  };
}

/** A call that HTTP refused before a platform saw it. */
export interface RefusedByHttp {
  readonly platform: string;
  readonly status: number;
  readonly method: string;
  readonly path: string;
  readonly message: string;
  readonly caller: Caller;
  readonly notes: readonly string[];
}

/** The check that the request log names where HTTP refused. */
export const REFUSED_BY_HTTP = 'http';

export function refusedRecord(id: number, at: number, refused: RefusedByHttp): RequestRecord {
  const { platform, status, method, path, message, caller, notes } = refused;
  const said = message.includes(path) ? message : `${path}: ${message}`;
  return {
    id,
    at,
    platform,
    party: null,
    method: null,
    outcome: `HTTP ${status}`,
    refusedBy: REFUSED_BY_HTTP,
    detail: withNotes(`${method} was refused: ${said}`, notes),
    orderId: null,
    address: caller.address,
    durationMicros: 0,
    stringToSign: null,
    body: '',
  };
}

function withNotes(detail: string | null, notes: readonly string[] = []): string | null {
  const all = notes.length === 0 ? detail : [detail, ...notes].filter(Boolean).join('; ');
  return all?.slice(0, LOGGED_TEXT) || null;
}
