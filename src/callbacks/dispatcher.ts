// Sends what is due: claims deliveries under a lease, posts so many at once, writes down what became of them.
import type { HandClaim } from '../core/callback-by-hand.ts';
import type {
  CallbackAlert,
  CallbackStore,
  ClaimedDelivery,
  DeliveryResult,
} from '../core/callbacks.ts';
import { SECOND } from '../core/clock.ts';
import { PosterFailedError } from './poster-thread.ts';
import { type AsWantedNow, outcomeOf, type SendParts, send, type Work } from './send.ts';
import { Turns } from './turns.ts';

export interface DispatcherParts extends SendParts {
  readonly store: CallbackStore;
  readonly asWantedNow: AsWantedNow;
  onAttempt(outcome: 'delivered' | 'failed' | 'dead'): void;
  onAlert(alert: Omit<CallbackAlert, 'alertId'>): void;
  onError(error: unknown): void;
}

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

interface Written {
  readonly result: DeliveryResult;
  readonly endpointId: string;
}

export class Dispatcher {
  readonly #parts: DispatcherParts;
  readonly #turns = new Turns();
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
      if (this.#stopped || (claimed === 0 && this.#turns.held === 0)) return;
      if (this.#turns.held > 0) await new Promise<void>((idle) => this.#whenIdle.push(idle));
    }
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#giveAllBack();
    const cut = setTimeout(() => this.#parts.poster.close(), STOP_MS);
    await this.#claiming;
    while (this.#turns.posts > 0) await new Promise<void>((idle) => this.#whenIdle.push(idle));
    clearTimeout(cut);
    this.#write();
    await this.#writing;
    this.#parts.poster.close();
  }

  /**
   * Posts one that is pending at once, whatever its time and its endpoint's pause, and writes down
   * what came of it. Where it fails before its time, its time stays, and the schedule counts nothing.
   */
  async attempt(deliveryId: number): Promise<Exclude<HandClaim, { kind: 'claimed' }> | null> {
    const { store, clock, asWantedNow, onAttempt } = this.#parts;
    const now = clock.now();
    const claim = await store.claimOne(deliveryId, now, LEASE_MS);
    if (claim.kind !== 'claimed') return claim;
    const { delivery, dueAt } = claim;
    const endpoint = asWantedNow(claim.endpoint);
    let result: DeliveryResult;
    try {
      result = await send({ delivery, endpoint }, this.#parts);
    } catch (error) {
      await store.settle([], [delivery]);
      throw error;
    }
    const isExtra = dueAt > now;
    const retryAt = isExtra && result.attempt.error !== null ? dueAt : result.retryAt;
    onAttempt(outcomeOf(result.attempt, retryAt));
    await this.#writeDown([{ ...result, retryAt, isExtra }], []);
    return null;
  }

  /** Resolves to how many were claimed: 0 while a claim is under way, which another one follows. */
  async #claim(): Promise<number> {
    if (this.#stopped || this.#parts.poster.isResting) return 0;
    const room = this.#turns.room();
    if (this.#claiming || room === null) {
      this.#claimAgain = true;
      return 0;
    }
    this.#claimAgain = false;
    this.#claiming = this.#claimUpTo(room);
    const found = await this.#claiming;
    this.#claiming = undefined;
    this.#begin();
    if (this.#claimAgain || found >= room.limit) void this.#claim();
    return found;
  }

  async #claimUpTo(room: NonNullable<ReturnType<Turns['room']>>): Promise<number> {
    const { store, clock, onError, asWantedNow } = this.#parts;
    try {
      const claim = { now: clock.now(), ...room, leaseMs: LEASE_MS };
      const { deliveries, endpoints } = await store.claim(claim);
      const byId = new Map(endpoints.map((one) => [one.endpointId, asWantedNow(one)]));
      for (const delivery of deliveries) {
        this.#turns.take({ delivery, endpoint: byId.get(delivery.endpointId)! });
      }
      return deliveries.length;
    } catch (error) {
      onError(error); // What was claimed all the same comes back when its lease has ended.
      return 0;
    }
  }

  /** Begins as many as there is room for, one of each endpoint in turn. */
  #begin(): void {
    if (this.#parts.poster.isResting) return this.#giveAllBack();
    while (!this.#stopped) {
      const work = this.#turns.next((endpointId) => this.#suspect.has(endpointId));
      if (!work) return;
      const { endpointId } = work.endpoint;
      if (work.delivery.leaseUntil - this.#parts.clock.now() < LEASE_NEEDED_MS) {
        this.#turns.ended(endpointId);
        this.#return(endpointId, [work]);
        continue;
      }
      this.#send(work)
        .catch((error: unknown) => {
          // A mistake of ours, or the posting thread has failed, which it has told by itself: the
          // delivery comes back when its lease has ended.
          if (!(error instanceof PosterFailedError)) this.#parts.onError(error);
          return null;
        })
        .then((result) => this.#finished(endpointId, result));
    }
  }

  /** Null where it was cut off: nobody knows what became of it. */
  async #send(work: Work): Promise<DeliveryResult | null> {
    const result = await send(work, this.#parts);
    if (this.#stopped && result.attempt.error !== null) return null;
    this.#parts.onAttempt(outcomeOf(result.attempt, result.retryAt));
    return result;
  }

  #finished(endpointId: string, result: DeliveryResult | null): void {
    this.#turns.ended(endpointId);
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
    // Before it is written: the claim that goes with it is carried out behind it.
    for (const { endpointId } of group) this.#turns.hold(endpointId, -1);
    try {
      await this.#writeDown(
        group.map(({ result }) => result),
        returned,
      );
      for (const { endpointId } of group) this.#suspect.delete(endpointId);
      this.#begin();
    } catch (error) {
      this.#parts.onError(error);
      for (const { endpointId } of group) this.#turns.hold(endpointId, 1);
      this.#results.push(...group);
      // Till the ledger takes it again, or the leases have ended and all is sent once more.
      if (!this.#stopped) this.#timer ??= setTimeout(() => this.#write(), RETRY_WRITE_MS);
    }
    this.#tellIdle();
  }

  async #writeDown(
    results: readonly DeliveryResult[],
    returned: readonly ClaimedDelivery[],
  ): Promise<void> {
    const { alerts, paused } = await this.#parts.store.settle(results, returned);
    for (const endpointId of paused) this.giveBack(endpointId);
    for (const alert of alerts) this.#parts.onAlert(alert);
  }

  #giveAllBack(): void {
    for (const endpointId of this.#turns.waitingEndpoints) this.giveBack(endpointId);
  }

  /** What waits here of an endpoint that gets nothing now waits in the store again. */
  giveBack(endpointId: string): void {
    this.#return(endpointId, this.#turns.takeBack(endpointId));
  }

  #return(endpointId: string, works: readonly Work[]): void {
    if (works.length === 0) return;
    this.#returned.push(...works.map(({ delivery }) => delivery));
    this.#timer ??= setTimeout(() => this.#write(), GROUP_AGE_MS);
    this.#release(endpointId, works.length);
  }

  #release(endpointId: string, count: number): void {
    this.#turns.hold(endpointId, -count);
    this.#tellIdle();
  }

  #tellIdle(): void {
    if (this.#stopped ? this.#turns.posts > 0 : this.#turns.held > 0) return;
    const waiting = this.#whenIdle;
    this.#whenIdle = [];
    for (const tell of waiting) tell();
  }
}
