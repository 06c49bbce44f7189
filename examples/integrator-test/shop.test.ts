// An integrator's test: the shop against a sandbox of Ordergate in this process. No network, no waiting, no mock.
import { deepEqual, equal, rejects } from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { after, before, beforeEach, test } from 'node:test';
import { type Ordergate, readConfig, startOrdergate } from 'ordergate';
import { NotSold, Shop } from './shop.ts';

const accountSID = 'abcdefghijklmnopqrstuvwxyz012345';
const appid = 'ff8080813fc70a7b013fc72312324213';
const MOBILE = '18812340804';

const directory = mkdtempSync(join(tmpdir(), 'shop-'));
let sandbox: Ordergate;
let shop: Shop;

/** The shop's web server, as far as this test needs it. */
const web = createServer(async (request, response) => {
  response.writeHead(shop.take(await buffer(request), request.headers)).end();
});

async function manage(path: string, body: object) {
  const response = await fetch(`${sandbox.manageUrl}/manage/v1${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${sandbox.adminToken}` },
    body: JSON.stringify(body),
  });
  return (await response.json()) as { readonly secret: string };
}

/** The sandbox's clock runs ahead; what is due then happens now, callbacks too. */
async function pass(seconds: number): Promise<void> {
  await manage('/clock', { advanceSeconds: seconds });
  await sandbox.callbacks.drain();
}

before(async () => {
  const settings = { ORDERGATE_LOG_LEVEL: 'silent', ORDERGATE_CALLBACK_ALLOW: '127.0.0.1' };
  const config = readConfig({ port: '0', data: directory }, settings);
  sandbox = await startOrdergate({ config });
  await new Promise<void>((listening) => void web.listen(0, '127.0.0.1', listening));
});

beforeEach(async () => {
  await manage('/sandbox/reset', {});
  const url = `http://127.0.0.1:${(web.address() as AddressInfo).port}/callbacks`;
  const endpoint = { platform: 'ytx', party: appid, url };
  const { secret: callbackSecret } = await manage('/callbacks/endpoints', endpoint);
  const authToken = '9f8e7d6c5b4a39281706f5e4d3c2b1a0';
  shop = new Shop({ baseUrl: sandbox.url, accountSID, authToken, appid, callbackSecret });
});

after(async () => {
  web.close().closeAllConnections();
  await sandbox.close();
  rmSync(directory, { recursive: true });
});

test('a sale is charged when ytx says so, ten seconds later', async () => {
  const sale = await shop.sell('A1', MOBILE, 'SANDBOX-SUCCESS');
  equal(sale.state, 'charging');
  await pass(10);
  equal(sale.state, 'charged');
});

test('a sale that ytx cannot charge is failed', async () => {
  const sale = await shop.sell('A2', MOBILE, 'SANDBOX-FAILURE');
  await pass(10);
  equal(sale.state, 'failed');
});

test('a reply that is lost on its way makes no second order', async () => {
  const lost = { platform: 'ytx', party: accountSID, method: 'productOrder', calls: 1 };
  await manage('/sandbox/forces', { ...lost, force: 'reset' });
  const { requestId } = await shop.sell('A3', MOBILE, 'SANDBOX-SUCCESS');
  const response = await fetch(`${sandbox.manageUrl}/manage/v1/orders?platform=ytx&limit=100`, {
    headers: { authorization: `Bearer ${sandbox.adminToken}` },
  });
  const { items } = (await response.json()) as {
    readonly items: readonly { readonly orderId: string; readonly attributes: object }[];
  };
  const made = items.filter(({ attributes }) => JSON.stringify(attributes).includes('"A3"'));
  deepEqual(
    made.map(({ orderId }) => orderId),
    [requestId],
  );
});

test('a customer learns why a sale is refused', async () => {
  await rejects(shop.sell('A4', MOBILE, 'NOBODY'), (error) => error instanceof NotSold);
  equal(shop.sales.size, 0);
});

test('a callback that somebody else has made is refused', async () => {
  const sale = await shop.sell('A5', MOBILE, 'SANDBOX-NEVER');
  const forged = JSON.stringify({
    type: 'order.moved',
    data: { orderId: sale.requestId, to: '1' },
  });
  equal(shop.take(Buffer.from(forged), { 'webhook-id': 'msg_1' }), 400);
  equal(sale.state, 'charging');
});
