// Moves an order, or one line of it, for an operator, along the platform's table of operator
// transitions.
import { changeOrder, type Decision } from './change-order.ts';
import type { Clock, Instant } from './clock.ts';
import { type CoreRefusal, type Outcome, refuse } from './errors.ts';
import type { Ledger } from './ledger.ts';
import type { OperatorActor, Order, OrderId, OrderModel } from './order.ts';
import { allows } from './transitions.ts';

export interface MoveRequest {
  readonly platform: string;
  readonly orderId: OrderId;
  /** The line to move; null if the order has no lines. */
  readonly line: string | null;
  readonly to: string;
  readonly note: string | null;
}

/**
 * Finds the state that a person's input names: its letter or number, the platform's word for it, or
 * its printed name in the platform's document, if only one state has that name. Returns undefined
 * if no state fits.
 */
export function findState(
  { states, stateWords = {} }: Pick<OrderModel, 'states' | 'stateWords'>,
  given: string,
): string | undefined {
  if (Object.hasOwn(states, given)) return given;
  if (Object.hasOwn(stateWords, given)) return stateWords[given];
  const named = Object.keys(states).filter((state) => bare(states[state]!) === bare(given));
  return named.length === 1 ? named[0] : undefined;
}

/** White space in a state's name depends only on the page layout of the document. */
const bare = (name: string): string => name.replace(/\s/g, '');

/** All states with their names and words, for the text of a refusal. */
export function knownStates({ states, stateWords = {} }: OrderModel): string {
  const named = Object.entries(states).map(([state, name]) => `${state} (${name})`);
  return [...named, ...Object.keys(stateWords)].join(', ');
}

/**
 * The states to which an operator can move an order or a line that is in `from`, with their names.
 */
export function leadsTo({ states, operatorTransitions }: OrderModel, from: string): string {
  const next = operatorTransitions[from] ?? [];
  return next.map((state) => `${state} (${states[state]})`).join(', ') || 'nowhere';
}

/** Resolves to the new version. Refuses with `state-refuses` and the current state. */
export function moveOrder(
  ledger: Ledger,
  clock: Clock,
  model: OrderModel,
  move: MoveRequest,
  actor: OperatorActor | 'import' = 'operator',
): Promise<Outcome<number>> {
  const request = {
    platform: move.platform,
    orderId: move.orderId,
    actor,
    requestId: null,
  } as const;
  return changeOrder(ledger, clock, request, (order, now) => decideMove(order, now, model, move));
}

/**
 * As {@link moveOrder}, for the version that the operator saw; resolves to undefined if the order
 * has another version now.
 */
export async function moveSeenOrder(
  ledger: Ledger,
  clock: Clock,
  model: OrderModel,
  move: MoveRequest & { readonly version: number },
  actor: OperatorActor = 'operator',
): Promise<Outcome<number> | undefined> {
  let hasChanged = false;
  const { platform, orderId } = move;
  const request = { platform, orderId, actor, requestId: null } as const;
  const outcome = await changeOrder(ledger, clock, request, (order, now) => {
    hasChanged = order.version !== move.version;
    return hasChanged ? refuse('state-refuses', order.state) : decideMove(order, now, model, move);
  });
  return hasChanged ? undefined : outcome;
}

/** The rule of the move as a pure function, without a ledger. */
export function decideMove(
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
