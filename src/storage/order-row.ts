// Parts of an order's row that both engines share, so that a transferred row keeps its meaning.
import type { SealedText } from '../core/ledger.ts';
import type { Order, OrderId } from '../core/order.ts';
import type { Sealer } from './seal.ts';

/** Null if the order has no lines. */
export const linesJson = (order: Order): string | null =>
  order.lines.length === 0 ? null : JSON.stringify(order.lines);

/** The place that a sealed text is bound to; it can be opened only there. */
export const sealedPlace = (platform: string, orderId: OrderId, name: string): string =>
  JSON.stringify([platform, orderId, name]);

export interface SealedRow {
  readonly name: string;
  readonly sealed: string;
  readonly mask: string;
}

export function sealText(
  { platform, orderId }: Order,
  { name, text, mask }: SealedText,
  sealer: Sealer,
): SealedRow {
  const sealed = sealer.seal(text, sealedPlace(platform, orderId, name));
  return { name, sealed, mask: JSON.stringify(mask) };
}

export function openText(
  platform: string,
  orderId: OrderId,
  name: string,
  sealed: string,
  sealer: Sealer,
): string {
  return sealer.open(sealed, sealedPlace(platform, orderId, name));
}
