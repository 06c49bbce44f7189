// Carries out due deadlines: claims them under a lease and passes each one to its handler.
import type { Clock } from './clock.ts';
import type { DeadlineClaim, DueDeadline, Ledger } from './ledger.ts';

/**
 * Carries out one deadline. The handler must pass `claim` as `completes` of its change, so that the
 * deadline ends in the same transaction and takes effect exactly once, even after a crash. If the
 * handler has nothing to do, it returns false, and the deadline is deleted. If the deadline came
 * before its time, the handler must return true, and the deadline comes again when the lease has
 * ended. A deadline can come early if the clock of the claiming process is ahead of the ledger's
 * clock, by which the rules decide.
 */
export type DeadlineHandler = (due: DueDeadline, claim: DeadlineClaim) => Promise<boolean>;

/**
 * Handlers by platform and kind. For a kind such as `refund:LINE`, the key is the part before the
 * colon.
 */
export type DeadlineHandlers = {
  readonly [platform: string]: { readonly [kind: string]: DeadlineHandler };
};

/**
 * The lease must outlast a commit in a full queue, and must be short enough that another worker
 * soon takes over the deadlines of a killed process. If a lease ends early, a commit fails, but the
 * deadline never takes effect twice.
 */
export const LEASE_MS = 30_000;
const BATCH = 100;

/** Runs all deadlines that are due now; resolves to the number that were carried out. */
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
        onError(error, due); // The deadline stays, and a run tries it again when the lease has ended.
      }
    }
  }
}

/**
 * The longest sleep. A change may set a deadline that is due before the planned wake-up, which is
 * then at most this late.
 */
const MAX_SLEEP_MS = 1000;

/** Sleeps until the next deadline (at most one second), runs the due deadlines, and repeats. */
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

  /** Checks for due deadlines now. */
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
      // The run reports its own errors, and the readiness check reports a ledger that is
      // unavailable.
    }
    if (this.#stopped) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.wake(), wait);
    this.#timer.unref();
  }
}
