// Judges an import row of an existing order: whether it is the same order, and which moves lead to
// the row's state.
import { formatYuan } from '../../core/money.ts';
import type { Order } from '../../core/order.ts';
import { difference } from '../../protocol/import.ts';
import type { Difference, ImportedOrder, ImportMove } from '../../protocol/platform.ts';
import { formatShanghai } from '../../protocol/shanghai-time.ts';

/** The app, amount and customParm of an order never change, nor does its absolute time. */
export function differs(existing: Order, { order, relative }: ImportedOrder): Difference | null {
  const [there, given] = [existing.attributes, order.attributes];
  const yuan = (fen: unknown) => formatYuan(Number(fen));
  return (
    difference('appid', existing.owner, order.owner) ??
    difference('oriAmount', yuan(there.amountFen), yuan(given.amountFen)) ??
    difference('customParm', there.customParm, given.customParm) ??
    (relative?.includes('createdAt')
      ? null
      : difference(
          'createdAt',
          formatShanghai(existing.createdAt),
          formatShanghai(order.createdAt),
        ))
  );
}

/** The row's remark becomes the result's remark, like an operator's note. */
export function moves(existing: Order, { order }: ImportedOrder): ImportMove[] {
  if (order.state === existing.state) return [];
  const note = String(order.attributes.remark);
  return [{ line: null, to: order.state, note, field: 'orderSts' }];
}
