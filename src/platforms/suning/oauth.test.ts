// OAuth 2 by real bytes: the consent page, codes and tokens in their three carriers, and what is refused.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { APPS, call, history } from '../../../test/suning.ts';
import {
  manage,
  sqliteOnly,
  startTestServer,
  TestClock,
  temporaryDirectory,
} from '../../../test/support.ts';
import { DAY, MINUTE } from '../../core/clock.ts';
import { importFile } from '../../import/run.ts';
import type { Ordergate } from '../../main.ts';

const clock = new TestClock();
const dataDirectory = temporaryDirectory();
const server = await startTestServer({ clock, config: { dataDirectory } });
const [appKey, appSecret] = APPS.oauth;
const CALLBACK = 'https://app.example.cn/callback?from=suning';
const attributes = {
  supplierCodes: ['10042869'],
  provider: 'P10001',
  oauthRequired: true,
  redirectUris: [CALLBACK],
};
await manage(server, 'PATCH', `/parties/suning/${appKey}`, { attributes });

const ASKED = {
  client_id: appKey,
  response_type: 'code',
  redirect_uri: CALLBACK,
  scope: 'orders',
  state: 'a b&c',
  itemcode: '1',
};

async function authorize(asked: Record<string, string>, from = server) {
  const query = new URLSearchParams(asked);
  const response = await fetch(`${from.url}/api/oauth/authorize?${query}`, { redirect: 'manual' });
  const html = await response.text();
  const fields: Record<string, string> = {};
  for (const [, name, value] of html.matchAll(
    /<input type="hidden" name="([^"]*)" value="([^"]*)">/g,
  )) {
    fields[name!] = value!
      .replaceAll('&lt;', '<')
      .replaceAll('&gt;', '>')
      .replaceAll('&quot;', '"')
      .replaceAll('&#39;', "'")
      .replaceAll('&amp;', '&');
  }
  const cookie = response.headers.get('set-cookie')?.split(';', 1)[0] ?? '';
  return { response, html, fields, cookie };
}

async function submit(fields: Record<string, string>, cookie: string, from = server, headers = {}) {
  const response = await fetch(`${from.url}/api/oauth/authorize`, {
    method: 'POST',
    redirect: 'manual',
    body: new URLSearchParams(fields),
    headers: { cookie, ...headers },
  });
  const location = response.headers.get('location');
  return {
    response,
    html: await response.text(),
    location: location === null ? null : new URL(location),
  };
}

async function newCode(user = '农夫山泉', from = server): Promise<string> {
  const { fields, cookie } = await authorize(ASKED, from);
  const { location } = await submit({ ...fields, user, decision: 'allow' }, cookie, from);
  return location!.searchParams.get('code')!;
}

type Tokens = Record<string, string> & { error?: string };
const form = async (fields: Record<string, string>, from = server): Promise<Tokens> => {
  const response = await fetch(`${from.url}/api/oauth/token`, {
    method: 'POST',
    body: new URLSearchParams(fields),
  });
  assert.equal(response.status, 200);
  assert.equal(response.headers.get('cache-control'), 'no-store');
  return (await response.json()) as Tokens;
};
const CLIENT = { client_id: appKey, client_secret: appSecret };
const exchange = (code: string, more = {}, from = server) =>
  form(
    { ...CLIENT, grant_type: 'authorization_code', code, redirect_uri: CALLBACK, ...more },
    from,
  );
const refresh = (token: string, more = {}) =>
  form({ ...CLIENT, grant_type: 'refresh_token', refresh_token: token, ...more });
const ask = async (token: string) =>
  (await call(server, { ...history(), app: 'oauth', headers: { access_token: token } })).code;
const UNKNOWN = 'sys.check.user-permission:inexistence';

