// Slows, counts and reports wrong bearer tokens of the management API.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Refusal } from '../core/principal.ts';
import { GuessPace } from '../protocol/guess-pace.ts';

/**
 * The wait before a wrong token is answered, in milliseconds, by the number of wrong tokens of the
 * same address in the last 15 minutes. The first ten are free, because a program that was
 * configured wrongly is more frequent than an attacker. The longest wait is short, because a stop of
 * the server waits for it.
 */
const WAITS_MS = [...Array<number>(10).fill(0), 250, 500, 1000, 2000];

const TOO_MANY: Refusal = {
  status: 429,
  code: 'too-many-guesses',
  message:
    'this address has sent many wrong tokens, and 20 of its calls wait for their answer. Correct the token, and try again in a minute',
  headers: { 'retry-after': '60' },
};

/**
 * Returns a function that delays the refusal of a wrong token and replaces it by a 429 if the
 * address has too many delayed calls. A right token never waits, whatever its address has sent.
 *
 * @param onWrong receives the caller's address of each wrong token, and never the token
 */
export function tokenGuesses(onWrong: (address: string | null) => void) {
  const pace = new GuessPace(undefined, WAITS_MS);
  /** @param address null for a caller that is not slowed */
  return async (address: string | null, refusal: Refusal): Promise<Refusal> => {
    onWrong(address);
    if (address === null) return refusal;
    const attempt = pace.begin(address, address);
    if (attempt === null) return TOO_MANY;
    if (attempt.waitMs > 0) await sleep(attempt.waitMs, undefined, { ref: false });
    attempt.end(false);
    return refusal;
  };
}
