// Tokens and consents are listed, and ended one by one; an imported token that was ended stays ended.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { call, history, TOKEN } from '../../test/suning.ts';
import { appKey, ask, exchange, newCode, refresh, UNKNOWN_TOKEN } from '../../test/suning-oauth.ts';
import { manage, startTestServer, TestClock } from '../../test/support.ts';

const clock = new TestClock();
const server = await startTestServer({ clock });
interface Listed {
  readonly tokenId: string;
  readonly kind: string;
  readonly consentId: string;
  readonly userName: string | null;
}
const tokensOf = async (consent: string): Promise<Listed[]> =>
  (await manage(server, 'GET', `/tokens/suning?consent=${consent}`)).body.items;
const consents = async () =>
  (await manage(server, 'GET', `/consents/suning?party=${appKey}`)).body.items;
const consentOf = async (userName: string): Promise<string> =>
  (await consents()).find((one: Listed) => one.userName === userName)!.consentId;

test('after one token is ended, the other tokens of its consent still work', async () => {
  const tokens = await exchange(server, await newCode(server, {}, '甲'));
  const consent = await consentOf('甲');
  const listed = await tokensOf(consent);
  assert.deepEqual(listed.map(({ kind }) => kind).sort(), ['access', 'refresh']);
  const access = listed.find(({ kind }) => kind === 'access')!;
  const ended = await manage(server, 'DELETE', `/tokens/suning/${access.tokenId}`);
  assert.deepEqual([ended.status, ended.body], [200, { ended: 1 }]);
  assert.equal(await ask(server, tokens.access_token!), UNKNOWN_TOKEN);
  const again = await manage(server, 'DELETE', `/tokens/suning/${access.tokenId}`);
  assert.deepEqual(again.body, { ended: 0 });
  const renewed = await refresh(server, tokens.refresh_token!);
  assert.equal(await ask(server, renewed.access_token!), 'success');
});

test('if a consent is ended, all its tokens end', async () => {
  const tokens = await exchange(server, await newCode(server, {}, '乙'));
  const other = await exchange(server, await newCode(server, {}, '丙'));
  const ended = await manage(server, 'DELETE', `/consents/suning/${await consentOf('乙')}`);
  assert.equal(ended.status, 200);
  assert.equal(await ask(server, tokens.access_token!), UNKNOWN_TOKEN);
  assert.equal((await refresh(server, tokens.refresh_token!)).error, 'invalid_grant');
  assert.equal(await ask(server, other.access_token!), 'success');
  assert.ok(!(await consents()).some((one: Listed) => one.userName === '乙'));
});

test('no list shows a token', async () => {
  const tokens = await exchange(server, await newCode(server));
  const { body } = await manage(server, 'GET', '/tokens/suning?limit=1000');
  const text = JSON.stringify([body, await consents()]);
  assert.ok(!text.includes(tokens.access_token!) && !text.includes(tokens.refresh_token!));
});

test('a revoked token stays revoked, even if its import file is imported again much later', async () => {
  const { body } = await manage(server, 'GET', '/consents/suning');
  const imported = body.items.filter((one: Listed) => one.consentId.startsWith('import:'));
  for (const { consentId } of imported)
    await manage(server, 'DELETE', `/consents/suning/${consentId}`);
  const use = () => call(server, { ...history(), app: 'oauth', headers: { access_token: TOKEN } });
  assert.equal((await use()).code, UNKNOWN_TOKEN);
  const { tokens } = server.storage;
  await tokens.forget(clock.now() + 1000 * 24 * 3_600_000);
  const again = imported.map(({ consentId }: Listed) => ({
    ...{ platform: 'suning', digest: consentId.slice('import:'.length), kind: 'access' },
    ...{ partyId: appKey, grantId: consentId, expiresAt: clock.now() + 1000, attributes: {} },
  }));
  await tokens.save(again);
  assert.equal((await use()).code, UNKNOWN_TOKEN);
});

test('a platform that there is not is 404, a token or consent 0; a cursor of another list 400', async () => {
  assert.equal((await manage(server, 'GET', '/tokens/nobody')).status, 404);
  assert.deepEqual((await manage(server, 'DELETE', '/tokens/suning/x')).body, { ended: 0 });
  assert.deepEqual((await manage(server, 'DELETE', '/consents/suning/x')).body, { ended: 0 });
  assert.equal((await manage(server, 'GET', '/tokens/suning?cursor=x')).status, 400);
});
