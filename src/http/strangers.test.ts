// Tests the effect of strangers and of slow or hasty clients on connections, bodies and a stop.
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { Writable } from 'node:stream';
import { describe, test } from 'node:test';
import { pino } from 'pino';
import { connectTo, exchange, readAnswer, request } from '../../test/exchange.ts';
import { form, GATEWAY, hasten } from '../../test/jintong.ts';
import { manage, startTestServer, TestClock } from '../../test/support.ts';
import type { Ordergate } from '../main.ts';

const clock = new TestClock();
const server = await startTestServer({ clock });
const body = form(hasten('404'));
const MIB = 1024 * 1024;
const newest = async () => (await manage(server, 'GET', '/requests?limit=1')).body.items[0];
const head = (length: number, extra = ''): string =>
  `POST ${GATEWAY} HTTP/1.1\r\nhost: x\r\n${extra}content-length: ${length}\r\n\r\n`;

/** Reads until `text` has arrived; returns everything read. */
async function until(socket: Socket, text: string): Promise<string> {
  let received = '';
  for await (const chunk of socket.iterator({ destroyOnReturn: false })) {
    received += chunk;
    if (received.includes(text)) return received;
  }
  throw new Error(`closed after: ${received}`);
}
/** Resolves when the other side has closed the connection, in whatever way. */
async function ended(socket: Socket): Promise<void> {
  if (socket.readableEnded || socket.destroyed) return;
  await once(socket.resume(), 'end').catch(() => {});
}
async function metric(name: string, of: Ordergate = server): Promise<number> {
  const text = await (await fetch(`${of.url}/metrics`)).text();
  return Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(text)?.[1]);
}

describe('requests', () => {
  test('a client that closes its sending half gets its answer', async () => {
    for (let i = 0; i < 10; i++) {
      const socket = connectTo(server.url);
      socket.end(head(body.length) + body);
      match(await until(socket, 'CallFail'), /^HTTP\/1\.1 200 /);
      await ended(socket);
    }
  });

  test('HEAD is served where GET is, without a body', async () => {
    for (const path of ['/healthz', '/readyz', '/api/oauth/authorize']) {
      const get = await exchange(server.url, request('GET', path));
      const answer = await exchange(server.url, request('HEAD', path));
      deepEqual([answer.status, answer.body], [get.status, '']);
      equal(answer.headers['content-length'], get.headers['content-length']);
    }
    const authorization = `Bearer ${server.adminToken}`;
    const orders = '/manage/v1/orders?limit=1';
    const known = await exchange(
      server.url,
      request('HEAD', orders, { headers: { authorization } }),
    );
    deepEqual([known.status, known.body], [200, '']);
    equal((await exchange(server.url, request('HEAD', orders))).status, 401);
    equal((await exchange(server.url, request('HEAD', GATEWAY))).status, 405);
  });

  test('RFC 9112, 3.2: two Host headers, or none in HTTP/1.1, give 400 and a request log record', async () => {
    for (const hosts of ['host: x\r\nHost: x', 'host: x\r\nHOST: y', 'x-host: x']) {
      const answer = await exchange(
        server.url,
        `POST ${GATEWAY} HTTP/1.1\r\n${hosts}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`,
      );
      equal(answer.status, 400, hosts);
      const { id, platform, outcome, detail } = await newest();
      deepEqual([platform, outcome], ['jintong', 'HTTP 400']);
      equal(answer.headers['x-request-id'], String(id));
      match(detail, /Host header/);
    }
    equal((await exchange(server.url, 'GET /healthz HTTP/1.0\r\n\r\n')).status, 200);
  });

  test('bytes that are not HTTP give 400 and, under a platform’s path, a request log record', async () => {
    const bytes = `POST ${GATEWAY} HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n`;
    equal((await exchange(server.url, bytes)).status, 400);
    deepEqual([(await newest()).outcome, (await newest()).platform], ['HTTP 400', 'jintong']);
    const long = `GET ${GATEWAY} HTTP/1.1\r\nhost: x\r\nx: ${'x'.repeat(20_000)}\r\n\r\n`;
    equal((await exchange(server.url, long)).status, 431);
  });

  test('"405" and "413" under a platform’s path stand in the request log', async () => {
    equal((await exchange(server.url, request('GET', `${GATEWAY}?Key=1`))).status, 405);
    deepEqual([(await newest()).outcome, (await newest()).platform], ['HTTP 405', 'jintong']);
    equal((await exchange(server.url, head(MIB + 1, 'connection: close\r\n'))).status, 413);
    equal((await newest()).outcome, 'HTTP 413');
  });
});

