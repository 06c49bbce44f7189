// Remembers windows of counted lists: how many entries they have, and where their pages begin. Whoever pages through
// a window asks for it again and again.

/** A place in a list: the time and the id of an entry, which is included. */
export type Place = readonly [at: number, id: string];

/** The part of a list between two times. */
export interface Window {
  /** The number of entries before the window. */
  readonly first: number;
  readonly total: number;
  /** The place of the entry at a position of the window, where it is known. */
  readonly starts: Map<number, Place>;
}

/** At most this many windows and places are kept, about 150 bytes each. Then all are forgotten. */
const MOST = 10_000;

/**
 * A window holds as long as its list has not changed. The ledger's one connection adds entries and
 * reads pages on the same thread, so nobody reads between an added entry and its commit, and a
 * window that is forgotten for an entry which is rolled back costs only time. While another
 * connection adds entries, nothing is remembered.
 */
export class ListWindows {
  readonly #lists = new Map<number, Map<string, Window>>();
  #kept = 0;
  #isPaused = false;

  find(list: number, from: number, to: number): Window | undefined {
    return this.#lists.get(list)?.get(`${from} ${to}`);
  }

  keep(list: number, from: number, to: number, { first, total }: Omit<Window, 'starts'>): Window {
    this.#count();
    let windows = this.#lists.get(list);
    if (!windows) {
      windows = new Map();
      this.#lists.set(list, windows);
    }
    const window = { first, total, starts: new Map() };
    if (this.#isPaused) return window;
    windows.set(`${from} ${to}`, window);
    return window;
  }

  keepStart({ starts }: Window, position: number, place: Place): void {
    if (starts.has(position)) return;
    this.#count();
    starts.set(position, place);
  }

  /** Call it in the transaction that changes the list. */
  forget(list: number): void {
    this.#lists.delete(list);
  }

  forgetAll(): void {
    this.#lists.clear();
    this.#kept = 0;
  }

  /** Remembers nothing until `until` has settled, since another connection adds entries meanwhile. */
  pauseUntil(until: Promise<unknown>): void {
    this.forgetAll();
    this.#isPaused = true;
    const resume = (): void => {
      this.#isPaused = false;
    };
    until.then(resume, resume);
  }

  #count(): void {
    if (++this.#kept > MOST) this.forgetAll();
  }
}
