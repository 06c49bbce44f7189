// What a key has to be, and how many of one party may hold at once.
import type { Instant } from './clock.ts';
import { liveKeys, type Party } from './party.ts';

/** Each request is compared with all of them, and two are enough to change over. */
export const MAX_LIVE_KEYS = 5;
export const MIN_KEY_LENGTH = 16;
/** `1234567812345678` has as many, which is a choice: more would refuse keys that platforms have given out. */
export const MIN_DIFFERENT_CHARACTERS = 8;

/** Why a secret may not become a key; null where it may. Never tells the secret. */
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
  /** Absent where the number of keys is the problem. */
  readonly keyId?: string;
  /** As what follows the key's name in a sentence. */
  readonly problem: string;
}

/**
 * What is wrong with the keys that hold at `now`.
 *
 * @param published keys that anybody may know, such as those of the sandbox
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
