// What a hook sees of each platform's exchanges: all of the call, and nothing that would let somebody make one.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { KEYS } from '../../test/jintong.ts';
import { APPS, sandboxLine, TOKEN } from '../../test/suning.ts';
import { startTestServer } from '../../test/support.ts';
import { ACCOUNT, APP, TOKENS } from '../../test/ytx.ts';
import { jintong } from '../platforms/jintong/client.ts';
import { suning } from '../platforms/suning/client.ts';
import { ytx } from '../platforms/ytx/client.ts';
import { createClient } from './client.ts';
import type { Exchange } from './options.ts';

const server = await startTestServer();

/** Runs with a hook, and with a fetch that tells what went over the wire. */
function observed() {
  const seen: Exchange[] = [];
  const wire: string[] = [];
  const spy: typeof fetch = (url, init) => {
    wire.push(String(url), inspect(init, { depth: 5 }));
    return fetch(url, init);
  };
  const options = {
    baseUrl: server.url,
    fetch: spy,
    onExchange: (exchange: Exchange) => void seen.push(exchange),
  };
  return { seen, wire, options };
}

/** Each secret went out, and none is shown; what is no secret is. */
function check(
  seen: readonly Exchange[],
  wire: readonly string[],
  secret: string[],
  shown: string[],
) {
  const sent = wire.join('\n');
  const text = inspect(seen, { depth: 9, maxStringLength: null });
  for (const one of secret) {
    assert.ok(sent.includes(one), `${one} went out`);
    assert.ok(!text.includes(one), `${one} is shown in ${text}`);
  }
  for (const one of shown) assert.ok(text.includes(one), `${one} is not shown in ${text}`);
}
const found = (text: string, pattern: RegExp): string => pattern.exec(text)![1]!;

test('jintong: no Sign, of the call or of the reply', async () => {
  const { seen, wire, options } = observed();
  const credentials = { partner: 'jane88', key: KEYS.jane88 };
  const client = createClient(jintong, { ...options, credentials });
  await client.call('GetOrderDetail', { OrderID: '15112480268', UserName: 'jane88' });
  const sign = found(wire.join(), /%3CSign%3E([0-9a-f]{32})/);
  check(seen, wire, [sign], ['15112480268', 'GetOrderDetail', '%3CSign%3E***']);
  assert.doesNotMatch(inspect(seen, { depth: 9 }), /[0-9a-f]{32}/);
  assert.equal(seen[0]!.reply?.status, 200);
  assert.match(seen[0]!.reply!.requestId!, /^\d+$/);
});

for (const format of ['json', 'xml'] as const) {
  test(`suning, ${format}: no signInfo, token, card code or secret`, async () => {
    const { seen, wire, options } = observed();
    const [appKey, appSecret] = APPS.plain;
    const credentials = { appKey, appSecret, accessToken: TOKEN, format };
    const client = createClient(suning, { ...options, credentials });
    const [orderId, orderItemId] = sandboxLine(format === 'json' ? 1 : 2);
    const cardList = [{ cardCode: 'CODE-900001', cardSec: 'SEC-800001' }];
    const line = { iqStatus: '180', orderId, orderItemId } as const;
    await client.try('suning.selfmarket.leaguerstatus.add', { ...line, cardList });
    const sign = found(wire.join(), /signInfo: '([0-9a-f]{32})/);
    check(seen, wire, [sign, TOKEN, 'CODE-900001', 'SEC-800001'], [orderId, orderItemId, appKey]);
  });
}

test('ytx: no Sign, Authorization or whole mobile number', async () => {
  const { seen, wire, options } = observed();
  const credentials = { accountSID: ACCOUNT, authToken: TOKENS[ACCOUNT] };
  const client = createClient(ytx, { ...options, credentials });
  const order = { rechargeAccount: '18812349999', productCode: 'P1', customParm: 'shown-1' };
  await client.call('productOrder', { appid: APP, ...order });
  const sign = found(wire.join(), /Sign=([0-9a-f]{32})/);
  const authorization = found(wire.join(), /authorization: '([^']+)'/);
  check(seen, wire, [sign, authorization, '18812349999'], ['shown-1', 'Sign=***', APP]);
});

test('if an error page repeats the request, the exchange masks the request’s secrets', async () => {
  const seen: Exchange[] = [];
  const echo: typeof fetch = async (url, init) => new Response(`${url} ${inspect(init)}`);
  const [appKey, appSecret] = APPS.plain;
  const client = createClient(suning, {
    baseUrl: server.url,
    credentials: { appKey, appSecret, accessToken: TOKEN },
    fetch: echo,
    onExchange: (exchange) => seen.push(exchange),
  });
  const cardList = [{ cardCode: 'CODE-900001', cardSec: 'SEC-800001' }];
  const line = { iqStatus: '180', orderId: '1', orderItemId: '2' } as const;
  await client.try('suning.selfmarket.leaguerstatus.add', { ...line, cardList });
  assert.doesNotMatch(seen[0]!.reply!.body, /signInfo: '[0-9a-f]|CODE-9|SEC-8/);
  assert.ok(!seen[0]!.reply!.body.includes(TOKEN));
});

test('an error holds neither the URL’s Sign nor the body', async () => {
  const broken: typeof fetch = () => Promise.reject(new TypeError('fetch failed'));
  const credentials = { accountSID: ACCOUNT, authToken: TOKENS[ACCOUNT] };
  const client = createClient(ytx, {
    baseUrl: server.url,
    credentials,
    fetch: broken,
    attempts: 1,
  });
  const order = { rechargeAccount: '18812349999', productCode: 'P1', customParm: 'x' };
  const result = await client.try('productOrder', { appid: APP, ...order });
  assert.ok(!result.ok);
  assert.doesNotMatch(inspect(result.error, { depth: 9, showHidden: true }), /Sign=|18812349999/);
});

test('a hook that throws causes a warning and nothing else', async () => {
  const warned = new Promise<Error>((resolve) => process.once('warning', resolve));
  const client = createClient(jintong, {
    baseUrl: server.url,
    credentials: { partner: 'jane88', key: KEYS.jane88 },
    onExchange: () => {
      throw new Error('the log is full');
    },
  });
  await client.call('GetOrderDetail', { OrderID: '15112480268', UserName: 'jane88' });
  assert.equal((await warned).message, 'the log is full');
});
