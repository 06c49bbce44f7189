// An operator moves an order along the platform's table of operator transitions.
import { changeOrder } from './change-order.ts';
import type { Clock } from './clock.ts';
import { type Outcome, refuse } from './errors.ts';
import type { Ledger } from './ledger.ts';
import type { OrderId, OrderModel } from './order.ts';
import { allows } from './transitions.ts';

export interface MoveRequest {
  readonly platform: string;
  readonly orderId: OrderId;
  readonly to: string;
  readonly note: string | null;
}

/** Resolves to the new version. Refuses with `state-refuses` and the state the order is in. */
export function moveOrder(
  ledger: Ledger,
  clock: Clock,
  model: OrderModel,
  move: MoveRequest,
): Promise<Outcome<number>> {
  const request = {
    platform: move.platform,
    orderId: move.orderId,
    actor: 'operator',
    requestId: null,
  } as const;
  return changeOrder(ledger, clock, request, (order) =>
    allows(model.operatorTransitions, order.state, move.to)
      ? { ok: true, action: 'moved', state: move.to, note: move.note, reply: order.version + 1 }
      : refuse('state-refuses', order.state),
  );
}
