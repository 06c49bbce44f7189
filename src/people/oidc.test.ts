// Single sign-on against a real provider: who gets in, by which account, and what a forged answer gets.
import { deepEqual, equal, match, ok, rejects } from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, test } from 'node:test';
// @ts-expect-error The package has no types of its own.
import Provider from 'oidc-provider';
import { type Answer, Browser } from '../../test/browser.ts';
import { startTestServer } from '../../test/support.ts';

const http = createServer();
http.listen(0, '127.0.0.1');
await once(http, 'listening');
after(() => http.close());
after(() => http.closeAllConnections());
const issuer = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
const settings = {
  oidcIssuer: issuer,
  oidcClientId: 'ordergate',
  oidcClientSecret: 'a-secret-of-the-test',
};
const server = await startTestServer({ config: settings });
/** By subject. */
const emails = new Map<string, { email: string; email_verified: boolean }>();
const provider = new Provider(issuer, {
  clients: [
    {
      client_id: settings.oidcClientId,
      client_secret: settings.oidcClientSecret,
      redirect_uris: [`${server.url}/console/oidc/callback`],
    },
  ],
  claims: { openid: ['sub'], email: ['email', 'email_verified'] },
  cookies: { keys: ['a-key-of-the-test'] },
  findAccount: (_context: unknown, subject: string) => ({
    accountId: subject,
    claims: async () => ({ sub: subject, ...emails.get(subject) }),
  }),
});
http.on('request', provider.callback());

/** Signs in at the provider as a person would; where it leads back to. */
async function atProvider(start: string, subject: string): Promise<string> {
  const cookies = new Map<string, string>();
  let [url, form]: [string, URLSearchParams | undefined] = [start, undefined];
  for (let i = 0; i < 20; i++) {
    const response = await fetch(url, {
      redirect: 'manual',
      headers: { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') },
      ...(form && { method: 'POST', body: form }),
    });
    for (const cookie of response.headers.getSetCookie()) {
      const [name, value] = cookie.split(';')[0]!.split(/=(.*)/s) as [string, string];
      cookies.set(name, value);
    }
    const location = response.headers.get('location');
    const text = await response.text();
    if (location === null) {
      const prompt = /name="prompt" value="(\w+)"/.exec(text)?.[1];
      ok(prompt, text.slice(0, 500));
      url = new URL(/action="([^"]+)"/.exec(text)![1]!, url).href;
      form = new URLSearchParams({ prompt, login: subject, password: 'any' });
    } else {
      [url, form] = [new URL(location, url).href, undefined];
      if (url.startsWith(server.url)) return url;
    }
  }
  throw new Error('the provider does not lead back');
}

const begin = async (browser: Browser, query = ''): Promise<string> => {
  const { status, location } = await browser.get(`/console/oidc${query}`);
  equal(status, 303);
  return location!;
};
async function signIn(
  subject: string,
): Promise<{ browser: Browser; answer: Answer; back: string }> {
  const browser = new Browser(server);
  // As the provider sends the browser back.
  browser.headers = { 'accept-language': 'en', 'sec-fetch-site': 'cross-site' };
  const back = await atProvider(await begin(browser, '?next=/console/orders'), subject);
  const answer = await browser.get(back);
  browser.headers = new Browser(server).headers;
  return { browser, answer, back };
}
const newest = async () => (await server.storage.audit.list({ limit: 1 })).items[0]!;

await server.people.createAccount({ name: 'li.na@example.cn', role: 'operator' });
emails.set('subject-1', { email: 'Li.Na@example.cn', email_verified: true });

test('the sign-in page leads to the provider, with PKCE, state and nonce', async () => {
  const browser = new Browser(server);
  match(
    (await browser.get('/console/sign-in')).text,
    /href="\/console\/oidc\?next=%2Fconsole&amp;lang=en">Single sign-on/,
  );
  const url = new URL(await begin(browser));
  deepEqual(
    [url.origin, url.searchParams.get('code_challenge_method'), url.searchParams.get('scope')],
    [issuer, 'S256', 'openid email'],
  );
  for (const name of ['state', 'nonce', 'code_challenge']) {
    match(url.searchParams.get(name)!, /^[\w-]{43}$/);
  }
  ok(
    !(await new Browser(await startTestServer()).get('/console/sign-in')).text.includes(
      '/console/oidc',
    ),
  );
});

