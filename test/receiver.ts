// The other side of callbacks in tests: an HTTP server of another company, which answers as a test tells it.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { after } from 'node:test';
import type { Post } from '../src/callbacks/deliver.ts';
import { AddressList } from '../src/directory/addresses.ts';

/** Lets callbacks to receivers of this machine. */
export const ALLOW_LOCAL = new AddressList(['127.0.0.0/8', '::1']);

/** An unsigned message that says nothing. */
export function messageTo(url: string, expects: Post['expects'] = null): Post {
  const message = { messageId: 'msg_1', contentType: 'text/plain', body: '{}', secrets: [] };
  return { url, ...message, expects };
}

export interface Received {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
  // biome-ignore lint/suspicious/noExplicitAny: a test reads whatever JSON was sent.
  readonly json: any;
}

export type Answer = (response: ServerResponse, received: Received, socket: Socket) => void;

export const ok: Answer = (response) => response.end('ok');
export const status =
  (code: number, headers: Record<string, string> = {}, body = ''): Answer =>
  (response) =>
    response.writeHead(code, headers).end(body);

export interface Receiver {
  readonly url: string;
  /** Everything that arrived whole, in order. */
  readonly received: Received[];
  answer: Answer;
  /** Resolves when so many have arrived. */
  until(count: number): Promise<void>;
  close(): Promise<void>;
}

/** Starts one on a free port, or on `port`; it is closed afterwards. */
export async function startReceiver(answer: Answer = ok, port = 0): Promise<Receiver> {
  let waiting: { readonly count: number; tell(): void }[] = [];
  const received: Received[] = [];
  const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
    const chunks: Buffer[] = [];
    request.on('error', () => {});
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString('utf8');
      const { method = '', url: path = '', headers } = request;
      const one = { method, path, headers, body, json: body === '' ? null : JSON.parse(body) };
      received.push(one);
      receiver.answer(response, one, request.socket);
      const [ready, rest] = [true, false].map((is) =>
        waiting.filter(({ count }) => received.length >= count === is),
      );
      waiting = rest!;
      for (const { tell } of ready!) tell();
    });
  });
  await new Promise<void>((listening) => server.listen(port, '127.0.0.1', listening));
  const close = (): Promise<void> =>
    new Promise((closed) => {
      server.close(() => closed());
      server.closeAllConnections();
    });
  const receiver: Receiver = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    received,
    answer,
    until: (count) =>
      new Promise<void>((tell) => {
        if (received.length >= count) tell();
        else waiting.push({ count, tell });
      }),
    close,
  };
  after(() => close());
  return receiver;
}
