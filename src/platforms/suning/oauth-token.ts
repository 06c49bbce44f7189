// /api/oauth/token and /api/oauth/revoke: codes and refresh tokens into access tokens, each spent once.
import { randomBytes } from 'node:crypto';
import { DAY, MINUTE, SECOND } from '../../core/clock.ts';
import { LedgerUnavailableError } from '../../core/errors.ts';
import { liveKeys, type Party } from '../../core/party.ts';
import type { Token } from '../../core/token.ts';
import { equalSecrets } from '../../protocol/digest.ts';
import type { EndpointReply, GatewayRequest, Services } from '../../protocol/platform.ts';
import { PLATFORM, tokenDigest } from './checks.ts';
import type { Merchant } from './merchant.ts';
import { type Parameters, ParametersError, readParameters } from './oauth-parameters.ts';

/** "Life 1 year." */
const LIFE_MS = 365 * DAY;
/** A code is on its way through a browser only. */
const CODE_LIFE_MS = 10 * MINUTE;

/** The codes of RFC 6749, 5.2, with what went wrong. */
class OAuthError extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/** What stands behind a code and every token that comes of it. */
export interface Consent extends Merchant {
  readonly scope: string;
  readonly redirectUri: string;
}

const newToken = (): string => randomBytes(32).toString('base64url');

/** Makes a code for `app`: one consent, a grant of its own. */
export async function issueCode(
  { tokens, clock }: Services,
  app: Party,
  consent: Consent,
): Promise<string> {
  const code = newToken();
  const expiresAt = clock.now() + CODE_LIFE_MS;
  const grantId = randomBytes(16).toString('base64url');
  await tokens.save([toToken(code, 'code', app.partyId, grantId, expiresAt, consent)]);
  return code;
}

function toToken(
  token: string,
  kind: string,
  partyId: string,
  grantId: string,
  expiresAt: number,
  consent: Consent,
): Token {
  const digest = tokenDigest(token);
  return {
    platform: PLATFORM,
    digest,
    kind,
    partyId,
    grantId,
    expiresAt,
    attributes: { ...consent },
  };
}

/** Under which a spent token is remembered: whoever brings it again has stolen it, or was stolen from. */
const spentName = (token: string): string => `spent:${token}`;

export function answerToken(request: GatewayRequest, services: Services): Promise<EndpointReply> {
  return answer(request, async (parameters) => {
    const app = findClient(parameters, services);
    const grantType = needed(parameters, 'grant_type');
    if (grantType === 'authorization_code') {
      return spend(app, needed(parameters, 'code'), 'code', services, ({ redirectUri }) => {
        if (parameters.get('redirect_uri') === redirectUri) return;
        throw new OAuthError('invalid_grant', 'redirect_uri is not that of the code');
      });
    }
    if (grantType === 'refresh_token') {
      return spend(app, needed(parameters, 'refresh_token'), 'refresh', services, () => {});
    }
    throw new OAuthError(
      'unsupported_grant_type',
      'grant_type has to be authorization_code or refresh_token',
    );
  });
}

/** RFC 7009: ends the consent that a token comes from. A token that nobody knows is as good as ended. */
export function answerRevoke(request: GatewayRequest, services: Services): Promise<EndpointReply> {
  return answer(request, async (parameters) => {
    const app = findClient(parameters, services);
    const { tokens } = services;
    const token = await tokens.find(PLATFORM, tokenDigest(needed(parameters, 'token')));
    if (token && token.partyId === app.partyId) await tokens.revoke(PLATFORM, token.grantId);
    return {};
  });
}

async function spend(
  app: Party,
  given: string,
  kind: 'code' | 'refresh',
  services: Services,
  check: (consent: Consent) => void,
): Promise<object> {
  const { tokens, clock } = services;
  const token = await tokens.find(PLATFORM, tokenDigest(given));
  const invalid = new OAuthError('invalid_grant', `the ${kind} is unknown, ended or spent`);
  if (token?.kind !== kind || token.partyId !== app.partyId) {
    const spent = await tokens.find(PLATFORM, tokenDigest(spentName(given)));
    if (spent?.partyId === app.partyId) await tokens.revoke(PLATFORM, spent.grantId);
    throw invalid;
  }
  const now = clock.now();
  if (now >= token.expiresAt) throw invalid;
  const consent = token.attributes as unknown as Consent;
  check(consent);
  const [access, refresh] = [newToken(), newToken()];
  const { partyId, grantId } = token;
  const expiresAt = now + LIFE_MS;
  const make = (text: string, its: string): Token =>
    toToken(text, its, partyId, grantId, expiresAt, consent);
  const fresh = [make(access, 'access'), make(refresh, 'refresh'), make(spentName(given), 'spent')];
  // Of two that bring the same token at once one gets here first; for the other it is spent.
  if (!(await tokens.save(fresh, { platform: PLATFORM, digest: token.digest }))) {
    await tokens.revoke(PLATFORM, grantId);
    throw invalid;
  }
  return {
    access_token: access,
    token_type: 'bearer',
    refresh_token: refresh,
    expires_in: LIFE_MS / SECOND,
    re_expires_in: LIFE_MS / SECOND,
    scope: consent.scope,
    suning_user_name: consent.userName,
    custnum: consent.custnum,
    vendorCode: consent.vendorCode,
  };
}

function findClient(parameters: Parameters, { parties, clock }: Services): Party {
  const id = needed(parameters, 'client_id');
  const secret = needed(parameters, 'client_secret');
  const app = parties.find(PLATFORM, id);
  const keys = app?.enabled ? liveKeys(app, clock.now()) : [];
  if (keys.filter((key) => equalSecrets(key.secret, secret)).length > 0) return app!;
  throw new OAuthError('invalid_client', 'client_id and client_secret are not those of an app');
}

function needed(parameters: Parameters, name: string): string {
  const value = parameters.get(name);
  if (value) return value;
  throw new OAuthError('invalid_request', `${name} is missing`);
}

/** "HTTP status is 200 for every answer that a platform's protocol can express, errors included". */
async function answer(
  request: GatewayRequest,
  run: (parameters: Parameters) => Promise<object>,
): Promise<EndpointReply> {
  let body: object;
  let status = 200;
  try {
    body = await run(readParameters(request));
  } catch (error) {
    if (error instanceof ParametersError) body = describeError('invalid_request', error.message);
    else if (error instanceof OAuthError) body = describeError(error.code, error.message);
    else if (error instanceof LedgerUnavailableError) {
      status = 503;
      body = describeError('temporarily_unavailable', 'nothing was changed; try again');
    } else throw error;
  }
  return {
    status,
    contentType: 'application/json; charset=utf-8',
    body: JSON.stringify(body),
    headers: { 'cache-control': 'no-store', pragma: 'no-cache' },
  };
}

function describeError(error: string, error_description: string): object {
  return { error, error_description };
}
