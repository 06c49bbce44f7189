// Changes and creations as flat rows, in the form in which they are written.
import type { Change, NewOrder } from '../../core/ledger.ts';
import type { OrderId } from '../../core/order.ts';
import { linesJson, type SealedRow } from '../order-row.ts';

/**
 * Where `load` found the order. As long as the version is equal, the row still has these values.
 */
export interface Place {
  readonly row: number;
  readonly lastChange: number;
  readonly state: string;
  /** The hash of the order's last change. */
  readonly head: string | null;
  readonly owner: string;
  readonly createdAt: number;
}

export interface CommitRow {
  readonly platform: string;
  readonly orderId: string;
  /** The version after the change. */
  readonly version: number;
  readonly place: Place | null;
  readonly state: string;
  readonly at: number;
  readonly attributes: string;
  readonly lines: string | null;
  readonly action: string;
  readonly line: string | null;
  readonly from: string | null;
  readonly to: string;
  readonly actor: string;
  readonly note: string | null;
  readonly requestId: number | null;
  readonly eventType: string;
  readonly eventPayload: string | null;
  readonly once: {
    readonly key: string;
    readonly reply: string;
    readonly expiresAt: number;
  } | null;
  readonly deadlines: readonly { readonly kind: string; readonly dueAt: number | null }[] | null;
  readonly sealed: readonly SealedRow[] | null;
  readonly completes: { readonly deadlineId: number; readonly leaseUntil: number } | null;
}

export interface CreationRow {
  readonly platform: string;
  readonly orderId: OrderId;
  readonly owner: string;
  readonly state: string;
  readonly createdAt: number;
  readonly attributes: string;
  readonly lines: string | null;
  readonly keys: readonly (readonly [name: string, value: string])[];
  readonly uniqueKeys: readonly (readonly [name: string, value: string])[];
  readonly lists: readonly string[];
  readonly actor: string;
  readonly note: string | null;
  readonly requestId: number | null;
  readonly deadlines: readonly { readonly kind: string; readonly dueAt: number }[];
}

export function toCommitRow(change: Change, sealed: readonly SealedRow[]): CommitRow {
  const { order, place, history, event, once, deadlines, completes } = change;
  return {
    platform: order.platform,
    orderId: order.orderId,
    version: order.version,
    place: (place as Place | undefined) ?? null,
    state: order.state,
    at: order.updatedAt,
    attributes: JSON.stringify(order.attributes),
    lines: linesJson(order),
    action: history.action,
    line: history.line,
    from: history.from,
    to: history.to,
    actor: history.actor,
    note: history.note,
    requestId: history.requestId,
    eventType: event.type,
    eventPayload: event.payload === null ? null : JSON.stringify(event.payload),
    once: once ? { ...once, reply: JSON.stringify(once.reply) } : null,
    deadlines: deadlines ?? null,
    sealed: sealed.length === 0 ? null : sealed,
    completes: completes ?? null,
  };
}

export function toCreationRow(created: NewOrder): CreationRow {
  const { order, keys, actor, note, requestId, deadlines, uniqueKeys, lists } = created;
  return {
    platform: order.platform,
    orderId: order.orderId,
    owner: order.owner,
    state: order.state,
    createdAt: order.createdAt,
    attributes: JSON.stringify(order.attributes),
    lines: linesJson(order),
    keys,
    uniqueKeys: uniqueKeys ?? [],
    lists: lists ?? [],
    actor,
    note,
    requestId: requestId ?? null,
    deadlines: deadlines ?? [],
  };
}
