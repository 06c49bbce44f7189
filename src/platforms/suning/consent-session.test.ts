// Tests the protection against forged consents: cookies, the form's value, and the origin of the
// form.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ASKED, authorize, submit } from '../../../test/suning-oauth.ts';
import { startTestServer, TestClock } from '../../../test/support.ts';
import { readConfig } from '../../config.ts';

const clock = new TestClock();
const server = await startTestServer({ clock });
const behindTls = await startTestServer({
  clock,
  config: { publicUrl: 'https://open.example.cn' },
});
const allow = (fields: Record<string, string>) => ({ ...fields, user: 'x', decision: 'allow' });

describe('the cookie', () => {
  test('with an https public URL, the cookie is __Host-, Secure and valid for all paths', async () => {
    const { setCookie, fields, cookie } = await authorize(behindTls);
    assert.match(
      setCookie!,
      /^__Host-ordergate_consent=[\w-]{24}; Path=\/; Secure; HttpOnly; SameSite=Strict; Max-Age=600$/,
    );
    assert.equal((await submit(behindTls, allow(fields), cookie)).response.status, 302);
    // Another host of the domain could have set a cookie without the prefix.
    const plain = cookie.replace('__Host-', '');
    assert.equal((await submit(behindTls, allow(fields), plain)).response.status, 403);
  });

  test('without TLS it has neither the prefix nor Secure, because browsers would refuse it', async () => {
    const { setCookie } = await authorize(server);
    assert.match(
      setCookie!,
      /^ordergate_consent=[\w-]{24}; Path=\/api\/oauth\/authorize; HttpOnly; SameSite=Strict; Max-Age=600$/,
    );
  });
});

describe('the form’s value', () => {
  test('differs from the cookie and fits no other session', async () => {
    const [one, other] = [await authorize(server), await authorize(server)];
    assert.ok(!one.cookie.includes(one.fields.csrf!));
    assert.equal((await submit(server, allow(one.fields), other.cookie)).response.status, 403);
    const id = one.cookie.split('=')[1]!;
    const copied = { ...one.fields, csrf: id };
    assert.equal((await submit(server, allow(copied), one.cookie)).response.status, 403);
    assert.equal((await submit(server, allow(one.fields), one.cookie)).response.status, 302);
  });

  for (const [name, value] of [
    ['redirect_uri', 'http://localhost:3000/callback'],
    ['state', 'another'],
    ['scope', 'everything'],
    ['code_challenge', 'x'.repeat(43)],
  ] as const) {
    test(`fits no other ${name} than that of the page`, async () => {
      const { fields, cookie } = await authorize(server);
      const { response, location } = await submit(
        server,
        allow({ ...fields, [name]: value }),
        cookie,
      );
      assert.deepEqual([response.status, location], [403, null]);
    });
  }
});

describe('where the form was sent from', () => {
  const host = (url: string): string => new URL(url).origin;
  for (const [what, headers, status] of [
    ['the origin of this server', { origin: host(server.url) }, 302],
    ['a browser that says same-origin', { 'sec-fetch-site': 'same-origin' }, 302],
    [
      'a browser behind a proxy that changes Host',
      { origin: 'https://open.example.cn', 'sec-fetch-site': 'same-origin' },
      302,
    ],
    ['another origin', { origin: 'https://evil.example' }, 403],
    ['an origin that is not told', { origin: 'null' }, 403],
    ['another port', { origin: 'http://127.0.0.1:1' }, 403],
    ['another site', { 'sec-fetch-site': 'cross-site' }, 403],
    ['another host of the site', { 'sec-fetch-site': 'same-site' }, 403],
    ['no page at all', { 'sec-fetch-site': 'none' }, 403],
  ] as const) {
    test(`${what}: ${status}`, async () => {
      const { fields, cookie } = await authorize(server);
      const { response } = await submit(server, allow(fields), cookie, headers);
      assert.equal(response.status, status);
    });
  }

  test('with a public URL, only that origin is accepted', async () => {
    for (const [origin, status] of [
      ['https://open.example.cn', 302],
      ['http://open.example.cn', 403],
      [host(behindTls.url), 403],
    ] as const) {
      const { fields, cookie } = await authorize(behindTls);
      const { response } = await submit(behindTls, allow(fields), cookie, { origin });
      assert.equal(response.status, status, origin);
    }
  });
});

test('ORDERGATE_PUBLIC_URL must be a scheme and a host; the error names anything else', () => {
  const read = (text: string) => readConfig({}, { ORDERGATE_PUBLIC_URL: text }).publicUrl;
  assert.equal(read('https://open.example.cn/'), 'https://open.example.cn');
  assert.equal(read('http://10.0.0.1:8787'), 'http://10.0.0.1:8787');
  assert.equal(read(''), undefined);
  for (const text of ['open.example.cn', 'https://a/b', 'https://a?b', 'ftp://a', 'https://u@a']) {
    assert.throws(() => read(text), /ORDERGATE_PUBLIC_URL is "/);
  }
});

test('a node accepts another node’s page, because the value is made with the ledger’s key', async () => {
  const { fields } = await authorize(server, ASKED);
  assert.match(fields.csrf!, /^[\w-]{43}$/);
});
