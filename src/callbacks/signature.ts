// Standard Webhooks signatures: symmetric, version 1, one for each secret that holds.
import { createHmac, createSecretKey, type KeyObject, randomBytes } from 'node:crypto';
import type { EndpointSecret } from '../core/callback-endpoint.ts';
import type { Instant } from '../core/clock.ts';

const PREFIX = 'whsec_';
/** Standard Webhooks: a secret has 24 to 64 bytes. */
const [MIN_BYTES, MAX_BYTES, NEW_BYTES] = [24, 64, 32];

export function newSecret(): string {
  return PREFIX + randomBytes(NEW_BYTES).toString('base64');
}

/** What is wrong with a secret that somebody brings along; null when nothing is. */
export function secretProblem(secret: string): string | null {
  const base64 = secret.startsWith(PREFIX) ? secret.slice(PREFIX.length) : '';
  const bytes = Buffer.from(base64, 'base64');
  if (base64 !== '' && bytes.toString('base64') === base64) {
    if (bytes.length >= MIN_BYTES && bytes.length <= MAX_BYTES) return null;
  }
  return `has to be ${PREFIX} and the base64 of ${MIN_BYTES} to ${MAX_BYTES} bytes`;
}

/** `v1,` and base64(HMAC-SHA256(secret, id.timestamp.body)). @param timestamp seconds since 1970 */
export function sign(secret: string, id: string, timestamp: number, body: string): string {
  return `v1,${createHmac('sha256', keyOf(secret)).update(`${id}.${timestamp}.${body}`).digest('base64')}`;
}

/** Making a key of its bytes costs five times what signing with it does. */
const keys = new Map<string, KeyObject>();
const MAX_KEYS = 1000;

function keyOf(secret: string): KeyObject {
  let key = keys.get(secret);
  if (!key) {
    if (keys.size >= MAX_KEYS) keys.clear();
    key = createSecretKey(Buffer.from(secret.slice(PREFIX.length), 'base64'));
    keys.set(secret, key);
  }
  return key;
}

export function liveSecrets(
  secrets: readonly EndpointSecret[],
  now: Instant,
): readonly EndpointSecret[] {
  return secrets.filter(({ expiresAt }) => expiresAt === null || now < expiresAt);
}

/** Puts a new secret in front; those that hold now sign besides for `overlapMs` more. */
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
 * The headers of a signed message; none where there is no secret.
 *
 * @param secrets those that hold
 * @param sentAt by the world's clock, not the sandbox's: receivers refuse what is minutes off theirs
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
