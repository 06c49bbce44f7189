// The business rules: pure functions of an order and the time.
import type { Decide } from '../../core/change-order.ts';
import { type Instant, MINUTE } from '../../core/clock.ts';
import { type CoreRefusal, refuse } from '../../core/errors.ts';
import { isPausing } from '../../core/limits.ts';
import type { Order } from '../../core/order.ts';
import { type ActionTable, follow } from '../../core/transitions.ts';
import { CANCEL, HASTEN, type State } from './states.ts';

/** "10分钟内才刚催单，不能再催单!" At exactly ten minutes it is allowed again. */
export const HASTEN_INTERVAL_MS = 10 * MINUTE;

/** An order belongs to (partner, user name); user names may repeat across partners. */
export function belongsTo(order: Order, partner: string, userName: string): boolean {
  return order.owner === partner && order.attributes.userName === userName;
}

export function hasten(partner: string, userName: string): Decide<null> {
  return (order, now) => {
    const step = begin(order, partner, userName, HASTEN);
    if (!step.ok) return step;
    const last = order.attributes.lastHastenedAt as Instant | undefined;
    if (last !== undefined && isPausing(last, HASTEN_INTERVAL_MS, now))
      return refuse('too-soon', order.state);
    const attributes = { ...order.attributes, lastHastenedAt: now };
    return { ok: true, action: 'hastened', state: step.state, attributes, reply: null };
  };
}

export function cancel(partner: string, consumer: string, remark: string): Decide<null> {
  return (order) => {
    const step = begin(order, partner, consumer, CANCEL);
    if (!step.ok) return step;
    return { ok: true, action: 'cancelled', state: step.state, note: remark, reply: null };
  };
}

function begin(
  order: Order,
  partner: string,
  userName: string,
  table: ActionTable<State>,
): { readonly ok: true; readonly state: State } | CoreRefusal {
  if (!belongsTo(order, partner, userName)) return refuse('foreign-order');
  const state = follow(table, order.state);
  return state ? { ok: true, state } : refuse('state-refuses', order.state);
}
