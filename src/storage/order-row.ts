// Parts of an order as both engines keep them, so that a row means the same wherever it is transferred to.
import type { SealedText } from '../core/ledger.ts';
import type { Order, OrderId } from '../core/order.ts';
import type { Sealer } from './seal.ts';

/** Null where the order has no lines. */
export const linesJson = (order: Order): string | null =>
  order.lines.length === 0 ? null : JSON.stringify(order.lines);

/** Where a sealed text belongs: it opens nowhere else. */
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
