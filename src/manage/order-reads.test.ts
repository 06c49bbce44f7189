// GET /orders/{orderId}: an order by its id alone; names beside states, and times in Asia/Shanghai, in what is read.
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { test } from 'node:test';
import { call, form, hasten } from '../../test/jintong.ts';
import { ALLOW_LOCAL, startReceiver } from '../../test/receiver.ts';
import { manage, PLATFORM_NAMES, startTestServer, TestClock } from '../../test/support.ts';
import { shanghaiTime } from './endpoint.ts';

const receiver = await startReceiver();
const clock = new TestClock();
const server = await startTestServer({ clock, config: { callbackAllow: ALLOW_LOCAL } });
const get = (path: string) => manage(server, 'GET', path);
type Item = { platform: string; orderId: string };

test('an id of one platform, as the path with the platform shows it', async () => {
  const ids = (await get('/orders?limit=1000')).body.items as Item[];
  for (const name of PLATFORM_NAMES) {
    const { orderId } = ids.find(({ platform }) => platform === name)!;
    const { status, body } = await get(`/orders/${encodeURIComponent(orderId)}`);
    equal(status, 200);
    const whole = (await get(`/orders/${name}/${encodeURIComponent(orderId)}`)).body;
    deepEqual(body, { items: [whole] });
  }
});

test('an id that two platforms have: both orders', async () => {
  const made = await manage(server, 'POST', '/orders', [
    {
      ...{ platform: 'jintong', orderId: 'shared1', userName: 'jane88', state: '平台审核' },
      ...{ amount: '1.00', createdAt: '2026-01-02 11:04:05' },
    },
    {
      ...{ platform: 'ytx', requestId: 'shared1', appid: '11112222333344445555666677778888' },
      ...{ orderSts: 'failed', mobile: '18812340804', oriAmount: '2.94' },
    },
  ]);
  equal(made.status, 201, JSON.stringify(made.body));
  const { items } = (await get('/orders/shared1')).body;
  deepEqual(
    items.map((one: Item & { state: string }) => [one.platform, one.orderId, one.state]),
    [
      ['jintong', 'shared1', 'A'],
      ['ytx', 'shared1', '-1'],
    ],
  );
});

test('an id that no platform has: 404 that says what was looked for, and where', async () => {
  const { status, body } = await get('/orders/no-such');
  deepEqual([status, body.error.code, body.error.field], [404, 'unknown-order', 'orderId']);
  const names = PLATFORM_NAMES.join(', ');
  ok(body.error.message.includes(`no order "no-such" on any platform (${names})`));
  // Not the beginning of one, which the filter `q` is for.
  equal((await get('/orders/1511')).status, 404);
});

test('a state has its name beside it: of an order, of a line, and in the history', async () => {
  const jintong = (await get('/orders/15112480268')).body.items[0];
  equal(jintong.stateName.length > 0, true);
  await manage(server, 'POST', '/orders/jintong/shared1/transitions', { to: 'B' });
  const moved = (await get('/orders/jintong/shared1')).body.history.at(-1);
  deepEqual([moved.from, moved.fromName, moved.to], ['A', '平台审核', 'B']);
  equal(moved.toName, (await get('/orders/jintong/shared1')).body.stateName);
  const [suning] = (await get('/orders?platform=suning&state=unshipped&limit=1')).body.items;
  deepEqual([suning.lines[0].state, suning.lines[0].stateName], ['unshipped', '未发货']);
});

test('a filter takes the name of a state for its letter', async () => {
  const of = async (state: string) =>
    (await get(`/orders?platform=jintong&state=${state}`)).body.items;
  deepEqual(await of(encodeURIComponent('平台审核')), await of('A'));
});

test('a delivery, its attempts and an alert tell their times in Asia/Shanghai, too', async () => {
  const { endpointId } = (
    await manage(server, 'POST', '/callbacks/endpoints', {
      ...{ platform: 'jintong', party: 'jane88', url: receiver.url },
    })
  ).body;
  await call(server, form(hasten('15112480268')));
  await server.callbacks.drain();
  const path = `/callbacks/deliveries?endpointId=${endpointId}`;
  const [delivery] = (await get(path)).body.items;
  const [attempt] = delivery.attempts;
  for (const [shown, at] of [
    [delivery.createdAtShanghai, delivery.createdAt],
    [delivery.endedAtShanghai, delivery.endedAt],
    [attempt.atShanghai, attempt.at],
  ]) {
    equal(shown, shanghaiTime(Date.parse(at)));
    match(shown, /\+08:00$/);
  }
  deepEqual([delivery.dueAt, delivery.dueAtShanghai], [null, null]);
});
