// Changes and creations as flat rows, with the names that the database's functions read.
import type { Instant } from '../../core/clock.ts';
import type { Change, NewOrder } from '../../core/ledger.ts';
import type { Order } from '../../core/order.ts';
import { type ChainedOrder, chainCreation, changeText, documentDigest } from '../chain.ts';
import { linesJson, sealText } from '../order-row.ts';
import type { Sealer } from '../seal.ts';

/** A change in the form of the type `change_2`. */
export interface CommitRow {
  readonly platform: string;
  readonly owner: string;
  readonly order_id: string;
  readonly created_at: number;
  /** The version that the decision was based on. */
  readonly version: number;
  readonly once_key: string | null;
  readonly [field: string]: unknown;
}

export interface Creation {
  readonly existing: 'skip' | 'refuse';
  readonly onceKey: string | null;
  readonly rows: readonly object[];
  readonly [field: string]: unknown;
}

export function toCommitRow(change: Change, sealer: Sealer): CommitRow {
  const { order, history, event, once, deadlines, sealed = [], completes } = change;
  const chained = toChained(order);
  const note = storable(history.note);
  const document = documentDigest(chained);
  const link = {
    ...{ ...history, note, version: order.version, at: order.updatedAt, eventType: event.type },
    eventPayload: event.payload === null ? null : JSON.stringify(event.payload),
  };
  return {
    platform: order.platform,
    owner: order.owner,
    order_id: order.orderId,
    created_at: order.createdAt,
    version: order.version - 1,
    state: order.state,
    at: order.updatedAt,
    attributes: chained.attributes,
    lines: chained.lines,
    action: history.action,
    line: history.line,
    from_state: history.from,
    to_state: history.to,
    actor: history.actor,
    note,
    request_id: history.requestId,
    event_type: event.type,
    event_payload: link.eventPayload,
    document,
    chain_text: changeText(chained, link, document),
    once_key: once?.key ?? null,
    once_reply: once ? JSON.stringify(once.reply) : null,
    once_until: once?.expiresAt ?? null,
    deadline_id: completes?.deadlineId ?? null,
    lease_until: completes?.leaseUntil ?? null,
    deadlines: deadlines?.length ? deadlines : null,
    sealed: sealed.length > 0 ? sealed.map((text) => sealText(order, text, sealer)) : null,
  };
}

/** A new order in the form of the type `new_order_2`. */
export function toCreationRow(created: NewOrder, now: Instant): object {
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
  const chained = toChained(order);
  const its = { actor, note: storable(note), requestId: requestId ?? null };
  return {
    platform: order.platform,
    owner: order.owner,
    order_id: order.orderId,
    created_at: order.createdAt,
    state: order.state,
    attributes: chained.attributes,
    lines: chained.lines,
    keys,
    unique_keys: uniqueKeys,
    lists,
    actor,
    note: its.note,
    request_id: its.requestId,
    deadlines,
    ...chainCreation({ ...chained, ...its }, now),
  };
}

/** The order as its future row. */
function toChained(order: Order): ChainedOrder {
  const { platform, owner, orderId, createdAt, state, version, updatedAt } = order;
  const row = { platform, owner, orderId, createdAt, state, version, updatedAt };
  return { ...row, attributes: JSON.stringify(order.attributes), lines: linesJson(order) };
}

/** PostgreSQL cannot store U+0000 or half of a surrogate pair; both are replaced. */
export function storable<T extends string | null>(text: T): T {
  return (text?.toWellFormed().replaceAll('\0', '\u2400') ?? null) as T;
}
