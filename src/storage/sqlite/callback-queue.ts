// The queue of an order's deliveries to one endpoint: only the oldest pending one may be sent.
import type { CallbackStatements } from './callback-statements.ts';

/**
 * Gives the oldest pending delivery its turn, after a delivery that is in progress at `now` has
 * ended.
 */
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
