// Thins out the request log's records of unknown callers, so that a flood does not displace other
// records.

/** Calls of one address that are kept at once, and the number added each second. */
const ADDRESS = { burst: 1000, perSecond: 2 };
/** The same for all addresses together. */
const ALL = { burst: 5000, perSecond: 10 };
/** In a flood one call is kept per this time, with the number of dropped calls. */
const SAMPLE_MS = 1000;
const MAX_ADDRESSES = 10_000;

interface Bucket {
  tokens: number;
  at: number;
}

export class RequestSampler {
  readonly #now: () => number;
  readonly #all: Bucket;
  readonly #addresses = new Map<string, Bucket>();
  #sampledAt = Number.NEGATIVE_INFINITY;
  #passedOver = 0;
  /** The total number of dropped calls. */
  skipped = 0;

  /** @param now milliseconds of a clock that never goes back */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
    this.#all = { tokens: ALL.burst, at: now() };
  }

  /**
   * Whether to keep a call of an unauthenticated caller. A number says how many earlier calls were
   * dropped.
   */
  take(address: string): number | false {
    const now = this.#now();
    const own = this.#bucketOf(address, now);
    const mayKeep = hasToken(own, ADDRESS, now) && hasToken(this.#all, ALL, now);
    if (mayKeep) {
      own.tokens--;
      this.#all.tokens--;
    } else if (now - this.#sampledAt < SAMPLE_MS) {
      this.#passedOver++;
      this.skipped++;
      return false;
    } else this.#sampledAt = now;
    const passedOver = this.#passedOver;
    this.#passedOver = 0;
    return passedOver;
  }

  #bucketOf(address: string, now: number): Bucket {
    let bucket = this.#addresses.get(address);
    if (!bucket) {
      // The oldest address is forgotten first, so that strangers cannot fill the memory.
      if (this.#addresses.size >= MAX_ADDRESSES) {
        const [first] = this.#addresses.keys();
        this.#addresses.delete(first!);
      }
      bucket = { tokens: ADDRESS.burst, at: now };
      this.#addresses.set(address, bucket);
    }
    return bucket;
  }
}

function hasToken(bucket: Bucket, { burst, perSecond }: typeof ALL, now: number): boolean {
  const earned = ((now - bucket.at) / 1000) * perSecond;
  bucket.tokens = Math.min(burst, bucket.tokens + earned);
  bucket.at = now;
  return bucket.tokens >= 1;
}
