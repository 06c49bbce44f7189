// Proxy, keep-alive and a CA of one's own, with a real forward proxy and a real TLS server before the sandbox.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import {
  createServer,
  type IncomingMessage,
  request,
  type Server,
  type ServerResponse,
} from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, connect } from 'node:net';
import { after, test } from 'node:test';
import { makeCertificate, skip } from '../../test/certificates.ts';
import { KEYS } from '../../test/jintong.ts';
import { startTestServer } from '../../test/support.ts';
import { jintong } from '../platforms/jintong/client.ts';
import { createClient } from './client.ts';
import { NetworkError } from './errors.ts';
import type { ClientOptions } from './options.ts';

const server = await startTestServer();
const { port: serverPort } = new URL(server.url);
const ORDER = { OrderID: '15112480268', UserName: 'jane88' };

async function listen(its: Server): Promise<number> {
  its.listen(0, '127.0.0.1');
  await once(its, 'listening');
  after(() => its.close().closeAllConnections());
  return (its.address() as AddressInfo).port;
}

/** Hands a request on to the sandbox. */
function handOn(from: IncomingMessage, to: ServerResponse): void {
  const { method = '', headers } = from;
  const path = (from.url ?? '').replace(/^http:\/\/[^/]+/, '');
  const onwards = request({ port: serverPort, method, path, headers, agent: false }, (answer) => {
    to.writeHead(answer.statusCode!, answer.headers);
    answer.pipe(to);
  });
  from.pipe(onwards);
}

/** A forward proxy: absolute URLs are handed on, CONNECT opens a tunnel; with a password if there is one. */
async function startProxy(password?: string) {
  const asked: string[] = [];
  const allows = ({ headers }: IncomingMessage): boolean =>
    password === undefined ||
    headers['proxy-authorization'] ===
      `Basic ${Buffer.from(`user:${password}`).toString('base64')}`;
  const its = createServer((from, to) => {
    asked.push(`${from.method} ${from.url}`);
    if (!allows(from)) return void to.writeHead(407).end('who are you?');
    delete from.headers['proxy-authorization'];
    handOn(from, to);
  });
  its.on('connect', (from, socket, head) => {
    asked.push(`CONNECT ${from.url}`);
    if (!allows(from)) return void socket.end('HTTP/1.1 407 Who are you\r\n\r\n');
    const [host, port] = from.url!.split(':');
    const onwards = connect(Number(port), host, () => {
      socket.write('HTTP/1.1 200 Connected\r\n\r\n');
      onwards.write(head);
      onwards.pipe(socket).pipe(onwards);
    });
    for (const one of [onwards, socket]) one.on('error', () => socket.destroy());
    socket.on('close', () => onwards.destroy());
  });
  const port = await listen(its);
  return { asked, port, host: `127.0.0.1:${port}` };
}

type More = Partial<ClientOptions<unknown>>;
const toJintong = (baseUrl: string, { credentials: _, ...more }: More) =>
  createClient(jintong, {
    baseUrl,
    credentials: { partner: 'jane88', key: KEYS.jane88 },
    attempts: 1,
    ...more,
  });
async function read(baseUrl: string, more: More): Promise<void> {
  const { Order } = await toJintong(baseUrl, more).call('GetOrderDetail', ORDER);
  assert.equal(Order.OrderID, ORDER.OrderID);
}
async function networkError(baseUrl: string, more: More): Promise<NetworkError> {
  const result = await toJintong(baseUrl, more).try('GetOrderDetail', ORDER);
  assert.ok(!result.ok && result.error instanceof NetworkError, JSON.stringify(result));
  return result.error;
}

test('http: the client sends the whole URL to the proxy, and the proxy forwards the call', async () => {
  const { asked, host } = await startProxy();
  await read(server.url, { proxy: `http://${host}` });
  assert.deepEqual(asked, [`POST ${server.url}/Api/OrderOpenApi.ashx`]);
});

test('http: user and password of the proxy, also with signs that a URL has to encode', async () => {
  const { host } = await startProxy('p@ss:word');
  await read(server.url, { proxy: `http://user:p%40ss%3Aword@${host}` });
  const { outcome, status, message } = await networkError(server.url, { proxy: `http://${host}` });
  assert.deepEqual([outcome, status], ['not-sent', 407]);
  assert.match(message, /407.*who are you/);
});

const certificate = skip ? undefined : makeCertificate(['IP:127.0.0.1']);

