// Clients behind a connection that loses replies: a write is never called failed, and its repeat doubles nothing.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { createClient, infoOf } from '../src/client/client.ts';
import { CallError, NetworkError, RefusedError } from '../src/client/errors.ts';
import type { ClientOptions } from '../src/client/options.ts';
import { jintong } from '../src/platforms/jintong/client.ts';
import { suning } from '../src/platforms/suning/client.ts';
import { ytx } from '../src/platforms/ytx/client.ts';
import { KEYS } from './jintong.ts';
import { lossyProxy } from './lossy-proxy.ts';
import { APPS, LEAGUER, sandboxLine } from './suning.ts';
import { manage, startTestServer } from './support.ts';
import { ACCOUNT, APP, MOBILE, TOKENS } from './ytx.ts';

const server = await startTestServer();
const proxy = await lossyProxy(Number(new URL(server.url).port), 'POST ');
after(() => proxy.close());
const baseUrl = `http://127.0.0.1:${proxy.port}`;

type More = Partial<Omit<ClientOptions<unknown>, 'credentials'>>;
const [appKey, appSecret] = APPS.plain;
const toSuning = (more: More = {}) =>
  createClient(suning, { baseUrl, credentials: { appKey, appSecret }, ...more });
const toYtx = (more: More = {}) => {
  const credentials = { accountSID: ACCOUNT, authToken: TOKENS[ACCOUNT] };
  return createClient(ytx, { baseUrl, credentials, ...more });
};
const toJintong = (more: More = {}) => {
  const credentials = { partner: 'jane88', key: KEYS.jane88 };
  return createClient(jintong, { baseUrl, credentials, ...more });
};

/** How often the order has changed since it was created. */
async function changesOf(platform: string, orderId: string): Promise<number> {
  const { body } = await manage(server, 'GET', `/orders/${platform}/${orderId}`);
  return body.history.filter((row: { action: string }) => row.action !== 'created').length;
}
/** Waits for a call whose reply was lost: its client has given up, and the server may be busy yet. */
async function carriedOut(platform: string, orderId: string): Promise<void> {
  while ((await changesOf(platform, orderId)) === 0) await setTimeout(20);
}
const ship = (n: number) => {
  const [orderId, orderItemId] = sandboxLine(n);
  return { iqStatus: '180', orderId, orderItemId } as const;
};
/** Alone and short, so that a call whose reply is lost comes to its end by the time limit. */
const ONCE = { attempts: 1, timeoutMs: 500 };

async function unknownOf(call: Promise<{ ok: true } | { ok: false; error: CallError }>) {
  const result = await call;
  assert.ok(!result.ok);
  assert.ok(result.error instanceof NetworkError, String(result.error));
  assert.equal(result.error.outcome, 'unknown');
  return result.error;
}

test('suning: a write that timed out is unknown; the same bytes again get its success, and change nothing', async () => {
  proxy.loseNext('answer', { hang: true });
  const client = toSuning(ONCE);
  const error = await unknownOf(client.try(LEAGUER, ship(6)));
  await carriedOut('suning', ship(6).orderId);
  const another = client.call(LEAGUER, ship(7), { repeatOf: error });
  await assert.rejects(another, { name: 'TypeError', message: /other parameters/ });
  const { result } = await client.call(LEAGUER, ship(6), { repeatOf: error });
  assert.equal(result, 'Y');
  assert.equal(await changesOf('suning', ship(6).orderId), 1);
});

test('suning: a write whose reply breaks off is repeated with the same bytes', async () => {
  proxy.loseNext('answer');
  const sent: string[] = [];
  const client = toSuning({
    onExchange: ({ request }) => sent.push(request.headers.AppRequestTime!),
  });
  const value = await client.call(LEAGUER, ship(3));
  assert.equal(value.result, 'Y');
  assert.equal(infoOf(value)?.attempts, 2);
  assert.match(infoOf(value)!.requestId!, /^\d+$/);
  assert.equal(sent[0], sent[1]);
  assert.equal(await changesOf('suning', ship(3).orderId), 1);
});

test('suning: after the ten minutes the bytes are not sent again, since they would be another call', async () => {
  let now = Date.now();
  const client = toSuning({ ...ONCE, now: () => now });
  proxy.loseNext('question', { hang: true });
  const error = await unknownOf(client.try(LEAGUER, ship(4)));
  const before = proxy.seen;
  now += 10 * 60_000;
  await assert.rejects(client.call(LEAGUER, ship(4), { repeatOf: error }), RangeError);
  const other = client.call('suning.fws.historyorder.query', JANUARY, { repeatOf: error });
  await assert.rejects(other, TypeError, 'the error of another method');
  assert.equal(proxy.seen, before);
});
const JANUARY = { startTime: '2015-01-01 00:00:00', endTime: '2015-02-01 00:00:00' } as const;

