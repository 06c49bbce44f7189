// Finding a call in the request log: by its id, its words, its address, a text, and refused ones only.
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { describe, test } from 'node:test';
import { exchange, request } from '../../test/exchange.ts';
import { cancel, document, form, GATEWAY, hasten, post } from '../../test/jintong.ts';
import { manage, startTestServer, TestClock } from '../../test/support.ts';
import { ACCOUNT, authorizationOf, query, signOf, stamp, TOKENS } from '../../test/ytx.ts';
import { AddressList } from '../directory/addresses.ts';

const clock = new TestClock('2026-01-02T03:04:05.678Z');
const config = { trustedProxies: new AddressList(['127.0.0.0/8']) };
const server = await startTestServer({ clock, config });
const list = async (query: string) => {
  const { status, body } = await manage(server, 'GET', `/requests?${query}`);
  equal(status, 200, JSON.stringify(body));
  return body.items;
};

await post(server, form(hasten('15112480268')), { 'x-forwarded-for': '203.0.113.1' });
await post(server, form(hasten('15112480268')), { 'x-forwarded-for': '203.0.113.2:80' });
await post(server, form(cancel('404', '要退票 now')), { 'x-forwarded-for': '::ffff:203.0.113.3' });
const timestamp = stamp(clock.now());
const path = `/201612/sid/${ACCOUNT}/Unicom/Order.wx?Sign=${signOf(ACCOUNT, TOKENS[ACCOUNT], timestamp)}`;
const headers = { authorization: authorizationOf(ACCOUNT, timestamp) };
const escaped = JSON.stringify({ ...query('404'), note: 'x' }).replace('"x"', '"\\u8ba2\\u5355"');
await exchange(server.url, request('POST', path, { headers, body: escaped }));
await exchange(server.url, request('POST', '/Api/OrderOpenApi.asp', {}));

test('a call keeps the reply’s code and words, and says of a refusal that it causes no callback', async () => {
  const [missing, ytx, cancelled, again, first] = await list('limit=5');
  const told = (one: Record<string, unknown>) => [one.outcome, one.words, one.refused];
  deepEqual(told(first), ['CallSuccess', '催单成功', false]);
  deepEqual(told(again), ['CallFail', '10分钟内才刚催单，不能再催单!', true]);
  deepEqual(told(cancelled), ['CallFail', '订单不存在', true]);
  deepEqual(told(ytx), ['-704', '未查询到订单信息，稍后再试', true]);
  deepEqual(told(missing), ['HTTP 404', 'there is nothing at /Api/OrderOpenApi.asp', true]);
  equal(first.callbacks, null);
  match(again.callbacks, /^none: a refused call changes nothing/);
  deepEqual(
    [first.at, first.atShanghai],
    ['2026-01-02T03:04:05.678Z', '2026-01-02T11:04:05.678+08:00'],
  );
});

test('GET /requests/{id} reads one call; a history row and the answer’s x-request-id lead to it', async () => {
  const order = (await manage(server, 'GET', '/orders/jintong/15112480268')).body;
  const { requestId, request: link, atShanghai } = order.history.at(-1);
  equal(link, `/manage/v1/requests/${requestId}`);
  match(atShanghai, /\+08:00$/);
  const { status, body } = await manage(server, 'GET', link.replace('/manage/v1', ''));
  deepEqual([status, body.id, body.orderId], [200, requestId, '15112480268']);
  const answer = await exchange(server.url, request('POST', GATEWAY, { body: 'x' }));
  const id = answer.headers['x-request-id'];
  equal((await manage(server, 'GET', `/requests/${id}`)).body.outcome, 'ArgumentIllegal');
  for (const unknown of ['1', '0', 'x', '-1', '9'.repeat(17)]) {
    const missing = await manage(server, 'GET', `/requests/${unknown}`);
    deepEqual([missing.status, missing.body.error.code], [404, 'unknown-request'], unknown);
  }
});