describe('/metrics', () => {
  const ask = async (
    to: Ordergate,
    host: string,
    extra = '',
    version = '1.1',
    target = '/metrics',
  ) =>
    (
      await exchange(
        to.url,
        `GET ${target} HTTP/${version}\r\nhost: ${host}\r\n${extra}connection: close\r\n\r\n`,
      )
    ).status;

  test('in a sandbox they need the token, or a loopback peer with a loopback Host and no sign of a proxy', async () => {
    for (const host of ['localhost', 'LOCALHOST:1', '127.0.0.1:8787', '127.9.9.9', '[::1]:80']) {
      equal(await ask(server, host), 200, host);
    }
    for (const host of [
      'gate.example',
      'localhost.example',
      '10.0.0.1',
      '[::2]',
      '',
      'x@localhost',
    ])
      equal(await ask(server, host), 401, host);
    for (const sign of ['X-Forwarded-For: 1.2.3.4', 'x-forwarded-proto: https', 'X-Real-IP: x']) {
      equal(await ask(server, 'localhost', `${sign}\r\n`), 401, sign);
    }
    for (const sign of ['Via: 1.1 x', 'Forwarded: for=x', 'cf-ray: 1']) {
      equal(await ask(server, 'localhost', `${sign}\r\n`), 401, sign);
    }
    equal(await ask(server, 'localhost', '', '1.0'), 401, 'nginx speaks HTTP/1.0 by itself');
    equal(await ask(server, 'localhost', '', '1.1', 'http://gate.example/metrics'), 401);
    equal(await ask(server, 'gate.example', '', '1.1', 'http://localhost/metrics'), 401);
    equal(await ask(server, 'localhost', '', '1.1', 'http://localhost/metrics'), 200);
    const token = `authorization: Bearer ${server.adminToken}\r\nx-real-ip: x\r\n`;
    equal(await ask(server, 'gate.example', token), 200);
  });

  test('in production they always need the token', async () => {
    const production = await startTestServer({ config: { environment: 'production' } });
    equal(await ask(production, 'localhost'), 401);
    const token = `authorization: Bearer ${production.adminToken}\r\n`;
    equal(await ask(production, 'localhost', token), 200);
  });
});

