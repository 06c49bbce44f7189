// Bytes on a connection of their own: what a client library would not let a test send.
import { connect, type Socket } from 'node:net';

export interface Answer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export function connectTo(url: string): Socket {
  const { hostname, port } = new URL(url);
  return connect({ port: Number(port), host: hostname.replace(/[[\]]/g, ''), allowHalfOpen: true });
}

/** Sends the bytes, reads until the other side closes; the first answer. Ask for `connection: close`. */
export async function exchange(url: string, bytes: string | Uint8Array): Promise<Answer> {
  const socket = connectTo(url);
  socket.write(bytes);
  const chunks: Buffer[] = [];
  for await (const chunk of socket) chunks.push(chunk);
  socket.destroy();
  return readAnswer(Buffer.concat(chunks).toString('utf8'));
}

export function readAnswer(text: string): Answer {
  const [head = '', ...rest] = text.split('\r\n\r\n');
  const [line = '', ...fields] = head.split('\r\n');
  const headers = fields.map((field) => {
    const colon = field.indexOf(':');
    return [field.slice(0, colon).toLowerCase(), field.slice(colon + 1).trim()];
  });
  return {
    status: Number(line.split(' ')[1]),
    headers: Object.fromEntries(headers),
    body: rest.join('\r\n\r\n'),
  };
}

/** A request's head and body; `target` stands in the request line as it is given. */
export function request(
  method: string,
  target: string,
  { headers = {} as Record<string, string>, body = '', host = 'gate' } = {},
): string {
  const lines = Object.entries({ host, connection: 'close', ...headers });
  const length =
    body === '' && method !== 'POST' ? [] : [['content-length', Buffer.byteLength(body)]];
  const head = [...lines, ...length].map(([name, value]) => `${name}: ${value}\r\n`).join('');
  return `${method} ${target} HTTP/1.1\r\n${head}\r\n${body}`;
}
