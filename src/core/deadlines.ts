// Deadlines as a ledger leases them to those who carry them out.
import type { Instant } from './clock.ts';
import type { OrderId } from './order.ts';

export interface DeadlineClaim {
  readonly deadlineId: number;
  /** The end of the lease, which is also its token: a later claim has a later end. */
  readonly leaseUntil: Instant;
}

export interface DueDeadline extends DeadlineClaim {
  readonly kind: string;
  readonly platform: string;
  readonly orderId: OrderId;
  readonly dueAt: Instant;
}

export interface DeadlineSource {
  /** Leases deadlines due at `now`, soonest first, until `now + leaseMs`. */
  claimDeadlines(now: Instant, limit: number, leaseMs: number): Promise<readonly DueDeadline[]>;

  /** Ends a deadline without a change. Returns false if the lease was lost. */
  dropDeadline(claim: DeadlineClaim): Promise<boolean>;

  /** The earliest deadline that has no lease at `now`; null if there is none. */
  nextDeadline(now: Instant): Promise<Instant | null>;

  /** Carries out one deadline when the source has its turn; absent: at once. */
  inTurn?<T>(step: () => Promise<T>): Promise<T>;
}
