// An operator reads a sealed text of an order, and the order's history says who did and why.
import { changeOrder } from './change-order.ts';
import type { Clock } from './clock.ts';
import { type Outcome, refuse } from './errors.ts';
import type { Ledger } from './ledger.ts';
import type { OperatorActor, OrderId } from './order.ts';

export interface RevealRequest {
  readonly platform: string;
  readonly orderId: OrderId;
  /** The sealed text's name. */
  readonly name: string;
  readonly note: string;
  readonly actor: OperatorActor;
}

/** The event of a reading: it changes nothing of the order, so nobody outside is told of it. */
export const REVEALED_EVENT = 'order.revealed';

/** Resolves to the text, or null where the order has none of that name; written down before it is shown. */
export async function revealSealed(
  ledger: Ledger,
  clock: Clock,
  { platform, orderId, name, note, actor }: RevealRequest,
): Promise<Outcome<string | null>> {
  const text = await ledger.readSealed(platform, orderId, name);
  if (text === null) {
    const { order } = await ledger.load(platform, orderId);
    return order ? { ok: true, value: null } : refuse('unknown-order');
  }
  const request = { platform, orderId, actor, requestId: null } as const;
  const outcome = await changeOrder(ledger, clock, request, (order) => ({
    ok: true,
    action: 'revealed',
    state: order.state,
    note: `${name}: ${note}`,
    reply: null,
  }));
  return outcome.ok ? { ok: true, value: text } : outcome;
}
