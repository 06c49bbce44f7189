// OAuth 2: /api/oauth/authorize, where a merchant consents that an app acts for them, and the list
// of all endpoints.

import { setTimeout as sleep } from 'node:timers/promises';
import { LedgerUnavailableError } from '../../core/errors.ts';
import type { Party } from '../../core/party.ts';
import { GuessPace } from '../../protocol/guess-pace.ts';
import type {
  GatewayReply,
  GatewayRequest,
  PlatformEndpoint,
  Services,
} from '../../protocol/platform.ts';
import { shown } from '../../protocol/redact.ts';
import { readApp } from './app.ts';
import { consentPage, htmlReply, problemPage } from './consent-page.ts';
import { AUTHORIZE, forgery, openSession } from './consent-session.ts';
import { findMerchant, type Merchant } from './merchant.ts';
import { PLATFORM } from './name.ts';
import { issueCode } from './oauth-grants.ts';
import { oauthLog } from './oauth-log.ts';
import { type Parameters, ParametersError, readParameters } from './oauth-parameters.ts';
import { answerRevoke, answerToken } from './oauth-token.ts';
import { type Challenge, readChallenge } from './pkce.ts';

/** The client's parameters, which the form sends back and which are then checked again. */
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

/** A reply, with the reason if it is no success. */
type Answer = GatewayReply & {
  readonly problem?: { readonly code: string; readonly detail: string } | null;
};

interface Asked {
  readonly app: Party;
  readonly redirectUri: string;
  readonly parameters: Parameters;
}

/** A page that says the problem, which the request log keeps as the reply's words. */
const problemReply = (status: number, words: string): GatewayReply => ({
  ...htmlReply(status, problemPage(words)),
  words,
});

/**
 * The request, or the page about an invalid one. Nobody is redirected to an address that the app
 * has not registered exactly, not even with an error.
 */
function readAsked(parameters: Parameters, { parties, environment }: Services): Asked | Answer {
  const wrong = (detail: string): Answer => ({
    ...problemReply(400, detail),
    problem: { code: 'invalid_request', detail },
  });
  for (const [name, value] of parameters) {
    if (value.length > MAX_PARAMETER) return wrong(`${shown(name)} is too long`);
  }
  const app = parties.find(PLATFORM, parameters.get('client_id') ?? '');
  if (!app?.enabled) return wrong('client_id: 应用不存在 no such app');
  const redirectUri = parameters.get('redirect_uri') ?? '';
  if (!readApp(app).redirectUris.includes(redirectUri)) {
    return wrong('redirect_uri: 未登记的回调地址 not one that the app has registered');
  }
  if (environment === 'production' && !redirectUri.startsWith('https:')) {
    return wrong('redirect_uri: 生产环境须使用 https; it has to be https in production');
  }
  return { app, redirectUri, parameters };
}

/** Redirects to the app with the received `state`. The address is kept character by character. */
function redirect(
  { redirectUri, parameters }: Asked,
  answer: Readonly<Record<string, string>>,
): Answer {
  const state = parameters.get('state');
  const query = new URLSearchParams({ ...answer, ...(state !== undefined && { state }) });
  const location = `${redirectUri}${redirectUri.includes('?') ? '&' : '?'}${query}`;
  const reply = htmlReply(302, '');
  const { error, error_description: detail = error } = answer;
  const problem = error === undefined ? null : { code: error, detail: detail! };
  const words = answer.error_description ?? null;
  return { ...reply, headers: { ...reply.headers, location }, words, problem };
}

