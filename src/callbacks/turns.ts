// Whose turn it is: claimed deliveries by endpoint, and how many of each may be posted at once, so that none takes all room.
import type { Work } from './send.ts';

/** Posts under way at once. Each holds a body, a socket and a KiB of answer. */
const MAX_POSTS = 256;
/** Of one endpoint, where there is room: more would be an attack on a receiver. */
const MAX_POSTS_OF_ONE = 32;
/** Places besides, for endpoints that have nothing under way. */
const KEPT_POSTS = 64;

/** Claimed in all: what waits here spares a receiver that is fast a pause for the disk. */
const MAX_CLAIMED = 1024;
/**
 * How many of one endpoint may be claimed while more than so many are free. An endpoint that comes
 * first must not take what others need later, since a slow receiver gives its claims back late.
 * Some hundred endpoints that answer nothing leave room for one more.
 */
const CLAIM_BANDS = [
  { above: 640, perEndpoint: 96 },
  { above: 384, perEndpoint: 48 },
  { above: 192, perEndpoint: 16 },
  { above: 96, perEndpoint: 4 },
  { above: 0, perEndpoint: 1 },
] as const;

/**
 * The counts behind every turn. An endpoint with `n` posts under way begins one more only while more
 * than 2n places are free, so those with fewer always find room: eight receivers that answer after
 * 13 s have some 25 of 256 places each, and 50 stay free. One that has none finds a kept place, too.
 */
export class Turns {
  /** Claimed and not begun, by endpoint; the one served longest ago comes first. */
  readonly #waiting = new Map<string, Work[]>();
  readonly #posting = new Map<string, number>();
  /** Claimed and not written down yet, by endpoint. */
  readonly #held = new Map<string, number>();
  #posts = 0;
  #heldInAll = 0;

  /** Posts under way. */
  get posts(): number {
    return this.#posts;
  }

  /** Deliveries that are claimed and not written down. */
  get held(): number {
    return this.#heldInAll;
  }

  /** What may be claimed now; null where there is no room. */
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

  /** The next to begin, which counts as under way from now on; undefined where nobody may begin. */
  next(isHeldBack: (endpointId: string) => boolean): Work | undefined {
    for (const [endpointId, works] of this.#waiting) {
      if (isHeldBack(endpointId) || !this.#hasPlace(endpointId)) continue;
      const work = works.shift()!;
      this.#waiting.delete(endpointId);
      if (works.length > 0) this.#waiting.set(endpointId, works); // Behind all others.
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

  /** More, or fewer, of an endpoint's deliveries are claimed and not written down. */
  hold(endpointId: string, more: number): void {
    add(this.#held, endpointId, more);
    this.#heldInAll += more;
  }

  /** Those of an endpoint that have not begun, which wait here no longer and are still held. */
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
