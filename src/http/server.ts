// HTTP: reads a request whole, hands it to the pipeline or the management API, writes the answer.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { requestIds } from '../core/request-log.ts';
import { type Endpoint, ManageError, type ManageServices } from '../manage/endpoint.ts';
import { callEndpoint, errorReply } from '../manage/index.ts';
import { AddressList, callerAddress, normalizeAddress } from '../protocol/addresses.ts';
import { equalSecrets } from '../protocol/digest.ts';
import { answer, type PipelineServices } from '../protocol/pipeline.ts';
import type { Metrics } from './metrics.ts';
import { type Route, Router, routeTable } from './routes.ts';

export interface HttpOptions {
  readonly host: string;
  readonly port: number;
  readonly adminToken: string;
  readonly trustedProxies: AddressList;
  readonly endpoints: readonly Endpoint[];
  readonly pipeline: PipelineServices;
  readonly manage: ManageServices;
  readonly metrics: Metrics;
  onFault(error: unknown, path: string): void;
}

/** The protocol's bound for every platform. */
const MAX_BODY = 1024 * 1024;
/** How long a stop waits for calls under way before it cuts them off. */
const DRAIN_MS = 10_000;
const LOOPBACK = new AddressList(['127.0.0.0/8', '::1']);
const EMPTY = Buffer.alloc(0);

export class HttpServer {
  readonly #options: HttpOptions;
  readonly #router: Router;
  readonly #server: Server;
  readonly #nextRequestId = requestIds();
  #draining = false;

