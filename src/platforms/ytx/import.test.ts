// Accounts, products and orders from import files and the management API: what is refused, and which field.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { manage, startTestServer } from '../../../test/support.ts';
import { ACCOUNT, APP, call, OTHER_ACCOUNT, query } from '../../../test/ytx.ts';
import { ImportError } from '../../protocol/platform.ts';
import { importFormat, seed } from './import.ts';

const server = await startTestServer();
const context = { now: 0, parties: server.parties.list('ytx') };

const account = {
  accountSID: 'new01',
  authToken: 'sixteen-characters',
  apps: [{ appid: 'newapp01', environment: 'sandbox', functions: ['Unicom'] }],
};
const app = account.apps[0]!;
const order = {
  requestId: '2016010000000999',
  appid: APP,
  orderSts: '0',
  mobile: '18812340804',
  oriAmount: '2.94',
  customParm: 'import-1',
};
const product = { productCode: 'P9', amount: '1.00' };

const REFUSED: readonly [
  section: 'accounts' | 'products' | 'orders',
  item: object,
  field: string,
][] = [
  ['accounts', { ...account, accountSID: 'a|b' }, 'accountSID'],
  ['accounts', { ...account, authToken: 'short' }, 'authToken'],
  ['accounts', { ...account, more: 1 }, 'more'],
  ['accounts', { ...account, apps: [{ ...app, appid: 'a b' }] }, 'apps.0.appid'],
  ['accounts', { ...account, apps: [app, app] }, 'apps.1.appid'],
  ['accounts', { ...account, apps: [{ ...app, environment: 'test' }] }, 'apps.0.environment'],
  ['accounts', { ...account, apps: [{ ...app, functions: ['unicom'] }] }, 'apps.0.functions.0'],
  ['accounts', { ...account, apps: [{ ...app, allowedIps: '1.2.3' }] }, 'apps.0.allowedIps'],
  ['accounts', { ...account, apps: [{ ...app, callbackUrl: 'ftp://x' }] }, 'apps.0.callbackUrl'],
  ['accounts', { ...account, apps: [{ ...app, appid: APP }] }, 'apps'],
  ['products', { ...product, productCode: '' }, 'productCode'],
  ['products', { ...product, productCode: 'SANDBOX-NEVER' }, 'productCode'],
  ['products', { ...product, amount: '1.001' }, 'amount'],
  ['orders', { ...order, requestId: 'a,b' }, 'requestId'],
  ['orders', { ...order, appid: 'nosuchapp' }, 'appid'],
  ['orders', { ...order, orderSts: '2' }, 'orderSts'],
  ['orders', { ...order, mobile: '188' }, 'mobile'],
  ['orders', { ...order, oriAmount: '-1' }, 'oriAmount'],
  ['orders', { ...order, customParm: 'a\nb' }, 'customParm'],
  ['orders', { ...order, createdAt: 'yesterday' }, 'createdAt'],
];
const readers = { ...importFormat.parties, ...importFormat.catalog, ...importFormat.orders };

for (const [section, item, field] of REFUSED) {
  test(`${section}: ${JSON.stringify(item).slice(0, 60)}… is refused for ${field}`, () => {
    assert.throws(
      () => readers[section]!(item as never, context),
      (error) => error instanceof ImportError && error.field === field,
    );
  });
}

test('valid items are accepted', () => {
  for (const [section, item] of [
    ['accounts', account],
    ['products', product],
    ['orders', order],
  ] as const) {
    assert.ok(readers[section]!(item as never, context));
  }
});

test('an order made through the management API is queried by its customParm; that is unique per app', async () => {
  const created = await manage(server, 'POST', '/orders', { platform: 'ytx', ...order });
  assert.equal(created.status, 201);
  const twin = { platform: 'ytx', ...order, requestId: '2016010000000998' };
  assert.equal((await manage(server, 'POST', '/orders', twin)).status, 409);
  const asked = { action: 'getOrderResult', appid: APP, customParm: 'import-1' };
  assert.equal((await call(server, asked)).requestId, order.requestId);
});

test('the management API refuses a party and a catalog entry that do not fit, naming the field', async () => {
  const patch = (body: object) =>
    manage(server, 'PATCH', `/parties/ytx/${ACCOUNT}?replace=true`, body);
  for (const [body, field] of [
    [{ grants: ['getOrderResult'] }, 'grants'],
    [{ users: ['x'] }, 'users'],
    [{ addresses: ['x'] }, 'addresses'],
    [{ attributes: { apps: [{ appid: 'a' }] } }, 'attributes.apps.0.environment'],
  ] as const) {
    const answer = await patch(body);
    assert.deepEqual([answer.status, answer.body.error.field], [400, field]);
  }
  for (const [path, body] of [
    ['product/P9', { amountFen: 1.5 }],
    ['product/P9', { amountFen: -1 }],
    ['product/P9', {}],
    ['gadget/P9', { amountFen: 1 }],
  ] as const) {
    assert.equal((await manage(server, 'PUT', `/catalog/ytx/${path}`, body)).status, 400);
  }
  const list = await manage(server, 'GET', '/catalog?platform=ytx');
  assert.deepEqual(
    list.body.items.map((entry: { key: string }) => entry.key),
    ['P1', 'VIP-MONTH'],
  );
});

test('"another account\'s" app is not to be had through the management API either', async () => {
  const attributes = { apps: [{ ...app, appid: APP }] };
  const made = { platform: 'ytx', partyId: 'thief01', attributes };
  for (const refused of [
    await manage(server, 'POST', '/parties', made),
    await manage(server, 'PATCH', `/parties/ytx/${OTHER_ACCOUNT}?replace=true`, { attributes }),
  ]) {
    assert.deepEqual(
      [refused.status, refused.body.error?.field, refused.body.error?.message],
      [400, 'attributes.apps', `attributes.apps: app ${APP} is account ${ACCOUNT}'s`],
    );
  }
  const parts = { account: OTHER_ACCOUNT } as const;
  assert.equal((await call(server, query('2016010000000219'), parts)).statusCode, '-205');
});

test('a change of an app applies from the next call', async () => {
  const fresh = await startTestServer();
  const asked = query('404');
  assert.equal((await call(fresh, asked)).statusCode, '-704');
  const none = { attributes: { apps: [] } };
  await manage(fresh, 'PATCH', `/parties/ytx/${ACCOUNT}?replace=true`, none);
  assert.equal((await call(fresh, asked)).statusCode, '-205');
});

test('a seeded order can be queried like any other order', async () => {
  const party = seed.party('load01', 'sixteen-characters', server.clock.now());
  await server.parties.create(party);
  const orders = [0, 1, 2].map((i) => seed.order(party, i, server.clock.now()));
  const now = server.clock.now();
  await server.storage.ledger.createOrders({ orders, existing: 'refuse', now });
  const { owner, orderId } = orders[2]!.order;
  const parts = { account: 'load01', token: 'sixteen-characters' };
  assert.equal((await call(server, query(orderId, owner), parts)).orderSts, '0');
});
