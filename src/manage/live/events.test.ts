// The event stream over the wire: what it tells, to whom, from where it goes on, and when it ends.
import { deepEqual, equal, ok } from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { readEvents } from '../../../test/event-reader.ts';
import { call, detail, form, hasten, post } from '../../../test/jintong.ts';
import { ALLOW_LOCAL, startReceiver } from '../../../test/receiver.ts';
import { manage, startTestServer } from '../../../test/support.ts';
import { submit, call as ytx } from '../../../test/ytx.ts';

const live = { lookMs: 20, figuresMs: 40, heartbeatMs: 100, checkMs: 40 };
const server = await startTestServer({ live, config: { callbackAllow: ALLOW_LOCAL } });
const ORDER = '15112480268';

test('a stream greets, and tells of a call, of the change it made, of its callback, and of the figures', async () => {
  const receiver = await startReceiver();
  const at = { platform: 'jintong', party: 'jane88', url: receiver.url };
  const { endpointId } = (await manage(server, 'POST', '/callbacks/endpoints', at)).body;
  const events = await readEvents(server);
  deepEqual([events.status, events.contentType], [200, 'text/event-stream; charset=utf-8']);
  const hello = await events.until(() => true);
  deepEqual(hello.data.topics, ['orders', 'calls', 'deliveries', 'overview']);
  const quiet = await events.until(({ name }) => name === 'overview');
  equal((await call(server, form(hasten(ORDER)))).code, 'CallSuccess');
  // What one look finds is told in no fixed order.
  const order = await events.find(({ name }) => name === 'order');
  const { at: time, ...change } = order.data;
  ok(Date.parse(time) > 0);
  deepEqual(change, {
    ...{ platform: 'jintong', orderId: ORDER, party: 'jane88', version: 2 },
    ...{ type: 'order.hastened', action: 'hastened', line: null, from: 'D', to: 'D' },
  });
  const told = await events.find(({ name }) => name === 'call');
  equal(told.data.outcome, 'CallSuccess');
  deepEqual([told.data.refused, told.data.orderId], [false, ORDER]);
  const record = await manage(server, 'GET', `/requests/${told.data.id}`);
  equal(record.body.method, 'HastenOrder');
  await server.callbacks.drain();
  const { data } = await events.find(({ name }) => name === 'deliveries');
  deepEqual([data.endpointId, data.party, data.dead], [endpointId, 'jane88', 0]);
  const figures = await events.find(
    ({ name, data: now }) => name === 'overview' && now.calls.count > quiet.data.calls.count,
  );
  equal(figures.data.items[0].party, 'jane88');
  await events.close();
});

test('a filter keeps out the calls, orders and callbacks of others', async () => {
  const only = await readEvents(server, '?topics=orders,calls&platform=ytx');
  await only.until(({ name }) => name === 'hello');
  await post(server, 'request=no-xml');
  equal((await call(server, form(hasten(ORDER)))).code === 'CallSuccess', false);
  equal((await ytx(server, submit('stream-1', 'SANDBOX-SUCCESS'))).statusCode, '0');
  const told = [await only.until(() => true), await only.until(() => true)];
  deepEqual(told.map(({ name, data }) => `${name} ${data.platform}`).sort(), [
    'call ytx',
    'order ytx',
  ]);
  await only.close();
});

test('Last-Event-ID: a stream goes on where another ended, and says `reload` where it cannot', async () => {
  const one = await readEvents(server, '?topics=orders');
  await one.until(({ name }) => name === 'hello');
  const at = '/orders/jintong/15110100068';
  /** Moves the order to the first state that it may go to. */
  const move = async (): Promise<[string, string]> => {
    const [{ from, to }] = (await manage(server, 'GET', `${at}/outlook`)).body.moves;
    equal((await manage(server, 'POST', `${at}/transitions`, { to })).status, 200);
    return [from, to];
  };
  await move();
  const { id } = await one.until(({ name }) => name === 'order');
  await one.close();
  const [from, to] = await move();
  const two = await readEvents(server, '?topics=orders', { 'last-event-id': id! });
  const missed = await two.until(({ name }) => name !== 'hello');
  deepEqual([missed.name, missed.data.from, missed.data.to], ['order', from, to]);
  await two.close();
  const three = await readEvents(server, '?topics=orders,deliveries', {
    'last-event-id': '9007199254740000-0',
  });
  const reloads = [
    await three.until(({ name }) => name === 'reload'),
    await three.until(({ name }) => name === 'reload'),
  ];
  deepEqual(
    reloads.map(({ data }) => data),
    [
      { topics: ['orders'], reason: 'reset' },
      { topics: ['deliveries'], reason: 'not-kept' },
    ],
  );
  await three.close();
});

