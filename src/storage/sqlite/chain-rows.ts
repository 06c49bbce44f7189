// Reads orders with their history in constant memory, to chain them and to check their chains.
import type { DatabaseSync } from 'node:sqlite';
import { type ChainedChange, type ChainedOrder, changeHash, documentDigest } from '../chain.ts';
import { coverAnew } from './covers.ts';

export interface OrderRow extends ChainedOrder {
  readonly id: number;
  readonly lastChange: number;
  readonly head: string | null;
}

export interface ChangeRow extends ChainedChange {
  readonly orderRow: number;
  readonly seq: number;
  readonly previous: number | null;
  readonly document: string | null;
  readonly hash: string | null;
}

const ORDERS = `SELECT id, platform, owner, order_id AS orderId, created_at AS createdAt, state, version,
    updated_at AS updatedAt, attributes, lines, last_change AS lastChange, head FROM orders`;
const CHANGES = `SELECT h.order_row AS orderRow, h.seq, h.previous, h.version, h.at, h.action, h.line,
    h.from_state AS "from", h.to_state AS "to", h.actor, h.note, h.request_id AS requestId, h.document, h.hash,
    e.type AS eventType, e.payload AS eventPayload
  FROM history AS h LEFT JOIN events AS e ON e.seq = h.seq`;

/**
 * Each order with its changes, oldest first; without an order if changes exist but the order does
 * not.
 */
export function* ordersWithChanges(
  db: DatabaseSync,
  where = '',
): Generator<{ order: OrderRow | undefined; changes: ChangeRow[] }> {
  const orders = db.prepare(`${ORDERS} ${where} ORDER BY id`).iterate();
  const which = where === '' ? '' : `WHERE h.order_row IN (SELECT id FROM orders ${where})`;
  const changes = db.prepare(`${CHANGES} ${which} ORDER BY h.order_row, h.seq`).iterate();
  const next = <T>(rows: Iterator<unknown>): T | undefined =>
    (rows.next().value ?? undefined) as T | undefined;
  let order = next<OrderRow>(orders);
  let change = next<ChangeRow>(changes);
  while (order !== undefined || change !== undefined) {
    const row = Math.min(
      order?.id ?? Number.POSITIVE_INFINITY,
      change?.orderRow ?? Number.POSITIVE_INFINITY,
    );
    const its: ChangeRow[] = [];
    while (change?.orderRow === row) {
      its.push(change);
      change = next<ChangeRow>(changes);
    }
    const isIts = order?.id === row;
    yield { order: isIts ? order : undefined, changes: its };
    if (isIts) order = next<OrderRow>(orders);
  }
}

/**
 * Chains changes from before the chain existed, without the documents after them, which are
 * unknown; the last change covers the current document. Runs in the caller's transaction.
 */
export function chainUp(db: DatabaseSync): void {
  const setHash = db.prepare('UPDATE history SET document = ?, hash = ? WHERE seq = ?');
  const setHead = db.prepare('UPDATE orders SET head = ? WHERE id = ?');
  const found = [...ordersToChain(db)];
  for (const { id, head, hashes } of found) {
    for (const [seq, document, hash] of hashes) setHash.run(document, hash, seq);
    setHead.run(head, id);
  }
  coverAnew(db);
}

type Chained = {
  id: number;
  head: string | null;
  hashes: (readonly [seq: number, document: string | null, hash: string])[];
};

/** Orders from before the chain, or changed since by a program without it. */
const UNCHAINED = 'WHERE head IS NULL OR id IN (SELECT order_row FROM history WHERE hash IS NULL)';

/** Only the hashes stay in memory, because rows must not change while the statement reads them. */
function* ordersToChain(db: DatabaseSync): Generator<Chained> {
  for (const { order, changes } of ordersWithChanges(db, UNCHAINED)) {
    if (order === undefined) continue;
    let head: string | null = null;
    const hashes: Chained['hashes'] = [];
    for (const [i, change] of changes.entries()) {
      const document: string | null =
        change.document ?? (i === changes.length - 1 ? documentDigest(order) : null);
      head = changeHash(head, order, change, document);
      hashes.push([change.seq, document, head] as const);
    }
    yield { id: order.id, head, hashes };
  }
}
