// The HTTP server: reads a whole request, admits the caller, writes the answer, and stops in order.
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { type AddressInfo, Server as NetServer, type Socket } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import { readCaller } from '../directory/addresses.ts';
import type { Caller } from '../protocol/gateway-request.ts';
import { isLocal } from './access.ts';
import { Bodies, MAX_BODY } from './bodies.ts';
import { Connections } from './connections.ts';
import { readContentEncoding } from './content-encoding.ts';
import type { Admission, Admitted, HttpOptions } from './options.ts';
import {
  BODY_PROBLEMS,
  compressedProblem,
  hostProblem,
  type Problem,
  parserProblem,
  problemOf,
  REQUEST_MS,
} from './problems.ts';
import { errorReply, rawReply, refusalReply, send } from './replies.ts';
import { type Match, Router } from './router.ts';
import type { HttpReply, Route } from './routes.ts';
import { readTarget, type Target } from './target.ts';

// An import of `http` would also load fetch and WebSocket, which takes a tenth of the start time.
const { createServer } = process.getBuiltinModule('node:http');

/** Longer than the 60 s of most proxies, so that the proxy closes the connection first. */
const KEEP_ALIVE_MS = 65_000;
/** At a stop, requests that are just arriving on kept connections get this long. */
const LINGER_MS = 250;
/** At a stop, incomplete bodies get this long. */
const BODY_GRACE_MS = 2000;
/** At a stop, calls in progress get this long before they are aborted. */
const DRAIN_MS = 10_000;
const NO_NOTES: readonly string[] = [];

interface Ready {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly reply: HttpReply;
  readonly path: string;
}

export class HttpServer {
  readonly #options: HttpOptions;
  readonly #router: Router;
  readonly #server: Server;
  readonly bodies = new Bodies();
  readonly connections: Connections;
  #draining = false;
  #ready: Ready[] = [];
  /** Connections with invalid bytes, whose earlier requests are still in progress. */
  readonly #endings = new Map<Socket, () => void>();

  constructor(options: HttpOptions) {
    this.#options = options;
    this.#router = new Router(options.routes, options.later);
    this.connections = new Connections({
      max: options.maxConnections,
      onLimit: () => options.onConnectionLimit(),
      dropRequest: () => this.bodies.giveWay(),
      refuse: (socket) => endWith(socket, 503, 'busy', 'there are too many connections'),
    });
    const { requestMs = REQUEST_MS } = options;
    const server = createServer(
      {
        keepAliveTimeout: KEEP_ALIVE_MS,
        requestTimeout: requestMs,
        headersTimeout: requestMs,
        connectionsCheckingInterval: Math.min(1000, requestMs),
        requireHostHeader: false, // Our own check refuses it, so that the request log shows the call.
      },
      (request, response) => this.#serve(request, response),
    );
    server.on('connection', (socket) => this.connections.add(socket));
    server.on('clientError', (error, socket) => this.#refuseBytes(error, socket as Socket));
    // A client that has closed its sending half still reads its answer.
    Object.assign(server, { httpAllowHalfOpen: true });
    this.#server = server;
  }

  /** Resolves to the URL of the server. */
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

  /** Accepts no new connection, answers arriving requests, and finishes those in progress. */
  async close(): Promise<void> {
    this.#draining = true;
    await this.#acceptWaiting();
    const server = this.#server;
    // http's own `close` would close connections on which a request may just be arriving.
    const closed = new Promise<void>((resolve) =>
      NetServer.prototype.close.call(server, () => resolve()),
    );
    const after = (ms: number, act: () => void) => setTimeout(act, ms);
    const timers = [
      // One turn of the loop after the timer reads arrived bytes, so that the idle list is right.
      after(LINGER_MS, () => setImmediate(() => this.connections.endIdle())),
      after(BODY_GRACE_MS, () => this.bodies.refuseAll()),
      after(DRAIN_MS, () => server.closeAllConnections()),
    ];
    await closed;
    for (const timer of timers) clearTimeout(timer);
    server.close(); // This ends http's own timer for checking connections.
  }

  /** Accepts waiting connections, which closing the listener would reset. One turn accepts one. */
  async #acceptWaiting(): Promise<void> {
    const until = performance.now() + LINGER_MS;
    for (let quiet = 0; quiet < 3 && performance.now() < until; quiet++) {
      const before = this.connections.accepted;
      await turn();
      if (this.connections.accepted > before) quiet = 0;
    }
  }

  #serve(request: IncomingMessage, response: ServerResponse, isNew = true): void {
    const target = readTarget(request.url ?? '/');
    const { path } = target;
    const method = request.method ?? '';
    if (isNew) this.connections.begin(request.socket);
    const answer = (reply: HttpReply) => this.#sendTogether({ request, response, reply, path });
    const fail = (fault: unknown): void => {
      this.#options.onFault(fault, path);
      answer(errorReply(500, 'fault', 'a mistake of ours; the log has more'));
    };
    const loading = this.#router.load(path);
    if (loading) return void loading.then(() => this.#serve(request, response, false), fail);
    const match = this.#router.find(method, path);
    const problem = hostProblem(request) ?? problemOf(match, path);
    if (problem) return this.#refuse(request, response, target, match, problem);
    const { route, params } = match as Extract<Match, { route: Route }>;
    const admitted = this.#admit(route, request, target);
    const go = (principal: Admission | null): void => {
      if (principal !== null && 'status' in principal) return answer(refusalReply(principal));
      this.#carryOut({ request, response, target, match, route, params, principal, answer, fail });
    };
    // Runs before the body is read, which may be long. Most calls need no promise, which costs a
    // turn.
    if (admitted instanceof Promise) admitted.then(go).catch(fail);
    else go(admitted);
  }

