// SIGTERM under load in a real process: what is on its way on connections that were kept open is answered.
import { deepEqual, equal, ok } from 'node:assert/strict';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { serve, stop } from './cli-process.ts';
import { connectTo } from './exchange.ts';
import { form, GATEWAY, hasten } from './jintong.ts';
import { temporaryDirectory } from './support.ts';

const CONNECTIONS = 64;
const ROUNDS = 5;
/** Calls that are sent when the stop has begun, at least. */
const ON_THEIR_WAY = 400;
const body = form(hasten('404'));
const CALL = `POST ${GATEWAY} HTTP/1.1\r\nhost: x\r\ncontent-length: ${body.length}\r\n\r\n${body}`;

interface Sum {
  answered: number;
  /** Written before the connection's end could be seen here, and not answered. */
  lost: number;
  /** Answered, or lost, of those that were written when the signal had been sent. */
  afterSignal: number;
}

/** Sends one call after the other until the server closes the connection. */
async function callOn(socket: Socket, sum: Sum, isStopping: () => boolean): Promise<void> {
  let isOpen = true;
  socket.on('error', () => {
    isOpen = false;
  });
  socket.once('end', () => {
    isOpen = false;
  });
  while (isOpen) {
    const late = isStopping();
    const answer = new Promise<string | null>((resolve) => {
      let text = '';
      const done = (result: string | null): void => {
        socket.off('data', read).off('close', closed).off('end', closed);
        resolve(result);
      };
      const closed = () => done(null);
      const read = (chunk: Buffer): void => {
        text += chunk;
        if (text.includes('CallFail')) done(text);
      };
      socket.on('data', read).once('close', closed).once('end', closed);
    });
    socket.write(CALL);
    const text = await answer;
    if (text === null) sum.lost++;
    else sum.answered++;
    if (late) sum.afterSignal++;
    // A client that is told so sends no further call here.
    if (text === null || /connection: close/i.test(text)) break;
  }
  socket.destroy();
}

test(`of the calls on ${CONNECTIONS} busy connections none is lost when the server is stopped, ${ROUNDS} times`, async (t) => {
  const sum: Sum = { answered: 0, lost: 0, afterSignal: 0 };
  for (let round = 0; round < ROUNDS; round++) {
    const server = await serve(['--data', temporaryDirectory()]);
    const sockets = Array.from({ length: CONNECTIONS }, () => connectTo(server.url));
    await Promise.all(sockets.map((socket) => once(socket, 'connect')));
    let isStopping = false;
    const calls = sockets.map((socket) => callOn(socket, sum, () => isStopping));
    await sleep(200 + round * 37);
    const onTheirWay = stop(server);
    isStopping = true;
    await Promise.all(calls);
    const { code, signal, stderr } = await onTheirWay;
    deepEqual([code, signal], [0, null], stderr);
  }
  t.diagnostic(JSON.stringify(sum));
  equal(sum.lost, 0, JSON.stringify(sum));
  ok(sum.answered >= ON_THEIR_WAY && sum.afterSignal > 0, JSON.stringify(sum));
});

test('calls that arrive in one burst with the signal are answered on every connection, even if another connection sent half a head', async () => {
  const server = await serve(['--data', temporaryDirectory()]);
  const sockets = Array.from({ length: ON_THEIR_WAY }, () => connectTo(server.url));
  await Promise.all(sockets.map((socket) => once(socket, 'connect')));
  const sum: Sum = { answered: 0, lost: 0, afterSignal: 0 };
  // Each has made a call before, so that it is one that was kept open.
  const first = sockets.map(async (socket) => {
    socket.write(CALL);
    let text = '';
    for await (const chunk of socket.iterator({ destroyOnReturn: false })) {
      text += chunk;
      if (text.includes('CallFail')) return;
    }
  });
  await Promise.all(first);
  const half = connectTo(server.url);
  half.write(`POST ${GATEWAY} HTTP/1.1\r\nhost: x\r\ncontent-le`);
  await once(half, 'connect');
  // A body gets two seconds to arrive whole; half a head gets none of them, and not the ten of calls under way.
  const slow = connectTo(server.url);
  slow.write(CALL.slice(0, -10));
  await once(slow, 'connect');
  const order: string[] = [];
  const ends = Object.entries({ half, slow }).map(async ([name, socket]) => {
    await once(socket.resume(), 'end');
    order.push(name);
  });
  // The signal goes first; the bytes of all calls are in the system's hands before it can act.
  const stopped = stop(server);
  const calls = sockets.map((socket) => callOn(socket, sum, () => true));
  await Promise.all([...calls, ...ends]);
  deepEqual(order, ['half', 'slow']);
  deepEqual([sum.answered, sum.lost], [ON_THEIR_WAY, 0]);
  equal((await stopped).code, 0);
});

test('pipelined calls on one connection are all answered, and the last answer closes the connection', async () => {
  const server = await serve(['--data', temporaryDirectory()]);
  const sockets = Array.from({ length: 40 }, () => connectTo(server.url));
  await Promise.all(sockets.map((socket) => once(socket, 'connect')));
  const stopped = stop(server);
  const answers = sockets.map(async (socket) => {
    socket.write(CALL.repeat(5));
    let text = '';
    for await (const chunk of socket) text += chunk;
    return [text.split('CallFail').length - 1, text.split('connection: close').length - 1];
  });
  for (const answer of await Promise.all(answers)) deepEqual(answer, [5, 1]);
  equal((await stopped).code, 0);
});
