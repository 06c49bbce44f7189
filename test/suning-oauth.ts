// The merchant's browser and the app's server of an OAuth test: consent page, codes, tokens, and a call with one.
import assert from 'node:assert/strict';
import type { Ordergate } from '../src/main.ts';
import { APPS, call, history } from './suning.ts';

export const [appKey, appSecret] = APPS.oauth;
/** A redirect address of the sandbox's OAuth app. */
export const CALLBACK = 'https://app.example.cn/callback';
export const CLIENT = { client_id: appKey, client_secret: appSecret };
export const ASKED = {
  client_id: appKey,
  response_type: 'code',
  redirect_uri: CALLBACK,
  scope: 'orders',
  state: 'a b&c',
};

type Fields = Readonly<Record<string, string>>;
export type Tokens = Record<string, string> & { error?: string };

const ESCAPED: Fields = { '&lt;': '<', '&gt;': '>', '&quot;': '"', '&#39;': "'", '&amp;': '&' };

/** Opens the consent page; what its form would send, and the cookie. */
export async function authorize(server: Ordergate, asked: Fields = ASKED, headers: Fields = {}) {
  const query = new URLSearchParams(asked);
  const url = `${server.url}/api/oauth/authorize?${query}`;
  const response = await fetch(url, { redirect: 'manual', headers });
  const html = await response.text();
  const fields: Record<string, string> = {};
  for (const [, name, value] of html.matchAll(
    /<input type="hidden" name="([^"]*)" value="([^"]*)">/g,
  )) {
    fields[name!] = value!.replace(/&(lt|gt|quot|#39|amp);/g, (one) => ESCAPED[one]!);
  }
  const setCookie = response.headers.get('set-cookie');
  return { response, html, fields, setCookie, cookie: setCookie?.split(';', 1)[0] ?? '' };
}

/** Sends the form of the consent page. */
export async function submit(
  server: Ordergate,
  fields: Fields,
  cookie: string,
  headers: Fields = {},
) {
  const response = await fetch(`${server.url}/api/oauth/authorize`, {
    method: 'POST',
    redirect: 'manual',
    body: new URLSearchParams(fields),
    headers: { cookie, ...headers },
  });
  const location = response.headers.get('location');
  const html = await response.text();
  return { response, html, location: location === null ? null : new URL(location) };
}

/** The code that a merchant's consent gives the app. */
export async function newCode(server: Ordergate, asked: Fields = {}, user = '农夫山泉') {
  const { fields, cookie } = await authorize(server, { ...ASKED, ...asked });
  const { location } = await submit(server, { ...fields, user, decision: 'allow' }, cookie);
  return location!.searchParams.get('code')!;
}

export async function tokenCall(server: Ordergate, fields: Fields): Promise<Tokens> {
  const response = await fetch(`${server.url}/api/oauth/token`, {
    method: 'POST',
    body: new URLSearchParams({ ...CLIENT, ...fields }),
  });
  assert.equal(response.status, 200);
  return (await response.json()) as Tokens;
}

export const exchange = (server: Ordergate, code: string, more: Fields = {}) =>
  tokenCall(server, {
    grant_type: 'authorization_code',
    code,
    redirect_uri: CALLBACK,
    ...more,
  });

export const refresh = (server: Ordergate, token: string, more: Fields = {}) =>
  tokenCall(server, { grant_type: 'refresh_token', refresh_token: token, ...more });

/** The code that a call with the access token gets. */
export const ask = async (server: Ordergate, token: string): Promise<string> =>
  (await call(server, { ...history(), app: 'oauth', headers: { access_token: token } })).code;

export const UNKNOWN_TOKEN = 'sys.check.user-permission:inexistence';
