// Tests HTTP with real bytes: paths, methods, sizes, connections, and health checks.
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { Writable } from 'node:stream';
import { describe, test } from 'node:test';
import { pino } from 'pino';
import { call, document, form, GATEWAY, hasten, post } from '../../test/jintong.ts';
import { manage, startTestServer, TestClock } from '../../test/support.ts';
import { AddressList } from '../directory/addresses.ts';
import type { Ordergate } from '../main.ts';

/** Errors that the server logs. No caller may cause one. */
const faults: string[] = [];
const log = pino(
  { level: 'error' },
  new Writable({
    write(line, _encoding, done) {
      faults.push(String(line));
      done();
    },
  }),
);
const server = await startTestServer({ log, clock: new TestClock() });
const MIB = 1024 * 1024;

interface Line {
  readonly socket: Socket;
  /** All received bytes until the other side closed. */
  readonly whole: Promise<string>;
  /** Resolves when the received text contains `text` the given number of times. */
  until(text: string, times?: number): Promise<string>;
}

function open(to: Ordergate = server): Line {
  const { hostname, port } = new URL(to.url);
  const socket = connect(Number(port), hostname.replace(/[[\]]/g, ''));
  let received = '';
  socket.setEncoding('utf8').on('data', (text) => {
    received += text;
  });
  const whole = new Promise<string>((resolve, reject) => {
    socket.once('error', reject).once('close', () => resolve(received));
  });
  whole.catch(() => {});
  const until = async (text: string, times = 1): Promise<string> => {
    while (received.split(text).length <= times) {
      await new Promise((resolve, reject) => {
        socket.once('data', resolve);
        socket.once('close', () => reject(new Error(`closed after: ${received}`)));
      });
    }
    return received;
  };
  return { socket, whole, until };
}

const head = (length: number | 'chunked', path = GATEWAY): string =>
  `POST ${path} HTTP/1.1\r\nhost: x\r\n${length === 'chunked' ? 'transfer-encoding: chunked' : `content-length: ${length}`}\r\n\r\n`;
const isAlive = async (): Promise<void> => {
  equal((await fetch(`${server.url}/healthz`)).status, 200);
  deepEqual(faults, []);
};

describe('paths and methods', () => {
  test('an unknown path gives 404, with exact spelling and for any method', async () => {
    for (const path of [
      '/Api',
      `${GATEWAY}/x`,
      '//healthz',
      '/healthz/',
      '/Manage/v1/orders',
      '/manage/v1',
      '/manage//v1/orders',
      '/manage/v1/orders/',
      '/manage/v2/orders',
      '/manage/v1/%',
      '/healthz/x',
      '/metrics%20',
      '/constructor',
      '/manage/v1/__proto__',
    ]) {
      for (const method of ['GET', 'POST', 'DELETE']) {
        const response = await fetch(server.url + path, { method });
        equal(response.status, 404, `${method} ${path}`);
        equal(response.headers.get('content-type'), 'application/json; charset=utf-8');
        const { error } = (await response.json()) as { error: object };
        deepEqual(error, { code: 'not-found', message: `there is nothing at ${path}` });
      }
    }
  });

  test('a wrong method gives 405, and Allow lists the methods of the path', async () => {
    for (const [method, path, allow] of [
      ['GET', GATEWAY, 'POST'],
      ['PUT', GATEWAY, 'POST'],
      ['OPTIONS', GATEWAY, 'POST'],
      ['POST', '/healthz', 'GET'],
      ['POST', '/readyz', 'GET'],
      ['DELETE', '/metrics', 'GET'],
      ['PUT', '/manage/v1/orders', 'GET, POST'],
      ['DELETE', '/manage/v1/orders/jintong/1', 'GET'],
      ['PUT', '/manage/v1/parties/jintong/1', 'GET, PATCH'],
      ['PATCH', '/manage/v1/clock', 'GET, POST'],
    ]) {
      const response = await fetch(server.url + path, { method: method! });
      deepEqual(
        [response.status, response.headers.get('allow')],
        [405, allow],
        `${method} ${path}`,
      );
      const { error } = (await response.json()) as { error: object };
      deepEqual(error, { code: 'method-not-allowed', message: `${path} takes ${allow}` });
    }
    const { status, headers } = await fetch(server.url + GATEWAY, { method: 'HEAD' });
    deepEqual([status, headers.get('allow')], [405, 'POST']);
  });

  test('a query is not part of the path', async () => {
    for (const query of ['?', '?a=1', '?a=/x&b=%']) {
      const response = await fetch(server.url + GATEWAY + query, {
        method: 'POST',
        body: form(hasten('404')),
      });
      equal(response.status, 200);
      match(await response.text(), /CallFail/);
      equal((await fetch(`${server.url}/healthz${query}`)).status, 200);
    }
  });
});

