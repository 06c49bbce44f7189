// kill -9 while a thousand orders are created at once: after the restart all of them are there, or none.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { runOrdergate, type ServerProcess, startServerProcess } from './server-process.ts';

/** How often the process is killed: each time later. */
const ROUNDS = 4;
const MANY = 1000;

const ids = (round: number): string[] =>
  Array.from({ length: MANY }, (_, i) => `S7${round}${String(i).padStart(4, '0')}`);

const subscription = (orderId: string, i: number) => ({
  platform: 'suning',
  section: 'subscriptionOrders',
  provider: 'P10001',
  orderId,
  orderCategory: String(1 + (i % 3)),
  shopName: '农夫山泉',
  businessAccounts: 'shop@example.cn',
  createTime: `2015-01-10 00:00:${String(i % 60).padStart(2, '0')}`,
  orderDetail: [
    {
      ...{ serverId: `S${i % 20}`, serviceName: '饮料类检测', chargeId: `C${i % 20}` },
      ...{ chargeName: '水质检测', orderDetailId: `D${i}`, orderQuantity: '1' },
      ...{ basePrice: '1.00', originalCostTotal: '1.00', realPaymentTotal: '1.00' },
      ...{ preferentialPriceTotal: '0.00', effectiveTime: '2015-01-11 00:00:00' },
      failureTime: '2015-04-11 00:00:00',
    },
  ],
});

async function call(server: ServerProcess, path: string, body?: object): Promise<Response> {
  return fetch(`${server.url}/manage/v1${path}`, {
    method: body ? 'POST' : 'GET',
    headers: { authorization: `Bearer ${server.adminToken}`, 'content-type': 'application/json' },
    ...(body && { body: JSON.stringify(body) }),
  });
}

/** How many of a round's orders are there, by asking for the first, some in the middle, and the last. */
async function found(server: ServerProcess, round: number): Promise<number> {
  const all = ids(round);
  const asked = [0, 1, 99, 100, 101, 499, 500, 998, 999].map((i) => all[i]!);
  const answers = await Promise.all(asked.map((id) => call(server, `/orders/suning/${id}`)));
  const there = answers.filter(({ status }) => status === 200).length;
  assert.ok(there === 0 || there === asked.length, `${there} of ${asked.length}`);
  return there === 0 ? 0 : MANY;
}

/** The number of orders in a ledger in which verify finds nothing. */
async function ordersOf(directory: string): Promise<number> {
  const verified = await runOrdergate(['verify', '--data', directory]);
  assert.equal(verified.code, 0, verified.stderr + verified.stdout);
  return (JSON.parse(verified.stdout) as { orders: number }).orders;
}

test(`kill -9 during a creation of ${MANY} orders, ${ROUNDS} times: all or none of them are there, and the ledger is sound`, {
  timeout: 900_000,
}, async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'ordergate-creation-crash-'));
  after(() => rmSync(directory, { recursive: true, force: true }));
  let server = await startServerProcess(directory);
  await server.stop();
  const seeded = await ordersOf(directory);
  server = await startServerProcess(directory);
  let [acknowledged, kept] = [0, 0];
  for (let round = 0; round < ROUNDS; round++) {
    // The first creation of a process starts the thread; the kill must also come during the writing.
    const began = performance.now();
    const warm = await call(
      server,
      '/orders',
      ids(round + 100)
        .slice(0, 101)
        .map(subscription),
    );
    assert.equal(warm.status, 201, await warm.text());
    let isAnswered = false;
    const creating = call(server, '/orders', ids(round).map(subscription)).then(
      ({ status }) => {
        isAnswered = status === 201;
      },
      () => {},
    );
    // A tenth of the orders is measured, so that kills of a busy machine do not all come before the writing.
    await sleep((performance.now() - began) * round);
    await server.kill();
    await creating;
    server = await startServerProcess(directory);
    const there = await found(server, round);
    if (isAnswered) assert.equal(there, MANY, 'an acknowledged creation is there');
    acknowledged += isAnswered ? 1 : 0;
    kept += there / MANY;
  }
  await server.stop();
  const orders = await ordersOf(directory);
  t.diagnostic(`${ROUNDS} kills: ${acknowledged} acknowledged, ${kept} kept`);
  assert.equal(orders, seeded + 101 * ROUNDS + kept * MANY);
});