/** TLS before the sandbox, which counts its connections. */
async function startTls() {
  const { key, certificate: cert, ca } = certificate!;
  let connections = 0;
  const its = createTlsServer({ key, cert, keepAliveTimeout: 60_000 }, handOn);
  its.on('secureConnection', () => connections++);
  const port = await listen(its);
  return { url: `https://127.0.0.1:${port}`, port, ca, connections: () => connections };
}

test('https: a tunnel through the proxy, kept open for the next call', { skip }, async () => {
  const { asked, host } = await startProxy('secret');
  const { url, port, ca, connections } = await startTls();
  const client = toJintong(url, { proxy: `http://user:secret@${host}`, ca });
  for (let i = 0; i < 3; i++) await client.call('GetOrderDetail', ORDER);
  assert.deepEqual(asked, [`CONNECT 127.0.0.1:${port}`]);
  assert.equal(connections(), 1);
});

test('https: a failure at the proxy or of the certificate means not-sent', { skip }, async () => {
  const { host } = await startProxy('secret');
  const { url, ca } = await startTls();
  const refused = await networkError(url, { proxy: `http://${host}`, ca });
  assert.equal(refused.outcome, 'not-sent');
  assert.match(refused.message, /the proxy 127.0.0.1:\d+ answered CONNECT with HTTP status 407/);
  const untrusted = await networkError(url, { proxy: `http://user:secret@${host}` });
  assert.equal(untrusted.outcome, 'not-sent');
  assert.equal((untrusted.cause as { code?: string }).code, 'UNABLE_TO_VERIFY_LEAF_SIGNATURE');
  const none = await networkError(url, { proxy: 'http://127.0.0.1:1', ca });
  assert.equal(none.outcome, 'not-sent');
  assert.match(none.message, /the proxy 127.0.0.1:1 could not be reached/);
  assert.doesNotMatch(`${refused.stack}${none.stack}`, /secret/);
});

test('https: a private CA without a proxy', { skip }, async () => {
  const { url, ca } = await startTls();
  await read(url, { ca });
});

test('with keep-alive three calls use one connection; without it, three connections', async () => {
  for (const [keepAlive, expected] of [
    [true, 1],
    [60_000, 1],
    [false, 3],
  ] as const) {
    let connections = 0;
    const its = createServer({ keepAliveTimeout: 60_000 }, handOn);
    its.on('connection', () => connections++);
    const client = toJintong(`http://127.0.0.1:${await listen(its)}`, { keepAlive });
    for (let i = 0; i < 3; i++) await client.call('GetOrderDetail', ORDER);
    assert.equal(connections, expected, `keepAlive: ${keepAlive}`);
  }
});

test('an abort and a time limit end a call through a proxy', async () => {
  const silent = createServer(() => {});
  const proxy = `http://127.0.0.1:${await listen(silent)}`;
  const { outcome } = await networkError(server.url, { proxy, timeoutMs: 200 });
  assert.equal(outcome, 'unknown');
  const abort = new AbortController();
  const reason = new Error('the user left');
  const call = toJintong(server.url, { proxy }).try('GetOrderDetail', ORDER, abort);
  setImmediate(() => abort.abort(reason));
  await assert.rejects(call, reason);
});

test('the client follows no redirect, so that signed bytes go to no other server', async () => {
  let visited = 0;
  const other = createServer((_, response) => response.end(String(visited++)));
  const target = `http://127.0.0.1:${await listen(other)}/`;
  const its = createServer((_, to) => to.writeHead(307, { location: target }).end());
  const url = `http://127.0.0.1:${await listen(its)}`;
  for (const more of [{}, { keepAlive: true }]) {
    const { message, status } = await networkError(url, more);
    assert.equal(status, 307);
    assert.match(message, new RegExp(`It leads to ${target}: if that is the server, set baseUrl`));
  }
  assert.equal(visited, 0);
});

test('an invalid proxy, and a proxy together with a fetch, are refused', () => {
  for (const proxy of ['proxy.example:3128', 'socks5://127.0.0.1:1080', '']) {
    assert.throws(() => toJintong(server.url, { proxy }), /proxy has to be like http:\/\//);
  }
  const both = { proxy: 'http://127.0.0.1:1', fetch };
  assert.throws(() => toJintong(server.url, both), /either fetch, or proxy, keepAlive and ca/);
});
