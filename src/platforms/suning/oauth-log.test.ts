// OAuth calls are in the request log with who, what and how it ended; no code, token, secret or password is.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  ASKED,
  appKey,
  appSecret,
  authorize,
  exchange,
  newCode,
  refresh,
  submit,
} from '../../../test/suning-oauth.ts';
import { manage, startTestServer, TestClock } from '../../../test/support.ts';

const server = await startTestServer({ clock: new TestClock() });
const newest = async (limit = 1) =>
  (await manage(server, 'GET', `/requests?platform=suning&limit=${limit}`)).body.items;

test('the log has authorize, consent and token calls, without their secrets', async () => {
  const verifier = 'v'.repeat(50);
  const code = await newCode(server, { code_challenge: verifier });
  const tokens = await exchange(server, code, { code_verifier: verifier });
  const renewed = await refresh(server, tokens.refresh_token!);
  const log = await newest(4);
  assert.deepEqual(
    log.map(({ method, party, outcome, detail, words }: Record<string, unknown>) => [
      ...[method, party, outcome, detail, words],
    ]),
    [
      ['oauth.token', appKey, 'success', null, null],
      ['oauth.token', appKey, 'success', null, null],
      ['oauth.consent', appKey, 'success', null, null],
      ['oauth.authorize', appKey, 'success', null, null],
    ],
  );
  assert.equal(
    log[1].body,
    `client_id=${appKey}&client_secret=***&grant_type=authorization_code&code=***&redirect_uri=https%3A%2F%2Fapp.example.cn%2Fcallback&code_verifier=***`,
  );
  const kept = JSON.stringify(log);
  for (const secret of [
    code,
    verifier,
    appSecret,
    ...Object.values(tokens),
    ...Object.values(renewed),
  ]) {
    if (String(secret).length > 16) assert.ok(!kept.includes(secret), secret);
  }
});

test('a refused call says why in the log, and what its caller was told', async () => {
  const told = await exchange(server, 'SECRETCODE');
  const [token] = await newest();
  assert.deepEqual(
    [token.outcome, token.detail, token.refusedBy],
    ['invalid_grant', 'the code is unknown, ended or spent', 'oauth.token'],
  );
  assert.equal(token.words, (told as Record<string, unknown>).error_description);
  const { html } = await authorize(server, { ...ASKED, redirect_uri: 'https://evil.example/' });
  const [unasked] = await newest();
  assert.equal(unasked.outcome, 'invalid_request');
  assert.equal(unasked.words, 'redirect_uri: 未登记的回调地址 not one that the app has registered');
  assert.ok(html.includes(unasked.words));
  const { fields } = await authorize(server);
  await submit(server, { ...fields, user: 'x', decision: 'allow' }, '');
  const [forged] = await newest();
  assert.deepEqual(
    [forged.method, forged.outcome, forged.detail],
    ['oauth.consent', 'forged-form', 'the cookie of the consent page is missing'],
  );
  assert.equal(forged.words, '页面已过期，请重试。 The page is too old; try again.');
});

test('a call by GET, or with names that OAuth does not know, leaves no secret in the log', async () => {
  const secrets = `client_secret=${appSecret}&refresh_token=SECRETTOKEN&SECRETNAME=SECRETVALUE`;
  await fetch(
    `${server.url}/api/oauth/token?client_id=${appKey}&grant_type=refresh_token&${secrets}`,
  );
  const [entry] = await newest();
  assert.match(entry.body, /\(1 of other names\)$/);
  assert.ok(!/SECRET/.test(JSON.stringify(entry)) && !JSON.stringify(entry).includes(appSecret));
  await fetch(`${server.url}/api/oauth/token`, { method: 'POST', body: 'SECRET=%zz' });
  assert.ok(!JSON.stringify(await newest()).includes('SECRET'));
});
