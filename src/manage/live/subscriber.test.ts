// A reader of the event stream that is too slow is cut, over a real connection.
import { deepEqual, equal, ok } from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { test } from 'node:test';
import { AddressList } from '../../directory/addresses.ts';
import { HttpServer } from '../../http/server.ts';
import { MAX_WAITING, Subscriber } from './subscriber.ts';

test('what waits comes in one piece, and a stream that was ended ends after it', async () => {
  let ended = 0;
  const stream = new Subscriber(() => ended++);
  stream.send('a');
  stream.send('b');
  stream.end();
  stream.send('too late');
  const told: string[] = [];
  for await (const text of stream) told.push(text);
  deepEqual(told, ['ab']);
  equal(ended, 1);
});

test('a reader that leaves at once ends a stream on which nothing comes', async () => {
  const stream = new Subscriber(() => {});
  const waits = stream.next();
  await stream.return();
  deepEqual(await waits, { done: true, value: undefined });
  ok(stream.isOver);
});

test('a reader that reads nothing is cut, with its connection, and what waited is dropped', async () => {
  let wasCut: boolean | undefined;
  const stream = new Subscriber((cut) => {
    wasCut = cut;
  });
  const { signal } = stream;
  const server = new HttpServer({
    ...{ host: '127.0.0.1', port: 0, trustsLoopback: true, maxConnections: 10 },
    trustedProxies: new AddressList([]),
    admit: () => ({ status: 401, code: 'unauthorized', message: '' }),
    routes: [
      {
        ...{ method: 'GET', path: '/events', access: 'open' },
        handle: async () => ({
          ...{ status: 200, contentType: 'text/event-stream', body: '' },
          ...{ chunks: stream, signal },
        }),
      },
    ],
    platformOf: () => undefined,
    onFault: (fault) => {
      throw fault;
    },
    onRefused: () => ({ status: 500, contentType: 'text/plain', body: '' }),
    onConnectionLimit() {},
  });
  const url = new URL(await server.listen());
  const socket = connect(Number(url.port), url.hostname);
  socket.write('GET /events HTTP/1.1\r\nhost: localhost\r\n\r\n');
  stream.send(': hello\n\n');
  const [head] = (await once(socket, 'data')) as [Buffer];
  ok(head.toString().startsWith('HTTP/1.1 200'), head.toString());
  socket.pause();
  const closed = once(socket, 'close');
  // More than every buffer between takes.
  const event = `: ${'x'.repeat(MAX_WAITING / 4)}\n\n`;
  for (let sent = 0; wasCut === undefined && sent < 1000; sent++) {
    stream.send(event);
    await new Promise((resolve) => setImmediate(resolve));
  }
  equal(wasCut, true);
  deepEqual(await stream.next(), { done: true, value: undefined });
  socket.on('error', () => {});
  socket.resume();
  await closed;
  await server.close();
});
