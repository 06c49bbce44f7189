// The interfaces of routes, and the table of every URL but those of the management API, which are added later.
import type { Ledger } from '../core/ledger.ts';
import type { Principal } from '../core/principal.ts';
import type { HttpMethod } from '../protocol/contract.ts';
import { probeHeaders } from '../protocol/doctor-probe.ts';
import type { Caller, Connection } from '../protocol/gateway-request.ts';
import { answer, answerEndpoint, type PipelineServices } from '../protocol/pipeline.ts';
import type { GatewayRequest, Platform } from '../protocol/platform.ts';
import { builtFiles } from './built-files.ts';
import { consoleRoutes } from './console.ts';
import type { Metrics } from './metrics.ts';
import { errorReply } from './replies.ts';

/** A completely read request. */
export interface HttpCall {
  readonly method: string;
  readonly params: Readonly<Record<string, string>>;
  /** The path as received; only the path of a target in absolute form. */
  readonly path: string;
  /** The text after the `?` as received; empty if there is none. */
  readonly query: string;
  /** The host of a target in absolute form. */
  readonly targetHost: string | undefined;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Alternating names and values as received. */
  readonly rawHeaders: readonly string[];
  readonly body: Buffer;
  /** The caller, determined behind configured proxies. */
  readonly caller: Caller;
  /** Data that was ignored or unreadable before the call reached a platform. */
  readonly notes: readonly string[];
  readonly connection: Connection;
  /** The authenticated caller; null on a route that is open to the caller. */
  readonly principal: Principal | null;
}

export interface HttpReply {
  readonly status: number;
  readonly contentType: string;
  /** Bytes for content that is not text, such as files that were compressed at build time. */
  readonly body: string | Uint8Array;
  /** Replaces `body` for long content: sent as fast as the other side reads. */
  readonly chunks?: AsyncGenerator<string>;
  /** Ends an answer in `chunks` at once, with its connection. */
  readonly signal?: AbortSignal;
  /** The body contains ASCII only, which is cheaper to send. */
  readonly isAscii?: boolean;
  /** The number of body bytes after which the connection is broken off; 0 sends nothing. */
  readonly cut?: number | undefined;
  readonly headers?: Readonly<Record<string, string>>;
  /** Further headers `set-cookie`, which may stand more than once. */
  readonly cookies?: readonly string[];
}

/**
 * - `open`: for everybody; the handler does its own checks.
 * - `token`: for signed-in users and tokens.
 * - `local`: as `token`, and also for calls from this machine itself through no proxy.
 */
export type Access = 'open' | 'token' | 'local';

/**
 * `slashes`: repeated slashes and a slash at the end are allowed. `slashes-and-case`: any case,
 * too.
 */
export type Leniency = 'exact' | 'slashes' | 'slashes-and-case';

export interface Route {
  readonly method: HttpMethod;
  /** `{name}` stands for one segment. */
  readonly path: string;
  readonly access: Access;
  /** Other accepted spellings of the path. Default: none. */
  readonly leniency?: Leniency;
  /** The platform of the path, whose request log shows calls that HTTP refuses. */
  readonly platform?: string;
  /** Bytes of a body that are kept; slightly more of a longer one, up to 1 MiB. Default: 1 MiB. */
  readonly maxBody?: number;
  /** On both listeners, where management has one of its own. Default: false. */
  readonly everywhere?: boolean;
  /** A GET of this route changes data, so that it does not serve HEAD. */
  readonly changes?: boolean;
  handle(call: HttpCall): Promise<HttpReply>;
}

/** The built script of the reference, equal when seen from src/http and from dist/http. */
const REFERENCE = builtFiles(new URL('../../dist/docs/assets/', import.meta.url));

