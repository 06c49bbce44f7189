// Digests and their comparison: one-shot MD5, and equality in constant time.
import { hash, timingSafeEqual } from 'node:crypto';

/** MD5 over UTF-8, 32 lower-case hex digits. It is the platforms' signature; nothing else uses it. */
export function md5Hex(text: string): string {
  return hash('md5', text);
}

const HEX_32 = /^[0-9a-f]{32}$/i;

/**
 * Whether `given` is one of `expected` (32 hex digits each), without regard to case. The time it
 * takes depends on how many are expected, never on which digits agree.
 */
export function isOneOfDigests(given: string, expected: readonly string[]): boolean {
  const wellFormed = HEX_32.test(given);
  const bytes = Buffer.from(wellFormed ? given : '0'.repeat(32), 'hex');
  let found = false;
  for (const candidate of expected) {
    if (timingSafeEqual(bytes, Buffer.from(candidate, 'hex'))) found = true;
  }
  return found && wellFormed;
}

/** Whether two secrets are equal, in a time that depends on neither. */
export function equalSecrets(a: string, b: string): boolean {
  return timingSafeEqual(hash('sha256', a, 'buffer'), hash('sha256', b, 'buffer'));
}
