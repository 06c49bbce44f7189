// Carries out due deadlines: claims them under a lease and passes each one to its handler.
import type { Clock } from './clock.ts';
import type { DeadlineClaim, DeadlineSource, DueDeadline } from './deadlines.ts';
import { inTurn } from './in-turn.ts';
import type { Ledger } from './ledger.ts';

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
  source: DeadlineSource,
  clock: Clock,
  handlers: DeadlineHandlers,
  onError: (error: unknown, due: DueDeadline) => void,
): Promise<number> {
  const carryOut = async (due: DueDeadline): Promise<void> => {
    const ofPlatform = handlers[due.platform];
    const kind = due.kind.split(':', 1)[0]!;
    const handler = ofPlatform && Object.hasOwn(ofPlatform, kind) && ofPlatform[kind];
    if (!handler) throw new Error(`no handler for deadline ${due.platform}/${due.kind}`);
    const claim = { deadlineId: due.deadlineId, leaseUntil: due.leaseUntil };
    if (!(await handler(due, claim))) await source.dropDeadline(claim);
  };
  let done = 0;
  for (;;) {
    const batch = await source.claimDeadlines(clock.now(), BATCH, LEASE_MS);
    if (batch.length === 0) return done;
    for (const due of batch) {
      try {
        await (source.inTurn ? source.inTurn(() => carryOut(due)) : carryOut(due));
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
const LEAST_SLEEP_MS = 10;
/** A part of the ledger that takes longer waits for a lock, or has much to do: the others go on. */
const LATE_MS = 250;

/**
 * Sleeps until the next deadline (at most one second), runs the due deadlines, and repeats. A part of
 * the ledger that is late is left out until its round has ended.
 */
export class DeadlineWorker {
  readonly #run: (part: DeadlineSource) => Promise<unknown>;
  readonly #ledger: Ledger;
  readonly #clock: Clock;
  /** Runs the rounds of each part one after the other. */
  readonly #turns = new Map<DeadlineSource, () => Promise<void>>();
  readonly #underWay = new Map<DeadlineSource, Promise<void>>();
  /** By part: when it is asked again, by performance.now(). */
  readonly #askAt = new Map<DeadlineSource, number>();
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> = Promise.resolve();
  #stopped = false;

  constructor(ledger: Ledger, clock: Clock, run: (part: DeadlineSource) => Promise<unknown>) {
    this.#ledger = ledger;
    this.#clock = clock;
    this.#run = run;
  }

  /** Checks for due deadlines now. */
  wake(): void {
    this.#askAt.clear();
    this.#wakeForSome();
  }

  #wakeForSome(): void {
    if (this.#stopped) return;
    clearTimeout(this.#timer);
    this.#running = this.#running.then(() => this.#tick());
  }

  /**
   * Runs the due deadlines of all parts, after the rounds that have begun, so that the caller does not
   * miss what one of them has just claimed.
   */
  async runAll(): Promise<void> {
    await Promise.all(this.#parts.map((part) => this.#inTurn(part)));
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#running;
    await Promise.all(this.#underWay.values());
  }

  get #parts(): readonly DeadlineSource[] {
    return this.#ledger.deadlineParts?.() ?? [this.#ledger];
  }

  #inTurn(part: DeadlineSource): Promise<void> {
    const turn =
      this.#turns.get(part) ??
      inTurn(async () => {
        await this.#run(part);
      });
    this.#turns.set(part, turn);
    return turn();
  }

  async #tick(): Promise<void> {
    if (this.#stopped) return;
    let isOver = false;
    const now = performance.now();
    const asked = this.#idle.filter((part) => (this.#askAt.get(part) ?? 0) <= now);
    for (const part of asked) {
      const round = this.#round(part).then(() => {
        this.#underWay.delete(part);
        if (isOver) this.#sleep();
      });
      this.#underWay.set(part, round);
    }
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, LATE_MS);
    });
    await Promise.race([Promise.all(asked.map((part) => this.#underWay.get(part))), late]);
    clearTimeout(timer);
    isOver = true;
    this.#sleep();
  }

  get #idle(): readonly DeadlineSource[] {
    return this.#parts.filter((part) => !this.#underWay.has(part));
  }

  /** Until the first part is asked again. */
  #sleep(): void {
    if (this.#stopped) return;
    clearTimeout(this.#timer);
    const first = Math.min(...this.#idle.map((part) => this.#askAt.get(part) ?? 0));
    const wait = Math.min(MAX_SLEEP_MS, Math.max(LEAST_SLEEP_MS, first - performance.now()));
    this.#timer = setTimeout(() => this.#wakeForSome(), wait);
    this.#timer.unref();
  }

  async #round(part: DeadlineSource): Promise<void> {
    let wait = MAX_SLEEP_MS;
    try {
      await this.#inTurn(part);
      const next = await part.nextDeadline(this.#clock.now());
      if (next !== null) wait = Math.min(wait, next - this.#clock.now());
    } catch {
      // The run reports its own errors, and the readiness check reports a ledger that is
      // unavailable.
    }
    this.#askAt.set(part, performance.now() + wait);
  }
}
