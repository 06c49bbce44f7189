// The overview's figures over the wire: they equal /metrics and the lists, by platform and party.
import { deepEqual, equal, ok } from 'node:assert/strict';
import { test } from 'node:test';
import { call, detail, form, hasten } from '../../test/jintong.ts';
import { ALLOW_LOCAL, startReceiver, status } from '../../test/receiver.ts';
import { manage, startTestServer, TestClock } from '../../test/support.ts';
import { submit, call as ytx } from '../../test/ytx.ts';

const clock = new TestClock();
const server = await startTestServer({
  clock,
  live: { freshMs: 0 },
  config: { callbackAllow: ALLOW_LOCAL },
  callbacks: { isLive: false },
});
const figures = async (query = '') =>
  (await manage(server, 'GET', `/overview/figures${query}`)).body;
const metrics = async (): Promise<string> => (await fetch(`${server.url}/metrics`)).text();
const ORDER = '15112480268';

interface Counted {
  readonly platform: string;
  readonly outcome: string;
  readonly count: number;
}

/** The counter of calls in /metrics, summed over methods. */
async function counters(): Promise<string[]> {
  const sums = new Map<string, number>();
  const line =
    /^ordergate_gateway_calls_total\{platform="(\w+)",method="[^"]*",outcome="([^"]*)"\} (\d+)$/gm;
  for (const [, platform, outcome, count] of (await metrics()).matchAll(line)) {
    const key = `${platform} ${outcome}`;
    sums.set(key, (sums.get(key) ?? 0) + Number(count));
  }
  return [...sums].map(([key, count]) => `${key} ${count}`).sort();
}
const asLines = (counts: readonly Counted[]): string[] =>
  counts.map(({ platform, outcome, count }) => `${platform} ${outcome} ${count}`).sort();

test('calls are counted by platform, party and code, and the totals equal /metrics', async () => {
  equal((await call(server, form(hasten(ORDER)))).code, 'CallSuccess');
  for (let i = 0; i < 3; i++) await call(server, form(detail(ORDER)));
  await call(server, form(detail(ORDER, 'jane88').replace('Version>1', 'Version>2')));
  await call(server, form('<Request/>'));
  equal((await ytx(server, submit('figures-1', 'SANDBOX-SUCCESS'))).statusCode, '0');
  const all = await figures();
  deepEqual([all.calls.count, all.minutes], [7, 5]);
  equal(
    all.calls.refused,
    all.calls.refusals.reduce((n: number, one: Counted) => n + one.count, 0),
  );
  equal(all.calls.successShare, (7 - all.calls.refused) / 7);
  ok(all.calls.p50Micros > 0 && all.calls.p50Micros <= all.calls.p99Micros);
  deepEqual(asLines(all.totals), await counters());
  const rows = all.items.map(
    (one: { platform: string; party: string; calls: { count: number } }) => [
      one.platform,
      one.party,
      one.calls.count,
    ],
  );
  ok(JSON.stringify(rows).includes('["jintong","jane88",'), JSON.stringify(rows));
  ok(JSON.stringify(rows).includes('["jintong",null,1]'), 'who names no party');
  const own = await figures('?platform=jintong&party=jane88');
  equal(own.calls.count, rows.find(([, party]: [string, string]) => party === 'jane88')[2]);
  equal(own.items.length, 1);
});

test('calls leave the span with the time, and stay in the totals', async () => {
  const before = await figures();
  clock.advance(4 * 60_000);
  equal((await figures('?minutes=1')).calls.count, 0);
  equal((await figures('?minutes=1')).calls.perSecond, 0);
  equal((await figures('?minutes=5')).calls.count, before.calls.count);
  clock.advance(58 * 60_000);
  const later = await figures('?minutes=60');
  equal(later.calls.count, 0);
  equal(later.calls.successShare, null);
  deepEqual(later.totals, before.totals);
});

test('callbacks that wait and fail are told of the party whose orders they are of, and equal /metrics', async () => {
  const receiver = await startReceiver(status(500));
  const endpoint = { platform: 'jintong', party: 'jane88', url: receiver.url };
  equal((await manage(server, 'POST', '/callbacks/endpoints', endpoint)).status, 201);
  equal((await call(server, form(hasten(ORDER)))).code, 'CallSuccess');
  await server.callbacks.drain();
  const shown = await manage(server, 'GET', '/overview/figures?platform=jintong&party=jane88');
  const { pending, failing, dead } = shown.body.callbacks;
  const text = await metrics();
  const gauge = (name: string): number =>
    Number(new RegExp(`^ordergate_callback_${name} (\\d+)$`, 'm').exec(text)?.[1]);
  deepEqual([pending, failing, dead], [gauge('pending'), 1, gauge('dead_letters')]);
});

test('orders near their limit are told with their money', async () => {
  const { body } = await manage(server, 'GET', '/attention?preset=near-limit');
  const all = await figures();
  const keys = new Set(
    body.items.map(({ order }: { order: { platform: string; orderId: string } }) =>
      [order.platform, order.orderId].join('/'),
    ),
  );
  equal(all.deadlines.orders, keys.size);
  ok(all.deadlines.count >= all.deadlines.orders);
  const amounts = body.items.map(
    ({ order }: { order: { attributes: { amountFen?: number } } }) => order.attributes.amountFen,
  );
  const known = amounts.filter((one: unknown) => typeof one === 'number');
  equal(
    all.deadlines.amountFen,
    known.reduce((sum: number, one: number) => sum + one, 0),
  );
  equal(all.deadlines.withoutAmount, amounts.length - known.length);
});
