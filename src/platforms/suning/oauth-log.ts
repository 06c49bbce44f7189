// The request log's record of an OAuth call: who, what, the result, and the parameters without
// secrets.

import type { EndpointLog } from '../../protocol/endpoint-log.ts';
import { shown } from '../../protocol/redact.ts';
import type { Parameters } from './oauth-parameters.ts';

/** Parameters that are no secrets. For all others the log only says that they were present. */
const OPEN = new Set([
  'client_id',
  'code_challenge_method',
  'decision',
  'grant_type',
  'itemcode',
  'redirect_uri',
  'response_type',
  'scope',
  'user',
]);
const NAMED = new Set([
  ...OPEN,
  'client_secret',
  'code',
  'code_challenge',
  'code_verifier',
  'csrf',
  'password',
  'refresh_token',
  'state',
  'token',
]);
const MAX_VALUE = 200;
const SUCCESS = 'success';

/** Every method and outcome that {@link oauthLog} is called with. */
export const OAUTH_LOGS = {
  methods: ['oauth.authorize', 'oauth.consent', 'oauth.token', 'oauth.revoke'],
  outcomes: [
    SUCCESS,
    'access_denied',
    'invalid_client',
    'invalid_grant',
    'invalid_request',
    'temporarily_unavailable',
    'unavailable',
    'unsupported_grant_type',
    'unsupported_response_type',
    'forged-form',
    'too-many-attempts',
    'wrong-password',
  ],
};

/**
 * @param method `oauth.token`, `oauth.authorize` and so on
 * @param problem null for a success
 */
export function oauthLog(
  method: string,
  parameters: Parameters | null,
  problem: { readonly code: string; readonly detail: string } | null,
): EndpointLog {
  return {
    // Anybody may open the page; a consent and a token require a password or a secret.
    isVerified: problem === null && method !== 'oauth.authorize',
    party: parameters?.get('client_id') ?? null,
    method,
    outcome: problem?.code ?? SUCCESS,
    detail: problem?.detail ?? null,
    body: parameters ? withoutSecrets(parameters) : '(not kept: the parameters could not be read)',
  };
}

/** The parameters as a form. A name that OAuth does not define may itself be a secret. */
function withoutSecrets(parameters: Parameters): string {
  const kept: string[] = [];
  let others = 0;
  for (const [name, value] of parameters) {
    if (!NAMED.has(name)) others++;
    else if (!OPEN.has(name)) kept.push(`${name}=***`);
    else kept.push(`${name}=${encodeURIComponent(shown(value, MAX_VALUE).toWellFormed())}`);
  }
  if (others > 0) kept.push(`(${others} of other names)`);
  return kept.join('&');
}
