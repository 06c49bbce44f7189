// Accounts and API tokens as an admin manages them: links, roles that count at once, and tokens that end.
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { test } from 'node:test';
import { Browser, makeAccount, signedIn } from '../../test/browser.ts';
import { manage, startTestServer } from '../../test/support.ts';

const PASSWORD = 'correct horse battery';
const server = await startTestServer();
const admin = await signedIn(server);

test('an admin creates an account, its owner chooses the password, and a new role applies at once', async () => {
  const made = await admin.api('POST', '/accounts', { name: 'Zhao.Lei', role: 'viewer' });
  const { accountId, link, name, passwordSet } = made.body;
  deepEqual([made.status, name, passwordSet], [201, 'zhao.lei', false]);
  match(link, /^\/console\/link\/[\w-]{43}$/);
  const browser = new Browser(server);
  await browser.form(link, { password: PASSWORD, repeat: PASSWORD });
  const moves = async () =>
    (await browser.api('POST', '/orders/jintong/nothing/transitions', { to: 'N' })).status;
  equal(await moves(), 403);
  equal((await admin.api('PATCH', `/accounts/${accountId}`, { role: 'operator' })).status, 200);
  equal(await moves(), 404);
  const off = await admin.api('PATCH', `/accounts/${accountId}`, { enabled: false });
  deepEqual([off.body.enabled, off.body.passwordSet], [false, true]);
  equal((await browser.api('GET', '/me')).status, 401);
  equal((await admin.api('PATCH', `/accounts/${accountId}`, { enabled: true })).status, 200);
  equal(
    (await browser.api('GET', '/me')).status,
    401,
    'a session that has ended does not come back',
  );
});

test('a reset removes the password and all sessions, and returns a link', async () => {
  const accountId = await makeAccount(server, 'forgets', 'viewer', PASSWORD);
  const browser = new Browser(server);
  const signIn = (password: string) =>
    browser.form('/console/sign-in', { name: 'forgets', password });
  await signIn(PASSWORD);
  const reset = await admin.api('POST', `/accounts/${accountId}/reset-password`, {});
  equal((await browser.api('GET', '/me')).status, 401);
  equal((await signIn(PASSWORD)).status, 403);
  const again = await admin.api('POST', `/accounts/${accountId}/reset-password`, {});
  equal(
    (await browser.form(reset.body.link, { password: PASSWORD, repeat: PASSWORD })).status,
    410,
  );
  equal(
    (await browser.form(again.body.link, { password: PASSWORD, repeat: PASSWORD })).status,
    303,
  );
});

test('the last enabled admin stays an admin, even if two admins lower each other at once', async () => {
  const two = await startTestServer();
  const [a, b] = [
    await makeAccount(two, 'aa', 'admin', PASSWORD),
    await makeAccount(two, 'bb', 'admin', PASSWORD),
  ];
  const lowered = await Promise.all(
    [a, b].map((id) => manage(two, 'PATCH', `/accounts/${id}`, { role: 'viewer' })),
  );
  ok(lowered.some(({ status }) => status === 409));
  const { items } = (await manage(two, 'GET', '/accounts')).body;
  ok(
    items.some(
      ({ role, enabled }: { role: string; enabled: boolean }) => role === 'admin' && enabled,
    ),
  );
});

test('an API token reads the metrics of a production server, as the admin token does', async () => {
  const production = await startTestServer({ config: { environment: 'production' } });
  const fields = { name: 'prometheus', role: 'viewer', days: 1 };
  const { token } = (await manage(production, 'POST', '/api-tokens', fields)).body;
  const ask = async (secret: string) =>
    (await fetch(`${production.url}/metrics`, { headers: { authorization: `Bearer ${secret}` } }))
      .status;
  deepEqual(
    [await ask(token), await ask(production.adminToken), await ask(`${token}x`)],
    [200, 200, 401],
  );
});

test('an API token is shown once, works until it is ended, and the list shows its last use', async () => {
  const made = await admin.api('POST', '/api-tokens', { name: 'nightly', role: 'viewer', days: 7 });
  const { token, tokenId, createdBy } = made.body;
  deepEqual([made.status, createdBy], [201, 'sandbox']);
  match(token, /^ogt_[\w-]{43}$/);
  const ask = async (path = '/me') =>
    fetch(`${server.url}/manage/v1${path}`, { headers: { authorization: `Bearer ${token}` } });
  const me = (await (await ask()).json()) as Record<string, unknown>;
  deepEqual([me.kind, me.name, me.role, me.accountId], ['api-token', 'nightly', 'viewer', null]);
  equal((await ask('/accounts')).status, 403);
  const listed = await admin.api('GET', '/api-tokens');
  const row = listed.body.items.find((one: { name: string }) => one.name === 'nightly');
  ok(row.lastUsedAt !== null && !JSON.stringify(listed.body).includes(token.slice(4)));
  equal((await admin.api('DELETE', `/api-tokens/${tokenId}`)).body.ended, 1);
  equal((await ask()).status, 401);
});

test('where only the admin token is an admin, a change of another makes no admin of them', async () => {
  const bare = await startTestServer();
  const made = await manage(bare, 'POST', '/accounts', { name: 'only', role: 'viewer' });
  const path = `/accounts/${made.body.accountId}`;
  for (const [change, role, enabled] of [
    [{ role: 'operator' }, 'operator', true],
    [{ enabled: false }, 'operator', false],
    [{ role: 'viewer', enabled: true }, 'viewer', true],
  ] as const) {
    const changed = await manage(bare, 'PATCH', path, change);
    deepEqual([changed.status, changed.body.role, changed.body.enabled], [200, role, enabled]);
  }
});
