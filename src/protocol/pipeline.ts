// The only way from bytes to core and back: check, execute, translate, reply, record.
import { type CoreRefusal, LedgerUnavailableError, refuse } from '../core/errors.ts';
import type { RequestLog, RequestRecord } from '../core/request-log.ts';
import type { Checked } from './checks.ts';
import type {
  GatewayReply,
  GatewayRequest,
  Platform,
  Services,
  Start,
  Verdict,
} from './platform.ts';

export interface PipelineServices extends Services {
  readonly requests: RequestLog;
  /** Called with what a caller is never told. */
  onFault(error: unknown, request: GatewayRequest): void;
  /** Called for each answered call, for the metrics. */
  onAnswer(platform: string, method: string | undefined, outcome: string, micros: number): void;
}

/** The longest body, and string to sign, that the request log keeps, in characters. */
const LOGGED_BODY = 16 * 1024;
/** And the longest of all else: a caller may name anything, at any length. */
const LOGGED_TEXT = 1000;

/**
 * Answers one call: what goes wrong on the way is answered in the platform's own code. It throws
 * only where the platform cannot write even that.
 */
export async function answer(
  platform: Platform,
  request: GatewayRequest,
  services: PipelineServices,
): Promise<GatewayReply> {
  const started = performance.now();
  const { environment, parties, catalog, tokens, limits } = services;
  const releases: (() => void)[] = [];
  const start: Start = {
    request,
    now: services.clock.now(),
    worldNow: services.clock.worldNow(),
    environment,
    parties,
    catalog,
    tokens,
    limits,
    atEnd: (release) => releases.push(release),
  };

  let checked: Checked<Start> = { accepted: true, call: start };
  let verdict: Verdict<unknown>;
  try {
    const run = platform.checks.run(start);
    checked = run instanceof Promise ? await run : run;
    verdict = checked.accepted
      ? translate(platform, await platform.execute(checked.call, services), checked.call)
      : { ok: false, refusal: checked.refusal };
  } catch (error) {
    services.onFault(error, request);
    const code = error instanceof LedgerUnavailableError ? 'unavailable' : 'fault';
    verdict = translate(platform, refuse(code), checked.call as Start);
  } finally {
    for (const release of releases) release();
  }

  const call = checked.call as Start;
  const reply = platform.reply(verdict, call);
  const micros = Math.round((performance.now() - started) * 1000);
  try {
    record(platform, checked, verdict, call, micros, services);
  } catch (error) {
    services.onFault(error, request); // What was done is done; the caller gets its reply.
  }
  return reply;
}

function translate(
  platform: Platform,
  outcome: Verdict<unknown> | CoreRefusal,
  call: Start,
): Verdict<unknown> {
  return 'code' in outcome ? { ok: false, refusal: platform.refusal(outcome, call) } : outcome;
}

function record(
  platform: Platform,
  checked: Checked<Start>,
  verdict: Verdict<unknown>,
  call: Start,
  micros: number,
  services: PipelineServices,
): void {
  const { request } = call;
  const summary = platform.summary(call);
  const outcome = verdict.ok ? platform.successCode : verdict.refusal.refused;
  services.onAnswer(platform.name, summary.method, outcome, micros);
  const detail = verdict.ok ? null : (verdict.refusal.detail ?? verdict.refusal.description);
  const entry: RequestRecord = {
    id: request.id,
    at: call.now,
    platform: platform.name,
    party: summary.party?.slice(0, LOGGED_TEXT) ?? null,
    method: summary.method?.slice(0, LOGGED_TEXT) ?? null,
    outcome,
    refusedBy: checked.accepted ? null : checked.refusedBy,
    detail: detail?.slice(0, LOGGED_TEXT) || null,
    orderId: summary.orderId?.slice(0, LOGGED_TEXT) ?? null,
    address: request.address,
    durationMicros: micros,
    stringToSign: summary.stringToSign?.slice(0, LOGGED_BODY) ?? null,
    body: platform.redact(request.body.toString('utf8'), call).slice(0, LOGGED_BODY),
  };
  services.requests.append(entry);
}
