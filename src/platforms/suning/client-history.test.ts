// Compares historyOrders with the ledger: long ranges, seconds with more orders than a page,
// cursors, concurrent changes.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { APPS, SUBSCRIPTION_ORDER, shanghai } from '../../../test/suning.ts';
import { manage, startTestServer } from '../../../test/support.ts';
import { createClient } from '../../client/client.ts';
import { NetworkError } from '../../client/errors.ts';
import type { HistoryRange } from './client.ts';
import { suning } from './client.ts';

const server = await startTestServer();
const [appKey, appSecret] = APPS.plain;
const clientOf = (more: object = {}) =>
  createClient(suning, { baseUrl: server.url, credentials: { appKey, appSecret }, ...more });

const FROM = Date.parse('2020-03-31T00:00:00+08:00');
const TO = Date.parse('2021-05-31T00:00:00+08:00');
const CROWDED = Date.parse('2020-12-31T12:00:00+08:00');

const order = (orderId: string, at: number, orderCategory = '1') => ({
  ...SUBSCRIPTION_ORDER,
  orderId,
  orderCategory,
  createTime: shanghai(at),
});
async function add(orders: readonly object[]): Promise<void> {
  const { status, body } = await manage(server, 'POST', '/orders', orders);
  assert.equal(status, 201, JSON.stringify(body));
}

/** 14 months: 500 orders spread over them, 3 in each second; 250 in one second; one at either end. */
const SPREAD = (TO - FROM) / 170;
await add(
  Array.from({ length: 500 }, (_, i) =>
    order(`T${(i * 7919) % 1000}-${i}`, FROM + SPREAD * (1 + Math.floor(i / 3)), `${1 + (i % 3)}`),
  ),
);
await add(Array.from({ length: 250 }, (_, i) => order(`C${(i * 37) % 250}`, CROWDED)));
await add([order('FIRST', FROM), order('BEFORE', FROM - 1000)]);
await add([order('LAST', TO - 1000), order('BEHIND', TO)]);

/** The ledger's orders of the range, read through the management API in another sequence. */
async function ledger(): Promise<string[]> {
  const ids: string[] = [];
  let next = '/orders?platform=suning&limit=200';
  for (;;) {
    const { body } = await manage(server, 'GET', next);
    for (const { orderId, createdAt, attributes } of body.items) {
      if (!attributes.orderCategory) continue;
      const at = Date.parse(createdAt);
      if (at >= FROM && at < TO) ids.push(orderId);
    }
    if (!body.nextCursor) return ids.sort();
    next = `/orders?platform=suning&limit=200&cursor=${encodeURIComponent(body.nextCursor)}`;
  }
}

async function idsOf(range: HistoryRange, more: object = {}): Promise<string[]> {
  const ids: string[] = [];
  for await (const { orderId } of clientOf(more).historyOrders(range)) ids.push(orderId);
  return ids;
}

test('14 months give the ledger’s orders, each once, oldest first, with at most 3 months and 100 orders per call', async () => {
  const bodies: { startTime: string; endTime: string; pageSize: string }[] = [];
  const onExchange = ({ request }: { request: { body: string } }) =>
    bodies.push(JSON.parse(request.body).sn_request.sn_body.queryHistoryOrder);
  const ids = await idsOf({ from: new Date(FROM), to: TO }, { onExchange });
  const expected = await ledger();
  assert.equal(expected.length, 752);
  assert.deepEqual(ids.toSorted(), expected);
  assert.deepEqual([ids[0], ids.at(-1)], ['FIRST', 'LAST']);
  for (const { startTime, endTime, pageSize } of bodies) {
    assert.equal(pageSize, '100');
    assert.ok(Date.parse(endTime) - Date.parse(startTime) <= 92 * 86_400_000);
  }
  assert.ok(bodies.length < 25, `${bodies.length} calls`);
});

test('times as a Date, as milliseconds, and as Shanghai writes them; filters', async () => {
  const whole = await idsOf({ from: shanghai(FROM), to: shanghai(TO) });
  assert.equal(whole.length, 752);
  const range = { from: FROM, to: new Date(TO) };
  const upgrades = await idsOf({ ...range, orderCategory: '3', serverId: 'S1', chargeId: 'C1' });
  assert.equal(upgrades.length, 166);
  assert.deepEqual(await idsOf({ ...range, serverId: 'S9' }), []);
  assert.deepEqual(await idsOf({ from: TO, to: TO + 1000 }), ['BEHIND']);
});

test('a cursor continues after any order: the two parts form the whole, even if earlier orders are added', async () => {
  const whole = await idsOf({ from: FROM, to: TO });
  for (const cut of [1, 99, 100, 101, 300, 449, 451, 751, 752]) {
    const history = clientOf().historyOrders({ from: FROM, to: TO });
    const first: string[] = [];
    for await (const { orderId } of history) {
      first.push(orderId);
      if (first.length === cut) break;
    }
    const { cursor } = history;
    await add([order(`A${cut}`, FROM + 500)]);
    const second = await idsOf({ from: FROM, to: TO, cursor: cursor! });
    assert.deepEqual(
      [...first, ...second].filter((id) => !/^A/.test(id)),
      whole,
      `cut at ${cut}`,
    );
    // Another order of the cursor's own second is still to come.
    assert.equal(second.filter((id) => /^A/.test(id)).length, cut === 1 ? 1 : 0);
  }
});

test('orders that are added meanwhile push no other order past the end of a page', async () => {
  const before = await ledger();
  let n = 0;
  const ids: string[] = [];
  for await (const { orderId } of clientOf().historyOrders({ from: FROM, to: TO })) {
    ids.push(orderId);
    if (ids.length % 150 === 0) await add([order(`M${n++}`, FROM + 1000)]);
  }
  assert.equal(new Set(ids).size, ids.length, 'each once');
  assert.deepEqual(
    before.filter((id) => !ids.includes(id)),
    [],
  );
});

test('an error ends the history, and its cursor can continue from there', async () => {
  let calls = 0;
  const failing: typeof fetch = (url, init) =>
    ++calls === 4 ? Promise.reject(new Error('gone')) : fetch(url, init);
  const history = clientOf({ fetch: failing, attempts: 1 }).historyOrders({ from: FROM, to: TO });
  const ids: string[] = [];
  await assert.rejects(async () => {
    for await (const { orderId } of history) ids.push(orderId);
  }, NetworkError);
  assert.ok(ids.length > 100);
  const rest = await idsOf({ from: FROM, to: TO, cursor: history.cursor! });
  assert.deepEqual([...ids, ...rest], await idsOf({ from: FROM, to: TO }));
});

test('an invalid range or cursor is refused', () => {
  const client = clientOf();
  const history = (range: object) => () =>
    client.historyOrders({ from: FROM, to: TO, ...range } as HistoryRange);
  assert.throws(history({ from: TO }), /from has to be before to/);
  assert.throws(history({ from: '2020-02-30 00:00:00' }), /from has to be a Date/);
  assert.throws(history({ to: new Date('never') }), /to has to be a Date/);
  for (const cursor of ['', 'x', '[]', '{}', '["2020"]', 'null']) {
    assert.throws(history({ cursor }), /cursor has to be the cursor of an earlier history/, cursor);
  }
});