  constructor(options: HttpOptions) {
    this.#options = options;
    this.#router = new Router(routeTable(options.manage.platforms, options.endpoints));
    // Longer than the 60 s that most proxies keep a connection, so that they close it, not we.
    this.#server = createServer({ keepAliveTimeout: 65_000 }, (request, response) =>
      this.#serve(request, response),
    );
  }

  /** Resolves to the URL it listens on. */
  async listen(): Promise<string> {
    const { host, port } = this.#options;
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(port, host, resolve);
    });
    const bound = this.#server.address() as AddressInfo;
    return `http://${bound.family === 'IPv6' ? `[${bound.address}]` : bound.address}:${bound.port}`;
  }

  /** Takes no new connection, finishes what is under way. */
  async close(): Promise<void> {
    this.#draining = true;
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#server.closeIdleConnections();
    const timer = setTimeout(() => this.#server.closeAllConnections(), DRAIN_MS);
    await closed;
    clearTimeout(timer);
  }

  #serve(request: IncomingMessage, response: ServerResponse): void {
    if (this.#draining) response.setHeader('connection', 'close');
    const url = request.url ?? '/';
    const mark = url.indexOf('?');
    const path = mark < 0 ? url : url.slice(0, mark);
    const match = this.#router.find(request.method ?? '', path);
    if (!match) return sendError(response, 404, 'not-found', `there is nothing at ${path}`);
    if ('allowed' in match) {
      response.setHeader('allow', match.allowed.join(', '));
      return sendError(
        response,
        405,
        'method-not-allowed',
        `${path} takes ${match.allowed.join(', ')}`,
      );
    }
    const fail = (error: unknown): void => {
      this.#options.onFault(error, path);
      if (response.headersSent) response.destroy();
      else sendError(response, 500, 'fault', 'a mistake of ours; the log has more');
    };
    readBody(request, response, (body) => {
      this.#dispatch(match.route, match.params, request, response, body).catch(fail);
    });
  }

  async #dispatch(
    route: Route,
    params: Readonly<Record<string, string>>,
    request: IncomingMessage,
    response: ServerResponse,
    body: Buffer,
  ): Promise<void> {
    switch (route.kind) {
      case 'gateway': {
        const id = this.#nextRequestId();
        const { url = '', headers } = request;
        const call = { id, path: url, headers, body, address: this.#caller(request) };
        const reply = await answer(route.platform, call, this.#options.pipeline);
        response.setHeader('x-request-id', id);
        return send(response, 200, reply.contentType, reply.body);
      }
      case 'manage':
        return this.#manage(route.endpoint, params, request, response, body);
      case 'health':
        return send(response, 200, 'text/plain; charset=utf-8', 'ok\n');
      case 'ready':
        return this.#ready(response);
      case 'metrics': {
        if (!this.#isLocal(request) && !this.#hasToken(request)) return sendUnauthorized(response);
        const { metrics } = this.#options;
        return send(response, 200, metrics.contentType, await metrics.text());
      }
    }
  }

  async #manage(
    endpoint: Endpoint,
    params: Readonly<Record<string, string>>,
    request: IncomingMessage,
    response: ServerResponse,
    body: Buffer,
  ): Promise<void> {
    if (!this.#hasToken(request)) return sendUnauthorized(response);
    const query = new URL(request.url ?? '/', 'http://ordergate').searchParams;
    const headers = request.headers as Readonly<Record<string, string | undefined>>;
    const call = { params, query, headers, body };
    const reply = await callEndpoint(endpoint, call, this.#options.manage);
    sendJson(response, reply.status, reply.body);
  }

  async #ready(response: ServerResponse): Promise<void> {
    const plain = 'text/plain; charset=utf-8';
    if (this.#draining) return send(response, 503, plain, 'stopping\n');
    try {
      await this.#options.manage.ledger.checkReady();
      send(response, 200, plain, 'ready\n');
    } catch (error) {
      this.#options.onFault(error, '/readyz');
      send(response, 503, plain, 'the ledger takes no changes now; the log says why\n');
    }
  }

  #caller(request: IncomingMessage): string {
    const forwarded = request.headers['x-forwarded-for'];
    const header = Array.isArray(forwarded) ? forwarded.join(',') : forwarded;
    return callerAddress(request.socket.remoteAddress ?? '', header, this.#options.trustedProxies);
  }

  /** From this machine itself, and not through a proxy on it. */
  #isLocal(request: IncomingMessage): boolean {
    const { 'x-forwarded-for': forwardedFor, forwarded } = request.headers;
    const peer = normalizeAddress(request.socket.remoteAddress ?? '');
    return forwardedFor === undefined && forwarded === undefined && LOOPBACK.has(peer);
  }

  #hasToken(request: IncomingMessage): boolean {
    const given = /^Bearer (.+)$/i.exec(request.headers.authorization ?? '');
    return given !== null && equalSecrets(given[1]!, this.#options.adminToken);
  }
}

function readBody(
  request: IncomingMessage,
  response: ServerResponse,
  done: (body: Buffer) => void,
): void {
  const chunks: Buffer[] = [];
  let size = 0;
  const refuse = (): void => {
    request.removeAllListeners('data');
    response.setHeader('connection', 'close');
    sendError(response, 413, 'too-large', `a body may have ${MAX_BODY} bytes`);
    request.resume();
  };
  if (Number(request.headers['content-length'] ?? 0) > MAX_BODY) return refuse();
  request.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size > MAX_BODY) refuse();
    else chunks.push(chunk);
  });
  request.on('end', () => {
    if (size > MAX_BODY) return;
    done(chunks.length === 1 ? chunks[0]! : chunks.length === 0 ? EMPTY : Buffer.concat(chunks));
  });
  request.on('error', () => {}); // The caller went away before it had asked anything.
}

function send(response: ServerResponse, status: number, contentType: string, text: string): void {
  const body = Buffer.from(text);
  response.writeHead(status, { 'content-type': contentType, 'content-length': body.length });
  response.end(body);
}

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  send(response, status, 'application/json; charset=utf-8', JSON.stringify(body));
}

function sendError(response: ServerResponse, status: number, code: string, message: string): void {
  sendJson(response, status, errorReply(new ManageError(status, code, message)).body);
}

function sendUnauthorized(response: ServerResponse): void {
  response.setHeader('www-authenticate', 'Bearer');
  sendError(
    response,
    401,
    'unauthorized',
    'send "Authorization: Bearer TOKEN"; the token is ORDERGATE_ADMIN_TOKEN, or in admin.token in the data directory',
  );
}