test('from the consent page to a call with access_token: state echoed, every field of the reply, one year', async () => {
  const { response, html, fields, cookie } = await authorize(ASKED);
  assert.equal(response.status, 200);
  assert.match(html, /授权 Authorization/);
  assert.doesNotMatch(html, /<script/i);
  const { location } = await submit({ ...fields, user: '农夫山泉', decision: 'allow' }, cookie);
  assert.equal(`${location!.origin}${location!.pathname}`, 'https://app.example.cn/callback');
  assert.deepEqual(
    [location!.searchParams.get('from'), location!.searchParams.get('state')],
    ['suning', 'a b&c'],
  );
  const tokens = await exchange(location!.searchParams.get('code')!);
  assert.deepEqual(Object.keys(tokens), [
    'access_token',
    'token_type',
    'refresh_token',
    'expires_in',
    're_expires_in',
    'scope',
    'suning_user_name',
    'custnum',
    'vendorCode',
    'module',
  ]);
  assert.deepEqual(
    [tokens.token_type, tokens.expires_in, tokens.scope, tokens.suning_user_name],
    ['bearer', 365 * 24 * 3600, 'orders', '农夫山泉'],
  );
  assert.match(tokens.custnum!, /^\d{10}$/);
  assert.match(tokens.vendorCode!, /^\d{8}$/);
  assert.equal(tokens.module as unknown, 0);
  assert.equal(await ask(tokens.access_token!), 'success');
});

test('token called by GET query, by POST query with a JSON body, and by form POST', async () => {
  const grant = async () => ({
    grant_type: 'authorization_code',
    code: await newCode(),
    redirect_uri: CALLBACK,
  });
  const url = `${server.url}/api/oauth/token`;
  const read = async (response: Promise<Response>) => (await (await response).json()) as Tokens;
  const byQuery = await read(
    fetch(`${url}?${new URLSearchParams({ ...CLIENT, ...(await grant()) })}`),
  );
  const byJson = await read(
    fetch(`${url}?${new URLSearchParams(CLIENT)}`, {
      method: 'POST',
      body: JSON.stringify(await grant()),
      headers: { 'content-type': 'application/json' },
    }),
  );
  // "POST query": the query has all, the body is an empty object, or the same once more.
  const both = { ...CLIENT, ...(await grant()) };
  const byBoth = await read(
    fetch(`${url}?${new URLSearchParams(both)}`, { method: 'POST', body: JSON.stringify(both) }),
  );
  const byForm = await form({ ...CLIENT, ...(await grant()) });
  for (const tokens of [byQuery, byJson, byBoth, byForm])
    assert.equal(await ask(tokens.access_token!), 'success');
});

test('a parameter that is unreadable, or given twice with two values, gets invalid_request', async () => {
  const url = `${server.url}/api/oauth/token?client_id=a`;
  for (const body of [
    'client_id=b',
    '{"client_id":"b"}',
    '{"client_id":',
    'a=%zz',
    '{"a":"1","a":"1"}',
  ]) {
    const response = await fetch(url, { method: 'POST', body });
    assert.equal(((await response.json()) as Tokens).error, 'invalid_request', body);
  }
});