  /** Reads the body, passes the call to its route, and answers. */
  #carryOut(call: Admitted): void {
    const { request, response, target, match, route, params, principal, answer, fail } = call;
    this.bodies.read(request, {
      keep: route.maxBody ?? MAX_BODY,
      refuse: (why) => this.#refuse(request, response, target, match, BODY_PROBLEMS[why]),
      done: (body) => {
        this.connections.arrived(request.socket);
        const { headers, rawHeaders, socket: connection } = request;
        const caller = this.#caller(request);
        let notes = caller.note === undefined ? NO_NOTES : [caller.note];
        if (headers['content-encoding'] !== undefined) {
          const { compressed, note } = readContentEncoding(headers['content-encoding']);
          if (compressed !== undefined) {
            return this.#refuse(request, response, target, match, compressedProblem(compressed));
          }
          if (note !== undefined) notes = [...notes, note];
        }
        const { path, query, host: targetHost } = target;
        const { method = '' } = request;
        const sent = { method, params, path, query, targetHost, headers, rawHeaders, body };
        route.handle({ ...sent, caller, notes, connection, principal }).then(answer, fail);
      },
    });
  }

  #refuse(
    request: IncomingMessage,
    response: ServerResponse,
    { path }: Target,
    match: Match | undefined,
    problem: Problem,
  ): void {
    const platform = platformOf(match) ?? this.#options.platformOf(path);
    const { status, code, message, headers } = problem;
    let reply: HttpReply;
    if (platform === undefined) reply = errorReply(status, code, message, headers);
    else {
      const caller = this.#caller(request);
      const notes = caller.note === undefined ? NO_NOTES : [caller.note];
      const method = request.method ?? '';
      reply = this.#options.onRefused({ ...problem, platform, method, path, caller, notes });
    }
    this.#sendTogether({ request, response, path, reply });
  }

  /** Handles bytes that are no request, or too slow; the parser no longer reads the connection. */
  #refuseBytes(error: NodeJS.ErrnoException & { rawPacket?: Buffer }, socket: Socket): void {
    if (!socket.writable || error.code === 'ECONNRESET') {
      socket.destroy();
      return;
    }
    const { status, code, message } = parserProblem(error.code);
    const [, method, url] =
      /^([A-Z]{1,20}) (\S{1,2000})/.exec(error.rawPacket?.toString('latin1', 0, 2048) ?? '') ?? [];
    const path = url === undefined ? undefined : readTarget(url).path;
    const platform = path === undefined ? undefined : this.#options.platformOf(path);
    if (platform !== undefined) {
      const address = this.connections.peer(socket);
      const caller = { address, countedAs: address };
      const call = { platform, method: method!, path: path!, caller, notes: NO_NOTES };
      this.#options.onRefused({ status, code, message, ...call });
    }
    const end = (): void => endWith(socket, status, code, message);
    // Complete earlier requests are carried out first, because their callers would take a 400 as
    // the answer. The next turn knows them as complete: Node reports their end after the parser's
    // error.
    setImmediate(() => {
      if (this.connections.isBusy(socket)) this.#endings.set(socket, end);
      else end();
    });
  }

  /** Sends replies that are ready in one turn of the event loop together. */
  #sendTogether(ready: Ready): void {
    if (this.#ready.length === 0) setImmediate(() => this.#sendReady());
    this.#ready.push(ready);
  }

  #sendReady(): void {
    const all = this.#ready;
    this.#ready = [];
    for (const { request, response, reply, path } of all) {
      try {
        // Checked now, because a stop may have begun since and would wait for the connection.
        if (this.#draining && !this.connections.hasMore(request.socket))
          response.setHeader('connection', 'close');
        const sending = send(response, reply);
        if (sending) {
          void sending
            .catch((fault: unknown) => this.#options.onFault(fault, path))
            .then(() => this.#answered(request.socket));
          continue;
        }
      } catch (fault) {
        this.#options.onFault(fault, path);
        response.destroy();
      }
      this.#answered(request.socket);
    }
  }

  #answered(socket: Socket): void {
    this.connections.end(socket);
    if (this.#endings.size > 0 && !this.connections.isBusy(socket)) this.#endAfterAnswers(socket);
  }

  /** The answers of one connection leave in the sequence of its requests, one per turn. */
  #endAfterAnswers(socket: Socket): void {
    const end = this.#endings.get(socket);
    this.#endings.delete(socket);
    if (end) setImmediate(() => setImmediate(() => socket.writable && end()));
  }

  /** Returns null for an open route. */
  #admit(
    { access }: Route,
    request: IncomingMessage,
    { host: targetHost }: Target,
  ): Admission | null | Promise<Admission> {
    if (access === 'open') return null;
    const peer = this.connections.peer(request.socket);
    const isTrusted = () => this.#options.trustsLoopback && isLocal(request, peer, targetHost);
    if (access === 'local' && isTrusted()) return null;
    const { method = '', headers } = request;
    const address = () => (isTrusted() ? null : this.#caller(request).address);
    return this.#options.admit({ method, headers, targetHost, address });
  }

  #caller(request: IncomingMessage): Caller {
    const peer = this.connections.peer(request.socket);
    const forwarded = request.headers['x-forwarded-for'];
    if (forwarded === undefined) return { address: peer, countedAs: peer };
    const header = Array.isArray(forwarded) ? forwarded.join(',') : forwarded;
    return readCaller(peer, header, this.#options.trustedProxies);
  }
}

function platformOf(match: Match | undefined): string | undefined {
  return match && ('route' in match ? match.route.platform : match.platform);
}

function endWith(socket: Socket, status: number, code: string, message: string): void {
  socket.write(rawReply(status, code, message));
  socket.destroySoon();
}
