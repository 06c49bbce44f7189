// Tests a party with two keys: a reply is signed with the key that verified its request, so that
// the partner can change over.
import { deepEqual, equal, match, ok, rejects } from 'node:assert/strict';
import { test } from 'node:test';
import { document, form, GATEWAY, hasten, KEYS, md5, post } from '../../../test/jintong.ts';
import { manage, startTestServer } from '../../../test/support.ts';
import { createClient } from '../../client/client.ts';
import { NetworkError, UnreadableReplyError } from '../../client/errors.ts';
import { type Credentials, jintong, readReply } from './client.ts';

const ORDER = { OrderID: '15112480268', UserName: 'jane88' };
const OLD = KEYS.jane88;
const NEW = '0a1b2c3d4e5f60718293a4b5c6d7e8f9';

async function rotated(): Promise<Awaited<ReturnType<typeof startTestServer>>> {
  const server = await startTestServer();
  const answer = await manage(server, 'POST', '/parties/jintong/jane88/keys', { secret: NEW });
  equal(answer.status, 201);
  return server;
}
const ask = (key: string, basic = {}): string =>
  form(document('jane88', 'GetOrderDetail', { param: ORDER, key, basic }));

test('a reply is signed with the key that verified its request (settled.md, ALL17): success, refusal, either key', async () => {
  const server = await rotated();
  for (const key of [OLD, NEW]) {
    equal(readReply(await post(server, ask(key)), key).code, 'CallSuccess');
    const late = ask(key, { Version: '9' });
    equal(readReply(await post(server, late), key).code, 'ArgumentIllegal');
    const param = { ...ORDER, OrderID: '404' };
    const unknown = form(document('jane88', 'GetOrderDetail', { param, key }));
    equal(readReply(await post(server, unknown), key).code, 'CallFail');
  }
});

test('if no key verified the request, the reply is signed with the newest key (settled.md, ALL17)', async () => {
  const server = await rotated();
  equal(readReply(await post(server, ask('no-key-at-all')), NEW).code, 'SignFail');
  const illegal = form(hasten('1=2'));
  equal(readReply(await post(server, illegal), NEW).code, 'ArgumentIllegal');
});

test('a client with the old key works during the overlap, and gets a refusal after it', async () => {
  const server = await rotated();
  const client = createClient(jintong, {
    baseUrl: server.url,
    credentials: { partner: 'jane88', key: OLD },
  });
  await client.call('HastenOrder', ORDER);
  await manage(server, 'POST', '/parties/jintong/jane88/keys', {
    secret: md5('x'),
    overlapSeconds: 0,
  });
  await rejects(client.call('GetOrderDetail', ORDER), (error: UnreadableReplyError) => {
    equal(error.code, 'ERR_UNREADABLE_REPLY');
    deepEqual(error.unproven, { code: 'SignFail', words: '签名验证失败' });
    match(error.requestId!, /^\d+$/);
    match(error.message, /SignFail 签名验证失败.*wrong key/s);
    return true;
  });
});

test('if the received bytes are no reply, the error contains them', async () => {
  for (const [status, text, kind, said] of [
    [502, '<html><body>Bad Gateway</body></html>', NetworkError, /502.*<html><body>Bad Gateway/],
    [200, '%zz', UnreadableReplyError, /%zz/],
    [413, '{"error":{"code":"too-large"}}', NetworkError, /413.*too-large/],
    [200, '<Response></Response>', UnreadableReplyError, /no MessageModel.*<Response>/],
  ] as const) {
    const fetch = async () => new Response(text, { status });
    const credentials = { partner: 'a', key: OLD };
    const client = createClient(jintong, { baseUrl: 'http://x', credentials, fetch });
    await rejects(client.call('HastenOrder', ORDER), (error: Error) => {
      ok(error instanceof kind, String(error));
      match(error.message, said);
      return true;
    });
  }
});

test('"Only a caller whom nobody knows gets a reply without Sign": a success without one is refused', async () => {
  const server = await startTestServer();
  const withoutSign: typeof fetch = async (url, init) => {
    const encoded = await (await fetch(url, init)).text();
    const text = decodeURIComponent(encoded.replaceAll('+', ' '));
    return new Response(text.replace(/<Sign>.*<\/Sign>/, ''));
  };
  const of = (credentials: Credentials) =>
    createClient(jintong, { baseUrl: server.url, credentials, fetch: withoutSign });
  const jane = { partner: 'jane88', key: OLD };
  await rejects(of(jane).call('GetOrderDetail', ORDER), (error: UnreadableReplyError) => {
    match(error.message, /without Sign.*acceptUnsigned/);
    equal(error.outcome, 'unknown');
    deepEqual(error.unproven?.code, 'CallSuccess');
    return true;
  });
  const lenient = of({ ...jane, acceptUnsigned: true });
  equal((await lenient.call('GetOrderDetail', ORDER)).Order.OrderID, ORDER.OrderID);
  const stranger = createClient(jintong, {
    baseUrl: server.url,
    credentials: { partner: 'nobody', key: OLD },
  });
  await rejects(stranger.call('GetOrderDetail', ORDER), { row: 'UnfoundUserInfo' });
});

test('a refusal by HTTP, below the protocol, is reported with its status', async () => {
  const server = await startTestServer();
  const send: typeof fetch = (url, init) => fetch(String(url).replace(GATEWAY, '/nowhere'), init);
  const credentials = { partner: 'jane88', key: OLD };
  const client = createClient(jintong, { baseUrl: server.url, credentials, fetch: send });
  await rejects(client.call('HastenOrder', ORDER), { status: 404, outcome: 'not-sent' });
});
