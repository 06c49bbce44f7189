// Requirements for a key, and the maximum number of valid keys per party.
import type { Instant } from './clock.ts';
import { liveKeys, type Party } from './party.ts';

/**
 * A party needs two keys to change over. The number is limited because each request is compared
 * with all valid keys.
 */
export const MAX_LIVE_KEYS = 5;
export const MIN_KEY_LENGTH = 16;
/**
 * `1234567812345678` has this many. A higher minimum would refuse keys that platforms have already
 * issued.
 */
export const MIN_DIFFERENT_CHARACTERS = 8;

/**
 * The reason why a secret is too weak for a key; null if it is strong enough. The text never
 * contains the secret.
 */
export function weakness(secret: string): string | null {
  const length = Array.from(secret).length;
  if (length < MIN_KEY_LENGTH) return `has ${length} characters, fewer than ${MIN_KEY_LENGTH}`;
  const different = new Set(secret).size;
  if (different < MIN_DIFFERENT_CHARACTERS) {
    return `has ${different} different characters, fewer than ${MIN_DIFFERENT_CHARACTERS}`;
  }
  return null;
}

export interface KeyProblem {
  /** Absent if the problem is the number of keys. */
  readonly keyId?: string;
  /** The problem, worded to follow the key's name in a sentence. */
  readonly problem: string;
}

/**
 * The problems of the keys that are valid at `now`.
 *
 * @param published publicly known keys, such as those of the sandbox
 */
export function keyProblems(
  party: Party,
  now: Instant,
  published: ReadonlySet<string>,
): readonly KeyProblem[] {
  const live = liveKeys(party, now);
  const found: KeyProblem[] = [];
  for (const { keyId, secret } of live) {
    const problem = published.has(secret) ? 'is published with the sandbox' : weakness(secret);
    if (problem !== null) found.push({ keyId, problem });
  }
  if (live.length > MAX_LIVE_KEYS) {
    found.push({ problem: `${live.length} keys hold, more than ${MAX_LIVE_KEYS}` });
  }
  return found;
}
