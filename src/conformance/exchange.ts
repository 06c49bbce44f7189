// Sends requests over one connection and keeps the bytes of both directions as they were.
import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { WireCall } from '../protocol/conformance.ts';

export interface Exchange {
  readonly sent: Buffer;
  readonly got: Buffer;
  /** 0: no status line came. */
  readonly status: number;
  readonly body: string;
}

/** The server cannot be reached at all. */
export class UnreachableError extends Error {
  readonly code = 'ERR_UNREACHABLE';
  override readonly name = 'UnreachableError';
}

/** The bytes of the request. */
function bytesOfCall(
  base: URL,
  { http = 'POST', path, headers, body }: WireCall,
  isLast: boolean,
): Buffer {
  const target = base.pathname.replace(/\/+$/, '') + path;
  const bytes = Buffer.from(body as string);
  const all = {
    Host: base.host,
    ...headers,
    ...(http !== 'GET' && { 'Content-Length': String(bytes.length) }),
    ...(isLast && { Connection: 'close' }),
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.concat([Buffer.from(`${http} ${target} HTTP/1.1\r\n${lines.join('')}\r\n`), bytes]);
}

/**
 * Sends the calls in one packet, so that the server has all of them before it answers one.
 *
 * @param timeoutMs for all of them
 * @returns an exchange for each call; one whose answer did not come has status 0
 * @throws {UnreachableError} if no connection can be made
 */
export async function exchange(
  url: string,
  calls: readonly WireCall[],
  timeoutMs: number,
): Promise<readonly Exchange[]> {
  const base = new URL(url);
  const sent = calls.map((call, i) => bytesOfCall(base, call, i === calls.length - 1));
  let rest: Buffer = await converse(base, Buffer.concat(sent), timeoutMs);
  return sent.map((bytes) => {
    const { status, body, end } = readResponse(rest);
    const got = rest.subarray(0, end);
    rest = rest.subarray(end);
    return { sent: bytes, got, status, body };
  });
}

/** Resolves to all that came until the end of the connection, or until the time was over. */
function converse(base: URL, bytes: Buffer, timeoutMs: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const isTls = base.protocol === 'https:';
    const host = base.hostname.replace(/^\[|\]$/g, '');
    const port = Number(base.port || (isTls ? 443 : 80));
    const socket: Socket = isTls
      ? connectTls({ host, port, servername: host })
      : connect({ host, port });
    const parts: Buffer[] = [];
    let isConnected = false;
    const finish = (error?: Error): void => {
      clearTimeout(timer);
      socket.destroy();
      if (isConnected) resolve(Buffer.concat(parts));
      else reject(new UnreachableError(`${base.origin} cannot be reached: ${error?.message}`));
    };
    const timer = setTimeout(() => finish(new Error('no connection in time')), timeoutMs);
    socket.once(isTls ? 'secureConnect' : 'connect', () => {
      isConnected = true;
      socket.write(bytes);
    });
    socket.on('data', (part: Buffer) => parts.push(part));
    socket.once('error', finish);
    socket.once('close', () => finish());
  });
}

interface Response {
  readonly status: number;
  readonly body: string;
  /** Where the next response begins. */
  readonly end: number;
}

/** Reads the first response of the bytes: by Content-Length, in chunks, or up to the end. */
function readResponse(bytes: Buffer): Response {
  const head = bytes.indexOf('\r\n\r\n');
  const text = bytes.toString('latin1', 0, Math.max(head, 0));
  const status = Number(/^HTTP\/1\.[01] (\d{3})/.exec(text)?.[1] ?? 0);
  if (status === 0) return { status, body: '', end: bytes.length };
  const from = head + 4;
  if (status === 100) {
    const next = readResponse(bytes.subarray(from));
    return { ...next, end: from + next.end };
  }
  if (/^transfer-encoding: *chunked/im.test(text)) return readChunks(bytes, from, status);
  const length = /^content-length: *(\d+)/im.exec(text)?.[1];
  const end = length === undefined ? bytes.length : Math.min(from + Number(length), bytes.length);
  return { status, body: bytes.toString('utf8', from, end), end };
}

function readChunks(bytes: Buffer, from: number, status: number): Response {
  const parts: Buffer[] = [];
  let at = from;
  for (;;) {
    const line = bytes.indexOf('\r\n', at);
    const size = line < 0 ? 0 : Number.parseInt(bytes.toString('latin1', at, line), 16);
    const start = line + 2;
    if (line < 0 || !size) {
      const end = line < 0 ? bytes.length : Math.min(start + 2, bytes.length);
      return { status, body: Buffer.concat(parts).toString('utf8'), end };
    }
    parts.push(bytes.subarray(start, start + size));
    at = start + size + 2;
  }
}
