// A fetch over node:http for what the global one cannot be set to: a forward proxy, keep-alive, and a CA of one's own.
import { type ClientRequest, Agent as HttpAgent, request as httpRequest } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { Duplex } from 'node:stream';
import { connect as connectTls } from 'node:tls';

export interface ConnectionSettings {
  readonly proxy?: string;
  readonly keepAlive?: boolean | number;
  readonly ca?: string;
}

/** As undici has it: servers often close after five seconds, and a call on its way then has no reply. */
const IDLE_MS = 4000;

/** The proxy refused the call, or could not be reached: the server has not seen it. */
class ProxyError extends Error {
  readonly code = 'ERR_PROXY';
}

/** Undefined where nothing is set. @throws {TypeError} for a proxy that is none */
export function nodeFetch({ proxy, keepAlive, ca }: ConnectionSettings): typeof fetch | undefined {
  if (proxy === undefined && keepAlive === undefined && ca === undefined) return undefined;
  const idle = typeof keepAlive === 'number' ? keepAlive : IDLE_MS;
  const pooled = { keepAlive: keepAlive !== false, timeout: idle, scheduling: 'lifo' } as const;
  const through = proxy === undefined ? null : readProxy(proxy);
  const plain = new HttpAgent(pooled);
  const secure = through
    ? new TunnelAgent({ ...pooled, ca }, through)
    : new HttpsAgent({ ...pooled, ca });
  return async (input, init = {}) => {
    const url = new URL(String(input));
    const headers = { ...(init.headers as Record<string, string>) };
    const { method = 'GET', signal } = init;
    const own = { method, headers, ...(signal && { signal }) };
    let sent: ClientRequest;
    if (url.protocol === 'https:') {
      sent = httpsRequest(url, { ...own, agent: secure });
    } else if (through) {
      const { hostname, port, authorization } = through;
      Object.assign(
        headers,
        { host: url.host },
        authorization && { [AUTHORIZATION]: authorization },
      );
      const target = { host: hostname, port, path: url.href, setDefaultHeaders: true };
      sent = httpRequest({ ...own, ...target, agent: plain });
    } else {
      sent = httpRequest(url, { ...own, agent: plain });
    }
    return answerOf(sent, typeof init.body === 'string' ? init.body : '');
  };
}

const AUTHORIZATION = 'proxy-authorization';

interface Proxy {
  readonly host: string;
  readonly hostname: string;
  readonly port: number;
  readonly authorization: string | null;
}

function readProxy(text: string): Proxy {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url?.protocol !== 'http:') {
    throw new TypeError('proxy has to be like http://proxy.example:3128 or http://user:password@…');
  }
  const { username, password, hostname, port } = url;
  const user = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return {
    host: url.host,
    hostname: hostname.replace(/^\[|\]$/g, ''),
    port: Number(port || 80),
    authorization: username === '' ? null : `Basic ${Buffer.from(user).toString('base64')}`,
  };
}

function answerOf(sent: ClientRequest, body: string): Promise<Response> {
  return new Promise((resolve, reject) => {
    sent.once('error', reject);
    sent.once('response', (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.once('error', reject);
      incoming.once('end', () => {
        const status = incoming.statusCode!;
        const headers = new Headers();
        for (let i = 0; i < incoming.rawHeaders.length; i += 2) {
          headers.append(incoming.rawHeaders[i]!, incoming.rawHeaders[i + 1]!);
        }
        // A Response refuses a body, an empty one too, for these statuses.
        const content = [204, 205, 304].includes(status) ? null : Buffer.concat(chunks);
        resolve(new Response(content, { status, headers }));
      });
    });
    sent.end(body);
  });
}

type Connected = (error: Error | null, socket?: Duplex) => void;

/** Opens each connection by CONNECT through a proxy, and speaks TLS with the server within it. */
class TunnelAgent extends HttpsAgent {
  readonly #proxy: Proxy;

  constructor(options: ConstructorParameters<typeof HttpsAgent>[0], proxy: Proxy) {
    super(options);
    this.#proxy = proxy;
  }

  override createConnection(options: Record<string, unknown>, done: Connected): undefined {
    const { hostname, port, host, authorization } = this.#proxy;
    const target = `${options.host}:${options.port}`;
    const asked = httpRequest({
      host: hostname,
      port,
      method: 'CONNECT',
      path: target,
      headers: { host: target, ...(authorization && { [AUTHORIZATION]: authorization }) },
      agent: false,
    });
    const refuse = (why: string, cause?: unknown): void =>
      done(Object.assign(new ProxyError(`the proxy ${host} ${why}`, { cause })));
    asked.once('error', (error) => refuse(`could not be reached: ${error.message}`, error));
    asked.once('response', (answer) => {
      answer.resume();
      refuse(`answered CONNECT with HTTP status ${answer.statusCode}`);
    });
    asked.once('connect', (answer, socket) => {
      if (answer.statusCode !== 200) {
        socket.destroy();
        refuse(`answered CONNECT with HTTP status ${answer.statusCode}`);
        return;
      }
      const secure = connectTls({ ...options, socket });
      secure.once('error', done);
      secure.once('secureConnect', () => {
        secure.off('error', done);
        done(null, secure);
      });
    });
    asked.end();
    return undefined;
  }
}