/** "response_type=code", and what is wrong with PKCE: both go back to the app as errors. */
function readRequest(asked: Asked): { readonly challenge: Challenge | null } | Answer {
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

/** The client's parameters in a fixed sequence. */
const askedOf = (parameters: Parameters): readonly (readonly [name: string, value: string])[] =>
  ASKED.flatMap((name) => {
    const value = parameters.get(name);
    return value === undefined ? [] : [[name, value] as const];
  });

/** Shows the form in a new session: see consent-session.ts. */
function showForm(
  { app, redirectUri, parameters }: Asked,
  services: Services,
  status: number,
  userName: string,
  /** Why the form is shown again: the text for the merchant, and the detail for the log. */
  again: { readonly text: string; readonly code: string; readonly detail: string } | null,
): Answer {
  const asked = askedOf(parameters);
  const session = openSession(services, asked.flat());
  const body = consentPage({
    appKey: app.partyId,
    redirectUri,
    scope: parameters.get('scope') ?? '',
    hidden: { ...Object.fromEntries(asked), csrf: session.formValue },
    asksPassword: services.environment === 'production',
    userName,
    problem: again?.text ?? null,
  });
  const reply = htmlReply(status, body, redirectUri, session.cookie);
  return { ...reply, words: again?.text ?? null, problem: again };
}

function showConsent(parameters: Parameters, services: Services): Answer {
  const asked = readAsked(parameters, services);
  if ('status' in asked) return asked;
  const read = readRequest(asked);
  return 'status' in read ? read : showForm(asked, services, 200, '', null);
}

async function takeConsent(
  parameters: Parameters,
  services: Services,
  request: GatewayRequest,
): Promise<Answer> {
  const asked = readAsked(parameters, services);
  if ('status' in asked) return asked;
  const read = readRequest(asked);
  if ('status' in read) return read;
  const userName = (parameters.get('user') ?? '').trim();
  const again = (status: number, text: string, code: string, detail: string): Answer =>
    showForm(asked, services, status, userName, { text, code, detail });
  const bound = askedOf(parameters).flat();
  const forged = forgery(request, services, parameters.get('csrf'), bound);
  if (forged) {
    return again(
      403,
      '页面已过期，请重试。 The page is too old; try again.',
      'forged-form',
      forged,
    );
  }
  if (parameters.get('decision') !== 'allow') return redirect(asked, { error: 'access_denied' });
  const merchant = await signIn(userName, parameters, services, request);
  if (merchant === 'too-many') {
    const text = '尝试过于频繁，请稍后再试。 Too many attempts; try again in a minute.';
    return again(429, text, 'too-many-attempts', 'attempts of this address are waiting already');
  }
  if (!merchant) {
    const text = '商户名称或密码不正确。 The merchant or the password is wrong.';
    return again(403, text, 'wrong-password', 'the merchant or the password is wrong');
  }
  const scope = parameters.get('scope') ?? '';
  const consent = { ...merchant, scope, redirectUri: asked.redirectUri };
  return redirect(asked, { code: await issueCode(services, asked.app, consent, read.challenge) });
}

/** Keyed by an object of the server, so that two servers in one process count separately. */
const paces = new WeakMap<object, GuessPace>();

/** In the sandbox there is nothing to guess. */
async function signIn(
  userName: string,
  parameters: Parameters,
  { catalog, environment, tokens }: Services,
  { address, countedAs = address }: GatewayRequest,
): Promise<Merchant | null | 'too-many'> {
  const password = parameters.get('password') ?? '';
  if (environment === 'sandbox') return findMerchant(catalog, environment, userName, password);
  const pace = paces.get(tokens) ?? new GuessPace();
  paces.set(tokens, pace);
  const attempt = pace.begin(countedAs, userName.slice(0, 64));
  if (!attempt) return 'too-many';
  let merchant: Merchant | null = null;
  try {
    if (attempt.waitMs > 0) await sleep(attempt.waitMs, undefined, { ref: false });
    merchant = await findMerchant(catalog, environment, userName, password);
  } finally {
    attempt.end(merchant !== null);
  }
  return merchant;
}

/** Reads the parameters, and reports errors as a page and to the log. */
function asPage(
  method: string,
  handle: (
    parameters: Parameters,
    services: Services,
    request: GatewayRequest,
  ) => Answer | Promise<Answer>,
): PlatformEndpoint['handle'] {
  return async (request, services) => {
    let parameters: Parameters | null = null;
    let answer: Answer;
    try {
      parameters = readParameters(request);
      answer = await handle(parameters, services, request);
    } catch (error) {
      if (error instanceof ParametersError) {
        const problem = { code: 'invalid_request', detail: error.message };
        answer = { ...problemReply(400, error.message), problem };
      } else if (error instanceof LedgerUnavailableError) {
        const page = problemReply(503, '服务暂不可用，请稍后再试。 Try again in a moment.');
        const detail = 'the ledger takes no changes now; nothing was changed';
        answer = { ...page, problem: { code: 'unavailable', detail } };
      } else throw error;
    }
    const { problem = null, ...reply } = answer;
    return { ...reply, log: oauthLog(method, parameters, problem) };
  };
}

export const oauthEndpoints: readonly PlatformEndpoint[] = [
  { method: 'GET', path: AUTHORIZE, handle: asPage('oauth.authorize', showConsent) },
  { method: 'POST', path: AUTHORIZE, handle: asPage('oauth.consent', takeConsent) },
  { method: 'GET', path: '/api/oauth/token', changes: true, handle: answerToken },
  { method: 'POST', path: '/api/oauth/token', handle: answerToken },
  { method: 'POST', path: '/api/oauth/revoke', handle: answerRevoke },
];
