// Reads a sealed text of an order for an operator, and records the reader and the reason in the
// order's history.
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

/** The event of a reading. It changes no order, so no callback is sent for it. */
export const REVEALED_EVENT = 'order.revealed';

/**
 * Resolves to the text, or null if the order has no text of that name. The reading is recorded
 * before the text is returned.
 */
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