describe('connections', () => {
  test('at the limit the longest idle connection is closed, with a log line and a metric', async () => {
    const lines: string[] = [];
    const to = new Writable({
      write(line, _encoding, done) {
        lines.push(String(line));
        done();
      },
    });
    const log = pino({ level: 'warn' }, to);
    const small = await startTestServer({ config: { maxConnections: 16 }, log });
    const first = connectTo(small.url);
    await once(first, 'connect');
    first.write('GET /healthz HTTP/1.1\r\nhost:'); // A connection with half a head counts as idle.
    const others: Socket[] = [];
    for (let i = 0; i < 14; i++) {
      const socket = connectTo(small.url);
      others.push(socket);
      socket.write(head(body.length) + body.slice(0, 10));
      await once(socket, 'connect');
    }
    const kept = connectTo(small.url);
    kept.write('GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n');
    await until(kept, 'ok\n');
    equal((await exchange(small.url, request('GET', '/healthz'))).status, 200);
    await ended(first);
    equal((await exchange(small.url, request('GET', '/healthz'))).status, 200);
    for (const socket of others.slice(0, 3)) socket.write(body.slice(10));
    for (const socket of others.slice(0, 3)) await until(socket, 'CallFail');
    // If all connections are busy, a request with an incomplete body is dropped.
    const more = [connectTo(small.url), connectTo(small.url), connectTo(small.url)];
    for (const socket of more) socket.write(head(body.length) + body.slice(0, 10));
    equal((await exchange(small.url, request('GET', '/healthz'))).status, 200);
    ok((await metric('ordergate_connections_limited', small)) >= 1);
    ok(lines.some((line) => line.includes('the limit of connections is reached')));
    for (const socket of [first, kept, ...others, ...more]) socket.destroy();
  });

  test('a request that does not arrive in time gets 408', async () => {
    const hasty = await startTestServer({ requestMs: 100 });
    for (const half of ['GET /healthz HTTP/1.1\r\nhost:', head(100) + body.slice(0, 50)]) {
      const socket = connectTo(hasty.url);
      socket.write(half);
      match(await until(socket, '"timeout"'), /^HTTP\/1\.1 408 /);
      await ended(socket);
    }
  });

  test('a body over its platform’s limit is kept only in part, and the platform refuses it', async () => {
    for (const filler of ['x', '取', '𠮷']) {
      const long = `request=${filler.repeat(Math.floor((MIB - 8) / Buffer.byteLength(filler)))}`;
      const { body: answer } = await exchange(server.url, request('POST', GATEWAY, { body: long }));
      match(answer, /ArgumentDeserializeFail/, filler);
      match((await newest()).detail, /takes no more than \d+/);
    }
  });

  test('incomplete bodies hold at most 64 MiB, and other calls are answered meanwhile', async () => {
    const sockets: Socket[] = [];
    const almost = Buffer.alloc(MIB - 1, 'x');
    for (let i = 0; i < 100; i++) {
      const socket = connectTo(server.url);
      socket.on('error', () => {}).resume();
      sockets.push(socket);
      // Suning accepts bodies of 1 MiB; platforms with a smaller limit keep less of a body.
      socket.write(head(MIB).replace(GATEWAY, '/api/http/sopRequest'));
      socket.write(almost);
    }
    while ((await metric('ordergate_bodies_dropped')) === 0);
    ok((await metric('ordergate_incomplete_bodies_bytes')) <= 64 * MIB);
    const answer = await exchange(
      server.url,
      request('POST', GATEWAY, { body, headers: { 'x-padding': 'x' } }),
    );
    match(answer.body, /CallFail/);
    for (const socket of sockets) socket.destroy();
    while ((await metric('ordergate_incomplete_bodies_bytes')) > 0);
  });
});

describe('a stop', () => {
  test('answers calls that are just arriving on kept connections', async () => {
    const stopping = await startTestServer();
    const kept: Socket[] = [];
    for (let i = 0; i < 20; i++) {
      const socket = connectTo(stopping.url);
      kept.push(socket);
      socket.write(head(body.length) + body);
      await until(socket, 'CallFail');
    }
    const closed = stopping.close();
    for (const socket of kept) socket.write(head(body.length) + body);
    for (const socket of kept) {
      const { status, headers } = readAnswer(await until(socket, 'CallFail'));
      deepEqual([status, headers.connection], [200, 'close']);
    }
    await closed;
  });

  test('does not wait for half a head, an idle connection or half a body', async () => {
    const stopping = await startTestServer();
    const [half, idle, slow] = [stopping, stopping, stopping].map(({ url }) => connectTo(url));
    half!.write(`POST ${GATEWAY} HTTP/1.1\r\nhost: x\r\ncontent-le`);
    slow!.write(head(body.length) + body.slice(0, 10));
    await Promise.all([once(half!, 'connect'), once(idle!, 'connect'), once(slow!, 'connect')]);
    const answered = until(slow!, '"busy"');
    const all = Promise.all([ended(half!), ended(idle!)]);
    await stopping.close();
    match(await answered, /^HTTP\/1\.1 503 /);
    await all;
  });
});
