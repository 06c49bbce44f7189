// The queue of an order's deliveries to one endpoint: the oldest that is pending may go out, and no other.
import type { CallbackStatements } from './callback-statements.ts';

/** Gives the oldest pending delivery its turn. One that is under way at `now` is let finish first. */
export function letNextOut(
  s: CallbackStatements,
  orderRow: number,
  endpoint: number,
  now = 0,
): void {
  const oldest = s.oldestPending.get(orderRow, endpoint);
  if (!oldest || oldest.claimAt !== null) return;
  const head = s.head.get(orderRow, endpoint);
  if (head && head.claimAt > head.dueAt && head.claimAt > now) return;
  if (head) s.holdBack.run(head.id);
  s.letOut.run(oldest.id);
}
