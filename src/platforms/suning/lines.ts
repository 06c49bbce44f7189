// An order line of virtual goods, in the form for the rules and in the form for core.
import type { CallbackEvent } from '../../core/callbacks.ts';
import type { Instant } from '../../core/clock.ts';
import { MINUTE } from '../../core/clock.ts';
import type { JsonObject, Order, OrderLine } from '../../core/order.ts';
import type { Fulfilment, LineState, Refund, RefundCause } from './states.ts';

/** "订单超100分钟未发货,系统进行自动退款处理" (invalid-biz:107) */
export const SHIPPING_TIME_MS = 100 * MINUTE;

export interface VirtualLine {
  readonly lineId: string;
  readonly state: LineState;
  readonly supplierCode: string;
  readonly fulfilment: Fulfilment;
  /** The number of sold pieces; for a line of cards, the number of cards. */
  readonly quantity: number;
  readonly paidAt: Instant;
  readonly refund: Refund;
  readonly refundCause: RefundCause | null;
  readonly failReason: string | null;
}

export function readLine({ lineId, state, attributes }: OrderLine): VirtualLine {
  return { lineId, state, ...attributes } as unknown as VirtualLine;
}

export function toOrderLine({ lineId, state, ...attributes }: VirtualLine): OrderLine {
  return { lineId, state, attributes: attributes as unknown as JsonObject };
}

export function findLine(order: Order, lineId: string): VirtualLine | null {
  const line = order.lines.find((one) => one.lineId === lineId);
  return line ? readLine(line) : null;
}

/** Further data for the event of a line's change; for the line's owner see {@link isForOwner}. */
export function eventOf({ supplierCode, refund, refundCause }: VirtualLine): JsonObject {
  return { supplierCode, refund, refundCause };
}

/**
 * An order belongs to its first line's supplier and may contain lines of other suppliers, whose
 * changes the owner must not see.
 */
export function isForOwner({ owner, payload }: CallbackEvent): boolean {
  const { supplierCode = owner } = (payload ?? {}) as { readonly supplierCode?: string };
  return supplierCode === owner;
}

/** The state of an order: the common state of its lines, or `mixed`. */
export function sumUp(lines: readonly { readonly state: string }[]): string {
  const [first, ...others] = lines;
  if (!first) return 'mixed';
  return others.every((line) => line.state === first.state) ? first.state : 'mixed';
}

/**
 * The 100 minutes apply neither to gifts, which nobody pays for, nor to parcels, which are no
 * virtual goods.
 */
const hasShippingTime = ({ fulfilment }: VirtualLine): boolean =>
  fulfilment !== 'gift' && fulfilment !== 'parcel';

/**
 * Whether the 100 minutes have passed without shipment or refund. At exactly 100 minutes they have.
 */
export function isOverdue(line: VirtualLine, now: Instant): boolean {
  return awaitsShipping(line) && now >= line.paidAt + SHIPPING_TIME_MS;
}

function awaitsShipping(line: VirtualLine): boolean {
  return hasShippingTime(line) && line.state === 'unshipped' && line.refund === 'none';
}

/** The required deadline of a line: the start of the automatic refund, or none. */
export function refundDeadline(line: VirtualLine): {
  readonly kind: string;
  readonly dueAt: Instant | null;
} {
  const dueAt = awaitsShipping(line) ? line.paidAt + SHIPPING_TIME_MS : null;
  return { kind: `${REFUND_DEADLINE}:${line.lineId}`, dueAt };
}

export const REFUND_DEADLINE = 'refund';
