// What is asked of the writer: flat values, under the names that the database's functions read.
import type { Change, NewOrder } from '../../core/ledger.ts';
import { linesJson, sealText } from '../order-row.ts';
import type { Sealer } from '../seal.ts';

/** A change as the type `change_1` has it. */
export interface CommitJob {
  readonly platform: string;
  readonly owner: string;
  readonly order_id: string;
  readonly created_at: number;
  /** The one that the change was decided upon. */
  readonly version: number;
  readonly once_key: string | null;
  readonly [field: string]: unknown;
}

export interface CreateJob {
  readonly existing: 'skip' | 'refuse';
  readonly onceKey: string | null;
  readonly rows: readonly object[];
  readonly [field: string]: unknown;
}

export function toCommitJob(change: Change, sealer: Sealer): CommitJob {
  const { order, history, event, once, deadlines, sealed = [], completes } = change;
  return {
    platform: order.platform,
    owner: order.owner,
    order_id: order.orderId,
    created_at: order.createdAt,
    version: order.version - 1,
    state: order.state,
    at: order.updatedAt,
    attributes: JSON.stringify(order.attributes),
    lines: linesJson(order),
    action: history.action,
    line: history.line,
    from_state: history.from,
    to_state: history.to,
    actor: history.actor,
    note: storable(history.note),
    request_id: history.requestId,
    event_type: event.type,
    event_payload: event.payload === null ? null : JSON.stringify(event.payload),
    once_key: once?.key ?? null,
    once_reply: once ? JSON.stringify(once.reply) : null,
    once_until: once?.expiresAt ?? null,
    deadline_id: completes?.deadlineId ?? null,
    lease_until: completes?.leaseUntil ?? null,
    deadlines: deadlines?.length ? deadlines : null,
    sealed: sealed.length > 0 ? sealed.map((text) => sealText(order, text, sealer)) : null,
  };
}

/** A new order as the type `new_order_1` has it. */
export function toCreateRow(created: NewOrder): object {
  const {
    order,
    keys,
    actor,
    note,
    requestId,
    deadlines = [],
    uniqueKeys = [],
    lists = [],
  } = created;
  return {
    platform: order.platform,
    owner: order.owner,
    order_id: order.orderId,
    created_at: order.createdAt,
    state: order.state,
    attributes: JSON.stringify(order.attributes),
    lines: linesJson(order),
    keys,
    unique_keys: uniqueKeys,
    lists,
    actor,
    note: storable(note),
    request_id: requestId ?? null,
    deadlines,
  };
}

/** PostgreSQL has no place for U+0000, nor for half a character: both become what stands for them. */
export function storable<T extends string | null>(text: T): T {
  return (text?.toWellFormed().replaceAll('\0', '\u2400') ?? null) as T;
}
