// Reads one order for a caller who may see it.
import { type Outcome, refuse } from './errors.ts';
import type { Ledger } from './ledger.ts';
import type { Order, OrderId } from './order.ts';

/**
 * @param mine whether the caller may see the order; if not, the outcome is `foreign-order`
 * @param owners the owners that the caller acts for; see {@link Ledger.load}
 */
export async function readOrder(
  ledger: Ledger,
  platform: string,
  orderId: OrderId,
  mine: (order: Order) => boolean,
  owners?: readonly string[],
): Promise<Outcome<Order>> {
  const { order } = await ledger.load(platform, orderId, undefined, owners);
  if (!order) return refuse('unknown-order');
  return mine(order) ? { ok: true, value: order } : refuse('foreign-order');
}
