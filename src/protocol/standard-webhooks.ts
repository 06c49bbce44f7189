// Standard Webhooks: requirements for secrets, and the signature over id, time and body; for server
// and clients.
import { createHmac, createSecretKey, type KeyObject } from 'node:crypto';

export const SECRET_PREFIX = 'whsec_';
/** Standard Webhooks: a secret has 24 to 64 bytes. */
const [MIN_BYTES, MAX_BYTES] = [24, 64];

/** The problem with a given secret; null if it is valid. */
export function secretProblem(secret: string): string | null {
  const base64 = secret.startsWith(SECRET_PREFIX) ? secret.slice(SECRET_PREFIX.length) : '';
  const bytes = Buffer.from(base64, 'base64');
  if (base64 !== '' && bytes.toString('base64') === base64) {
    if (bytes.length >= MIN_BYTES && bytes.length <= MAX_BYTES) return null;
  }
  return `has to be ${SECRET_PREFIX} and the base64 of ${MIN_BYTES} to ${MAX_BYTES} bytes`;
}

/**
 * `v1,` and base64(HMAC-SHA256(secret, id.timestamp.body)).
 * @param timestamp seconds since 1970
 */
export function sign(
  secret: string,
  id: string,
  timestamp: number,
  body: string | Uint8Array,
): string {
  const hmac = createHmac('sha256', keyOf(secret)).update(`${id}.${timestamp}.`).update(body);
  return `v1,${hmac.digest('base64')}`;
}

/** A cache, because creating a key object takes five times as long as signing with it. */
const keys = new Map<string, KeyObject>();
const MAX_KEYS = 1000;

function keyOf(secret: string): KeyObject {
  let key = keys.get(secret);
  if (!key) {
    if (keys.size >= MAX_KEYS) keys.clear();
    key = createSecretKey(Buffer.from(secret.slice(SECRET_PREFIX.length), 'base64'));
    keys.set(secret, key);
  }
  return key;
}
