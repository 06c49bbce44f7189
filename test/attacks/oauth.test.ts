// Attacks on OAuth: where a code is sent to, who may use it and how often, the consent page's form, tokens of others.
import { hash } from 'node:crypto';
import { APPS, TOKEN } from '../suning.ts';
import {
  ASKED,
  ask,
  authorize,
  exchange,
  newCode,
  refresh,
  submit,
  tokenCall,
  UNKNOWN_TOKEN,
} from '../suning-oauth.ts';
import { manage } from '../support.ts';
import { type Attack, runAttacks, startTarget, type Target } from './runner.ts';

const target = await startTarget();
const OTHER = ['ab'.repeat(16), '0123456789abcdef'.repeat(2)] as const;
const other = await manage(target.server, 'POST', '/parties', {
  platform: 'suning',
  partyId: OTHER[0],
  secret: OTHER[1],
  grants: ['suning.fws.historyorder.query'],
  attributes: {
    supplierCodes: ['10042869'],
    provider: 'P10001',
    oauthRequired: true,
    redirectUris: ['https://other.example.cn/callback'],
  },
});
if (other.status !== 201) throw new Error(JSON.stringify(other.body));
const AS_OTHER = { client_id: OTHER[0], client_secret: OTHER[1] };
const VERIFIER = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk';
const CHALLENGE = hash('sha256', VERIFIER, 'base64url');

const code = () => newCode(target.server);
const codes = {
  wrongApp: await code(),
  redirect: await code(),
  plain: await code(),
  twice: await code(),
  late: await code(),
};
const pkce = await newCode(target.server, {
  code_challenge: CHALLENGE,
  code_challenge_method: 'S256',
});
const grant =
  (its: string, more: Record<string, string> = {}) =>
  async ({ server }: Target) =>
    (await exchange(server, its, more)).error ?? 'tokens';

const mine = await exchange(target.server, await code());

const attack = (
  name: string,
  send: Attack['send'],
  becomes: Attack['becomes'],
  changes = false,
): Attack => ({ name, send, becomes, changes });

/** The page was not shown, and nobody was sent anywhere: the status, and where to. */
const shown =
  (asked: Record<string, string>) =>
  async ({ server }: Target) => {
    const { response } = await authorize(server, { ...ASKED, ...asked });
    const location = response.headers.get('location');
    return `${response.status} ${location === null ? 'nowhere' : new URL(location).host}`;
  };

runAttacks('where a code is sent to', target, [
  ...[
    'https://evil.example/callback',
    'https://app.example.cn.evil.example/callback',
    'https://app.example.cn@evil.example/callback',
    'https://app.example.cn/callback/../evil',
    'https://app.example.cn/callback?next=https://evil.example',
    'https://app.example.cn/callback#x',
    'https://app.example.cn/Callback',
    'https://app.example.cn/callback/',
    'https://app.example.cn:8443/callback',
    'http://app.example.cn/callback',
    'https://app.example.cn\\@evil.example/callback',
    '//evil.example',
    'javascript:alert(1)',
    'data:text/html,x',
    'https://other.example.cn/callback',
    'https://app.example.cn/callback%00.evil.example',
    ' https://app.example.cn/callback',
    'https://app.example.cn/callback\r\nlocation: https://evil.example',
    '',
  ].map((uri) =>
    attack(
      uri === '' ? 'nowhere' : JSON.stringify(uri),
      shown({ redirect_uri: uri }),
      /^4\d\d nowhere$/,
    ),
  ),
  attack('an app that is not', shown({ client_id: 'f'.repeat(32) }), /^4\d\d nowhere$/),
  attack('an app without OAuth', shown({ client_id: APPS.plain[0] }), /^4\d\d nowhere$/),
  attack(
    'a token at once instead of a code',
    shown({ response_type: 'token' }),
    '302 app.example.cn',
  ),
  attack(
    'a script in state',
    async ({ server }) => {
      const { html } = await authorize(server, { ...ASKED, state: '"><script>alert(1)</script>' });
      return String(html.includes('<script'));
    },
    'false',
  ),
  attack(
    'a script in scope',
    async ({ server }) => {
      const { html } = await authorize(server, { ...ASKED, scope: '"><script>alert(1)</script>' });
      return String(html.includes('<script'));
    },
    'false',
  ),
]);

const decided = (
  name: string,
  change: (
    fields: Record<string, string>,
    cookie: string,
    server: Target['server'],
  ) => Promise<{ response: Response }>,
): Attack =>
  attack(
    name,
    async ({ server }) => {
      const { fields, cookie } = await authorize(server);
      const all = { ...fields, user: '农夫山泉', decision: 'allow' };
      return String((await change(all, cookie, server)).response.status);
    },
    /^40[03]$/,
  );

