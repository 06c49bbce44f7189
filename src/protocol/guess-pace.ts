// How fast passwords may be guessed, by merchants and by operators: slower with each wrong one, and nobody is locked out.
import { MINUTE, SECOND } from '../core/clock.ts';

/**
 * How long an attempt waits before it is judged, by the attempts before it that were wrong or are
 * under way: of the same address, or at the same account, whichever is longer. Each waits before its
 * password is looked at, so that a guess which is not waited for is worth nothing.
 */
const WAITS_MS = [0, 1, 2, 4, 8, 16, 30].map((seconds) => seconds * SECOND);
/** After so long without a wrong one the count begins anew. */
const MEMORY_MS = 15 * MINUTE;
/** Attempts that one address may have waiting; an account has no bound, so that nobody is kept out of it. */
const MAX_WAITING = 20;
/** Addresses, accounts and pairs remembered; the least recent are forgotten first. About 2 MB. */
const MAX_ENTRIES = 10_000;

interface Count {
  wrong: number;
  waiting: number;
  lastAt: number;
}

export interface Attempt {
  readonly waitMs: number;
  /** Has to be called once, with whether somebody has signed in. */
  end(isSignedIn: boolean): void;
}

/**
 * Of one process: nodes count each for themselves. An address from which somebody has signed in to
 * an account goes on at a pace of its own there, whatever strangers do: it waits for its own mistakes
 * alone, and is never refused.
 */
export class GuessPace {
  readonly #addresses = new Map<string, Count>();
  readonly #accounts = new Map<string, Count>();
  /** Of an address and an account that have signed in before. */
  readonly #pairs = new Map<string, Count>();
  readonly #now: () => number;

  /** @param now milliseconds that never go back */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** Null where the address has too many attempts waiting. */
  begin(address: string, account: string): Attempt | null {
    const pair = JSON.stringify([address, account]);
    const known = this.#pairs.get(pair);
    const counts = known
      ? [this.#count(this.#pairs, pair)]
      : [this.#count(this.#addresses, address), this.#count(this.#accounts, account)];
    if (!known && counts[0]!.waiting >= MAX_WAITING) return null;
    const before = Math.max(...counts.map(({ wrong, waiting }) => wrong + waiting));
    for (const count of counts) count.waiting++;
    return {
      waitMs: WAITS_MS[Math.min(before, WAITS_MS.length - 1)]!,
      end: (isSignedIn) => {
        for (const count of counts) {
          count.waiting--;
          count.lastAt = this.#now();
          if (!isSignedIn) count.wrong++;
        }
        if (!isSignedIn) return;
        this.#count(this.#pairs, pair).wrong = 0;
        const ofAddress = this.#addresses.get(address);
        if (ofAddress) ofAddress.wrong = 0;
      },
    };
  }

  #count(of: Map<string, Count>, key: string): Count {
    const now = this.#now();
    let count = of.get(key);
    if (!count || (count.waiting === 0 && now - count.lastAt > MEMORY_MS && of !== this.#pairs)) {
      count = { wrong: 0, waiting: 0, lastAt: now };
    }
    if (now - count.lastAt > MEMORY_MS) count.wrong = 0;
    of.delete(key);
    of.set(key, count); // Behind all others: the first is the least recent.
    if (of.size > MAX_ENTRIES) of.delete(of.keys().next().value!);
    return count;
  }
}
