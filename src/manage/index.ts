// The management API: all its endpoints, and how a request to one is read and answered.
import { z } from 'zod';
import { LedgerUnavailableError } from '../core/errors.ts';
import { ImportError, type Platform } from '../protocol/platform.ts';
import { accountEndpoints } from './accounts.ts';
import { admissionEndpoints } from './admissions.ts';
import { alarmEndpoints } from './alarms.ts';
import { apiTokenEndpoints } from './api-tokens.ts';
import { approvalEndpoints } from './approvals.ts';
import { attentionEndpoints } from './attention.ts';
import { auditEndpoints } from './audit.ts';
import { type AuditTrail, auditTrail } from './audit-trail.ts';
import { callbackEndpointListEndpoints } from './callback-endpoint-list.ts';
import { callbackEndpointEndpoints } from './callback-endpoints.ts';
import { callbackSendEndpoints } from './callback-send.ts';
import { catalogEndpoints } from './catalog.ts';
import { clockEndpoints } from './clock.ts';
import { debugEndpoints } from './debug.ts';
import { deliveryEndpoints } from './deliveries.ts';
import { deliveryActionEndpoints } from './delivery-actions.ts';
import {
  type CsvFile,
  type Endpoint,
  endpoint,
  GROUPS_CURSOR,
  ManageError,
  type ManageServices,
} from './endpoint.ts';
import { endpointHealthEndpoints } from './endpoint-health.ts';
import { ERROR_CODES } from './error-codes.ts';
import { exportEndpoints } from './exports.ts';
import { forceEndpoints } from './forces.ts';
import { importEndpoints } from './import.ts';
import { listenerEndpoints } from './listeners.ts';
import { eventEndpoints } from './live/events.ts';
import type { Subscriber } from './live/subscriber.ts';
import { maskUrls } from './mask-urls.ts';
import { meEndpoints } from './me.ts';
import { narrowTo } from './narrow.ts';
import { openApi } from './openapi.ts';
import { orderOutlookEndpoints } from './order-outlook.ts';
import { orderEndpoints } from './orders.ts';
import { overviewEndpoints } from './overview.ts';
import { partyEndpoints } from './parties.ts';
import { partnerLinkEndpoints } from './partner-links.ts';
import { partyAppEndpoints } from './party-apps.ts';
import { partyKeyEndpoints } from './party-keys.ts';
import { partyListEndpoints } from './party-list.ts';
import { platformEndpoints } from './platforms.ts';
import { type ManageRequest, readCall } from './read-call.ts';
import { replayJobEndpoints } from './replay-jobs.ts';
import { requestEndpoints } from './requests.ts';
import { leastRole, may } from './roles.ts';
import { sandboxEndpoints } from './sandbox.ts';
import { scenarioEndpoints } from './scenarios.ts';
import { searchEndpoints } from './search.ts';
import { requireSecondPerson } from './second-person.ts';
import { tokenEndpoints } from './tokens.ts';
import { totpEndpoints } from './totp.ts';
import { versionEndpoints } from './version.ts';

const documented: readonly Endpoint[] = [
  ...platformEndpoints,
  ...overviewEndpoints,
  ...eventEndpoints,
  ...searchEndpoints,
  ...attentionEndpoints,
  ...orderEndpoints,
  ...orderOutlookEndpoints,
  ...partyListEndpoints,
  ...partyEndpoints,
  ...partyKeyEndpoints,
  ...partyAppEndpoints,
  ...catalogEndpoints,
  ...tokenEndpoints,
  ...importEndpoints,
  ...requestEndpoints,
  ...debugEndpoints,
  ...endpointHealthEndpoints,
  ...callbackEndpointListEndpoints,
  ...callbackEndpointEndpoints,
  ...callbackSendEndpoints,
  ...deliveryEndpoints,
  ...deliveryActionEndpoints,
  ...listenerEndpoints,
  ...replayJobEndpoints,
  ...admissionEndpoints,
  ...alarmEndpoints,
  ...clockEndpoints,
  ...sandboxEndpoints,
  ...forceEndpoints,
  ...scenarioEndpoints,
  ...meEndpoints,
  ...totpEndpoints,
  ...accountEndpoints,
  ...apiTokenEndpoints,
  ...partnerLinkEndpoints,
  ...approvalEndpoints,
  ...auditEndpoints,
  ...exportEndpoints,
  ...versionEndpoints,
];

/** Every endpoint that `services` offers. */
export function manageEndpoints(
  sandbox: boolean,
  version: string,
  platforms: readonly Platform[] = [],
): readonly Endpoint[] {
  const offered = documented.filter((e) => sandbox || !e.sandboxOnly);
  let page: object | undefined; // Made when it is first asked for: it costs start-up time otherwise.
  const description = endpoint({
    method: 'GET',
    path: '/openapi.json',
    operationId: 'readOpenApi',
    summary: 'This description',
    status: 200,
    response: z.looseObject({}),
    errors: {},
    async handle() {
      page ??= openApi([...offered, description], version, platforms);
      return page as Record<string, unknown>;
    },
  });
  return [...offered, description];
}

