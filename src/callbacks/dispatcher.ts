// Claims due deliveries under a lease, posts a limited number at once, and stores the results.
import type { HandClaim } from '../core/callback-by-hand.ts';
import type {
  CallbackAlert,
  CallbackStore,
  ClaimedDelivery,
  DeliveryResult,
} from '../core/callbacks.ts';
import { SECOND } from '../core/clock.ts';
import type { CallbackForces } from './callback-forces.ts';
import { PosterFailedError } from './poster-thread.ts';
import { type AsWantedNow, outcomeOf, type SendParts, send, type Work } from './send.ts';
import { Turns } from './turns.ts';

export interface DispatcherParts extends SendParts {
  readonly store: CallbackStore;
  readonly asWantedNow: AsWantedNow;
  /** Of a sandbox. */
  readonly forces?: CallbackForces | undefined;
  onAttempt(outcome: 'delivered' | 'failed' | 'dead'): void;
  onAlert(alert: Omit<CallbackAlert, 'alertId'>): void;
  onError(error: unknown): void;
}

/**
 * Longer than three consecutive time limits, the longest wait of 96 claimed deliveries for 32
 * places.
 */
export const LEASE_MS = 60 * SECOND;
/**
 * A delivery whose lease has less time left is not started, because another process could claim it
 * during the post.
 */
const LEASE_NEEDED_MS = 18 * SECOND;
/**
 * Results are written when this many are ready, or after GROUP_AGE_MS. Each commit waits for the disk
 * or the database, and only the next delivery of the same order waits for these results.
 */
const GROUP = 64;
const GROUP_AGE_MS = 30;
const RETRY_WRITE_MS = SECOND;
/**
 * At a stop, posts in progress get this long. Then they are aborted, and sent again after the next
 * start.
 */
const STOP_MS = 5 * SECOND;

interface Written {
  readonly result: DeliveryResult;
  readonly delivery: ClaimedDelivery;
}

export class Dispatcher {
  readonly #parts: DispatcherParts;
  readonly #turns = new Turns();
  #results: Written[] = [];
  /** Claimed deliveries that will be returned untried. */
  #returned: ClaimedDelivery[] = [];
  /** Endpoints that have just failed. Nothing more is sent to them until the failure is stored. */
  readonly #suspect = new Set<string>();
  #timer: NodeJS.Timeout | undefined;
  /** Claims and results are written one after the other. */
  #writing: Promise<void> = Promise.resolve();
  #claiming: Promise<number> | undefined;
  #claimAgain = false;
  #stopped = false;
  #whenIdle: (() => void)[] = [];

  constructor(parts: DispatcherParts) {
    this.#parts = parts;
  }

  /** Call this if something may be due. */
  wake(): void {
    void this.#claim();
  }

  /** Sends until nothing is due and all results are stored. */
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
   * Posts one pending delivery at once, regardless of its time and of its endpoint's pause, and
   * stores the result. A failure before the due time keeps the due time and does not count in the
   * schedule.
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

  /**
   * Resolves to the number of claimed deliveries. If a claim is in progress, resolves to 0, and
   * another claim follows it.
   */
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
      onError(error); // Deliveries that were claimed nevertheless return when their lease ends.
      return 0;
    }
  }

  /** Starts as many deliveries as there are places, one per endpoint in turn. */
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
          // A bug of ours, or the posting thread has failed, which it reports itself. The delivery
          // returns when its lease ends.
          if (!(error instanceof PosterFailedError)) this.#parts.onError(error);
          return null;
        })
        .then((result) => this.#finished(work.delivery, result));
    }
  }

  /** Null if the post was aborted, so that its result is unknown, or if a force holds it back. */
  async #send(work: Work): Promise<DeliveryResult | null> {
    const { forces } = this.#parts;
    if (forces?.holdsBack(work.delivery)) {
      await forces.holdBack(work.delivery);
      return null;
    }
    const result = await send(work, this.#parts);
    if (this.#stopped && result.attempt.error !== null) return null;
    this.#parts.onAttempt(outcomeOf(result.attempt, result.retryAt));
    return result;
  }

  #finished(delivery: ClaimedDelivery, result: DeliveryResult | null): void {
    const { endpointId } = delivery;
    this.#turns.ended(endpointId);
    if (result === null) this.#release(endpointId, 1);
    else this.#results.push({ result, delivery });
    if (result?.attempt.error) this.#suspect.add(endpointId);
    if (this.#results.length >= GROUP) this.#write();
    else this.#timer ??= setTimeout(() => this.#write(), GROUP_AGE_MS);
    this.#begin();
    if (this.#stopped) this.#tellIdle();
  }

  /** Writes results, and claims directly afterwards, so that both share a commit. */
  #write(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const [group, returned] = [this.#results, this.#returned];
    [this.#results, this.#returned] = [[], []];
    if (group.length === 0 && returned.length === 0) return;
    const partOf = ({ deliveryId }: ClaimedDelivery) => this.#parts.store.partOf?.(deliveryId) ?? 0;
    const results = Map.groupBy(group, ({ delivery }) => partOf(delivery));
    const untried = Map.groupBy(returned, partOf);
    const settled = [...new Set([...results.keys(), ...untried.keys()])].map((part) =>
      this.#settle(results.get(part) ?? [], untried.get(part) ?? []),
    );
    this.#writing = Promise.all([this.#writing, ...settled]).then(() => {});
    void this.#claim();
  }

  async #settle(group: readonly Written[], returned: readonly ClaimedDelivery[]): Promise<void> {
    // Releases the places before the write, because the claim that follows the write needs them.
    for (const { delivery } of group) this.#turns.hold(delivery.endpointId, -1);
    try {
      await this.#writeDown(
        group.map(({ result }) => result),
        returned,
      );
      for (const { delivery } of group) this.#suspect.delete(delivery.endpointId);
      await this.#parts.forces?.settled(group);
      this.#begin();
    } catch (error) {
      this.#parts.onError(error);
      for (const { delivery } of group) this.#turns.hold(delivery.endpointId, 1);
      this.#results.push(...group);
      // Retries until the ledger accepts the results, or until the leases end and all is sent
      // again.
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

  /**
   * Returns an endpoint's waiting deliveries to the store, because the endpoint receives nothing
   * now.
   */
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