export interface RouteSources {
  readonly platforms: readonly Platform[];
  readonly pipeline: PipelineServices;
  /** The sign-in pages. */
  readonly pages: readonly Route[];
  readonly metrics: Metrics;
  readonly ledger: Ledger;
  /** The groups of owners that do not answer; absent for a ledger in one place. */
  readonly unserved:
    | (() => readonly {
        readonly group: string;
        readonly server: string;
        readonly problem: string;
      }[])
    | undefined;
  nextRequestId(): number;
  onNotReady(error: unknown): void;
}

const PLAIN = 'text/plain; charset=utf-8';

export function routeTable({
  platforms,
  pipeline,
  pages,
  metrics,
  ledger,
  unserved,
  nextRequestId,
  onNotReady,
}: RouteSources): Route[] {
  const toGateway = (call: HttpCall): GatewayRequest => ({
    id: nextRequestId(),
    method: call.method as GatewayRequest['method'],
    path: call.path,
    params: call.params,
    query: call.query,
    headers: call.headers,
    rawHeaders: call.rawHeaders,
    body: call.body,
    address: call.caller.address,
    countedAs: call.caller.countedAs,
    notes: call.notes,
    connection: call.connection,
  });
  const gateway = (platform: Platform) => async (call: HttpCall) => {
    const request = toGateway(call);
    const reply = await answer(platform, request, pipeline);
    const { status, contentType, body, isAscii = false, cut, headers: own } = reply;
    const id = String(request.id);
    const headers = own ? { ...own, 'x-request-id': id } : { 'x-request-id': id };
    return { status, contentType, body, isAscii, cut, headers };
  };
  const health = async ({ headers, caller }: HttpCall): Promise<HttpReply> => {
    const probed = probeHeaders(headers, caller.address);
    return { status: 200, contentType: PLAIN, body: 'ok\n', ...(probed && { headers: probed }) };
  };
  const ready = async () => {
    try {
      await ledger.checkReady();
      const lines = (unserved?.() ?? []).map(({ group, server, problem }) => {
        onNotReady(new Error(`group ${group} on server ${server} does not answer: ${problem}`));
        return `group ${group} on server ${server} does not answer; the log says why\n`;
      });
      return { status: 200, contentType: PLAIN, body: ['ready\n', ...lines].join('') };
    } catch (error) {
      onNotReady(error);
      const body = 'the ledger takes no changes now; the log says why\n';
      return { status: 503, contentType: PLAIN, body };
    }
  };
  const scrape = async ({ principal }: HttpCall): Promise<HttpReply> => {
    if (principal?.role === 'partner') {
      // The metrics are of every party.
      return errorReply(403, 'forbidden', `${principal.name} is a partner, who reads no metrics`);
    }
    return { status: 200, contentType: metrics.contentType, body: await metrics.text() };
  };
  const script = async (call: HttpCall) => REFERENCE.asset(call);
  return [
    ...platforms.flatMap((platform) =>
      platform.paths.map(
        ({ method, path, changes = false }): Route => ({
          method,
          path,
          access: 'open',
          leniency: platform.pathsInAnyCase ? 'slashes-and-case' : 'slashes',
          platform: platform.name,
          changes,
          ...(platform.maxBody !== undefined && { maxBody: platform.maxBody }),
          handle: gateway(platform),
        }),
      ),
    ),
    ...platforms.flatMap(({ name, endpoints = [] }) =>
      endpoints.map(
        ({ method, path, changes = false, handle }): Route => ({
          method,
          path,
          access: 'open',
          leniency: 'slashes',
          platform: name,
          changes,
          handle: (call) => answerEndpoint(name, handle, toGateway(call), pipeline),
        }),
      ),
    ),
    // Before the pages: a platform's page would take the path otherwise.
    { method: 'GET', path: '/docs/assets/{file}', access: 'open', handle: script },
    ...pages,
    ...consoleRoutes(),
    { method: 'GET', path: '/healthz', access: 'open', everywhere: true, handle: health },
    { method: 'GET', path: '/readyz', access: 'open', handle: ready },
    { method: 'GET', path: '/metrics', access: 'local', handle: scrape },
  ];
}