describe('codes', () => {
  test('"single use": the second use is refused, and ends what came of the first', async () => {
    const code = await newCode();
    const tokens = await exchange(code);
    assert.equal(await ask(tokens.access_token!), 'success');
    assert.equal((await exchange(code)).error, 'invalid_grant');
    assert.equal(await ask(tokens.access_token!), UNKNOWN);
    assert.equal((await refresh(tokens.refresh_token!)).error, 'invalid_grant');
  });

  test('of 20 that use one at once, at most one gets tokens, and the reuse ends them', async () => {
    const code = await newCode();
    const all = await Promise.all(Array.from({ length: 20 }, () => exchange(code)));
    const got = all.filter((tokens) => tokens.access_token);
    assert.ok(got.length <= 1);
    for (const tokens of got) assert.equal(await ask(tokens.access_token!), UNKNOWN);
  });

  test('"10 min": good to the last millisecond, then not', async () => {
    const [first, second] = [await newCode(), await newCode()];
    clock.advance(10 * MINUTE - 1);
    assert.ok((await exchange(first)).access_token);
    clock.advance(1);
    assert.equal((await exchange(second)).error, 'invalid_grant');
  });

  test('bound to app + redirect_uri', async () => {
    const code = await newCode();
    assert.equal(
      (await exchange(code, { redirect_uri: 'https://app.example.cn/callback' })).error,
      'invalid_grant',
    );
    const [other, secret] = APPS.plain;
    assert.equal(
      (await exchange(code, { client_id: other, client_secret: secret })).error,
      'invalid_grant',
    );
    // Neither of them has used it up.
    assert.ok((await exchange(code)).access_token);
  });

  test('an access token is not accepted as a code, nor a code as a refresh token', async () => {
    const code = await newCode();
    assert.equal((await refresh(code)).error, 'invalid_grant');
    const { access_token } = await exchange(code);
    assert.equal((await exchange(access_token!)).error, 'invalid_grant');
    assert.equal(await ask(code), UNKNOWN);
  });
});

describe('refresh', () => {
  test('gives new tokens; the old refresh token is spent, and its reuse later ends the consent', async () => {
    const first = await exchange(await newCode());
    const second = await refresh(first.refresh_token!);
    assert.equal(await ask(second.access_token!), 'success');
    assert.equal(second.suning_user_name, '农夫山泉');
    clock.advance(MINUTE + 1);
    assert.equal((await refresh(first.refresh_token!)).error, 'invalid_grant');
    for (const token of [first.access_token, second.access_token])
      assert.equal(await ask(token!), UNKNOWN);
    assert.equal((await refresh(second.refresh_token!)).error, 'invalid_grant');
  });

  test('访问令牌已过期: after a year the call says so', async () => {
    const own = new TestClock();
    const fresh = await startTestServer({ clock: own });
    await manage(fresh, 'PATCH', `/parties/suning/${appKey}`, { attributes });
    const { access_token } = await exchange(await newCode('a', fresh), {}, fresh);
    own.advance(365 * DAY - 1);
    const asked = () =>
      call(fresh, { ...history(), app: 'oauth', headers: { access_token: access_token! } });
    assert.equal((await asked()).code, 'success');
    own.advance(1);
    assert.equal((await asked()).code, 'sys.check.user-permission:overdue');
  });

  test('/api/oauth/revoke ends the consent by any of its tokens, and leaves another app’s consent alone', async () => {
    const tokens = await exchange(await newCode());
    const revoke = (fields: Record<string, string>) =>
      fetch(`${server.url}/api/oauth/revoke`, {
        method: 'POST',
        body: new URLSearchParams(fields),
      });
    const [other, secret] = APPS.plain;
    await revoke({ client_id: other, client_secret: secret, token: tokens.refresh_token! });
    assert.equal(await ask(tokens.access_token!), 'success');
    assert.deepEqual(await (await revoke({ ...CLIENT, token: tokens.refresh_token! })).json(), {});
    assert.equal(await ask(tokens.access_token!), UNKNOWN);
  });
});

test('the client: an unknown one, a wrong secret, one switched off, a grant type that there is not', async () => {
  const code = await newCode();
  assert.equal((await exchange(code, { client_id: 'nobody1' })).error, 'invalid_client');
  assert.equal((await exchange(code, { client_secret: 'x' })).error, 'invalid_client');
  assert.equal((await exchange(code, { client_secret: '' })).error, 'invalid_request');
  assert.equal((await exchange(code, { grant_type: 'password' })).error, 'unsupported_grant_type');
  await manage(server, 'PATCH', `/parties/suning/${appKey}`, { enabled: false });
  assert.equal((await exchange(code)).error, 'invalid_client');
  await manage(server, 'PATCH', `/parties/suning/${appKey}`, { enabled: true });
});

