// How many calls were answered and how many were refused, minute by minute, of the last day, in memory.
import { type Instant, MINUTE } from './clock.ts';

export interface CallCounts {
  /** The beginning of the time that is counted. */
  readonly at: Instant;
  readonly answered: number;
  /** Of those answered, the calls that were refused. */
  readonly refused: number;
}

const KEPT_MINUTES = 24 * 60;

/**
 * Counted here, and not in the request log: five million rows cannot be counted for each look at a page.
 * It starts empty with the process, and knows the calls of this node alone.
 */
export class CallSeries {
  readonly since: Instant;
  readonly #minutes = new Map<number, { answered: number; refused: number }>();

  constructor(since: Instant) {
    this.since = since;
  }

  count(at: Instant, refused: boolean): void {
    const minute = Math.floor(at / MINUTE);
    let counts = this.#minutes.get(minute);
    if (!counts) {
      counts = { answered: 0, refused: 0 };
      this.#minutes.set(minute, counts);
      // A clock that jumped leaves minutes behind; the oldest that was counted goes first.
      for (const old of this.#minutes.keys()) {
        if (this.#minutes.size <= KEPT_MINUTES) break;
        this.#minutes.delete(old);
      }
    }
    counts.answered++;
    if (refused) counts.refused++;
  }

  /** Every step from `from` to `to`, oldest first, those without calls too. @param step in minutes */
  read(from: Instant, to: Instant, step: number): CallCounts[] {
    const first = Math.floor(from / MINUTE / step) * step;
    const last = Math.floor(to / MINUTE);
    const series: CallCounts[] = [];
    for (let start = first; start <= last; start += step) {
      let [answered, refused] = [0, 0];
      for (let minute = start; minute < start + step; minute++) {
        const counts = this.#minutes.get(minute);
        answered += counts?.answered ?? 0;
        refused += counts?.refused ?? 0;
      }
      series.push({ at: start * MINUTE, answered, refused });
    }
    return series;
  }
}
