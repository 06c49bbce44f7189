// One-time links: a sandbox's sign-in, the first account of a production server, and a password chosen by its owner.
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { test } from 'node:test';
import { Browser, makeAccount } from '../../test/browser.ts';
import { startTestServer } from '../../test/support.ts';
import { digestOf } from './secrets.ts';

const PASSWORD = 'correct horse battery';

test('in a sandbox on a loopback address, the link signs in at once as admin, and works once', async () => {
  const server = await startTestServer();
  const link = (await server.signInLink())!;
  match(link, /^http:\/\/127\.0\.0\.1:\d+\/console\/link\/[\w-]{43}$/);
  equal((await fetch(link, { method: 'HEAD' })).status, 405, 'a look at it does not spend it');
  const browsers = Array.from({ length: 10 }, () => new Browser(server));
  const answers = await Promise.all(browsers.map((browser) => browser.get(link)));
  deepEqual(answers.map(({ status }) => status).toSorted(), [
    303,
    ...Array.from({ length: 9 }, () => 410),
  ]);
  const inside = browsers.find(({ cookie }) => cookie !== '')!;
  const { name, role, passwordSet } = (await inside.api('GET', '/me')).body;
  deepEqual([name, role, passwordSet], ['sandbox', 'admin', false]);
  const again = new Browser(server);
  equal((await again.get((await server.signInLink())!)).status, 303);
  equal(
    (await again.api('GET', '/me')).body.accountId,
    (await inside.api('GET', '/me')).body.accountId,
  );
});

test('the link ends after 15 minutes, and a secret of another kind does not open it', async () => {
  const server = await startTestServer();
  const link = (await server.signInLink())!;
  const row = await server.storage.people.findCredential(digestOf(link.split('/').at(-1)!));
  ok(row!.expiresAt - Date.now() <= 15 * 60_000);
  await server.storage.people.saveCredential({ ...row!, expiresAt: Date.now() - 1 }, row!.digest);
  const browser = new Browser(server);
  const answer = await browser.get(link);
  deepEqual([answer.status, browser.cookie], [410, '']);
  match(answer.text, /does not work any more/);
  const { secret } = await server.people.createToken({
    ...{ name: 't', role: 'admin', createdBy: 'x', expiresAt: Date.now() + 60_000 },
  });
  equal((await browser.get(`/console/link/${secret}`)).status, 410);
});

test('in production the link creates the first account, works once, and no later start prints a link', async () => {
  const server = await startTestServer({ config: { environment: 'production' } });
  const link = (await server.signInLink())!;
  const browser = new Browser(server);
  const shown = await browser.get(link);
  deepEqual([shown.status, browser.cookie], [200, '']);
  match(shown.text, /Create the first administrator/);
  const second = new URL((await server.signInLink())!).pathname;
  const { pathname } = new URL(link);
  const choose = (fields: object) =>
    browser.form(pathname, { name: 'Wang.Wei', password: PASSWORD, repeat: PASSWORD, ...fields });
  match((await choose({ name: 'a b' })).text, /not allowed/);
  match((await choose({ password: 'short', repeat: 'short' })).text, /at least 12|needs at least/i);
  match((await choose({ repeat: 'other' })).text, /differ/);
  const made = await choose({});
  deepEqual([made.status, made.location], [303, '/console']);
  const me = (await browser.api('GET', '/me')).body;
  deepEqual([me.name, me.role, me.environment], ['wang.wei', 'admin', 'production']);
  equal(
    (await new Browser(server).form(pathname, { name: 'x2', password: PASSWORD, repeat: PASSWORD }))
      .status,
    410,
  );
  const [entry] = (await server.storage.audit.list({ action: 'link', limit: 1 })).items;
  deepEqual(
    [entry!.actor, entry!.target, entry!.details.note],
    ['wang.wei', me.accountId, 'made the first account, an admin'],
  );
  equal(await server.signInLink(), null);
  const fields = { name: 'x3', password: PASSWORD, repeat: PASSWORD };
  equal((await new Browser(server).get(second)).status, 410, 'that of another start');
  equal((await new Browser(server).form(second, fields)).status, 410);
  equal((await server.storage.people.listAccounts()).length, 1);
});

test('a link for a password works for its account only, and the link of a disabled account opens nothing', async () => {
  const server = await startTestServer();
  const id = await makeAccount(server, 'zhao', 'viewer', 'the password of before');
  const path = `/console/link/${await server.people.createLink('password', id, 60_000)}`;
  const browser = new Browser(server);
  match((await browser.get(path)).text, /value="zhao"[^>]* readonly/);
  const fields = { name: 'somebody-else', password: PASSWORD, repeat: PASSWORD };
  equal((await browser.form(path, fields)).status, 303);
  const { name, role } = (await browser.api('GET', '/me')).body;
  deepEqual([name, role], ['zhao', 'viewer']);
  const [entry] = (await server.storage.audit.list({ action: 'link', limit: 1 })).items;
  deepEqual([entry!.target, entry!.details.note], [id, 'chose a password']);
  const off = `/console/link/${await server.people.createLink('password', id, 60_000)}`;
  await server.people.changeAccount(id, (is) => ({ ...is, enabled: false }));
  equal((await browser.get(off)).status, 410);
  equal((await browser.form(off, fields)).status, 410);
});
