// Digests and their comparison: one-shot MD5, and equality in constant time.
import { hash, timingSafeEqual } from 'node:crypto';

/** MD5 over UTF-8, 32 lower-case hex digits. Only the platforms' signatures use it. */
export function md5Hex(text: string): string {
  return hash('md5', text);
}

/** The value of each ASCII character as a hex digit; 255 if it is none. */
const HEX_VALUES = Uint8Array.from({ length: 128 }, (_, code) => {
  const value = Number.parseInt(String.fromCharCode(code), 16);
  return Number.isNaN(value) ? 255 : value;
});

/**
 * The index of `given` in `expected`, ignoring case; -1 if absent. All items of `expected` must be
 * hex digits of one length, such as the 32 of MD5. The running time depends on the number of
 * expected digests, never on which digits agree.
 */
export function indexOfDigest(given: string, expected: readonly string[]): number {
  const length = expected.length === 0 ? 0 : expected[0]!.length;
  const digits = new Uint8Array(length);
  const wellFormed = given.length === length && readHex(given, digits);
  const compared = new Uint8Array(length);
  let found = -1;
  for (let i = 0; i < expected.length; i++) {
    readHex(expected[i]!, compared);
    if (timingSafeEqual(digits, compared) && found < 0) found = i;
  }
  return wellFormed ? found : -1;
}

/** Writes the values of as many digits as there is room for; returns false if one is no hex digit. */
function readHex(text: string, values: Uint8Array): boolean {
  let highest = 0;
  for (let i = 0; i < values.length; i++) {
    const value = HEX_VALUES[text.charCodeAt(i)] ?? 255;
    values[i] = value;
    highest |= value;
  }
  return highest < 16;
}

/** Whether two secrets are equal. The running time does not depend on their content. */
export function equalSecrets(a: string, b: string): boolean {
  return timingSafeEqual(hash('sha256', a, 'buffer'), hash('sha256', b, 'buffer'));
}
