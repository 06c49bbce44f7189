// Sends what is due: claims deliveries under a lease, posts so many at once, writes down what became of them.
import type { CallbackEndpoint } from '../core/callback-endpoint.ts';
import { isGone } from '../core/callback-settle.ts';
import type {
  CallbackAlert,
  CallbackStore,
  ClaimedDelivery,
  DeliveryResult,
} from '../core/callbacks.ts';
import { type Clock, type Instant, SECOND } from '../core/clock.ts';
import { type PostOutcome, type Posts, UNWANTED } from './deliver.ts';
import type { Target } from './fan-out.ts';
import { nextWait, readRetryAfter } from './retry-schedule.ts';
import { liveSecrets } from './signature.ts';

export interface DispatcherParts {
  readonly store: CallbackStore;
  readonly clock: Clock;
  readonly poster: Posts;
  /** From 0 up to 1: the jitter's source. */
  readonly random: () => number;
  asWantedNow(endpoint: CallbackEndpoint): Target;
  onAttempt(outcome: 'delivered' | 'failed' | 'dead'): void;
  onAlert(alert: Omit<CallbackAlert, 'alertId'>): void;
  onError(error: unknown): void;
}

/** Posts under way at once. Each holds a body, a socket and a KiB of answer. */
const MAX_POSTS = 256;
/** Of one endpoint: a slow receiver must not take the room of all others. */
const MAX_POSTS_OF_ONE = 32;
/** Claimed in all, and of one endpoint: what waits here spares a receiver that is fast a pause for the disk. */
const MAX_CLAIMED = 1024;
const MAX_CLAIMED_OF_ONE = 96;
/** Longer than three time limits behind each other, the longest that one of 96 waits for its 32. */
export const LEASE_MS = 60 * SECOND;
/** One whose lease has less left is not begun: it could still be under way when another claims it. */
const LEASE_NEEDED_MS = 18 * SECOND;
/**
 * Results are written when there are so many, or after so long: each commit waits for the disk, or
 * for the database, and nobody waits for these but the next of an order.
 */
const GROUP = 64;
const GROUP_AGE_MS = 30;
const RETRY_WRITE_MS = SECOND;
/** What is under way when it stops may take so long; then it is cut off, and sent again after the start. */
const STOP_MS = 5 * SECOND;

interface Work {
  readonly delivery: ClaimedDelivery;
  readonly endpoint: Target;
}

interface Written {
  readonly result: DeliveryResult;
  readonly endpointId: string;
}

export class Dispatcher {
  readonly #parts: DispatcherParts;
  /** Claimed and not begun, by endpoint. */
  readonly #waiting = new Map<string, Work[]>();
  readonly #posting = new Map<string, number>();
  /** Claimed and not written down yet, by endpoint. */
  readonly #held = new Map<string, number>();
  #posts = 0;
  #heldInAll = 0;
  #results: Written[] = [];
  /** Claimed, and to be given back untried. */
  #returned: ClaimedDelivery[] = [];
  /** Endpoints that have just failed: until that is written down, nothing more is begun of them. */
  readonly #suspect = new Set<string>();
  #timer: NodeJS.Timeout | undefined;
  /** Claims and results are written one behind the other. */
  #writing: Promise<void> = Promise.resolve();
  #claiming: Promise<number> | undefined;
  #claimAgain = false;
  #stopped = false;
  #whenIdle: (() => void)[] = [];

  constructor(parts: DispatcherParts) {
    this.#parts = parts;
  }

  /** Something may be due. */
  wake(): void {
    void this.#claim();
  }

