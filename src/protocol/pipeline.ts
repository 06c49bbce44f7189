// The only way from bytes to core and back: check, execute, translate, reply, record.
import { type CoreRefusal, LedgerUnavailableError, refuse } from '../core/errors.ts';
import type { Checked } from './checks.ts';
import type { ForcedCall } from './force.ts';
import type {
  GatewayReply,
  GatewayRequest,
  Platform,
  PlatformEndpoint,
  Services,
  Start,
  Verdict,
} from './platform.ts';
import { isBehind, type RecordServices, recordCall, recordEndpoint } from './record.ts';
import type { SandboxForces } from './sandbox-forces.ts';

export interface PipelineServices extends Services, RecordServices {
  /** Receives errors that the caller must not see. */
  onFault(error: unknown, request: GatewayRequest): void;
  /**
   * Called for each answered call, for the metrics.
   *
   * @param party who the caller claims to be, whether it exists or not
   */
  onAnswer(
    platform: string,
    method: string | undefined,
    outcome: string,
    micros: number,
    party: string | undefined,
  ): void;
  /** Of a sandbox. Absent in production, where nothing can be forced. */
  readonly forces?: SandboxForces | undefined;
}

/**
 * Answers one call. Errors on the way are answered in the platform's own code. The function throws
 * only if the platform cannot write even that reply.
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
  let forced: ForcedCall | undefined;
  /** The outcome that a force put in the place of the call. */
  let stand: Verdict<unknown> | undefined;
  try {
    const run = platform.checks.run(start);
    checked = run instanceof Promise ? await run : run;
    forced = services.forces?.take(platform, checked, isVerified(platform, checked));
    stand = forced?.verdict(platform, checked.call as Start);
    if (stand) verdict = stand;
    else if (checked.accepted) {
      const own = forced?.services(services) ?? services;
      verdict = translate(platform, await platform.execute(checked.call, own), checked.call);
    } else verdict = { ok: false, refusal: checked.refusal };
    if (forced) await forced.hold(request.connection);
  } catch (error) {
    services.onFault(error, request);
    const code = error instanceof LedgerUnavailableError ? 'unavailable' : 'fault';
    verdict = translate(platform, refuse(code), checked.call as Start);
  } finally {
    for (const release of releases) release();
  }

  const call = checked.call as Start;
  const written = platform.reply(verdict, call);
  const reply = forced ? forced.bend(written) : written;
  const micros = Math.round((performance.now() - started) * 1000);
  try {
    const note = forced && { note: forced.note, isRefusal: stand !== undefined };
    const answered = { platform, checked, verdict, reply, call, micros, forced: note };
    const { method, outcome, party } = recordCall(answered, services);
    services.onAnswer(platform.name, method, outcome, micros, party);
  } catch (error) {
    services.onFault(error, request); // The change is stored, so the caller gets its reply.
  }
  return reply;
}

const isVerified = (platform: Platform, checked: Checked<Start>): boolean =>
  checked.accepted || isBehind(platform, checked.refusedBy);

/** Answers a call to a URL outside the gateway, and records the endpoint's log data. */
export async function answerEndpoint(
  platform: string,
  handle: PlatformEndpoint['handle'],
  request: GatewayRequest,
  services: PipelineServices,
): Promise<GatewayReply> {
  const started = performance.now();
  const reply = await handle(request, services);
  if (!reply.log) return reply;
  const micros = Math.round((performance.now() - started) * 1000);
  const { log, words = null } = reply;
  recordEndpoint(platform, request, log, words, services.clock.now(), micros, services);
  return reply;
}

function translate(
  platform: Platform,
  outcome: Verdict<unknown> | CoreRefusal,
  call: Start,
): Verdict<unknown> {
  return 'code' in outcome ? { ok: false, refusal: platform.refusal(outcome, call) } : outcome;
}
