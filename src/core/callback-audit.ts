// What `verify` finds wrong with callbacks.

/** Counts of rows that break a rule. All counts are 0 in a sound ledger. */
export interface CallbackAudit {
  readonly deliveriesWithoutEvent: number;
  /** Deliveries with a wrong attempt count, and attempts without a delivery. */
  readonly attemptsOutOfStep: number;
  /** Pairs of order and endpoint with pending deliveries, unless exactly one may be sent. */
  readonly queuesStuck: number;
  /** 1 if the fan-out cursor is beyond the last event, so that fan-out could skip future events. */
  readonly cursorBeyondEvents: number;
  /** Events that lack a delivery because their number was below the cursor when they appeared. */
  readonly eventsPassedOver: number;
  /** The counts that are not 0, with the part of the ledger; absent if it has one part, or is sound. */
  readonly damage?: readonly string[];
}
