// All that happened to an order as one list: changes, calls, callbacks with their attempts, newest first.
import type {
  Attempt,
  Delivery,
  GatewayCall,
  HistoryEntry,
  OrderNote,
  WholeOrder,
} from '../../api/types.ts';

interface Common {
  readonly key: string;
  readonly at: string;
}

export type OrderEvent = Common &
  (
    | { readonly kind: 'change'; readonly entry: HistoryEntry }
    | { readonly kind: 'call'; readonly call: GatewayCall }
    | {
        readonly kind: 'attempt';
        readonly delivery: Delivery;
        readonly attempt: Attempt;
        /** From 1. */
        readonly number: number;
        readonly isLast: boolean;
      }
    | { readonly kind: 'callback'; readonly delivery: Delivery }
    | { readonly kind: 'note'; readonly note: OrderNote }
  );

export function eventsOf(order: WholeOrder, calls: readonly GatewayCall[]): OrderEvent[] {
  const events: OrderEvent[] = [
    ...order.history.map(
      (entry): OrderEvent => ({
        kind: 'change',
        key: `change ${entry.version}`,
        at: entry.at,
        entry,
      }),
    ),
    ...order.notes.map(
      (note): OrderEvent => ({ kind: 'note', key: `note ${note.noteId}`, at: note.at, note }),
    ),
    // A call that changed the order stands there as its change, which names it.
    ...calls
      .filter(({ id, refused }) => refused || !order.history.some((one) => one.requestId === id))
      .map((call): OrderEvent => ({ kind: 'call', key: `call ${call.id}`, at: call.at, call })),
    ...order.callbacks.flatMap((delivery) => [
      ...(delivery.attempts.length === 0
        ? [
            {
              kind: 'callback',
              key: `callback ${delivery.deliveryId}`,
              at: delivery.createdAt,
              delivery,
            } as const,
          ]
        : []),
      ...delivery.attempts.map((attempt, i) => ({
        kind: 'attempt' as const,
        key: `attempt ${delivery.deliveryId} ${i}`,
        at: attempt.at,
        delivery,
        attempt,
        number: i + 1,
        isLast: i === delivery.attempts.length - 1,
      })),
    ]),
  ];
  return events.sort((a, b) => b.at.localeCompare(a.at));
}

export function isFailure(event: OrderEvent): boolean {
  switch (event.kind) {
    case 'call':
      return event.call.refused;
    case 'attempt':
      return event.attempt.error !== null;
    case 'callback':
      return event.delivery.state === 'dead';
    case 'change':
    case 'note':
      return false;
  }
}
