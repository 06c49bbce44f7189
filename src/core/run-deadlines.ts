// Carries out what has become due: claims deadlines under a lease and hands each to its handler.
import type { Clock } from './clock.ts';
import type { DeadlineClaim, DueDeadline, Ledger } from './ledger.ts';

/**
 * Carries out one deadline. It has to pass `claim` on as `completes` of the change it makes: the
 * deadline ends in the same transaction, so its effect happens exactly once, whatever restarts.
 * Returns false when nothing is to be done any more; the deadline is then dropped. One that came before its
 * time must not be: the clock of the process that claimed it may run ahead of the ledger's, by which rules
 * decide. The handler then returns true, and the deadline comes again when the lease has ended.
 */
export type DeadlineHandler = (due: DueDeadline, claim: DeadlineClaim) => Promise<boolean>;

/** Handlers by platform and kind; of a kind like `refund:LINE`, by what stands before the colon. */
export type DeadlineHandlers = {
  readonly [platform: string]: { readonly [kind: string]: DeadlineHandler };
};

/**
 * Long enough for a commit behind a full queue, short enough that what a killed process had
 * claimed does not wait long. A lease that ends early costs a lost commit, never a double effect.
 */
export const LEASE_MS = 30_000;
const BATCH = 100;

/** Runs everything due at the clock's now; resolves to how many were carried out. */
export async function runDueDeadlines(
  ledger: Ledger,
  clock: Clock,
  handlers: DeadlineHandlers,
  onError: (error: unknown, due: DueDeadline) => void,
): Promise<number> {
  let done = 0;
  for (;;) {
    const batch = await ledger.claimDeadlines(clock.now(), BATCH, LEASE_MS);
    if (batch.length === 0) return done;
    for (const due of batch) {
      try {
        const ofPlatform = handlers[due.platform];
        const kind = due.kind.split(':', 1)[0]!;
        const handler = ofPlatform && Object.hasOwn(ofPlatform, kind) && ofPlatform[kind];
        if (!handler) throw new Error(`no handler for deadline ${due.platform}/${due.kind}`);
        const claim = { deadlineId: due.deadlineId, leaseUntil: due.leaseUntil };
        if (!(await handler(due, claim))) await ledger.dropDeadline(claim);
        done++;
      } catch (error) {
        onError(error, due); // It stays, and is tried again when the lease has ended.
      }
    }
  }
}

/** A change may set a deadline that is nearer than the one slept for; it is then this late at most. */
const MAX_SLEEP_MS = 1000;

/** Sleeps until the next deadline (a second at most), runs what is due, and so on. */
export class DeadlineWorker {
  readonly #run: () => Promise<unknown>;
  readonly #ledger: Ledger;
  readonly #clock: Clock;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> = Promise.resolve();
  #stopped = false;

  constructor(ledger: Ledger, clock: Clock, run: () => Promise<unknown>) {
    this.#ledger = ledger;
    this.#clock = clock;
    this.#run = run;
  }

  /** Looks now. */
  wake(): void {
    if (this.#stopped) return;
    clearTimeout(this.#timer);
    this.#running = this.#running.then(() => this.#tick());
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#running;
  }

  async #tick(): Promise<void> {
    if (this.#stopped) return;
    let wait = MAX_SLEEP_MS;
    try {
      await this.#run();
      const now = this.#clock.now();
      const next = await this.#ledger.nextDeadline(now);
      if (next !== null) wait = Math.min(wait, Math.max(10, next - now));
    } catch {
      // The run reports its own errors; a ledger that is away is reported by readiness.
    }
    if (this.#stopped) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.wake(), wait);
    this.#timer.unref();
  }
}
