// The secrets of an endpoint, and the headers that sign a callback by Standard Webhooks.
import { randomBytes } from 'node:crypto';
import type { EndpointSecret } from '../core/callback-endpoint.ts';
import type { Instant } from '../core/clock.ts';
import { SECRET_PREFIX, sign } from '../protocol/standard-webhooks.ts';

export { secretProblem, sign } from '../protocol/standard-webhooks.ts';

const NEW_BYTES = 32;

export function newSecret(): string {
  return SECRET_PREFIX + randomBytes(NEW_BYTES).toString('base64');
}

export function liveSecrets(
  secrets: readonly EndpointSecret[],
  now: Instant,
): readonly EndpointSecret[] {
  return secrets.filter(({ expiresAt }) => expiresAt === null || now < expiresAt);
}

/** Adds a new secret. The valid secrets also sign for `overlapMs` more. */
export function rotateSecret(
  secrets: readonly EndpointSecret[],
  secret: string,
  now: Instant,
  overlapMs: number,
): readonly EndpointSecret[] {
  const end = now + overlapMs;
  const older = liveSecrets(secrets, now).map((s) => ({
    ...s,
    expiresAt: s.expiresAt === null ? end : Math.min(s.expiresAt, end),
  }));
  return [{ secret, createdAt: now, expiresAt: null }, ...older];
}

/**
 * The headers of a signed message; none without a secret.
 *
 * @param secrets the valid secrets
 * @param sentAt real time, not the sandbox's time, because receivers refuse times that are minutes
 * off
 */
export function signatureHeaders(
  secrets: readonly EndpointSecret[],
  id: string,
  sentAt: Instant,
  body: string,
): Record<string, string> {
  if (secrets.length === 0) return {};
  const timestamp = Math.floor(sentAt / 1000);
  return {
    'webhook-id': id,
    'webhook-timestamp': String(timestamp),
    'webhook-signature': secrets.map(({ secret }) => sign(secret, id, timestamp, body)).join(' '),
  };
}
