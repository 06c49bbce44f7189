// Core's description of Suning orders: their states, operators' moves of a line, and look-up keys.
import type { MoveEffects, OperatorMove, Order, OrderModel } from '../../core/order.ts';
import { listsOf } from './history-lists.ts';
import {
  eventOf,
  readLine,
  refundDeadline,
  sumUp,
  toOrderLine,
  type VirtualLine,
} from './lines.ts';
import {
  type LineState,
  OPERATOR_TRANSITIONS,
  REFUND_MOVES,
  type RefundMove,
  STATES,
} from './states.ts';
import type { Subscription } from './subscription.ts';

export const model: OrderModel = {
  states: STATES,
  operatorTransitions: OPERATOR_TRANSITIONS,
  lookUpKeys({ lines, attributes }) {
    if (lines.length > 0) return lines.map(({ lineId }) => ['orderItemId', lineId]);
    return [
      ['shopName', String(attributes.shopName)],
      ['businessAccounts', String(attributes.businessAccounts)],
    ];
  },
  lists: ({ lines, attributes }) => {
    if (lines.length > 0) return [];
    const { orderCategory, details } = attributes as unknown as Subscription;
    return listsOf(orderCategory, details);
  },
  deadlines: ({ lines }) =>
    lines
      .map((line) => refundDeadline(readLine(line)))
      .flatMap(({ kind, dueAt }) => (dueAt === null ? [] : [{ kind, dueAt }])),
  moved: ({ order, line, to }: OperatorMove): MoveEffects => {
    if (!line) return {};
    const after = moveLine(readLine(line), to as LineState | RefundMove);
    return {
      state: changeOfLine(order, after).state,
      lineState: after.state,
      lineAttributes: toOrderLine(after).attributes,
      deadlines: [refundDeadline(after)],
      eventPayload: eventOf(after),
    };
  },
};

function moveLine(line: VirtualLine, to: LineState | RefundMove): VirtualLine {
  const refundCause = line.refundCause ?? 'other';
  if (Object.hasOwn(REFUND_MOVES, to)) {
    return { ...line, refund: REFUND_MOVES[to as RefundMove], refundCause };
  }
  const state = to as LineState;
  const isRefunded = state === 'refunded' || state === 'returned';
  return isRefunded ? { ...line, state, refund: 'done', refundCause } : { ...line, state };
}

/** The order's lines with `line` in its new state, and the resulting state of the order. */
export function changeOfLine(order: Order, line: VirtualLine): Pick<Order, 'state' | 'lines'> {
  const lines = order.lines.map((one) => (one.lineId === line.lineId ? toOrderLine(line) : one));
  return { state: sumUp(lines), lines };
}
