// PKCE (RFC 7636): a code requested with a challenge is exchanged only for the matching verifier.
import { hash } from 'node:crypto';
import { equalSecrets } from '../../protocol/digest.ts';

export interface Challenge {
  readonly method: 'S256' | 'plain';
  readonly value: string;
}

/** RFC 7636, 4.1 and 4.2: "unreserved" characters, "minimum length of 43 characters and a maximum length of 128". */
const SHAPE = /^[A-Za-z0-9\-._~]{43,128}$/;

/**
 * The challenge of an authorization request; null if it has none, or the error if it is invalid.
 * Without a method it is `plain` (4.3).
 */
export function readChallenge(
  value: string | undefined,
  method: string | undefined,
): Challenge | null | { readonly problem: string } {
  if (value === undefined) {
    return method === undefined ? null : { problem: 'code_challenge is missing' };
  }
  if (method !== undefined && method !== 'S256' && method !== 'plain') {
    return { problem: 'code_challenge_method has to be S256 or plain' };
  }
  if (!SHAPE.test(value)) {
    return { problem: 'code_challenge has to be 43 to 128 letters, digits, - . _ or ~' };
  }
  return { method: method ?? 'plain', value };
}

/**
 * Whether the token call may use the code. A verifier for a code without a challenge is refused,
 * too, because otherwise nobody would notice a removed challenge (RFC 9700, 2.1.1).
 */
export function isProved(challenge: Challenge | undefined, verifier: string | undefined): boolean {
  if (!challenge || verifier === undefined) return !challenge && verifier === undefined;
  if (!SHAPE.test(verifier)) return false;
  const given = challenge.method === 'plain' ? verifier : hash('sha256', verifier, 'base64url');
  return equalSecrets(given, challenge.value);
}