test('suning: a repeat that a check refuses does not say that the write has failed', async () => {
  const [key, secret] = APPS.threePerDay;
  const grants = { grants: [LEAGUER], attributes: { supplierCodes: ['10042869'] } };
  const { status } = await manage(server, 'PATCH', `/parties/suning/${key}`, grants);
  assert.equal(status, 200);
  const credentials = { appKey: key, appSecret: secret };
  const client = createClient(suning, {
    baseUrl,
    credentials,
    ...ONCE,
    attempts: 3,
    timeoutMs: 9000,
  });
  for (let i = 0; i < 2; i++) await client.try(LEAGUER, { ...ship(7), orderId: 'no-such-order' });
  proxy.loseNext('answer');
  const error = await unknownOf(client.try(LEAGUER, ship(7)));
  assert.ok(error.cause instanceof RefusedError);
  assert.equal(error.cause.refused.code, 'sys.controller.api-request:limit');
  assert.equal(error.attempts, 2);
});

test('ytx: a submission without customParm has one before it is sent; its repeat is the same order', async () => {
  const order = { appid: APP, rechargeAccount: MOBILE, productCode: 'P1' };
  const kept: string[] = [];
  const seen = proxy.seen;
  proxy.loseNext('answer', { hang: true });
  const error = await unknownOf(
    toYtx(ONCE).try('productOrder', order, {
      beforeSend: async ({ params, made }) => {
        assert.equal(proxy.seen, seen, 'nothing was sent yet');
        assert.equal(params.customParm, made.customParm);
        kept.push(made.customParm!);
      },
    }),
  );
  assert.deepEqual(error.made, { customParm: kept[0] });
  const client = toYtx();
  const { requestId } = await client.call('productOrder', order, { repeatOf: error });
  const again = await client.call('productOrder', { ...order, customParm: kept[0]! });
  assert.equal(again.requestId, requestId);
  const found = await client.call('getOrderResult', { appid: APP, customParm: kept[0]! });
  assert.equal('refused' in found.items[0]! ? '' : found.items[0]!.requestId, requestId);
});

test('ytx: a beforeSend that fails keeps the call from being sent', async () => {
  const seen = proxy.seen;
  const order = { appid: APP, rechargeAccount: MOBILE, productCode: 'P1' };
  const full = new Error('the disk is full');
  const client = toYtx({ beforeSend: () => Promise.reject(full) });
  await assert.rejects(client.try('productOrder', order), full);
  assert.equal(proxy.seen, seen);
});

test('ytx: a submission whose reply breaks off is repeated; a query is not, within its minute', async () => {
  proxy.loseNext('answer');
  const order = { appid: APP, rechargeAccount: MOBILE, productCode: 'P1' };
  const submitted = await toYtx().try('productOrder', order);
  assert.ok(submitted.ok);
  assert.equal(submitted.attempts, 2);
  assert.equal(Object.keys(submitted.made).length, 1);
  const { requestId } = submitted.value;
  proxy.loseNext('answer');
  const seen = proxy.seen;
  await unknownOf(toYtx().try('getOrderResult', { appid: APP, requestId: [requestId] }));
  assert.equal(proxy.seen, seen + 1);
});

test('jintong: a cancel is repeated, a hasten is not, and a detail is', async () => {
  const user = 'jane88';
  proxy.loseNext('answer');
  const cancel = { Consumer: user, OrderID: '151103654827', Remark: '取消' };
  const cancelled = await toJintong().try('OperateCancelOrder', cancel);
  assert.ok(cancelled.ok);
  assert.equal(cancelled.attempts, 2);
  assert.equal(await changesOf('jintong', cancel.OrderID), 1);

  const order = { OrderID: '15112480268', UserName: user };
  proxy.loseNext('answer', { hang: true });
  const seen = proxy.seen;
  const error = await unknownOf(toJintong({ timeoutMs: 500 }).try('HastenOrder', order));
  assert.equal(proxy.seen, seen + 1);
  await carriedOut('jintong', order.OrderID);
  await assert.rejects(toJintong().call('HastenOrder', order, { repeatOf: error }), RangeError);
  assert.equal(await changesOf('jintong', order.OrderID), 1);

  proxy.loseNext('question');
  const detail = await toJintong().try('GetOrderDetail', order);
  assert.ok(detail.ok);
  assert.equal(detail.attempts, 2);
});

test('an abort during the pause before a repeat is the caller’s abort', async () => {
  proxy.loseNext('question');
  const abort = new AbortController();
  const reason = new Error('the user left');
  const call = toSuning({
    onExchange: ({ error }) => void (error && setImmediate(() => abort.abort(reason))),
  }).try(LEAGUER, ship(16), abort);
  await assert.rejects(call, reason);
  assert.ok(!(reason instanceof CallError));
});
