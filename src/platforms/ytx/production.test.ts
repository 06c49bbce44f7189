// Production: apps of that environment, their address lists, and no products that resolve by themselves.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { manage, startTestServer } from '../../../test/support.ts';
import { call, type Parts, query, submit } from '../../../test/ytx.ts';
import { AddressList } from '../../directory/addresses.ts';

const server = await startTestServer({
  config: { environment: 'production', trustedProxies: new AddressList(['127.0.0.1']) },
});
const account = 'prodaccount01';
const token = 'a-token-of-production';
const app = (appid: string, more: object = {}) => ({
  appid,
  environment: 'production',
  functions: ['Unicom'],
  ...more,
});
const created = await manage(server, 'POST', '/parties', {
  platform: 'ytx',
  partyId: account,
  secret: token,
  attributes: {
    apps: [
      app('open'),
      app('bound', { allowedIps: '203.0.113.7,198.51.100.0/24' }),
      app('offline', { online: false }),
      app('nofunction', { functions: ['sms', 'call', 'traffic', 'account'] }),
      app('sandboxed', { environment: 'sandbox' }),
    ],
  },
});
await manage(server, 'PUT', '/catalog/ytx/product/P1', { amountFen: 294 });

const ask = (appid: string, parts: Parts = {}) =>
  call(server, query('404', appid), { account, token, ...parts });
const from = (address: string): Parts => ({ headers: { 'x-forwarded-for': address } });
const lastDetail = async () =>
  (await manage(server, 'GET', '/requests?limit=1')).body.items[0].detail;

test('an account with its apps, made through the management API', async () => {
  assert.equal(created.status, 201);
  assert.equal((await ask('open')).statusCode, '-704');
});

for (const [reason, appid, parts, detail] of [
  [
    '"体验里应用ID与沙箱环境使用": an app of the sandbox',
    'sandboxed',
    {},
    'the app is of sandbox, and this is production',
  ],
  ['"应用没有上线"', 'offline', {}, 'the app is not online'],
  ['"应用未开通相应的功能"', 'nofunction', {}, 'the app has no function Unicom'],
  [
    '"设置ip白名单": another address',
    'bound',
    from('203.0.113.8'),
    "203.0.113.8 is not in the app's allowedIps",
  ],
] as const) {
  test(`-205 ${reason}; the log says which of its reasons`, async () => {
    const reply = await ask(appid, parts);
    assert.deepEqual([reply.statusCode, reply.statusMsg], ['-205', '应用验证失败']);
    assert.equal(await lastDetail(), detail);
  });
}

test('"多个ip使用英文,号分隔": an address of the list, and one of a range', async () => {
  for (const address of ['203.0.113.7', '198.51.100.9']) {
    assert.equal((await ask('bound', from(address))).statusCode, '-704');
  }
});

test('"配置空表示不鉴权"', async () => {
  assert.equal((await ask('open', from('192.0.2.1'))).statusCode, '-704');
});

test("-205: the account's own list", async () => {
  const set = (addresses: string[]) =>
    manage(server, 'PATCH', `/parties/ytx/${account}`, { addresses });
  await set(['192.0.2.0/24']);
  assert.equal((await ask('open', from('198.51.100.1'))).statusCode, '-205');
  assert.equal(await lastDetail(), "198.51.100.1 is not in the account's list");
  await set([]);
  assert.equal((await ask('open', from('198.51.100.1'))).statusCode, '-704');
});

test("the sandbox's products do not exist here", async () => {
  const parts = { account, token };
  for (const code of ['SANDBOX-SUCCESS', 'SANDBOX-FAILURE', 'SANDBOX-NEVER', 'SANDBOX-REFUND']) {
    const reply = await call(server, submit(`prod-${code}`, code, undefined, 'open'), parts);
    assert.equal(reply.statusCode, '-301');
  }
});

test('in production an order is submitted, set to succeeded by an operator, and queried', async () => {
  const parts = { account, token };
  const { requestId } = await call(server, submit('prod-1', 'P1', undefined, 'open'), parts);
  const to = { to: 'succeeded', note: 'SN9' };
  await manage(server, 'POST', `/orders/ytx/${requestId}/transitions`, to);
  const reply = await call(server, query(requestId, 'open'), parts);
  assert.deepEqual([reply.orderSts, reply.remark], ['1', 'SN9']);
});
