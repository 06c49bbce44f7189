// What the console asks beside the lists: counts, series, search for any id, orders with reasons, and what may happen next.
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { test } from 'node:test';
import { call, cancel, form, hasten } from '../../test/jintong.ts';
import { ALLOW_LOCAL, startReceiver } from '../../test/receiver.ts';
import { manage, startTestServer } from '../../test/support.ts';

const receiver = await startReceiver();
const server = await startTestServer({ config: { callbackAllow: ALLOW_LOCAL } });
const get = async (path: string) => (await manage(server, 'GET', path)).body;

test('search finds an order by its id, a key or the last digits of a mobile number, and finds several ids at once', async () => {
  const [byId] = (await get('/search?q=15112480268')).items;
  deepEqual(
    [byId.kind, byId.why, byId.platform, byId.id],
    ['order', 'id', 'jintong', '15112480268'],
  );
  const byParm = (await get('/search?q=777777')).items;
  deepEqual([byParm[0].why, byParm[0].id], ['key', '2016010000000301']);
  // Whose mobile number is 18812340804.
  for (const digits of ['0804', '40804', '2340804']) {
    const ends = (await get(`/search?q=${digits}`)).items;
    ok(ends.length > 0 && ends.every((hit: { why: string }) => hit.why === 'end'), digits);
  }
  deepEqual((await get('/search?q=0805')).unknown, ['0805']);
  const pasted = await get(
    `/search?q=${encodeURIComponent('15112480268\n2016010000000219，nosuch; 1000531507')}`,
  );
  deepEqual(
    pasted.items.map(({ id }: { id: string }) => id),
    ['15112480268', '2016010000000219', '1000531507'],
  );
  deepEqual(pasted.unknown, ['nosuch']);
});

test('search finds a call by its id, a callback by its number, and a party or its app', async () => {
  const url = receiver.url;
  await manage(server, 'POST', '/callbacks/endpoints', {
    platform: 'jintong',
    party: 'jane88',
    url,
  });
  const hastened = await call(server, form(hasten('15112480268')));
  ok(hastened);
  await server.callbacks.drain();
  const [newest] = (await get('/requests?limit=1')).items;
  const [request] = (await get(`/search?q=${newest.id}`)).items;
  deepEqual([request.kind, request.title], ['request', 'HastenOrder → CallSuccess']);
  const [delivery] = (await get('/callbacks/deliveries?limit=1')).items;
  const callbacks = (await get(`/search?q=${delivery.deliveryId}`)).items;
  ok(callbacks.some((hit: { kind: string }) => hit.kind === 'callback'));
  const [party] = (await get('/search?q=jane88')).items.filter(
    (hit: { kind: string }) => hit.kind === 'party',
  );
  equal(party.platform, 'jintong');
  const [app] = (await get('/search?q=ff8080813fc70a7b013fc72312324213')).items.filter(
    (hit: { kind: string }) => hit.kind === 'party',
  );
  equal(app.id, 'abcdefghijklmnopqrstuvwxyz012345');
});

test('after a refused call its order needs attention, and the overview and the series count the call', async () => {
  const before = await get('/overview');
  await call(server, form(cancel('15112480268'))); // It may be: the second one is refused.
  await call(server, form(hasten('15112480268')));
  const { items } = await get('/attention?preset=refused-last-hour');
  const found = items.find(
    ({ order }: { order: { orderId: string } }) => order.orderId === '15112480268',
  );
  equal(found.reasons[0].kind, 'refused-call');
  const after = await get('/overview');
  ok(after.refusedLastHour.count > before.refusedLastHour.count);
  equal(after.refusedLastHour.isMore, false);
  const series = await get('/series/calls?minutes=60');
  const sum = (name: string) =>
    series.items.reduce((total: number, item: Record<string, number>) => total + item[name]!, 0);
  ok(sum('answered') >= 3);
  ok(sum('refused') >= 1 && sum('refused') < sum('answered'));
});

test('an order with a deadline within the hour is listed as near the limit, and its outlook shows the deadline', async () => {
  const platform = 'suning';
  const orderId = '1000531507';
  const { deadlines } = await get(`/orders/${platform}/${orderId}/outlook`);
  equal(deadlines[0].kind, 'refund');
  equal(deadlines[0].line, '00000208117603');
  const left = Date.parse(deadlines[0].dueAt) - Date.parse((await get('/overview')).now);
  deepEqual(
    (await get('/attention?preset=near-limit&platform=suning')).items.filter(
      ({ order }: { order: { orderId: string } }) => order.orderId === orderId,
    ),
    [],
  );
  await manage(server, 'POST', '/clock', { advanceSeconds: Math.floor(left / 1000) - 1800 });
  const { items } = await get('/attention?preset=near-limit&platform=suning');
  const found = items.find(
    ({ order }: { order: { orderId: string } }) => order.orderId === orderId,
  );
  equal(found.reasons[0].kind, 'deadline');
});

test('the outlook lists the allowed moves, the endpoints that would get a callback, and the order as the wire shows it', async () => {
  const outlook = await get('/orders/ytx/2016010000000221/outlook');
  deepEqual(
    outlook.moves.map(({ to }: { to: string }) => to),
    ['1', '-1', '-2'],
  );
  equal(JSON.parse(outlook.wire[0].body).mobile, '188****0804');
  const jintong = await get('/orders/jintong/15112480268/outlook');
  deepEqual(
    jintong.told.map(({ url }: { url: string }) => url),
    [receiver.url],
  );
  match(jintong.wire[0].body, /<OrderID>15112480268<\/OrderID>/);
});

test('a move of an order that has changed meanwhile is refused, and the answer names who changed it', async () => {
  const path = '/orders/ytx/2016010000000221';
  const { version } = await get(`${path}/outlook`);
  const moved = await manage(server, 'POST', `${path}/transitions`, { to: '1', version });
  equal(moved.status, 200);
  const late = await manage(server, 'POST', `${path}/transitions`, { to: '-1', version });
  equal(late.status, 409);
  equal(late.body.error.code, 'order-changed');
  match(
    late.body.error.message,
    /^operator was faster: moved, 0 \(充值中\) → 1 \(充值成功\), at 2/,
  );
  equal((await get(path)).state, '1');
});
