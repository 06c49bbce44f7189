// Counts the answered and the refused calls of each minute of the last day, in memory.
import { type Instant, MINUTE } from './clock.ts';

export interface CallCounts {
  /** Start of the time span that is counted. */
  readonly at: Instant;
  readonly answered: number;
  /** How many of the answered calls were refused. */
  readonly refused: number;
}

const KEPT_MINUTES = 24 * 60;

/**
 * The request log can hold five million rows, too many to count for each page view, so this class
 * counts calls as they happen. The counts start at zero with the process and cover this node only.
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
      // A clock jump can leave minutes that are out of order. The minute that was inserted first is
      // deleted first.
      for (const old of this.#minutes.keys()) {
        if (this.#minutes.size <= KEPT_MINUTES) break;
        this.#minutes.delete(old);
      }
    }
    counts.answered++;
    if (refused) counts.refused++;
  }

  /**
   * Every step from `from` to `to`, oldest first, including steps without calls.
   * @param step in minutes
   */
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
