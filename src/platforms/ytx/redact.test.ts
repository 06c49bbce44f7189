// The request log: no whole mobile number, and nothing that suffices to call again within the 24 hours.
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { manage, sqliteOnly, startTestServer, temporaryDirectory } from '../../../test/support.ts';
import {
  ACCOUNT,
  authorizationOf,
  call,
  MOBILE,
  post,
  query,
  signOf,
  stamp,
  submit,
  TOKENS,
} from '../../../test/ytx.ts';
import { redactBody } from './redact.ts';

const escaped = (text: string): string =>
  [...text].map((c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`).join('');

test('Sign, Authorization, authToken and the whole number are nowhere in the log, nor in its file', {
  skip: sqliteOnly,
}, async () => {
  const dataDirectory = temporaryDirectory();
  const server = await startTestServer({ config: { dataDirectory } });
  const timestamp = stamp(server.clock.now());
  const sign = signOf(ACCOUNT, TOKENS[ACCOUNT], timestamp);
  const authorization = authorizationOf(ACCOUNT, timestamp);
  const parts = { query: `?Sign=${sign}`, authorization };
  await call(server, submit('log-1'), parts);
  await call(server, { ...query('404'), Sign: sign, authorization, token: TOKENS[ACCOUNT] }, parts);
  // The number in every wrong place: other fields, malformed, with escapes, in no JSON at all.
  await call(server, submit('log-2', MOBILE), parts);
  await call(server, submit(MOBILE), parts);
  await call(server, query(MOBILE), parts);
  await call(server, query(`a,${MOBILE}`, MOBILE), parts);
  await call(server, { ...query('1'), action: MOBILE }, parts);
  await call(server, submit('log-3', 'P1', `+86${MOBILE}`), parts);
  await call(server, submit('log-4', 'P1', `86${MOBILE}`), parts);
  await call(server, { ...submit('log-5'), rechargeAccount: Number(MOBILE) }, parts);
  await post(server, `{"rechargeAccount":"${MOBILE}`, parts);
  await post(server, `{"rechargeAccount":"${escaped(MOBILE)}"}`, parts);
  await post(server, Buffer.from(JSON.stringify(submit('log-6')), 'utf16le'), parts);
  await call(server, submit('log-7'), { ...parts, path: `/201612/sid/x/Unicom/${MOBILE}` });

  const { body } = await manage(server, 'GET', '/requests?platform=ytx&limit=100');
  assert.equal(body.items.length, 14);
  await server.close();
  const files = globSync('requests.db*', { cwd: dataDirectory });
  assert.ok(files.length > 0);
  const kept = [
    JSON.stringify(body),
    ...files.map((file) => readFileSync(join(dataDirectory, file), 'latin1')),
  ];
  for (const secret of [sign, authorization, TOKENS[ACCOUNT], MOBILE, escaped(MOBILE)]) {
    for (const text of kept) assert.ok(!text.includes(secret), `kept: ${secret.slice(0, 5)}…`);
  }
  assert.ok(kept[0]!.includes('188****0804'));
});

test('authToken, Sign and Authorization in the body are not kept of a call that names no account', async () => {
  const server = await startTestServer();
  const timestamp = stamp(server.clock.now());
  const token = TOKENS[ACCOUNT];
  const sign = signOf(ACCOUNT, token, timestamp);
  const authorization = authorizationOf(ACCOUNT, timestamp);
  // 公共请求参数: accountSID, authToken, …, Authorization, Sign: taken for fields of the body.
  const body = { accountSID: ACCOUNT, authToken: token, Authorization: authorization, Sign: sign };
  for (const parts of [
    { authorization: null },
    { authorization: 'x' },
    { path: `/201701/sid/${ACCOUNT}/Unicom/Order.wx` },
    { path: '/201612/sid/x/Unicom/Order.wx' },
  ]) {
    await call(server, { ...body, ...query('1') }, parts);
    await post(server, `{ "authToken" : "${token}`, parts);
  }
  const kept = (await manage(server, 'GET', '/requests?platform=ytx')).body.items;
  assert.equal(kept.length, 8);
  for (const secret of [token, sign, authorization]) {
    assert.ok(!JSON.stringify(kept).includes(secret), `kept: ${secret.slice(0, 5)}…`);
  }
});

test('the log keeps what support needs: ids, customParm, product', () => {
  const body = JSON.stringify({ ...submit('order-1'), requestId: '2016010000000219' });
  assert.equal(redactBody(body, []), body.replace(MOBILE, '188****0804'));
});

test('a mobile number is masked, whatever text surrounds it', () => {
  const around = fc.string({ maxLength: 20 }).map((text) => text.replaceAll(/\d/g, ''));
  fc.assert(
    fc.property(around, around, fc.stringMatching(/^1[3-9]\d{9}$/), (before, after, mobile) => {
      const number = `${before}${mobile}${after}`;
      for (const body of [number, JSON.stringify({ rechargeAccount: number, x: number })]) {
        assert.ok(!redactBody(body, []).includes(mobile));
      }
    }),
  );
});
