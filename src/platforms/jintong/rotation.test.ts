// Two keys at once: a reply is signed with the key that verified its request, so that a partner may change over.
import { equal, match, rejects } from 'node:assert/strict';
import { test } from 'node:test';
import { document, form, GATEWAY, hasten, KEYS, md5, post } from '../../../test/jintong.ts';
import { manage, startTestServer } from '../../../test/support.ts';
import { JintongClient, type JintongReplyError, readReply } from './client.ts';

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

test('"Replies are signed with the key that verified the request": success, refusal, either key', async () => {
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

test('"the newest where none did"', async () => {
  const server = await rotated();
  equal(readReply(await post(server, ask('no-key-at-all')), NEW).code, 'SignFail');
  const illegal = form(hasten('1=2'));
  equal(readReply(await post(server, illegal), NEW).code, 'ArgumentIllegal');
});

test('a client that still has the old key goes on during the overlap, and learns of its end', async () => {
  const server = await rotated();
  const client = new JintongClient({ serverHostUrl: server.url, partner: 'jane88', key: OLD });
  equal((await client.call('HastenOrder', ORDER)).code, 'CallSuccess');
  await manage(server, 'POST', '/parties/jintong/jane88/keys', {
    secret: md5('x'),
    overlapSeconds: 0,
  });
  await rejects(client.call('GetOrderDetail', ORDER), (error: JintongReplyError) => {
    equal(error.code, 'ERR_JINTONG_REPLY');
    equal(error.reply?.code, 'SignFail');
    equal(error.reply?.description, '签名验证失败');
    match(error.message, /SignFail 签名验证失败.*wrong key/s);
    return true;
  });
});

test('the error carries what came, where it is no reply at all', async () => {
  for (const [status, text, said] of [
    [502, '<html><body>Bad Gateway</body></html>', /HTTP 502.*<html><body>Bad Gateway/],
    [200, '%zz', /%zz/],
    [413, '{"error":{"code":"too-large"}}', /HTTP 413.*too-large/],
    [200, '<Response></Response>', /no MessageModel.*<Response>/],
  ] as const) {
    const fetch = async () => new Response(text, { status });
    const client = new JintongClient({ serverHostUrl: 'http://x', partner: 'a', key: OLD, fetch });
    await rejects(client.call('HastenOrder', ORDER), (error: JintongReplyError) => {
      equal(error.name, 'JintongReplyError');
      match(error.message, said);
      return true;
    });
  }
});

test('a real refusal below the protocol is told with its status', async () => {
  const server = await startTestServer();
  const send = (url: string | URL | Request, init?: RequestInit) =>
    fetch(String(url).replace(GATEWAY, '/nowhere'), init);
  const client = new JintongClient({
    serverHostUrl: server.url,
    partner: 'jane88',
    key: OLD,
    fetch: send,
  });
  await rejects(client.call('HastenOrder', ORDER), /HTTP 404/);
});
