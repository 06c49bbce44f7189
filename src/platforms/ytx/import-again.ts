// A row whose order is there already: whether it is that order, and what brings that order to the row's state.
import { formatYuan } from '../../core/money.ts';
import type { Order } from '../../core/order.ts';
import { difference } from '../../protocol/import.ts';
import type { Difference, ImportedOrder, ImportMove } from '../../protocol/platform.ts';
import { formatShanghai } from '../../protocol/shanghai-time.ts';

/** Its app, amount and customParm an order has for good, and the time where the row gives one. */
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

/** The row's remark is the result's, as an operator's note is. */
export function moves(existing: Order, { order }: ImportedOrder): ImportMove[] {
  if (order.state === existing.state) return [];
  const note = String(order.attributes.remark);
  return [{ line: null, to: order.state, note, field: 'orderSts' }];
}