test('an account is found by its verified address, and from then on by its subject', async () => {
  const { browser, answer } = await signIn('subject-1');
  deepEqual([answer.status, answer.location], [303, '/console/orders'], answer.text);
  const [session = '', trip = ''] = answer.headers.getSetCookie();
  match(session, /^ordergate_session=[\w-]+;/);
  match(trip, /^ordergate_oidc=; .*Max-Age=0/, 'the cookie of the round trip is gone');
  const { name, role, passwordSet } = (await browser.api('GET', '/me')).body;
  deepEqual([name, role, passwordSet], ['li.na@example.cn', 'operator', false]);
  const { actor, action, outcome, details } = await newest();
  deepEqual(
    [actor, action, outcome, details.note],
    ['li.na@example.cn', 'sign-in', 'done', 'by single sign-on'],
  );
  const tied = (await server.storage.audit.list({ action: 'link', limit: 5 })).items;
  deepEqual(
    tied.map(({ actor, details }) => [actor, details.note]),
    [['li.na@example.cn', `tied to subject subject-1 of ${issuer}`]],
  );
  emails.set('subject-1', { email: 'other@example.cn', email_verified: false });
  equal((await signIn('subject-1')).answer.status, 303);
  // Somebody else who now has the address does not get the account.
  emails.set('subject-2', { email: 'li.na@example.cn', email_verified: true });
  equal((await signIn('subject-2')).answer.status, 403);
});

test('signing in creates no account: unknown, unverified and disabled people are refused, and the audit records it', async () => {
  const { people } = server;
  const off = await people.createAccount({ name: 'off@example.cn', role: 'admin' });
  await people.changeAccount(off!.accountId, (is) => ({ ...is, enabled: false }));
  await people.createAccount({ name: 'zhao@example.cn', role: 'admin' });
  emails.set('unknown', { email: 'nobody@example.cn', email_verified: true });
  emails.set('unverified', { email: 'zhao@example.cn', email_verified: false });
  emails.set('disabled', { email: 'off@example.cn', email_verified: true });
  for (const subject of ['unknown', 'unverified', 'disabled', 'without-address']) {
    const { browser, answer } = await signIn(subject);
    deepEqual([answer.status, /no account for you/.test(answer.text)], [403, true], subject);
    equal((await browser.api('GET', '/me')).status, 401, subject);
    equal((await newest()).outcome, 'refused');
  }
});

test('an answer that this browser has not asked for, another state, and the same code twice sign nobody in', async () => {
  emails.set('subject-3', { email: 'wu@example.cn', email_verified: true });
  await server.people.createAccount({ name: 'wu@example.cn', role: 'viewer' });
  const victim = new Browser(server);
  const back = await atProvider(await begin(victim), 'subject-3');
  const stranger = new Browser(server);
  equal((await stranger.get(back)).status, 403, 'without the cookie of the browser that began');
  await begin(stranger);
  equal((await stranger.get(back)).status, 403, 'with the cookie of another beginning');
  const other = new URL(back);
  other.searchParams.set('state', 'x'.repeat(43));
  equal((await victim.get(other.href)).status, 403);
  equal((await victim.get('/console/oidc/callback?error=access_denied')).status, 403);
  const cookie = victim.cookie;
  const answer = await victim.get(back);
  equal(answer.status, 303);
  const again = new Browser(server);
  again.cookie = cookie;
  equal((await again.get(back)).status, 403, 'a code is good once');
  ok(
    !JSON.stringify(await server.storage.audit.list({ limit: 50 })).includes(
      settings.oidcClientSecret,
    ),
  );
});

test('the page says that a provider cannot be reached; a start with half of the settings is refused', async () => {
  const lonely = await startTestServer({
    config: { ...settings, oidcIssuer: 'http://127.0.0.1:9' },
  });
  const answer = await new Browser(lonely).get('/console/oidc');
  deepEqual([answer.status, /did not succeed/.test(answer.text)], [502, true]);
  await rejects(startTestServer({ config: { oidcIssuer: issuer } }), /set all three, or none/);
});
