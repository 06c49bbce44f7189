// A ledger from before with lost customParms, unreadable apps and limits: named with what to do, and served all the same.
import { deepEqual, equal, ok } from 'node:assert/strict';
import { test } from 'node:test';
import { startTestServer } from '../../../test/support.ts';
import { ACCOUNT, APP, call, query } from '../../../test/ytx.ts';
import type { Order } from '../../core/order.ts';
import { oldRules } from './old-rules.ts';

const server = await startTestServer();
const { ledger } = server.storage;

test('an order whose customParm is nobody’s key is listed; a sound one is not', async () => {
  const { items } = await ledger.listOrders({ platform: 'ytx', limit: 1 });
  const order = items[0]!;
  const fields = (customParm: string): string[] => {
    const old: Order = { ...order, attributes: { ...order.attributes, customParm } };
    return oldRules.order!(old).map(({ field }) => field);
  };
  for (const sound of ['', '123456', '订单?', ' ']) deepEqual(fields(sound), []);
  for (const lost of ['???', 'a\uFFFD', 'x'.repeat(65)]) {
    deepEqual(fields(lost), ['attributes.customParm']);
  }
});

test('an app and limits that do not read are listed, and the other apps of the account are served', async () => {
  const party = server.parties.find('ytx', ACCOUNT)!;
  deepEqual(oldRules.party!(party), []);
  const apps = [{ appid: 'old app', environment: 'sandbox' }, ...(party.attributes.apps as [])];
  const old = { ...party, attributes: { apps, limits: { perHour: 1 } } };
  const found = oldRules.party!(old);
  deepEqual(
    found.map(({ field }) => field),
    ['attributes.apps.0.appid', 'attributes.limits.perHour'],
  );
  for (const { problem, remedy } of found) ok(problem.length > 10 && remedy.includes(ACCOUNT));
  await server.parties.change('ytx', ACCOUNT, () => old);
  equal((await call(server, query('404', APP))).statusCode, '-704');
  equal((await call(server, query('404', 'old app'))).statusCode, '-205');
});
