// /api/oauth/token and /api/oauth/revoke: exchange codes and refresh tokens, each usable once, for
// access tokens.
import { SECOND } from '../../core/clock.ts';
import { LedgerUnavailableError } from '../../core/errors.ts';
import { liveKeys, type Party } from '../../core/party.ts';
import { equalSecrets } from '../../protocol/digest.ts';
import type { GatewayReply, GatewayRequest, Services } from '../../protocol/platform.ts';
import { PLATFORM } from './name.ts';
import { LIFE_MS, type Pair, spendCode, spendRefresh } from './oauth-grants.ts';
import { oauthLog } from './oauth-log.ts';
import { type Parameters, ParametersError, readParameters } from './oauth-parameters.ts';
import { tokenDigest } from './token-digest.ts';

/** An error with a code of RFC 6749, 5.2, and the reason. */
class OAuthError extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

export function answerToken(request: GatewayRequest, services: Services): Promise<GatewayReply> {
  return answer('oauth.token', request, async (parameters) => {
    const app = findClient(parameters, services);
    const grantType = needed(parameters, 'grant_type');
    if (grantType === 'authorization_code') {
      const code = needed(parameters, 'code');
      const redirectUri = parameters.get('redirect_uri');
      const verifier = parameters.get('code_verifier');
      return reply(
        await spendCode(services, app, code, {
          ...(redirectUri !== undefined && { redirectUri }),
          ...(verifier !== undefined && { verifier }),
        }),
      );
    }
    if (grantType === 'refresh_token') {
      return reply(await spendRefresh(services, app, needed(parameters, 'refresh_token')));
    }
    throw new OAuthError(
      'unsupported_grant_type',
      'grant_type has to be authorization_code or refresh_token',
    );
  });
}

/** RFC 7009: ends the consent of a token. An unknown token counts as ended. */
export function answerRevoke(request: GatewayRequest, services: Services): Promise<GatewayReply> {
  return answer('oauth.revoke', request, async (parameters) => {
    const app = findClient(parameters, services);
    const { tokens } = services;
    const token = await tokens.find(PLATFORM, tokenDigest(needed(parameters, 'token')));
    if (token && token.partyId === app.partyId) await tokens.revoke(PLATFORM, token.grantId);
    return {};
  });
}

/** 用户类型: two independent Java clients read it as a number; the documents do not say which there are. [ours] */
const MODULE = 0;

function reply(spent: Pair | { readonly refused: string }): object {
  if ('refused' in spent) throw new OAuthError('invalid_grant', spent.refused);
  const { access, refresh, consent } = spent;
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
    module: MODULE,
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

/** An answer that the protocol can express has status 200, refusals included (settled.md, ALL3). */
async function answer(
  method: string,
  request: GatewayRequest,
  run: (parameters: Parameters) => Promise<object>,
): Promise<GatewayReply> {
  let parameters: Parameters | null = null;
  let problem: { code: string; detail: string } | null = null;
  let body: object = {};
  let status = 200;
  try {
    parameters = readParameters(request);
    body = await run(parameters);
  } catch (error) {
    if (error instanceof ParametersError) {
      problem = { code: 'invalid_request', detail: error.message };
    } else if (error instanceof OAuthError) {
      problem = { code: error.code, detail: error.message };
    } else if (error instanceof LedgerUnavailableError) {
      status = 503;
      problem = { code: 'temporarily_unavailable', detail: 'nothing was changed; try again' };
    } else throw error;
    body = describeError(problem.code, problem.detail);
  }
  return {
    status,
    contentType: 'application/json; charset=utf-8',
    body: JSON.stringify(body),
    headers: { 'cache-control': 'no-store', pragma: 'no-cache' },
    words: problem?.detail ?? null,
    log: oauthLog(method, parameters, problem),
  };
}

function describeError(error: string, error_description: string): object {
  return { error, error_description };
}
