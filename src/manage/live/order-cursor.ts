// How far the event stream has read the ledger's events, where an event with a lower number may
// appear after one with a higher number.

/**
 * A missing number belongs to a transaction that still runs, or to one that was rolled back. After
 * this time it is taken for rolled back: the database ends a transaction that waits longer.
 */
const GAP_MS = 10_000;

export class OrderCursor {
  /** Every event up to this number has been seen, or will not appear. */
  position: number;
  /** Events above the position that have been seen. */
  readonly #ahead = new Set<number>();
  #stuckSince: number | null = null;

  constructor(position: number) {
    this.position = position;
  }

  /**
   * Takes the events after the position, sorted by number.
   *
   * @param now in milliseconds, of a clock that never goes back
   * @returns those that were not seen before
   */
  take<T extends { readonly seq: number }>(events: readonly T[], now: number): T[] {
    const fresh = events.filter(({ seq }) => seq > this.position && !this.#ahead.has(seq));
    for (const { seq } of fresh) this.#ahead.add(seq);
    const before = this.position;
    this.#advance();
    if (this.#ahead.size === 0) {
      this.#stuckSince = null;
      return fresh;
    }
    if (this.position !== before || this.#stuckSince === null) this.#stuckSince = now;
    else if (now - this.#stuckSince > GAP_MS) {
      this.position = Math.min(...this.#ahead) - 1;
      this.#advance();
      this.#stuckSince = this.#ahead.size === 0 ? null : now;
    }
    return fresh;
  }

  #advance(): void {
    while (this.#ahead.delete(this.position + 1)) this.position++;
  }
}
