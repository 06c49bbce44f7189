// The business rules: pure functions of an order and the time.
import type { Decide, Decision } from '../../core/change-order.ts';
import { type Instant, MINUTE } from '../../core/clock.ts';
import { refuse } from '../../core/errors.ts';
import type { MoveEffects, OperatorMove, Order } from '../../core/order.ts';
import { callbackPayload } from './callback.ts';
import { dueAt, nextStep, RESOLVE } from './sandbox-products.ts';
import { REMARKS, type State } from './states.ts';

/** "查询频率限制为每分钟1次", for each order; at exactly a minute it is allowed again. */
export const QUERY_INTERVAL_MS = MINUTE;

/** The effects of a result, whoever gives it. The remark is the operator's serial number. */
function resulted(order: Order, to: string, remark: string) {
  const attributes = { ...order.attributes, remark };
  const [before, step] = [nextStep(order), nextStep({ state: to, attributes })];
  // An operator may be faster than the deadline, which is then cleared.
  const deadline = { kind: RESOLVE, dueAt: step ? dueAt(step, order.createdAt) : null };
  return {
    attributes,
    eventPayload: callbackPayload({ ...order, state: to, attributes }),
    ...((before || step) && { deadlines: [deadline] }),
  };
}

/** An operator gives the result: the note becomes the order's remark. */
export function moved({ order, to, note }: OperatorMove): MoveEffects {
  return resulted(order, to, note ?? REMARKS[to as State]);
}

/**
 * The sandbox gives the result that the product's code defines. The rule refuses if an operator was
 * faster, or if the deadline belongs to an earlier step and it is too early.
 */
export const resolve: Decide<null> = (order: Order, now: Instant) => {
  const step = nextStep(order);
  if (!step || now < dueAt(step, order.createdAt)) return refuse('state-refuses', order.state);
  const remark = step.to === '1' ? `S${order.orderId}` : REMARKS[step.to];
  return {
    ok: true,
    action: 'resolved',
    state: step.to,
    note: remark,
    ...resulted(order, step.to, remark),
    reply: null,
  } satisfies Decision<null>;
};