describe('the consent page', () => {
  for (const [clause, more] of [
    ['another path', { redirect_uri: 'https://app.example.cn/' }],
    ['registered, and something behind it', { redirect_uri: `${CALLBACK}&x=1` }],
    ['none', { redirect_uri: '' }],
    ['of an unknown app', { client_id: 'nobody1' }],
  ] as const) {
    test(`an address that is not registered "exactly" (${clause}): nobody is sent there`, async () => {
      const { response, fields } = await authorize({ ...ASKED, ...more });
      assert.deepEqual(
        [response.status, response.headers.get('location'), fields],
        [400, null, {}],
      );
    });
  }

  test('for a response_type other than code the browser returns to the app with an error and state', async () => {
    const { response } = await authorize({ ...ASKED, response_type: 'token' });
    const { searchParams } = new URL(response.headers.get('location')!);
    assert.deepEqual(
      [searchParams.get('error'), searchParams.get('state')],
      ['unsupported_response_type', 'a b&c'],
    );
  });

  test('拒绝: access_denied, and no code', async () => {
    const { fields, cookie } = await authorize(ASKED);
    const { location } = await submit({ ...fields, user: 'x', decision: 'deny' }, cookie);
    assert.deepEqual(
      [location!.searchParams.get('error'), location!.searchParams.get('code')],
      ['access_denied', null],
    );
  });

  test('refuses a form that it did not show: no cookie, another cookie, or no token', async () => {
    const { fields, cookie } = await authorize(ASKED);
    const allow = { ...fields, user: 'x', decision: 'allow' };
    const { csrf: _, ...without } = allow as Record<string, string>;
    for (const [sent, with_] of [
      [allow, ''],
      [allow, 'ordergate_consent=x'],
      [without, cookie],
      [{ ...allow, csrf: '' }, 'ordergate_consent='],
    ] as const) {
      const { response, location } = await submit(sent, with_);
      assert.deepEqual([response.status, location], [403, null]);
    }
  });

  test('escapes what the client sends, and loads nothing from elsewhere', async () => {
    const nasty = `"><script>alert(1)</script>'`;
    const { response, html, fields } = await authorize({ ...ASKED, state: nasty, scope: nasty });
    assert.doesNotMatch(html, /<script/i);
    assert.equal(fields.state, nasty);
    const { headers } = response;
    assert.match(
      headers.get('content-security-policy')!,
      /^default-src 'none'; style-src 'sha256-[\w+/=]+'; form-action 'self' https:\/\/app\.example\.cn; frame-ancestors 'none'; base-uri 'none'$/,
    );
    assert.deepEqual(
      ['x-frame-options', 'x-content-type-options', 'referrer-policy', 'cache-control'].map(
        (name) => headers.get(name),
      ),
      ['DENY', 'nosniff', 'same-origin', 'no-store'],
    );
    assert.match(
      headers.get('set-cookie')!,
      /; Path=\/api\/oauth\/authorize; HttpOnly; SameSite=Strict; Max-Age=600$/,
    );
  });
});