runAttacks('a consent that nobody gave', target, [
  decided('without the cookie', (fields, _, server) => submit(server, fields, '')),
  decided('with a cookie of another page', async (fields, _, server) =>
    submit(server, fields, (await authorize(server)).cookie),
  ),
  decided('without the form’s value', ({ csrf: _, ...fields }, cookie, server) =>
    submit(server, fields, cookie),
  ),
  decided('with the cookie for the form’s value', (fields, cookie, server) =>
    submit(server, { ...fields, csrf: cookie.split('=')[1]! }, cookie),
  ),
  decided('for another address than was shown', (fields, cookie, server) =>
    submit(server, { ...fields, redirect_uri: 'http://localhost:3000/callback' }, cookie),
  ),
  decided('for another app than was shown', (fields, cookie, server) =>
    submit(server, { ...fields, client_id: OTHER[0] }, cookie),
  ),
  decided('with another state than was shown', (fields, cookie, server) =>
    submit(server, { ...fields, state: 'x' }, cookie),
  ),
  decided('with more scope than was shown', (fields, cookie, server) =>
    submit(server, { ...fields, scope: 'all' }, cookie),
  ),
  decided('from another site', (fields, cookie, server) =>
    submit(server, fields, cookie, { origin: 'https://evil.example' }),
  ),
  decided('from a site that does not tell', (fields, cookie, server) =>
    submit(server, fields, cookie, { origin: 'null' }),
  ),
  decided('from a frame of another site', (fields, cookie, server) =>
    submit(server, fields, cookie, { 'sec-fetch-site': 'cross-site' }),
  ),
]);

runAttacks('a code in wrong hands', target, [
  attack('of another app', grant(codes.wrongApp, AS_OTHER), 'invalid_grant'),
  attack(
    'with another app’s secret',
    grant(codes.wrongApp, { client_secret: OTHER[1] }),
    'invalid_client',
  ),
  attack('with an empty secret', grant(codes.wrongApp, { client_secret: '' }), /^invalid_/),
  attack(
    'with the secret of an app without OAuth',
    grant(codes.wrongApp, { client_id: APPS.plain[0], client_secret: APPS.plain[1] }),
    /^(invalid_|unauthorized_)/,
  ),
  attack(
    'with another address',
    grant(codes.redirect, { redirect_uri: 'http://localhost:3000/callback' }),
    'invalid_grant',
  ),
  attack('in capitals', grant(codes.redirect.toUpperCase()), 'invalid_grant'),
  attack('that nobody gave', grant('f'.repeat(43)), 'invalid_grant'),
  attack(
    'as a refresh token',
    async ({ server }) => (await refresh(server, codes.redirect)).error ?? 'tokens',
    'invalid_grant',
  ),
  attack('an access token for a code', grant(TOKEN), 'invalid_grant'),
  attack('PKCE without its verifier', grant(pkce), 'invalid_grant'),
  attack(
    'PKCE with the challenge for its verifier',
    grant(pkce, { code_verifier: CHALLENGE }),
    'invalid_grant',
  ),
  attack(
    'PKCE with another verifier',
    grant(pkce, { code_verifier: 'x'.repeat(43) }),
    'invalid_grant',
  ),
  attack(
    'a verifier where none was asked for',
    grant(codes.plain, { code_verifier: VERIFIER }),
    'invalid_grant',
  ),
  attack(
    'another grant',
    async ({ server }) =>
      (await tokenCall(server, { grant_type: 'password', username: 'x', password: 'x' })).error ??
      'tokens',
    'unsupported_grant_type',
  ),
  attack(
    'the app’s own grant',
    async ({ server }) =>
      (await tokenCall(server, { grant_type: 'client_credentials' })).error ?? 'tokens',
    'unsupported_grant_type',
  ),
  attack(
    'twice: the second time ends what the first gave',
    async ({ server }) => {
      const { access_token: token } = await exchange(server, codes.twice);
      const before = await ask(server, token!);
      const { error } = await exchange(server, codes.twice);
      return `${before} ${error} ${await ask(server, token!)}`;
    },
    new RegExp(`^(?!${UNKNOWN_TOKEN}).* invalid_grant ${UNKNOWN_TOKEN}$`),
    true,
  ),
  { ...attack('after its ten minutes', grant(codes.late), 'invalid_grant'), later: 11 * 60_000 },
]);

runAttacks('tokens in wrong hands', target, [
  attack(
    'a refresh token of another app',
    async ({ server }) => (await refresh(server, mine.refresh_token!, AS_OTHER)).error ?? 'tokens',
    'invalid_grant',
  ),
  attack(
    'an access token as refresh token',
    async ({ server }) => (await refresh(server, mine.access_token!)).error ?? 'tokens',
    'invalid_grant',
  ),
  attack(
    'a refresh token as access token',
    async ({ server }) => ask(server, mine.refresh_token!),
    UNKNOWN_TOKEN,
  ),
  attack(
    'a refresh token later than a minute after its use: a theft, and all of the consent ends',
    async ({ server, clock }) => {
      const next = await refresh(server, mine.refresh_token!);
      clock.advance(61_000);
      const { error } = await refresh(server, mine.refresh_token!);
      return `${error} ${await ask(server, next.access_token!)}`;
    },
    `invalid_grant ${UNKNOWN_TOKEN}`,
    true,
  ),
]);
