// Limits how fast passwords of merchants and operators can be guessed. Each wrong password slows
// the next attempt, and nobody is locked out.
import { MINUTE, SECOND } from '../core/clock.ts';

/**
 * The wait before an attempt is judged, by the number of earlier attempts that were wrong or are in
 * progress, of the same address or at the same account, whichever wait is longer. The wait comes
 * before the password check, so that an attempt which does not wait learns nothing.
 */
const WAITS_MS: readonly number[] = [0, 1, 2, 4, 8, 16, 30].map((seconds) => seconds * SECOND);
/** After this time without a wrong password the count restarts. */
const MEMORY_MS = 15 * MINUTE;
/**
 * Maximum waiting attempts of one address. Accounts have no limit, so that nobody is locked out.
 */
const MAX_WAITING = 20;
/**
 * Maximum addresses, accounts and pairs in memory, about 2 MB. The least recent is forgotten first.
 */
const MAX_ENTRIES = 10_000;

interface Count {
  wrong: number;
  waiting: number;
  lastAt: number;
}

export interface Attempt {
  readonly waitMs: number;
  /** Must be called once, with the result of the sign-in. */
  end(isSignedIn: boolean): void;
}

/**
 * Counts for one process; each node counts for itself. An address that has signed in to an account
 * before has its own count for that account: it waits only after its own mistakes and is never
 * refused. Many simultaneous attempts of it wait longer instead: others may share the address.
 */
export class GuessPace {
  readonly #addresses = new Map<string, Count>();
  readonly #accounts = new Map<string, Count>();
  /** Pairs of address and account that have signed in before. */
  readonly #pairs = new Map<string, Count>();
  readonly #now: () => number;
  readonly #waitsMs: readonly number[];

  /**
   * @param now milliseconds of a clock that never goes back
   * @param waitsMs the wait before an attempt, by the number of earlier wrong ones
   */
  constructor(now: () => number = () => performance.now(), waitsMs = WAITS_MS) {
    this.#now = now;
    this.#waitsMs = waitsMs;
  }

  /** Returns null if the address has too many waiting attempts. */
  begin(address: string, account: string): Attempt | null {
    const pair = JSON.stringify([address, account]);
    const known = this.#pairs.get(pair);
    const counts = known
      ? [this.#count(this.#pairs, pair)]
      : [this.#count(this.#addresses, address), this.#count(this.#accounts, account)];
    if (!known && counts[0]!.waiting >= MAX_WAITING) return null;
    const rounds = 1 + Math.floor(counts[0]!.waiting / MAX_WAITING);
    const before = Math.max(...counts.map(({ wrong, waiting }) => wrong + waiting));
    for (const count of counts) count.waiting++;
    return {
      waitMs: this.#waitsMs[Math.min(before, this.#waitsMs.length - 1)]! * rounds,
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
    of.set(key, count); // Moves the entry to the end, so that the first is the least recent.
    if (of.size > MAX_ENTRIES) of.delete(of.keys().next().value!);
    return count;
  }
}
