// Every URL in one table: the gateways of the platforms, the management API, and what watches the process.
import type { Ledger } from '../core/ledger.ts';
import { requestIds } from '../core/request-log.ts';
import { answer, type PipelineServices } from '../protocol/pipeline.ts';
import type { GatewayRequest, Platform } from '../protocol/platform.ts';
import type { Metrics } from './metrics.ts';

/** A request, read whole. */
export interface HttpCall {
  readonly params: Readonly<Record<string, string>>;
  /** Path and query as they were sent. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
  /** The caller's address, behind configured proxies. */
  readonly address: string;
}

export interface HttpReply {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
  /** That the body is known to hold ASCII only, which is cheaper to send. */
  readonly isAscii?: boolean;
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * - `open`: for everybody; the handler does its own checks.
 * - `token`: with the admin token.
 * - `local`: with the admin token, or from this machine itself and through no proxy.
 */
export type Access = 'open' | 'token' | 'local';

export interface Route {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';
  /** `{name}` takes one segment. */
  readonly path: string;
  readonly access: Access;
  handle(call: HttpCall): Promise<HttpReply>;
}

export interface RouteSources {
  readonly platforms: readonly Platform[];
  readonly pipeline: PipelineServices;
  readonly manage: readonly Route[];
  readonly metrics: Metrics;
  readonly ledger: Ledger;
  onNotReady(error: unknown): void;
}

const PLAIN = 'text/plain; charset=utf-8';

export function routeTable({
  platforms,
  pipeline,
  manage,
  metrics,
  ledger,
  onNotReady,
}: RouteSources): Route[] {
  const nextRequestId = requestIds();
  const toGateway = ({ params, url, headers, body, address }: HttpCall): GatewayRequest => {
    const mark = url.indexOf('?');
    const path = mark < 0 ? url : url.slice(0, mark);
    const query = mark < 0 ? '' : url.slice(mark + 1);
    return { id: nextRequestId(), path, params, query, headers, body, address };
  };
  const gateway = (platform: Platform) => async (call: HttpCall) => {
    const request = toGateway(call);
    const { contentType, body, isAscii = false } = await answer(platform, request, pipeline);
    const headers = { 'x-request-id': String(request.id) };
    return { status: 200, contentType, body, isAscii, headers };
  };
  const health = async () => ({ status: 200, contentType: PLAIN, body: 'ok\n' });
  const ready = async () => {
    try {
      await ledger.checkReady();
      return { status: 200, contentType: PLAIN, body: 'ready\n' };
    } catch (error) {
      onNotReady(error);
      const body = 'the ledger takes no changes now; the log says why\n';
      return { status: 503, contentType: PLAIN, body };
    }
  };
  const scrape = async () => {
    return { status: 200, contentType: metrics.contentType, body: await metrics.text() };
  };
  return [
    ...platforms.flatMap((platform) =>
      platform.paths.map(
        (path): Route => ({ method: 'POST', path, access: 'open', handle: gateway(platform) }),
      ),
    ),
    ...platforms.flatMap(({ endpoints = [] }) =>
      endpoints.map(
        ({ method, path, handle }): Route => ({
          method,
          path,
          access: 'open',
          handle: (call) => handle(toGateway(call), pipeline),
        }),
      ),
    ),
    ...manage,
    { method: 'GET', path: '/healthz', access: 'open', handle: health },
    { method: 'GET', path: '/readyz', access: 'open', handle: ready },
    { method: 'GET', path: '/metrics', access: 'local', handle: scrape },
  ];
}
