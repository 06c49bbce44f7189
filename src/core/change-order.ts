// The only way to change an order: load it, let a rule decide, commit, and decide again if the
// version has changed.
import type { Clock, Instant } from './clock.ts';
import type { DeadlineClaim } from './deadlines.ts';
import { type CoreRefusal, type Outcome, refuse } from './errors.ts';
import type { Change, Ledger } from './ledger.ts';
import type { Actor, Json, Order, OrderId } from './order.ts';

export interface ChangeRequest {
  readonly platform: string;
  readonly orderId: OrderId;
  readonly actor: Actor;
  readonly requestId: number | null;
  /**
   * A request with the same key, within `ttlMs` of the first success, gets the reply of that
   * success.
   */
  readonly once?: { readonly key: string; readonly ttlMs: number };
  readonly completes?: DeadlineClaim;
  /** The owners that the caller acts for; see {@link Ledger.load}. */
  readonly owners?: readonly string[];
}

/** The result of a rule: the order's next state, and the reply to the caller. */
export interface Decision<R extends Json> {
  readonly ok: true;
  readonly action: string;
  readonly state: string;
  readonly attributes?: Order['attributes'];
  readonly lines?: Order['lines'];
  /** The one line that changed, with its state before and after. */
  readonly line?: { readonly lineId: string; readonly from: string; readonly to: string };
  readonly note?: string | null;
  readonly eventPayload?: Json;
  readonly deadlines?: NonNullable<Change['deadlines']>;
  readonly sealed?: NonNullable<Change['sealed']>;
  readonly reply: R;
}

/** A rule. It must be pure, because it runs again if the order has changed in between. */
export type Decide<R extends Json> = (order: Order, now: Instant) => Decision<R> | CoreRefusal;

/**
 * Maximum number of decisions per change. In each round at least one competitor succeeds, so a
 * caller that reaches this number has lost to as many changes of the same order within
 * milliseconds. The caller then gets `unavailable`, which is better than holding its connection
 * longer.
 */
const MAX_ROUNDS = 64;

export async function changeOrder<R extends Json>(
  ledger: Ledger,
  clock: Clock,
  request: ChangeRequest,
  decide: Decide<R>,
): Promise<Outcome<R>> {
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const asked = clock.now();
    const once = request.once && { key: request.once.key, now: asked };
    const loaded = await ledger.load(request.platform, request.orderId, once, request.owners);
    const { order, place, replay, now = asked } = loaded;
    if (replay) return { ok: true, value: replay.reply as R };
    if (!order) return refuse('unknown-order');

    const decision = decide(order, now);
    if (!decision.ok) return decision;

    const committed = await ledger.commit({ ...toChange(request, order, decision, now), place });
    if (committed === 'committed') return { ok: true, value: decision.reply };
    if (committed === 'lease-lost') return refuse('state-refuses', order.state);
  }
  return refuse('unavailable');
}

function toChange<R extends Json>(
  request: ChangeRequest,
  order: Order,
  decision: Decision<R>,
  now: Instant,
): Change {
  return {
    order: {
      ...order,
      state: decision.state,
      version: order.version + 1,
      updatedAt: now,
      attributes: decision.attributes ?? order.attributes,
      lines: decision.lines ?? order.lines,
    },
    history: {
      action: decision.action,
      line: decision.line?.lineId ?? null,
      from: decision.line?.from ?? order.state,
      to: decision.line?.to ?? decision.state,
      actor: request.actor,
      note: decision.note ?? null,
      requestId: request.requestId,
    },
    event: { type: `order.${decision.action}`, payload: decision.eventPayload ?? null },
    ...(request.once && {
      once: {
        key: request.once.key,
        reply: decision.reply,
        expiresAt: now + request.once.ttlMs,
      },
    }),
    ...(decision.deadlines && { deadlines: decision.deadlines }),
    ...(decision.sealed && { sealed: decision.sealed }),
    ...(request.completes && { completes: request.completes }),
  };
}
