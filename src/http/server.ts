// HTTP: reads a request whole, lets in whom the route lets in, writes the answer, and stops in order.
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { AddressList, callerAddress, normalizeAddress } from '../protocol/addresses.ts';
import { equalSecrets } from '../protocol/digest.ts';
import { Router } from './router.ts';
import type { Access, HttpReply, Route } from './routes.ts';

// An import would load all that `http` can name, fetch and WebSocket among it: a tenth of a start.
const { createServer } = process.getBuiltinModule('node:http');

export interface HttpOptions {
  readonly host: string;
  readonly port: number;
  readonly adminToken: string;
  readonly trustedProxies: AddressList;
  readonly routes: readonly Route[];
  onFault(error: unknown, path: string): void;
}

/** The protocol's bound for every platform. */
const MAX_BODY = 1024 * 1024;
/** How long a stop waits for calls under way before it cuts them off. */
const DRAIN_MS = 10_000;
const LOOPBACK = new AddressList(['127.0.0.0/8', '::1']);
const EMPTY = Buffer.alloc(0);

interface Ready {
  readonly response: ServerResponse;
  readonly reply: HttpReply;
  readonly path: string;
}

export class HttpServer {
  readonly #options: HttpOptions;
  readonly #router: Router;
  readonly #server: Server;
  /** Their addresses, written as we compare them: once a connection, not once a request. */
  readonly #peers = new WeakMap<Socket, string>();
  #draining = false;
  #ready: Ready[] = [];

  constructor(options: HttpOptions) {
    this.#options = options;
    this.#router = new Router(options.routes);
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
    const name = bound.family === 'IPv6' ? `[${bound.address}]` : bound.address;
    return `http://${name}:${bound.port}`;
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
    const url = request.url ?? '/';
    const mark = url.indexOf('?');
    const path = mark < 0 ? url : url.slice(0, mark);
    const match = this.#router.find(request.method ?? '', path);
    const answer = (reply: HttpReply): void => this.#sendTogether({ response, reply, path });
    if (!match) return answer(error(404, 'not-found', `there is nothing at ${path}`));
    if ('allowed' in match) {
      const allow = match.allowed.join(', ');
      const refusal = error(405, 'method-not-allowed', `${path} takes ${allow}`);
      return answer({ ...refusal, headers: { allow } });
    }
    const { route, params } = match;
    if (!this.#mayUse(route.access, request)) return answer(UNAUTHORIZED);
    readBody(request, response, (body) => {
      const { headers } = request;
      const address = this.#caller(request);
      route.handle({ params, url, headers, body, address }).then(answer, (fault: unknown) => {
        this.#options.onFault(fault, path);
        answer(error(500, 'fault', 'a mistake of ours; the log has more'));
      });
    });
  }

  /** Replies that are ready in one turn of the event loop leave back to back. */
  #sendTogether(ready: Ready): void {
    if (this.#ready.length === 0) setImmediate(() => this.#sendReady());
    this.#ready.push(ready);
  }

  #sendReady(): void {
    const all = this.#ready;
    this.#ready = [];
    for (const { response, reply, path } of all) {
      try {
        // Now, not when it came in: a stop may have begun since, and would wait for the connection.
        if (this.#draining) response.setHeader('connection', 'close');
        send(response, reply);
      } catch (fault) {
        this.#options.onFault(fault, path);
        response.destroy();
      }
    }
  }

  #mayUse(access: Access, request: IncomingMessage): boolean {
    if (access === 'open') return true;
    if (access === 'local' && this.#isLocal(request)) return true;
    const given = /^Bearer (.+)$/i.exec(request.headers.authorization ?? '');
    return given !== null && equalSecrets(given[1]!, this.#options.adminToken);
  }

  /** From this machine itself, and not through a proxy on it. */
  #isLocal(request: IncomingMessage): boolean {
    const { 'x-forwarded-for': forwardedFor, forwarded } = request.headers;
    return (
      forwardedFor === undefined &&
      forwarded === undefined &&
      LOOPBACK.has(this.#peer(request.socket))
    );
  }

  #peer(socket: Socket): string {
    let peer = this.#peers.get(socket);
    if (peer === undefined) {
      peer = normalizeAddress(socket.remoteAddress ?? '');
      this.#peers.set(socket, peer);
    }
    return peer;
  }

  #caller(request: IncomingMessage): string {
    const forwarded = request.headers['x-forwarded-for'];
    if (forwarded === undefined) return this.#peer(request.socket);
    const header = Array.isArray(forwarded) ? forwarded.join(',') : forwarded;
    return callerAddress(request.socket.remoteAddress ?? '', header, this.#options.trustedProxies);
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
    const refusal = error(413, 'too-large', `a body may have ${MAX_BODY} bytes`);
    send(response, { ...refusal, headers: { connection: 'close' } });
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
  // A caller that goes away before it has asked anything is no error to a request without a listener.
}

function send(
  response: ServerResponse,
  { status, contentType, body, isAscii = false, headers }: HttpReply,
): void {
  const length = isAscii ? body.length : Buffer.byteLength(body);
  const head = ['content-type', contentType, 'content-length', String(length)];
  for (const name in headers) head.push(name, headers[name]!);
  response.writeHead(status, head);
  response.end(body, isAscii ? 'latin1' : 'utf8'); // As text, so that head and body leave in one write.
}

function error(status: number, code: string, message: string): HttpReply {
  return {
    status,
    contentType: 'application/json; charset=utf-8',
    body: JSON.stringify({ error: { code, message } }),
  };
}

const UNAUTHORIZED: HttpReply = {
  ...error(
    401,
    'unauthorized',
    'send "Authorization: Bearer TOKEN"; the token is ORDERGATE_ADMIN_TOKEN, or in admin.token in the data directory',
  ),
  headers: { 'www-authenticate': 'Bearer' },
};
