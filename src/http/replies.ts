// Writes answers: those of routes, and those that HTTP gives before a request reaches a route.
import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Refusal } from '../core/principal.ts';
import type { HttpReply } from './routes.ts';

/** Resolves when all chunks were sent; undefined if the answer was sent in one piece. */
export function send(response: ServerResponse, reply: HttpReply): Promise<void> | undefined {
  if (reply.chunks) return sendChunks(response, reply, reply.chunks);
  sendWhole(response, reply);
  return undefined;
}

async function sendChunks(
  response: ServerResponse,
  { status, contentType, headers, signal }: HttpReply,
  chunks: AsyncGenerator<string>,
): Promise<void> {
  // A reader of an endless answer that ends its half has gone away. With half-open connections, only
  // the second write would notice.
  const { socket } = response.req;
  const isGone = response.destroyed || (signal !== undefined && socket.readableEnded);
  if (!isGone) response.writeHead(status, { 'content-type': contentType, ...headers });
  if (isGone || response.req.method === 'HEAD') {
    await chunks.return(undefined);
    if (isGone) response.destroy();
    else response.end();
    return;
  }
  const leave = (): void => void response.destroy();
  if (signal) socket.once('end', leave);
  try {
    await pipeline(Readable.from(chunks), response, { ...(signal && { signal }) });
  } catch (fault) {
    // The connection is destroyed, so that the reader does not take a part for the whole.
    response.destroy();
    if (signal?.aborted) return;
    if ((fault as NodeJS.ErrnoException).code !== 'ERR_STREAM_PREMATURE_CLOSE') throw fault;
  } finally {
    socket.off('end', leave);
  }
}

function sendWhole(
  response: ServerResponse,
  { status, contentType, body, isAscii = false, cut, headers, cookies }: HttpReply,
): void {
  const length = isAscii || typeof body !== 'string' ? body.length : Buffer.byteLength(body);
  // RFC 9110: 304 has no content. A length of 0 would wrongly describe the caller's cached copy.
  const head =
    status === 304 ? [] : ['content-type', contentType, 'content-length', String(length)];
  for (const name in headers) head.push(name, headers[name]!);
  if (cookies) for (const cookie of cookies) head.push('set-cookie', cookie);
  if (cut !== undefined)
    return sendPart(response, status, head, Buffer.from(body).subarray(0, cut));
  response.writeHead(status, head);
  if (typeof body !== 'string') response.end(body);
  else response.end(body, isAscii ? 'latin1' : 'utf8'); // A text body leaves together with the head in one write.
}

/** Breaks the connection off in the middle of a body, or before anything was sent. */
function sendPart(response: ServerResponse, status: number, head: string[], part: Buffer): void {
  const { socket } = response.req;
  if (part.length === 0) {
    socket.resetAndDestroy();
    return;
  }
  response.writeHead(status, head);
  response.write(part, () => socket.destroySoon());
}

export function errorReply(
  status: number,
  code: string,
  message: string,
  headers?: Readonly<Record<string, string>>,
): HttpReply {
  return {
    status,
    contentType: 'application/json; charset=utf-8',
    body: JSON.stringify({ error: { code, message } }),
    ...(headers && { headers }),
  };
}

const REASONS: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  408: 'Request Timeout',
  413: 'Content Too Large',
  431: 'Request Header Fields Too Large',
  503: 'Service Unavailable',
};

/** A complete answer as bytes, for a connection on which no request could be read. */
export function rawReply(status: number, code: string, message: string): string {
  const { contentType, body } = errorReply(status, code, message);
  return `HTTP/1.1 ${status} ${REASONS[status] ?? 'Error'}\r\nconnection: close\r\ncontent-type: ${contentType}\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
}

/** The reply to a caller who is not admitted. */
export const refusalReply = ({ status, code, message, headers }: Refusal): HttpReply =>
  errorReply(status, code, message, status === 401 ? { 'www-authenticate': 'Bearer' } : headers);