  /** Sends until nothing is due any more and everything is written down. */
  async drain(): Promise<void> {
    for (;;) {
      this.#write();
      await this.#writing;
      if (this.#claiming) {
        await this.#claiming;
        continue;
      }
      const claimed = await this.#claim();
      if (this.#stopped || (claimed === 0 && this.#heldInAll === 0)) return;
      if (this.#heldInAll > 0) await new Promise<void>((idle) => this.#whenIdle.push(idle));
    }
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    for (const endpointId of [...this.#waiting.keys()]) this.#giveBack(endpointId);
    const cut = setTimeout(() => this.#parts.poster.close(), STOP_MS);
    await this.#claiming;
    while (this.#posts > 0) await new Promise<void>((idle) => this.#whenIdle.push(idle));
    clearTimeout(cut);
    this.#write();
    await this.#writing;
    this.#parts.poster.close();
  }

  /** Resolves to how many were claimed: 0 while a claim is under way, which another one follows. */
  async #claim(): Promise<number> {
    if (this.#stopped) return 0;
    const limit = MAX_CLAIMED - this.#heldInAll;
    if (this.#claiming || limit <= 0) {
      this.#claimAgain = true;
      return 0;
    }
    this.#claimAgain = false;
    this.#claiming = this.#claimUpTo(limit);
    const found = await this.#claiming;
    this.#claiming = undefined;
    this.#begin();
    if (this.#claimAgain) void this.#claim();
    return found;
  }

  async #claimUpTo(limit: number): Promise<number> {
    const { store, clock, onError, asWantedNow } = this.#parts;
    try {
      const { deliveries, endpoints } = await store.claim({
        now: clock.now(),
        limit,
        perEndpoint: MAX_CLAIMED_OF_ONE,
        underWay: Object.fromEntries(this.#held),
        leaseMs: LEASE_MS,
      });
      const byId = new Map(endpoints.map((one) => [one.endpointId, asWantedNow(one)]));
      for (const delivery of deliveries) {
        this.#take({ delivery, endpoint: byId.get(delivery.endpointId)! });
      }
      return deliveries.length;
    } catch (error) {
      onError(error); // What was claimed all the same comes back when its lease has ended.
      return 0;
    }
  }

  #take(work: Work): void {
    const { endpointId } = work.endpoint;
    const works = this.#waiting.get(endpointId);
    if (works) works.push(work);
    else this.#waiting.set(endpointId, [work]);
    this.#held.set(endpointId, (this.#held.get(endpointId) ?? 0) + 1);
    this.#heldInAll++;
  }

  /** Begins as many as there is room for, one of each endpoint in turn. */
  #begin(): void {
    for (let begun = true; begun; ) {
      begun = false;
      for (const [endpointId, works] of this.#waiting) {
        if (this.#posts >= MAX_POSTS || this.#stopped) return;
        if (this.#suspect.has(endpointId)) continue;
        if ((this.#posting.get(endpointId) ?? 0) >= MAX_POSTS_OF_ONE) continue;
        const work = works.shift()!;
        if (works.length === 0) this.#waiting.delete(endpointId);
        begun = true;
        if (work.delivery.leaseUntil - this.#parts.clock.now() < LEASE_NEEDED_MS) {
          this.#release(endpointId, 1);
          continue;
        }
        this.#posts++;
        add(this.#posting, endpointId, 1);
        this.#send(work)
          .catch((error: unknown) => {
            this.#parts.onError(error);
            return null; // A mistake of ours: it comes back when its lease has ended.
          })
          .then((result) => this.#finished(endpointId, result));
      }
    }
  }

  /** Null where it was cut off: nobody knows what became of it. */
  async #send({ delivery, endpoint }: Work): Promise<DeliveryResult | null> {
    const { clock, poster, random, onAttempt } = this.#parts;
    const { deliveryId, leaseUntil, messageId, contentType, body, step } = delivery;
    const at = clock.now();
    const { url, expects, preset } = endpoint;
    const secrets = liveSecrets(endpoint.secrets, at);
    const post = { messageId, contentType, body, secrets, expects };
    const outcome = url === null ? UNWANTED : await poster.post({ url, ...post });
    if (this.#stopped && outcome.error !== null) return null;
    const { status, error, durationMicros, answer } = outcome;
    const attempt = { at, status, error, durationMicros, answer };
    const now = clock.now();
    const wait = error === null ? null : nextWait(preset, step + 1, random, asked(outcome, now));
    const isDead = wait === null && !isGone(outcome);
    onAttempt(error === null ? 'delivered' : isDead ? 'dead' : 'failed');
    return { deliveryId, leaseUntil, attempt, retryAt: wait === null ? null : now + wait, url };
  }

  #finished(endpointId: string, result: DeliveryResult | null): void {
    this.#posts--;
    add(this.#posting, endpointId, -1);
    if (result === null) this.#release(endpointId, 1);
    else this.#results.push({ result, endpointId });
    if (result?.attempt.error) this.#suspect.add(endpointId);
    if (this.#results.length >= GROUP) this.#write();
    else this.#timer ??= setTimeout(() => this.#write(), GROUP_AGE_MS);
    this.#begin();
    if (this.#stopped) this.#tellIdle();
  }

  /** Writes results down, and claims behind them, so that both share a commit. */
  #write(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const [group, returned] = [this.#results, this.#returned];
    [this.#results, this.#returned] = [[], []];
    if (group.length === 0 && returned.length === 0) return;
    const settled = this.#settle(group, returned);
    this.#writing = Promise.all([this.#writing, settled]).then(() => {});
    void this.#claim();
  }

  async #settle(group: readonly Written[], returned: readonly ClaimedDelivery[]): Promise<void> {
    const { store, onAlert, onError } = this.#parts;
    // Before it is written: the claim that goes with it is carried out behind it.
    for (const { endpointId } of group) add(this.#held, endpointId, -1);
    this.#heldInAll -= group.length;
    try {
      const results = group.map(({ result }) => result);
      const { alerts, paused } = await store.settle(results, returned);
      for (const { endpointId } of group) this.#suspect.delete(endpointId);
      for (const endpointId of paused) this.#giveBack(endpointId);
      for (const alert of alerts) onAlert(alert);
      this.#begin();
    } catch (error) {
      onError(error);
      for (const { endpointId } of group) add(this.#held, endpointId, 1);
      this.#heldInAll += group.length;
      this.#results.push(...group);
      // Till the ledger takes it again, or the leases have ended and all is sent once more.
      if (!this.#stopped) this.#timer ??= setTimeout(() => this.#write(), RETRY_WRITE_MS);
    }
    this.#tellIdle();
  }

  /** What waits here of an endpoint that gets nothing now waits in the store again. */
  #giveBack(endpointId: string): void {
    const works = this.#waiting.get(endpointId) ?? [];
    this.#waiting.delete(endpointId);
    if (works.length === 0) return;
    this.#returned.push(...works.map(({ delivery }) => delivery));
    this.#timer ??= setTimeout(() => this.#write(), GROUP_AGE_MS);
    this.#release(endpointId, works.length);
  }

  #release(endpointId: string, count: number): void {
    add(this.#held, endpointId, -count);
    this.#heldInAll -= count;
    this.#tellIdle();
  }

  #tellIdle(): void {
    if (this.#stopped ? this.#posts > 0 : this.#heldInAll > 0) return;
    const waiting = this.#whenIdle;
    this.#whenIdle = [];
    for (const tell of waiting) tell();
  }
}

function add(counts: Map<string, number>, key: string, more: number): void {
  const count = (counts.get(key) ?? 0) + more;
  if (count === 0) counts.delete(key);
  else counts.set(key, count);
}

/** What the receiver asked for, by its own clock where it tells it. */
function asked({ retryAfter, date }: PostOutcome, now: Instant): number | null {
  const told = date === undefined ? Number.NaN : Date.parse(date);
  return readRetryAfter(retryAfter, Number.isNaN(told) ? now : told);
}
