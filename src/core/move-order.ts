// An operator moves an order, or one line of it, along the platform's table of operator transitions.
import { changeOrder, type Decision } from './change-order.ts';
import type { Clock, Instant } from './clock.ts';
import { type CoreRefusal, type Outcome, refuse } from './errors.ts';
import type { Ledger } from './ledger.ts';
import type { Order, OrderId, OrderModel } from './order.ts';
import { allows } from './transitions.ts';

export interface MoveRequest {
  readonly platform: string;
  readonly orderId: OrderId;
  /** The line that moves; null where the order has no lines. */
  readonly line: string | null;
  readonly to: string;
  readonly note: string | null;
}

/** The state of that name, or of that word for it; undefined where the platform has none. */
export function findState(
  { states, stateWords = {} }: OrderModel,
  name: string,
): string | undefined {
  if (Object.hasOwn(states, name)) return name;
  return Object.hasOwn(stateWords, name) ? stateWords[name] : undefined;
}

/** Resolves to the new version. Refuses with `state-refuses` and the state that it is in. */
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
  return changeOrder(ledger, clock, request, (order, now) => decide(order, now, model, move));
}

function decide(
  order: Order,
  now: Instant,
  model: OrderModel,
  { line: lineId, to, note }: MoveRequest,
): Decision<number> | CoreRefusal {
  const line = order.lines.find((one) => one.lineId === lineId) ?? null;
  if (!line && (lineId !== null || order.lines.length > 0)) return refuse('unknown-line');
  const from = line ? line.state : order.state;
  if (!allows(model.operatorTransitions, from, to)) return refuse('state-refuses', from);
  const effects = model.moved?.({ order, line, to, note, now }) ?? {};
  const { attributes, lineState = to, lineAttributes, deadlines, eventPayload } = effects;
  return {
    ok: true,
    action: 'moved',
    state: line ? (effects.state ?? order.state) : to,
    ...(attributes && { attributes }),
    ...(line && {
      lines: order.lines.map((one) =>
        one === line
          ? { ...line, state: lineState, attributes: lineAttributes ?? line.attributes }
          : one,
      ),
      line: { lineId: line.lineId, from, to },
    }),
    note,
    ...(deadlines && { deadlines }),
    ...(eventPayload !== undefined && { eventPayload }),
    reply: order.version + 1,
  };
}
