// Sign-in as a browser does it: passwords, sessions, one-time links, and what other pages may not do.
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { Browser, makeAccount, signedIn } from '../../test/browser.ts';
import { exchange, request } from '../../test/exchange.ts';
import { breakRows, startTestServer, temporaryDirectory } from '../../test/support.ts';
import { ABSOLUTE_MS, IDLE_MS } from './people.ts';

const dataDirectory = temporaryDirectory();
const server = await startTestServer({ config: { dataDirectory } });
const PASSWORD = 'correct horse battery';
const lina = await makeAccount(server, 'li.na', 'operator', PASSWORD);
const signIn = async (name = 'li.na', password = PASSWORD) => {
  const browser = new Browser(server);
  const answer = await browser.form('/console/sign-in', {
    name,
    password,
    next: '/console/orders?a=1',
  });
  return { browser, answer };
};
const newest = async () => (await server.storage.audit.list({ limit: 1 })).items[0]!;

describe('the password', () => {
  test('signs in, leads to the page that the browser asked for, and the API knows the caller by the cookie', async () => {
    const { browser, answer } = await signIn(' LI.NA ');
    deepEqual([answer.status, answer.location], [303, '/console/orders?a=1']);
    match(
      answer.headers.get('set-cookie')!,
      /^ordergate_session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict$/,
    );
    const me = await browser.api('GET', '/me');
    equal(me.status, 200);
    const { kind, name, role, accountId, totp, passwordSet, environment } = me.body;
    deepEqual(
      { kind, name, role, accountId, totp, passwordSet, environment },
      {
        kind: 'account',
        name: 'li.na',
        role: 'operator',
        accountId: lina,
        totp: false,
        passwordSet: true,
        environment: 'sandbox',
      },
    );
    ok(me.body.may.includes('moveOrder') && !me.body.may.includes('createParty'));
    const { actor, action, outcome, details } = await newest();
    deepEqual([actor, action, outcome], ['li.na', 'sign-in', 'done']);
    deepEqual([details.address, details.userAgent], ['127.0.0.1', 'TestBrowser/1']);
  });

  test('gets the same answer if it is wrong, too long, or of an unknown or disabled account, and the audit records it', async () => {
    const off = await makeAccount(server, 'off', 'viewer', PASSWORD);
    await server.people.changeAccount(off, (is) => ({ ...is, enabled: false }));
    for (const [name, password] of [
      ['li.na', 'wrong'],
      ['nobody', PASSWORD],
      ['off', PASSWORD],
      ['li.na', 'x'.repeat(5000)],
      ['', ''],
    ] as const) {
      const { answer, browser } = await signIn(name, password);
      deepEqual([answer.status, browser.cookie], [403, ''], name);
      match(answer.text, /The name or the password is wrong/);
      ok(!answer.text.includes(PASSWORD), 'the password does not come back');
      const { actor, action, outcome, details } = await newest();
      deepEqual([actor, action, outcome], [name, 'sign-in', 'refused']);
      ok(!JSON.stringify(details).includes(PASSWORD));
    }
  });

  test('is stored as argon2id, and the secret of a session is stored nowhere', async () => {
    const { browser } = await signIn();
    const account = await server.storage.people.findAccount({ name: 'li.na' });
    match(account!.password!, /^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    const secret = browser.cookie.split('=')[1]!;
    const sessions = await server.storage.people.listCredentials({ kind: 'session' });
    ok(sessions.length > 0 && !JSON.stringify(sessions).includes(secret));
  });

  test('can be changed with the current password; this ends all other sessions', async () => {
    await makeAccount(server, 'changes', 'viewer', PASSWORD);
    const [one, two] = [await signIn('changes'), await signIn('changes')];
    const change = (current: string, password: string) =>
      one.browser.api('POST', '/me/password', { current, password });
    const wrong = await change('not it', 'a new password');
    deepEqual([wrong.status, wrong.body.error.code], [403, 'wrong-password']);
    for (const weak of ['short', 'changeschanges', 'aaaaaaaaaaaaaaa', 'x'.repeat(300)]) {
      equal((await change(PASSWORD, weak)).status, 400, weak);
    }
    equal((await change(PASSWORD, 'ein neues 密码 von mir')).status, 200);
    equal((await one.browser.api('GET', '/me')).status, 200);
    equal((await two.browser.api('GET', '/me')).status, 401);
    equal((await signIn('changes')).answer.status, 403);
    equal((await signIn('changes', 'ein neues 密码 von mir')).answer.status, 303);
  });
});

test('of many simultaneous attempts from one address some must wait, and none is locked out', async () => {
  const slow = await startTestServer();
  await makeAccount(slow, 'li.na', 'viewer', PASSWORD);
  const attempt = (password: string) =>
    new Browser(slow).form('/console/sign-in', { name: 'li.na', password });
  const guesses = Array.from({ length: 22 }, (_, i) => attempt(`guess number ${i}`));
  // The others wait up to 30 s each, which nobody here waits for.
  const refused = await Promise.any(
    guesses.map(async (guess) => {
      const answer = await guess;
      return answer.status === 429 ? answer : Promise.reject(new Error('judged'));
    }),
  );
  match(refused.text, /Too many attempts/);
});

describe('sessions', () => {
  test('a sign-in never takes over the session that the browser had', async () => {
    const browser = new Browser(server);
    browser.cookie = 'ordergate_session=chosen-by-somebody-else-0123456789012345678';
    await browser.form('/console/sign-in', { name: 'li.na', password: PASSWORD });
    const first = browser.cookie;
    await browser.form('/console/sign-in', { name: 'li.na', password: PASSWORD });
    ok(first !== browser.cookie && !first.includes('chosen'));
    const stolen = new Browser(server);
    stolen.cookie = first;
    equal((await stolen.api('GET', '/me')).status, 401, 'what the browser had before has ended');
  });

  test('a person lists their sessions, ends one or all, and cannot end another person’s session', async () => {
    await makeAccount(server, 'many', 'viewer', PASSWORD);
    const [one, two, other] = [await signIn('many'), await signIn('many'), await signIn()];
    const { items } = (await one.browser.api('GET', '/me/sessions')).body;
    equal(items.length, 2);
    deepEqual(items.filter((item: { current: boolean }) => item.current).length, 1);
    equal(items[0].userAgent, 'TestBrowser/1');
    const its = items.find((item: { current: boolean }) => !item.current).sessionId;
    const ends = (browser: Browser) => browser.api('DELETE', `/me/sessions/${its}`);
    deepEqual((await ends(other.browser)).body, { ended: 0 });
    equal((await two.browser.api('GET', '/me')).status, 200);
    deepEqual((await ends(one.browser)).body, { ended: 1 });
    equal((await two.browser.api('GET', '/me')).status, 401);
    await signIn('many');
    deepEqual((await one.browser.api('DELETE', '/me/sessions')).body, { ended: 2 });
    equal((await one.browser.api('GET', '/me')).status, 401);
    equal((await other.browser.api('GET', '/me')).status, 200);
  });

  test('signing out ends the session and clears the cookie', async () => {
    const { browser } = await signIn();
    const { cookie } = browser;
    const answer = await browser.form('/console/sign-out', {});
    deepEqual([answer.status, answer.location], [303, '/console/sign-in?lang=en']);
    equal(browser.cookie, '');
    browser.cookie = cookie;
    equal((await browser.api('GET', '/me')).status, 401);
    equal((await newest()).action, 'sign-out');
  });

  test('a session ends two hours after its last call, and at the latest twelve hours after sign-in', async () => {
    const { browser } = await signIn();
    const { sessionId } = (await browser.api('GET', '/me')).body;
    const session = async () =>
      (
        await server.storage.people.listCredentials({ kind: 'session', credentialId: sessionId })
      )[0]!;
    const { attributes, digest } = await session();
    const now = Date.now();
    const at = (lastSeenAt: number, expiresAt: number, endsAt = Number(attributes.endsAt)) =>
      server.storage.people
        .listCredentials({ kind: 'session', credentialId: sessionId })
        .then(([is]) =>
          server.storage.people.saveCredential(
            { ...is!, expiresAt, attributes: { ...is!.attributes, lastSeenAt, endsAt } },
            digest,
          ),
        );
    ok(Number(attributes.endsAt) - now <= ABSOLUTE_MS);
    await at(now - IDLE_MS + 60_000, now + 60_000);
    equal((await browser.api('GET', '/me')).status, 200);
    ok((await session()).expiresAt >= now + IDLE_MS, 'a call moves the idle end');
    await at(now - 120_000, now + 60_000, now + 90_000);
    equal((await browser.api('GET', '/me')).status, 200);
    equal((await session()).expiresAt, now + 90_000, 'and never the absolute one');
    await at(now - IDLE_MS, now - 1);
    equal((await browser.api('GET', '/me')).status, 401);
  });

  test('a session opens nothing if its account is disabled or its row was removed', async () => {
    const id = await makeAccount(server, 'leaves', 'admin', PASSWORD);
    const [{ browser }, other] = [await signIn('leaves'), await signIn()];
    await server.people.changeAccount(id, (is) => ({ ...is, enabled: false }));
    equal((await browser.api('GET', '/me')).status, 401);
    await breakRows(dataDirectory, "DELETE FROM credentials WHERE kind = 'session'");
    equal((await other.browser.api('GET', '/me')).status, 401);
  });

  test('moving the sandbox’s clock signs nobody out', async () => {
    const moved = await startTestServer();
    const browser = await signedIn(moved);
    const clock = await browser.api('POST', '/clock', { advanceSeconds: 40 * 86_400 });
    equal(clock.status, 200);
    equal((await browser.api('GET', '/me')).status, 200);
    equal((await browser.api('POST', '/sandbox/reset', {})).status, 200);
    equal((await browser.api('GET', '/me')).status, 200, 'nor does the reset that they asked for');
  });
});

describe('other pages', () => {
  test('a cookie is accepted only from a page of this server', async () => {
    const { browser } = await signIn();
    const own = browser.headers;
    const refused = async (change: Record<string, string | undefined>, method = 'POST') => {
      browser.headers = { ...own, ...change };
      const path = method === 'GET' ? '/me' : '/orders/jintong/1/transitions';
      const { status, body } = await browser.api(
        method,
        path,
        method === 'GET' ? undefined : { to: 'N' },
      );
      browser.headers = own;
      return status === 403 ? body.error.code : status;
    };
    for (const change of [
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
      { 'sec-fetch-site': 'none' },
      { origin: 'https://evil.example' },
      { origin: 'null' },
      { origin: 'http://127.0.0.1:1', 'sec-fetch-site': undefined },
      { origin: undefined, 'sec-fetch-site': undefined },
    ]) {
      equal(await refused(change), 'foreign-page', JSON.stringify(change));
    }
    equal(
      await refused({ 'sec-fetch-site': 'cross-site', origin: undefined }, 'GET'),
      'foreign-page',
    );
    equal(await refused({ 'sec-fetch-site': 'none', origin: undefined }, 'GET'), 200);
    equal(await refused({ origin: undefined }), 404, 'one of the two is enough');
    equal(await refused({ 'sec-fetch-site': undefined }), 404);
  });

  test('cannot sign a browser in or out, and no sign-in leads to another site', async () => {
    const browser = new Browser(server);
    browser.headers = {
      ...browser.headers,
      origin: 'https://evil.example',
      'sec-fetch-site': 'cross-site',
    };
    const answer = await browser.form('/console/sign-in', { name: 'li.na', password: PASSWORD });
    deepEqual([answer.status, browser.cookie], [403, '']);
    for (const next of [
      'https://evil.example',
      '//evil.example',
      '/\\evil',
      '/manage',
      '/console//x',
      '/consolex',
      '/console\r\nx: y',
    ]) {
      const own = new Browser(server);
      const signed = await own.form('/console/sign-in', {
        name: 'li.na',
        password: PASSWORD,
        next,
      });
      deepEqual([signed.status, signed.location], [303, '/console'], next);
    }
  });

  test('under a foreign host name that leads here, cookies and links are refused, and tokens are accepted', async () => {
    const { browser } = await signIn();
    const link = new URL((await server.signInLink())!).pathname;
    const ask = (path: string, host: string, headers: Record<string, string> = {}) =>
      exchange(server.url, request('GET', path, { headers: { host, ...headers } }));
    for (const host of [
      'evil.example',
      'localhost.evil.example',
      '127.0.0.1.evil.example:80',
      '10.0.0.1',
    ]) {
      const asked = await ask('/manage/v1/me', host, { cookie: browser.cookie });
      deepEqual([asked.status, JSON.parse(asked.body).error.code], [403, 'foreign-host'], host);
      equal((await ask(link, host)).status, 403);
      equal((await ask('/console/sign-in', host)).status, 403);
      const authorization = `Bearer ${server.adminToken}`;
      equal((await ask('/manage/v1/me', host, { authorization })).status, 200);
    }
    for (const host of ['localhost:1', '127.0.0.1', '[::1]:8787']) {
      equal((await ask('/manage/v1/me', host, { cookie: browser.cookie })).status, 200, host);
    }
    equal((await ask(link, 'localhost')).status, 303, 'the link was not spent by those');
  });

  test('behind a public URL with TLS the cookie is __Host- and Secure, and both names are ours', async () => {
    const tls = await startTestServer({ config: { publicUrl: 'https://open.example.cn' } });
    const browser = await signedIn(tls);
    match(browser.cookie, /^__Host-ordergate_session=/);
    const headers = { host: 'open.example.cn', cookie: browser.cookie };
    const ask = (more: Record<string, string>) =>
      exchange(
        tls.url,
        request('DELETE', '/manage/v1/me/sessions/x', { headers: { ...headers, ...more } }),
      );
    equal((await ask({ origin: 'https://open.example.cn' })).status, 200);
    equal((await ask({ origin: 'http://open.example.cn' })).status, 403);
    equal((await ask({ origin: 'https://open.example.cn', host: 'other.example.cn' })).status, 403);
  });
});

describe('the sign-in page', () => {
  test('has at most 20 KB gzipped, no script, and comes in the language of the browser', async () => {
    const page = async (headers: Record<string, string>, query = '') => {
      const response = await fetch(`${server.url}/console/sign-in${query}`, { headers });
      const text = await response.text();
      ok(gzipSync(text).length < 20_000, `${gzipSync(text).length} bytes`);
      ok(!/<script|javascript:|onload=|https?:\/\//i.test(text));
      match(response.headers.get('content-security-policy')!, /default-src 'none'/);
      return /<html lang="([\w-]+)"/.exec(text)![1];
    };
    equal(await page({}), 'zh-CN');
    equal(await page({ 'accept-language': 'fr, en;q=0.8, zh;q=0.5' }), 'en');
    equal(await page({ 'accept-language': 'zh-TW, en;q=0.9' }), 'zh-CN');
    equal(await page({ 'accept-language': 'en' }, '?lang=zh'), 'zh-CN');
    equal(await page({ 'accept-language': 'zh' }, '?lang=en&next=/console/orders'), 'en');
  });

  test('shows any input as plain text', async () => {
    const name = '"><script>alert(1)</script>';
    const { answer } = await signIn(name, 'x');
    ok(!answer.text.includes('<script>') && answer.text.includes('&lt;script&gt;'));
  });
});
