// Digests and their comparison: one-shot MD5, and equality in constant time.
import { hash, timingSafeEqual } from 'node:crypto';

/** MD5 over UTF-8, 32 lower-case hex digits. Only the platforms' signatures use it. */
export function md5Hex(text: string): string {
  return hash('md5', text);
}

const HEX = /^[0-9a-f]+$/i;

/**
 * The index of `given` in `expected`, ignoring case; -1 if absent. All items of `expected` must be
 * hex digits of one length, such as the 32 of MD5. The running time depends on the number of
 * expected digests, never on which digits agree.
 */
export function indexOfDigest(given: string, expected: readonly string[]): number {
  const length = expected.length === 0 ? 0 : expected[0]!.length;
  const wellFormed = given.length === length && HEX.test(given);
  const bytes = Buffer.from(wellFormed ? given : '0'.repeat(length), 'hex');
  let found = -1;
  for (let i = 0; i < expected.length; i++) {
    if (timingSafeEqual(bytes, Buffer.from(expected[i]!, 'hex')) && found < 0) found = i;
  }
  return wellFormed ? found : -1;
}

/** Whether two secrets are equal. The running time does not depend on their content. */
export function equalSecrets(a: string, b: string): boolean {
  return timingSafeEqual(hash('sha256', a, 'buffer'), hash('sha256', b, 'buffer'));
}