describe('body over 1 MiB 413', () => {
  test('a body of exactly 1 MiB is read, in one piece or in chunks', async () => {
    const body = form(hasten('404'));
    const padded = body + '&'.repeat(MIB - body.length);
    match(await post(server, padded), /MessageCode/); // The platform's own, smaller limit refuses the body.
    const line = open();
    line.socket.write(head('chunked'));
    for (let at = 0; at < MIB; at += 65_536)
      line.socket.write(`10000\r\n${padded.slice(at, at + 65_536)}\r\n`);
    line.socket.write('0\r\n\r\n');
    match(await line.until('MessageCode'), /^HTTP\/1\.1 200 /);
    line.socket.destroy();
  });

  test('a body announced by content-length is refused before it is sent', async () => {
    for (const path of [GATEWAY, '/healthz']) {
      const line = open();
      line.socket.write(head(MIB + 1, path).replace('POST /healthz', 'GET /healthz'));
      const answer = await line.whole;
      match(answer, /^HTTP\/1\.1 413 /);
      match(answer, /\r\nconnection: close\r\n/i);
      match(answer, /"too-large","message":"a body may have 1048576 bytes"/);
    }
    await isAlive();
  });

  test('a chunked body is refused when it passes the limit, and a client that is still sending can read that', async () => {
    const status = await new Promise<number | undefined>((resolve, reject) => {
      const sent = request(server.url + GATEWAY, { method: 'POST' }, (response) => {
        response.resume();
        resolve(response.statusCode);
      });
      sent.on('error', reject);
      for (let i = 0; i < 64; i++) sent.write(Buffer.alloc(65_536));
      sent.end();
    });
    equal(status, 413);
    await isAlive();
  });

  test('the server does not wait for the end of a chunked body that is too large', async () => {
    const line = open();
    line.socket.write(head('chunked'));
    line.socket.write(`${(MIB + 1).toString(16)}\r\n${'x'.repeat(MIB + 1)}`);
    match(await line.until('too-large'), /^HTTP\/1\.1 413 /);
    line.socket.destroy();
    await isAlive();
  });
});

