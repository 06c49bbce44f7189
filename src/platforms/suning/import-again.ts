// Judges an import row of an existing order: whether it is the same order, and which moves lead to
// the row's state.
import { formatYuan } from '../../core/money.ts';
import type { Order } from '../../core/order.ts';
import { difference } from '../../protocol/import.ts';
import type { Difference, ImportedOrder, ImportMove } from '../../protocol/platform.ts';
import { formatShanghai } from '../../protocol/shanghai-time.ts';
import { findLine, readLine, type VirtualLine } from './lines.ts';
import { REFUND_MOVES } from './states.ts';
import type { Subscription } from './subscription.ts';

/** The owners, amounts and absolute times of an order never change, whatever its state. */
export function differs(existing: Order, row: ImportedOrder): Difference | null {
  if (row.order.lines.length === 0) return subscriptionDiffers(existing, row.order);
  for (const given of row.order.lines.map(readLine)) {
    const found = lineDiffers(findLine(existing, given.lineId)!, given, row.relative ?? []);
    if (found) return found;
  }
  return null;
}

function lineDiffers(
  there: VirtualLine,
  given: VirtualLine,
  relative: readonly string[],
): Difference | null {
  const of = (line: VirtualLine, value: unknown) => `${value} (line ${line.lineId})`;
  const compare = (field: string, a: unknown, b: unknown) =>
    difference(field, of(there, a), of(given, b));
  return (
    compare('supplierCode', there.supplierCode, given.supplierCode) ??
    compare('quantity', there.quantity, given.quantity) ??
    (relative.includes(given.lineId)
      ? null
      : compare('paidAt', formatShanghai(there.paidAt), formatShanghai(given.paidAt)))
  );
}

const AMOUNTS = {
  basePrice: 'basePriceFen',
  originalCostTotal: 'originalCostTotalFen',
  realPaymentTotal: 'realPaymentTotalFen',
  preferentialPriceTotal: 'preferentialPriceTotalFen',
} as const;

function subscriptionDiffers(there: Order, given: Order): Difference | null {
  const owner = difference('provider', there.owner, given.owner);
  const time = difference(
    'createTime',
    formatShanghai(there.createdAt),
    formatShanghai(given.createdAt),
  );
  return owner ?? time ?? detailsDiffer(there, given);
}

function detailsDiffer(there: Order, given: Order): Difference | null {
  const [old, details] = [there, given].map(
    (order) => (order.attributes as unknown as Subscription).details,
  );
  if (old!.length !== details!.length) {
    return difference('orderDetail', `${old!.length} lines`, `${details!.length} lines`);
  }
  for (const [i, detail] of details!.entries()) {
    for (const [field, fen] of Object.entries(AMOUNTS)) {
      const amounts = [old![i]!, detail].map((one) => formatYuan(one[fen]));
      const found = difference(`orderDetail.${i}.${field}`, amounts[0], amounts[1]);
      if (found) return found;
    }
  }
  return null;
}

/** A refund that has begun or was refused is a separate move: the line's state stays. */
export function moves(existing: Order, { order, note }: ImportedOrder): ImportMove[] {
  return order.lines.map(readLine).flatMap((given) => {
    const there = findLine(existing, given.lineId)!;
    const line = given.lineId;
    if (given.state !== there.state) return [{ line, to: given.state, note, field: 'state' }];
    if (given.refund === there.refund) return [];
    const [to] = Object.entries(REFUND_MOVES).find(([, refund]) => refund === given.refund) ?? [];
    return to === undefined ? [] : [{ line, to, note, field: 'refund' }];
  });
}
