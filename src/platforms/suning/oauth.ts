// OAuth 2: /api/oauth/authorize, where a merchant consents that an app acts for them, and all endpoints.
import { randomBytes } from 'node:crypto';
import { MINUTE } from '../../core/clock.ts';
import { LedgerUnavailableError } from '../../core/errors.ts';
import type { Party } from '../../core/party.ts';
import { equalSecrets } from '../../protocol/digest.ts';
import type {
  EndpointReply,
  GatewayRequest,
  PlatformEndpoint,
  Services,
} from '../../protocol/platform.ts';
import { readApp } from './app.ts';
import { PLATFORM } from './checks.ts';
import { consentPage, htmlReply, problemPage } from './consent-page.ts';
import { findMerchant, type Merchant } from './merchant.ts';
import { issueCode } from './oauth-grants.ts';
import { type Parameters, ParametersError, readParameters } from './oauth-parameters.ts';
import { answerRevoke, answerToken } from './oauth-token.ts';
import { type Challenge, readChallenge } from './pkce.ts';

const AUTHORIZE = '/api/oauth/authorize';
/** What the client asked for, sent back with the form and looked at again as if it came anew. */
const ASKED = [
  'client_id',
  'response_type',
  'redirect_uri',
  'scope',
  'state',
  'itemcode',
  'code_challenge',
  'code_challenge_method',
];
const MAX_PARAMETER = 2000;

/** Guesses a minute at one account, and from one address. Each costs about 50 ms. */
const GUESSES = { account: 10, address: 30 };

interface Asked {
  readonly app: Party;
  readonly redirectUri: string;
  readonly parameters: Parameters;
}

/**
 * The request, or the page that says why it cannot be one. Nobody is sent to an address that the
 * app has not registered, character by character, not even with an error.
 */
function readAsked(parameters: Parameters, { parties }: Services): Asked | EndpointReply {
  const wrong = (problem: string): EndpointReply => htmlReply(400, problemPage(problem));
  for (const [name, value] of parameters) {
    if (value.length > MAX_PARAMETER) return wrong(`${name.slice(0, 40)} is too long`);
  }
  const app = parties.find(PLATFORM, parameters.get('client_id') ?? '');
  if (!app?.enabled) return wrong('client_id: 应用不存在 no such app');
  const redirectUri = parameters.get('redirect_uri') ?? '';
  if (!readApp(app).redirectUris.includes(redirectUri)) {
    return wrong('redirect_uri: 未登记的回调地址 not one that the app has registered');
  }
  return { app, redirectUri, parameters };
}

/** Back to the app, with `state` as it came. The address is kept character by character. */
function redirect(
  { redirectUri, parameters }: Asked,
  answer: Record<string, string>,
): EndpointReply {
  const state = parameters.get('state');
  const query = new URLSearchParams({ ...answer, ...(state !== undefined && { state }) });
  const location = `${redirectUri}${redirectUri.includes('?') ? '&' : '?'}${query}`;
  const reply = htmlReply(302, '');
  return { ...reply, headers: { ...reply.headers, location } };
}

/** "response_type=code", and what is wrong with PKCE: both go back to the app as errors. */
function readRequest(asked: Asked): { readonly challenge: Challenge | null } | EndpointReply {
  const { parameters } = asked;
  if (parameters.get('response_type') !== 'code') {
    return redirect(asked, { error: 'unsupported_response_type' });
  }
  const challenge = readChallenge(
    parameters.get('code_challenge'),
    parameters.get('code_challenge_method'),
  );
  if (challenge && 'problem' in challenge) {
    return redirect(asked, { error: 'invalid_request', error_description: challenge.problem });
  }
  return { challenge };
}

const COOKIE = 'ordergate_consent';

/**
 * The form with a fresh token against forgery, in it and in a cookie that other sites' forms do not
 * send along (SameSite): who posts has seen this page.
 */
function showForm(
  { app, redirectUri, parameters }: Asked,
  { environment }: Services,
  status: number,
  userName: string,
  problem: string | null,
): EndpointReply {
  const csrf = randomBytes(18).toString('base64url');
  const asked = ASKED.flatMap((name) => {
    const value = parameters.get(name);
    return value === undefined ? [] : [[name, value] as const];
  });
  const body = consentPage({
    appKey: app.partyId,
    redirectUri,
    scope: parameters.get('scope') ?? '',
    hidden: { ...Object.fromEntries(asked), csrf },
    asksPassword: environment === 'production',
    userName,
    problem,
  });
  const cookie = `${COOKIE}=${csrf}; Path=${AUTHORIZE}; HttpOnly; SameSite=Strict; Max-Age=600`;
  return htmlReply(status, body, redirectUri, cookie);
}