describe('connections', () => {
  test('one connection carries one request after the other', async () => {
    const line = open();
    const body = form(hasten('404'));
    for (let i = 1; i <= 5; i++) {
      line.socket.write(head(body.length) + body);
      await line.until('%3c%2fResponse%3e', i);
    }
    line.socket.end();
    equal((await line.whole).match(/HTTP\/1\.1 200 OK/g)?.length, 5);
  });

  test('several requests sent at once are answered in sequence', async () => {
    const line = open();
    const bodies = ['1', '2', '3'].map((n) =>
      form(
        document('jane88', 'GetOrderDetail', {
          param: { OrderID: `151101000${n}5`, UserName: 'jane88' },
        }),
      ),
    );
    line.socket.write(
      `${bodies.map((b) => head(b.length) + b).join('')}GET /healthz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`,
    );
    const answers = (await line.whole).split('HTTP/1.1 ').slice(1);
    equal(answers.length, 4);
    match(answers[3]!, /\r\n\r\nok\n$/);
    const ids = answers.slice(0, 3).map((a) => Number(/x-request-id: (\d+)/i.exec(a)![1]));
    ok(ids[0]! < ids[1]! && ids[1]! < ids[2]!);
    const { items } = (await manage(server, 'GET', '/requests?limit=3')).body;
    deepEqual(
      items.map((i: { id: number; orderId: string }) => [i.id, i.orderId]),
      [
        [ids[2], '15110100035'],
        [ids[1], '15110100025'],
        [ids[0], '15110100015'],
      ],
    );
  });

  test('a caller that disconnects during a request or an answer affects no other caller', async () => {
    const body = form(hasten('404'));
    const half = head(body.length) + body.slice(0, 40);
    for (let i = 0; i < 20; i++) {
      const [reset, ended, unread, silent] = [open(), open(), open(), open()];
      reset.socket.write(half, () => reset.socket.resetAndDestroy());
      ended.socket.end(half);
      unread.socket.write(head(body.length) + body, () => unread.socket.destroy());
      silent.socket.end();
      await Promise.allSettled([reset.whole, ended.whole, unread.whole, silent.whole]);
    }
    await isAlive();
  });

  test('bytes that are not HTTP get 400, and the connection is closed', async () => {
    for (const garbage of [
      'GARBAGE\r\n\r\n',
      '\u0016\u0003\u0001\u0002',
      'POST / HTTP/1.1\r\ncontent-length: x\r\n\r\n',
    ]) {
      const line = open();
      line.socket.write(garbage);
      match(await line.whole, /^HTTP\/1\.1 400 /);
    }
    await isAlive();
  });

  test('a stop does not wait for idle connections, and finishes the request in progress', {
    timeout: 30_000,
  }, async () => {
    const stopping = await startTestServer();
    const [idle, busy] = [open(stopping), open(stopping)];
    idle.socket.write('GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n');
    await idle.until('ok\n');
    const body = form(hasten('15112480268'));
    busy.socket.write(head(body.length).replace('host: x', 'host: x\r\nexpect: 100-continue'));
    await busy.until('100 Continue'); // The server has read the request’s head.
    busy.socket.write(body.slice(0, 9));
    const closed = stopping.close();
    busy.socket.write(body.slice(9));
    const answer = await busy.whole;
    match(answer, /HTTP\/1\.1 200 .*CallSuccess/s);
    match(answer, /\r\nconnection: close\r\n/i, 'a connection kept open would hold the stop up');
    await Promise.all([closed, idle.whole]);
    await open(stopping).whole.then(
      () => Promise.reject(new Error('it still listens')),
      ({ code }) => equal(code, 'ECONNREFUSED'),
    );
  });
});

test('X-Forwarded-For counts only behind a configured proxy, starting from the last hop', async () => {
  const trusting = await startTestServer({
    config: { trustedProxies: new AddressList(['127.0.0.0/8', '10.0.0.0/8']) },
  });
  const outcome = async (to: Ordergate, forwarded: string): Promise<string> => {
    const body = form(
      document('ipbound01', 'GetOrderDetail', {
        param: { OrderID: '15110200002', UserName: 'ipbound01' },
      }),
    );
    return (
      await call(to, body, { partner: 'ipbound01', headers: { 'x-forwarded-for': forwarded } })
    ).code;
  };
  equal(await outcome(trusting, '203.0.113.7'), 'CallSuccess');
  equal(await outcome(trusting, '203.0.113.7, 10.0.0.1'), 'CallSuccess');
  equal(await outcome(trusting, '198.51.100.200, 10.0.0.1, 127.0.0.1'), 'CallSuccess');
  equal(await outcome(trusting, '203.0.113.7, 192.0.2.1'), 'UnauthorizedIp');
  equal(await outcome(server, '203.0.113.7'), 'UnauthorizedIp');
});