test('more calls than one look tells are told as `reload`', async () => {
  const slow = await startTestServer({ live: { ...live, lookMs: 500 } });
  const events = await readEvents(slow, '?topics=calls');
  await events.until(({ name }) => name === 'hello');
  await Promise.all(Array.from({ length: 300 }, () => call(slow, form(detail(ORDER)))));
  const { data } = await events.until(({ name }) => name === 'reload');
  deepEqual(data, { topics: ['calls'], reason: 'too-many' });
  await events.close();
});

test('a silent stream has a heartbeat', async () => {
  const events = await readEvents(server, '?topics=deliveries');
  await events.untilComment();
  await events.untilComment();
  equal(events.comments, 2);
  await events.close();
});

test('an unknown topic, platform and parameter are refused, and nobody is let in without a token', async () => {
  for (const query of ['?topics=weather', '?platform=nobody', '?since=1']) {
    equal((await manage(server, 'GET', `/events${query}`)).status, 400, query);
  }
  equal((await fetch(`${server.url}/manage/v1/events`)).status, 401);
  const head = await fetch(`${server.url}/manage/v1/events`, {
    method: 'HEAD',
    headers: { authorization: `Bearer ${server.adminToken}` },
  });
  equal(head.status, 200);
});

const tokenOf = async (name: string): Promise<{ tokenId: string; token: string }> =>
  (await manage(server, 'POST', '/api-tokens', { name, role: 'viewer' })).body;

test('a stream ends when its token is ended', async () => {
  const { tokenId, token } = await tokenOf('ends');
  const events = await readEvents({ url: server.url, adminToken: token }, '?topics=orders');
  await events.until(({ name }) => name === 'hello');
  equal((await manage(server, 'DELETE', `/api-tokens/${tokenId}`)).body.ended, 1);
  deepEqual(await events.rest(), []);
});

test('a token has eight streams at most, and one that is closed makes room', async () => {
  const { token } = await tokenOf('many');
  const its = { url: server.url, adminToken: token };
  const opened = await Promise.all(Array.from({ length: 8 }, () => readEvents(its)));
  deepEqual(
    opened.map(({ status }) => status),
    opened.map(() => 200),
  );
  const headers = { authorization: `Bearer ${token}` };
  const ask = () => fetch(`${server.url}/manage/v1/events`, { headers });
  const ninth = await ask();
  equal(ninth.status, 429);
  equal(((await ninth.json()) as { error: { code: string } }).error.code, 'too-many-streams');
  await opened[0]!.close();
  for (let status = 429; status === 429; await sleep(5)) {
    const again = await ask();
    status = again.status;
    await again.body?.cancel();
  }
  await Promise.all(opened.slice(1).map((one) => one.close()));
});

test('a reader that goes away makes room at once, although nothing is told meanwhile', async () => {
  const slow = await startTestServer(); // Its heartbeat comes after 15 seconds.
  const { hostname, port } = new URL(slow.url);
  const head = `GET /manage/v1/events?topics=orders HTTP/1.1\r\nHost: ${hostname}:${port}\r\nAuthorization: Bearer ${slow.adminToken}\r\n\r\n`;
  for (let reader = 0; reader < 20; reader++) {
    const socket = connect(Number(port), hostname);
    socket.write(head);
    const [first] = await once(socket, 'data');
    ok(String(first).startsWith('HTTP/1.1 200'), `reader ${reader}: ${first}`);
    socket.destroy();
    await once(socket, 'close');
    const since = performance.now();
    while (/^ordergate_event_streams 1$/m.test(await (await fetch(`${slow.url}/metrics`)).text())) {
      ok(performance.now() - since < 5000, `reader ${reader} is still counted after 5 s`);
      await sleep(5);
    }
  }
  // Others go away before the answer begins.
  for (let reader = 0; reader < 20; reader++) {
    const socket = connect(Number(port), hostname);
    socket.resume();
    await once(socket, 'connect');
    socket.write(head, () => (reader % 2 ? socket.resetAndDestroy() : socket.end()));
    await once(socket, 'close');
  }
  const since = performance.now();
  while (!/^ordergate_event_streams 0$/m.test(await (await fetch(`${slow.url}/metrics`)).text())) {
    ok(performance.now() - since < 5000, 'streams of readers that are gone are still counted');
    await sleep(20);
  }
  await slow.close();
});

test('/metrics counts the open streams', async () => {
  const events = await readEvents(server);
  const text = await (await fetch(`${server.url}/metrics`)).text();
  const [, open = '0'] = /^ordergate_event_streams (\d+)$/m.exec(text) ?? [];
  ok(Number(open) >= 1, text);
  await events.close();
});

test('a stop ends every stream at once', async () => {
  const other = await startTestServer({ live });
  const events = await readEvents(other);
  await events.until(({ name }) => name === 'hello');
  await Promise.all([other.close(), events.rest()]);
});