function isForged(request: GatewayRequest, parameters: Parameters): boolean {
  const { cookie = '' } = request.headers;
  const sent = String(cookie)
    .split(';')
    .map((one) => one.trim().split('='))
    .find(([name]) => name === COOKIE)?.[1];
  const csrf = parameters.get('csrf');
  return !sent || !csrf || !equalSecrets(sent, csrf);
}

async function showConsent(request: GatewayRequest, services: Services): Promise<EndpointReply> {
  const asked = readAsked(readParameters({ query: request.query, body: NO_BODY }), services);
  if ('status' in asked) return asked;
  const read = readRequest(asked);
  return 'status' in read ? read : showForm(asked, services, 200, '', null);
}

const NO_BODY = Buffer.alloc(0);

async function takeConsent(request: GatewayRequest, services: Services): Promise<EndpointReply> {
  const parameters = readParameters(request);
  const asked = readAsked(parameters, services);
  if ('status' in asked) return asked;
  const read = readRequest(asked);
  if ('status' in read) return read;
  const userName = (parameters.get('user') ?? '').trim();
  const again = (status: number, problem: string): EndpointReply =>
    showForm(asked, services, status, userName, problem);
  if (isForged(request, parameters))
    return again(403, '页面已过期，请重试。 The page is too old; try again.');
  if (parameters.get('decision') !== 'allow') return redirect(asked, { error: 'access_denied' });
  if (!(await mayGuess(request, userName, services))) {
    return again(429, '尝试过于频繁，请稍后再试。 Too many attempts; try again in a minute.');
  }
  const merchant = await signIn(userName, parameters, services);
  if (!merchant) return again(403, '商户名称或密码不正确。 The merchant or the password is wrong.');
  const scope = parameters.get('scope') ?? '';
  const consent = { ...merchant, scope, redirectUri: asked.redirectUri };
  return redirect(asked, { code: await issueCode(services, asked.app, consent, read.challenge) });
}

function signIn(
  userName: string,
  parameters: Parameters,
  { catalog, environment }: Services,
): Promise<Merchant | null> {
  return findMerchant(catalog, environment, userName, parameters.get('password') ?? '');
}

async function mayGuess(
  { address, countedAs = address }: GatewayRequest,
  userName: string,
  { limits, clock, environment }: Services,
): Promise<boolean> {
  if (environment === 'sandbox') return true;
  const now = clock.now();
  const startsAt = Math.floor(now / MINUTE) * MINUTE;
  const minute = (max: number) => [{ name: 'minute', startsAt, length: MINUTE, max }];
  const from = await limits.enter(
    `suning-consent from ${countedAs}`,
    null,
    minute(GUESSES.address),
    now,
  );
  if (from.refusedBy !== null) return false;
  const name = userName.slice(0, 64);
  const at = await limits.enter(`suning-consent of ${name}`, null, minute(GUESSES.account), now);
  return at.refusedBy === null;
}

/** What is wrong with the parameters, or with us, as a page. */
function asPage(
  handle: (request: GatewayRequest, services: Services) => Promise<EndpointReply>,
): PlatformEndpoint['handle'] {
  return async (request, services) => {
    try {
      return await handle(request, services);
    } catch (error) {
      if (error instanceof ParametersError) return htmlReply(400, problemPage(error.message));
      if (!(error instanceof LedgerUnavailableError)) throw error;
      return htmlReply(503, problemPage('服务暂不可用，请稍后再试。 Try again in a moment.'));
    }
  };
}

export const oauthEndpoints: readonly PlatformEndpoint[] = [
  { method: 'GET', path: AUTHORIZE, handle: asPage(showConsent) },
  { method: 'POST', path: AUTHORIZE, handle: asPage(takeConsent) },
  { method: 'GET', path: '/api/oauth/token', changes: true, handle: answerToken },
  { method: 'POST', path: '/api/oauth/token', handle: answerToken },
  { method: 'POST', path: '/api/oauth/revoke', handle: answerRevoke },
];