describe('in production a merchant account with a password kept by the operator', () => {
  const PASSWORD = 'correct horse battery';
  /** Production refuses the keys that the sandbox has published. */
  const OWN = `own-${appSecret}`;
  async function production(): Promise<Ordergate> {
    const fresh = await startTestServer({
      clock: new TestClock(),
      config: { environment: 'production' },
    });
    const file = JSON.stringify({
      suning: {
        apps: [
          { appKey, appSecret: OWN, methods: ['suning.fws.historyorder.query'], ...attributes },
        ],
        merchants: [
          { userName: '农夫山泉', password: PASSWORD, custnum: '7001', vendorCode: '10042869' },
        ],
      },
    });
    async function* chunks() {
      yield Buffer.from(file);
    }
    const { ledger, tokens } = fresh.storage;
    const report = await importFile(
      chunks,
      { ...fresh, ledger, tokens },
      { onRefused: (_, problem) => assert.fail(problem), onProgress() {} },
    );
    assert.deepEqual([report.parties, report.catalog], [1, 1]);
    return fresh;
  }

  test('the password lets in, and the reply tells whom; a wrong one, an unknown name and none do not', async () => {
    const fresh = await production();
    const attempt = async (user: string, password: string) => {
      const { html, fields, cookie } = await authorize(ASKED, fresh);
      assert.match(html, /type="password"/);
      return submit({ ...fields, user, password, decision: 'allow' }, cookie, fresh);
    };
    for (const [user, password] of [
      ['农夫山泉', 'guessed wrongly'],
      ['农夫山泉', ''],
      ['nobody', PASSWORD],
      ['', ''],
    ] as const) {
      const { response, html, location } = await attempt(user, password);
      assert.deepEqual([response.status, location], [403, null]);
      assert.ok(password === '' || !html.includes(password));
    }
    const { location } = await attempt('农夫山泉', PASSWORD);
    const code = location!.searchParams.get('code')!;
    const tokens = await exchange(code, { client_secret: OWN }, fresh);
    assert.deepEqual(
      [tokens.suning_user_name, tokens.custnum, tokens.vendorCode],
      ['农夫山泉', '7001', '10042869'],
    );
  });

  test('wrong passwords lock nobody out: afterwards the right one is accepted, after any number of simultaneous attempts', async () => {
    const fresh = await production();
    const attempt = async (password: string) => {
      const { fields, cookie } = await authorize(ASKED, fresh);
      const sent = { ...fields, user: '农夫山泉', password, decision: 'allow' };
      return (await submit(sent, cookie, fresh)).response.status;
    };
    assert.equal(await attempt(PASSWORD), 302);
    const wrong = await Promise.all([attempt('guess 1'), attempt('guess 2'), attempt('guess 3')]);
    assert.deepEqual(wrong, [403, 403, 403]);
    assert.equal(await attempt(PASSWORD), 302);
  });

  test('https for redirects in production: an http one that is registered is refused, and nobody is sent there', async () => {
    const fresh = await production();
    const redirect_uri = 'http://app.example.cn/callback';
    const changed = { ...attributes, redirectUris: [redirect_uri] };
    await manage(fresh, 'PATCH', `/parties/suning/${appKey}`, { attributes: changed });
    const { response, fields } = await authorize({ ...ASKED, redirect_uri }, fresh);
    assert.deepEqual([response.status, response.headers.get('location'), fields], [400, null, {}]);
  });

  test('the management API accepts a catalog entry only with a digest of the password, not with the password itself', async () => {
    const fresh = await production();
    const put = (document: object) =>
      manage(fresh, 'PUT', '/catalog/suning/merchant/new', document);
    assert.equal((await put({ password: PASSWORD })).status, 400);
    const listed = await manage(fresh, 'GET', '/catalog?platform=suning&kind=merchant');
    const { passwordDigest } = listed.body.items[0].document;
    assert.match(passwordDigest, /^scrypt\$/);
    const made = await put({ passwordDigest, vendorCode: '10042869' });
    assert.equal(made.status, 200);
    for (const vendorCode of ['', '1004286', '100428690', '1004286x']) {
      const { status, body } = await put({ passwordDigest, vendorCode });
      assert.deepEqual([status, body.error.field], [400, 'vendorCode'], vendorCode);
    }
    assert.equal((await manage(fresh, 'PUT', '/catalog/suning/other/x', {})).status, 400);
  });
});

test('tokens stored only as digests: none, and no code, lies in any file of the ledger', {
  skip: sqliteOnly,
}, async () => {
  const code = await newCode();
  const tokens = await exchange(code);
  assert.equal(await ask(tokens.access_token!), 'success');
  await server.close();
  for (const name of ['ledger.db', 'requests.db']) {
    const bytes = readFileSync(join(dataDirectory, name));
    for (const secret of [code, tokens.access_token!, tokens.refresh_token!, appSecret]) {
      assert.equal(bytes.includes(secret), false, name);
    }
  }
});