export interface ManageReply {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
  /** In place of a body, where it is long. */
  readonly chunks?: AsyncGenerator<string>;
  /** Ends `chunks` at once. */
  readonly signal?: AbortSignal;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Reads, checks, carries out. What the caller did wrong is an answer; what we did wrong is thrown. */
export async function callEndpoint(
  target: Endpoint,
  request: ManageRequest,
  services: ManageServices,
): Promise<ManageReply> {
  try {
    const trail = trailOf(services);
    if (!target.isOpen) await requireRole(target, request, trail);
    const call = readCall(target, request);
    const { cursor } = call.query as { readonly cursor?: string };
    if (cursor !== undefined && GROUPS_CURSOR.test(cursor) && !services.unserved) {
      const message = 'cursor: it is of a ledger in groups of owners, and this one is in one place';
      throw new ManageError(400, 'bad-request', message, 'cursor');
    }
    const { scope = null } = request.principal ?? {};
    const own = scope === null ? services : narrowTo(services, scope);
    if (target.method !== 'GET') await requireSecondPerson(target, call, services);
    const carryOut = () => target.handle(call, own);
    const isAudited = target.isAudited ?? target.method !== 'GET';
    const answered = isAudited
      ? await trail.follow(target, request, call, carryOut)
      : await carryOut();
    if (target.stream === 'text/csv') return csvReply(answered as CsvFile);
    if (target.stream) return streamReply(answered as Subscriber);
    const shown =
      request.principal?.role === 'viewer' ? maskUrls(answered, target.operationId) : answered;
    const version = target.etag?.(answered as never);
    if (version === undefined) return reply(target.status, shown);
    const headers = { ...PRIVATE, etag: `"${version}"` };
    if (target.method === 'GET' && hasVersion(request.headers['if-none-match'], headers.etag)) {
      return { ...reply(304, ''), body: '', headers };
    }
    return { ...reply(target.status, shown), headers };
  } catch (error) {
    if (error instanceof ManageError) return errorReply(error);
    // What a party's own rules refuse, wherever the change came from.
    if (error instanceof ImportError) {
      return errorReply(new ManageError(400, 'bad-party', error.message, error.field));
    }
    if (error instanceof LedgerUnavailableError) {
      const message = `${error.message}. Nothing was changed; try again.`;
      return errorReply(new ManageError(503, 'unavailable', message));
    }
    throw error;
  }
}

/** What one person may see stays in no cache, and no browser takes it for a page. */
const PRIVATE = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' };

/** One a server. */
const trails = new WeakMap<ManageServices, AuditTrail>();

function trailOf(services: ManageServices): AuditTrail {
  const trail = trails.get(services) ?? auditTrail(documented, services);
  trails.set(services, trail);
  return trail;
}

/** @throws {ManageError} */
async function requireRole(
  target: Endpoint,
  request: ManageRequest,
  trail: AuditTrail,
): Promise<void> {
  const { operationId } = target;
  const { principal } = request;
  if (principal && may(principal.role, operationId)) return;
  await trail.refused(target, request);
  const message = `${operationId} needs the role ${leastRole(operationId)}; ${principal?.name} is ${principal?.role}`;
  throw new ManageError(403, 'forbidden', message);
}

function csvReply({ fileName, chunks }: CsvFile): ManageReply {
  const headers = { 'content-disposition': `attachment; filename="${fileName}"`, ...PRIVATE };
  return { status: 200, contentType: 'text/csv; charset=utf-8', body: '', chunks, headers };
}

/** A proxy that gathers an answer before it passes it on would hold the events back. */
const UNBUFFERED = { ...PRIVATE, 'x-accel-buffering': 'no' };

function streamReply(chunks: Subscriber): ManageReply {
  const contentType = 'text/event-stream; charset=utf-8';
  const { signal } = chunks;
  return { status: 200, contentType, body: '', chunks, signal, headers: UNBUFFERED };
}

function reply(status: number, body: unknown): ManageReply {
  return {
    status,
    contentType: 'application/json; charset=utf-8',
    body: JSON.stringify(body),
    headers: PRIVATE,
  };
}

/** Whether If-None-Match names the version that the caller would get; `W/` makes no difference to it. */
function hasVersion(tags: string | string[] | undefined, etag: string): boolean {
  const given = (Array.isArray(tags) ? tags : (tags ?? '').split(',')).map((tag) => tag.trim());
  return given.some((tag) => tag === '*' || tag.replace(/^W\//, '') === etag);
}

function errorReply({ status, code, message, field }: ManageError): ManageReply {
  const { cause, remedy, retry } = ERROR_CODES[code];
  const named = field !== undefined && { field };
  return reply(status, { error: { code, message, ...named, cause, remedy, retry } });
}
