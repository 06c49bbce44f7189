// Forces on the way of a reply: late, broken off, cut in two or garbled, after the call was carried out.
import { deepEqual, equal, match, ok, rejects } from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { readReply } from '../src/platforms/jintong/client.ts';
import { ORDER } from './callback-server.ts';
import { connectTo, exchange } from './exchange.ts';
import { form, GATEWAY, hasten, KEYS } from './jintong.ts';
import { manage, startTestServer } from './support.ts';

const server = await startTestServer();
const call = (orderId: string, force: string, close = true): string => {
  const body = form(hasten(orderId));
  return `POST ${GATEWAY} HTTP/1.1\r\nhost: x\r\nx-sandbox-force: ${force}\r\n${close ? 'connection: close\r\n' : ''}content-length: ${body.length}\r\n\r\n${body}`;
};
const newest = async () => (await manage(server, 'GET', '/requests?limit=1')).body.items[0];
const versions = async (orderId: string): Promise<number> =>
  (await manage(server, 'GET', `/orders/jintong/${orderId}`)).body.history.length;

/** Makes a paid order that may be hastened once. */
async function paidOrder(orderId: string): Promise<string> {
  const order = { platform: 'jintong', orderId, userName: 'jane88', state: 'D', amount: '1.00' };
  const made = await manage(server, 'POST', '/orders', {
    ...order,
    createdAt: '2026-01-01 00:00:00',
  });
  equal(made.status, 201, JSON.stringify(made.body));
  return orderId;
}

/** What arrives until the connection has ended, and the error that ended it. */
async function hear(bytes: string): Promise<{ text: string; error: string | undefined }> {
  const socket = connectTo(server.url);
  let text = '';
  let error: string | undefined;
  socket.on('data', (chunk: Buffer) => {
    text += chunk.toString('latin1');
  });
  socket.on('error', (fault: NodeJS.ErrnoException) => {
    error = fault.code;
  });
  socket.on('end', () => socket.end());
  socket.write(bytes);
  await once(socket, 'close').catch(() => {});
  return { text, error };
}

test('reset: the change is made, and the connection is reset without a byte', async () => {
  const order = await paidOrder('F-reset');
  deepEqual(await hear(call(order, 'reset')), { text: '', error: 'ECONNRESET' });
  equal(await versions(order), 2);
  const row = await newest();
  deepEqual([row.outcome, row.refusedBy], ['CallSuccess', null]);
  equal(row.detail, 'forced by X-Sandbox-Force: reset');
});

test('truncate: the change is made, the head promises the whole body, and half of it comes', async () => {
  const order = await paidOrder('F-truncate');
  const { text } = await hear(call(order, 'truncate', false));
  const [head, body = ''] = text.split('\r\n\r\n');
  match(head!, /^HTTP\/1\.1 200 OK\r\n/);
  match(head!, /x-sandbox-forced: truncate/);
  const length = Number(/content-length: (\d+)/.exec(head!)![1]);
  equal(body.length, length >> 1);
  equal(await versions(order), 2);
  await rejects(
    fetch(server.url + GATEWAY, {
      method: 'POST',
      body: form(hasten(await paidOrder('F-truncate-fetch'))),
      headers: { 'x-sandbox-force': 'truncate' },
    }).then((response) => response.text()),
  );
});

test('garbage: the change is made, and the body is no reply of any platform', async () => {
  const order = await paidOrder('F-garbage');
  const answer = await exchange(server.url, call(order, 'garbage'));
  equal(answer.status, 200);
  equal(await versions(order), 2);
  for (const read of [
    () => readReply(answer.body, KEYS.jane88),
    () => JSON.parse(answer.body),
    () => decodeURIComponent(answer.body),
  ]) {
    await rejects(async () => read());
  }
});

test('latency: the change is made at once, the reply comes later, and other calls are answered meanwhile', async () => {
  const order = await paidOrder('F-late');
  const started = performance.now();
  let isBack = false;
  const late = exchange(server.url, call(order, 'latency=700')).then((answer) => {
    isBack = true;
    return answer;
  });
  while ((await versions(order)) < 2);
  ok(!isBack, 'the reply is kept back after the change');
  const { body } = await late;
  match(body, /CallSuccess/);
  ok(performance.now() - started >= 690);
  const row = await newest();
  equal(row.detail, 'forced by X-Sandbox-Force: latency=700');
  ok(row.durationMicros >= 690_000, String(row.durationMicros));
});

test('code and latency together: nothing is executed, and the code comes late', async () => {
  const order = await paidOrder('F-late-code');
  const { body, headers } = await exchange(server.url, call(order, ' latency=50 , code=SignFail'));
  equal(headers['x-sandbox-forced'], 'latency=50,code=SignFail');
  match(body, /SignFail/);
  equal(await versions(order), 1);
});

test('a caller that goes away ends the latency of 60 s', async () => {
  for (const leave of ['end', 'destroy', 'resetAndDestroy'] as const) {
    const order = await paidOrder(`F-gone-${leave}`);
    const socket = connectTo(server.url);
    socket.on('error', () => {});
    socket.write(call(order, 'latency=60000'));
    while ((await versions(order)) < 2);
    socket[leave]();
    // The row is written when the call ends.
    for (let row = await newest(); row?.orderId !== order; row = await newest());
    ok((await newest()).durationMicros < 30_000_000);
  }
});

test('two hundred replies that are kept back leave the server as quick as ever', async () => {
  const orders = await Promise.all(Array.from({ length: 200 }, (_, i) => paidOrder(`F-many-${i}`)));
  const sockets = orders.map((order) => {
    const socket = connectTo(server.url);
    socket.on('error', () => {});
    socket.write(call(order, 'latency=60000'));
    return socket;
  });
  for (const order of orders) while ((await versions(order)) < 2);
  equal((await fetch(`${server.url}/readyz`)).status, 200);
  for (const socket of sockets) socket.destroy();
});

test('a stop answers a call that is kept back for 60 s at once, with its reply', async () => {
  const own = await startTestServer();
  const socket = connectTo(own.url);
  socket.write(call(ORDER, 'latency=60000'));
  let text = '';
  socket.on('data', (chunk: Buffer) => {
    text += chunk.toString('latin1');
  });
  const closed = once(socket, 'end');
  const changes = async () =>
    (await manage(own, 'GET', `/orders/jintong/${ORDER}`)).body.history.length;
  while ((await changes()) < 2);
  const stopped = own.close(); // What SIGTERM does.
  await closed;
  match(text, /^HTTP\/1\.1 200 OK[\s\S]*CallSuccess/);
  socket.end();
  await stopped;
});
