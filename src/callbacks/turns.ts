// Shares the places for posts fairly between endpoints: which claimed delivery starts next, and how
// many may be claimed.
import type { Work } from './send.ts';

/** Maximum simultaneous posts. Each holds a body, a socket and 1 KiB of answer. */
const MAX_POSTS = 256;
/** Maximum simultaneous posts to one endpoint; more would overload a receiver. */
const MAX_POSTS_OF_ONE = 32;
/** Additional places for endpoints without a post in progress. */
const KEPT_POSTS = 64;

/** Maximum claimed deliveries. Waiting claims spare a fast receiver the pause of a disk write. */
const MAX_CLAIMED = 1024;
/**
 * How many deliveries of one endpoint may be claimed while more than a number of places are free.
 * The first endpoint must not take the places that others need later, because a slow receiver
 * returns its claims late. A hundred or more silent endpoints still leave room for another one.
 */
const CLAIM_BANDS = [
  { above: 640, perEndpoint: 96 },
  { above: 384, perEndpoint: 48 },
  { above: 192, perEndpoint: 16 },
  { above: 96, perEndpoint: 4 },
  { above: 0, perEndpoint: 1 },
] as const;

/**
 * Chooses whose turn it is. An endpoint with `n` posts in progress starts another one only while
 * more than 2n places are free, so that endpoints with fewer posts always find a place: eight
 * receivers that answer after 13 s get about 25 of 256 places each, and 50 stay free. An endpoint
 * without posts may also use a kept place.
 */
export class Turns {
  /**
   * Claimed deliveries that have not started, by endpoint; the endpoint served longest ago is
   * first.
   */
  readonly #waiting = new Map<string, Work[]>();
  readonly #posting = new Map<string, number>();
  /** Claimed deliveries without a stored result, by endpoint. */
  readonly #held = new Map<string, number>();
  #posts = 0;
  #heldInAll = 0;

  /** Posts in progress. */
  get posts(): number {
    return this.#posts;
  }

  /** Claimed deliveries without a stored result. */
  get held(): number {
    return this.#heldInAll;
  }

  /** The permitted size of a claim now; null if there is no room. */
  room(): {
    readonly limit: number;
    readonly perEndpoint: number;
    readonly underWay: Readonly<Record<string, number>>;
  } | null {
    const free = MAX_CLAIMED - this.#heldInAll;
    const band = CLAIM_BANDS.find(({ above }) => free > above);
    if (!band) return null;
    const { above, perEndpoint } = band;
    return { limit: free - above, perEndpoint, underWay: Object.fromEntries(this.#held) };
  }

  take(work: Work): void {
    const { endpointId } = work.endpoint;
    const works = this.#waiting.get(endpointId);
    if (works) works.push(work);
    else this.#waiting.set(endpointId, [work]);
    this.hold(endpointId, 1);
  }

  /**
   * The next delivery to start, which counts as in progress from now on; undefined if none may
   * start.
   */
  next(isHeldBack: (endpointId: string) => boolean): Work | undefined {
    for (const [endpointId, works] of this.#waiting) {
      if (isHeldBack(endpointId) || !this.#hasPlace(endpointId)) continue;
      const work = works.shift()!;
      this.#waiting.delete(endpointId);
      if (works.length > 0) this.#waiting.set(endpointId, works); // The endpoint moves to the end.
      this.#posts++;
      add(this.#posting, endpointId, 1);
      return work;
    }
    return undefined;
  }

  #hasPlace(endpointId: string): boolean {
    const own = this.#posting.get(endpointId) ?? 0;
    const free = MAX_POSTS - this.#posts;
    return own === 0 ? free + KEPT_POSTS > 0 : own < MAX_POSTS_OF_ONE && 2 * own < free;
  }

  ended(endpointId: string): void {
    this.#posts--;
    add(this.#posting, endpointId, -1);
  }

  /** Changes the number of an endpoint's claimed deliveries without a stored result. */
  hold(endpointId: string, more: number): void {
    add(this.#held, endpointId, more);
    this.#heldInAll += more;
  }

  /**
   * Removes and returns an endpoint's deliveries that have not started. They still count as
   * claimed.
   */
  takeBack(endpointId: string): readonly Work[] {
    const works = this.#waiting.get(endpointId) ?? [];
    this.#waiting.delete(endpointId);
    return works;
  }

  get waitingEndpoints(): readonly string[] {
    return [...this.#waiting.keys()];
  }
}

function add(counts: Map<string, number>, key: string, more: number): void {
  const count = (counts.get(key) ?? 0) + more;
  if (count === 0) counts.delete(key);
  else counts.set(key, count);
}