describe('filters', () => {
  test('only refused calls, or only calls that were not refused', async () => {
    ok(
      (await list('refused=true')).every(
        (one: { outcome: string }) => one.outcome !== 'CallSuccess',
      ),
    );
    deepEqual(
      (await list('refused=false')).map((one: { outcome: string }) => one.outcome),
      ['CallSuccess'],
    );
    equal((await manage(server, 'GET', '/requests?refused=maybe')).status, 400);
  });

  test('by the address of the caller', async () => {
    for (const n of [1, 2, 3]) {
      const found = await list(`address=203.0.113.${n}`);
      deepEqual(
        found.map((one: { address: string }) => one.address),
        [`203.0.113.${n}`],
      );
    }
    deepEqual(await list('address=203.0.113.9'), []);
  });

  test('by a text in the reply’s words and the detail, in any encoding of the request', async () => {
    const found = async (text: string) =>
      (await list(`text=${encodeURIComponent(text)}`)).map(
        (one: { outcome: string }) => one.outcome,
      );
    deepEqual(await found('要退票 now'), ['CallFail']);
    deepEqual(await found('订单"'), ['-704'], 'sent as \\u8ba2\\u5355');
    deepEqual(await found('"note":"订单'), ['-704']);
    deepEqual(await found('不能再催单'), ['CallFail']);
    deepEqual(await found('there is nothing at'), ['HTTP 404']);
    ok((await found('订单')).includes('-704'));
    deepEqual(await found('no such text'), []);
    equal((await manage(server, 'GET', '/requests?text=%00')).status, 400);
    equal((await manage(server, 'GET', '/requests?text=')).status, 400);
  });

  test('they combine', async () => {
    equal(
      (await list('refused=true&address=203.0.113.2&text=too-soon&platform=jintong')).length,
      1,
    );
    equal((await list('refused=true&address=203.0.113.1')).length, 0);
  });
});

test('a body can be read decoded as well as in the form in which it was sent', async () => {
  const [cancelled] = await list('orderId=404&platform=jintong');
  match(cancelled.body, /^request=%3CRequest%3E/);
  match(cancelled.readableBody, /^request=<Request><Partner>jane88<\/Partner>/);
  match(cancelled.readableBody, /<Remark>要退票 now<\/Remark>/);
  const [ytx] = await list('platform=ytx');
  match(ytx.body, /\\u8ba2/);
  match(ytx.readableBody, /"note":"订单"/);
  await post(server, `request=%3CKey%3Esecret%3C%2FKey%3E%C8%A1%CF%FB&#x53d6;${'x'.repeat(10)}`);
  const [gbk] = await list('limit=1');
  match(gbk.readableBody, /取消/);
  ok(!gbk.readableBody.includes('secret') && !gbk.body.includes('secret'));
});

test('a secret stands nowhere: under its names, as Partner, as Action, in a form field', async () => {
  const key = 'b7e1c0a4d25f4b6f9f0c7a1e3d5b8c21';
  for (const [partner, basic] of [
    ['jane88', { Partner: key }],
    ['jane88', { Action: key }],
    ['jane88', { Key: 'a-secret-of-mine' }],
    ['jane88', { Partner: server.adminToken }],
  ] as const) {
    await post(server, form(document(partner, 'HastenOrder', { basic, param: { OrderID: key } })));
    await post(server, `Partner=jane88&Key=a-secret-of-mine&Param=${key}`);
    for (const one of await list('limit=2')) {
      const text = JSON.stringify(one);
      for (const secret of [key, 'a-secret-of-mine', server.adminToken]) {
        ok(!text.includes(secret), text);
      }
    }
  }
});

test('a secret in a path that HTTP refuses stands neither in the words nor in the detail', async () => {
  const key = 'b7e1c0a4d25f4b6f9f0c7a1e3d5b8c21';
  await exchange(server.url, request('POST', `/Api/OrderOpenApi.asp/${key}`, {}));
  const [{ outcome, words, detail }] = await list('limit=1');
  equal(outcome, 'HTTP 404');
  match(words, /^there is nothing at \/Api\/OrderOpenApi\.asp\/\*+$/);
  ok(!detail.includes(key) && detail.endsWith(words), detail);
});
