// The two kinds of changes as works of the writer: a change of one order, and the creation of
// several.
import type { Committed, Created, CreateRequest } from '../../core/ledger.ts';
import type { OrderId } from '../../core/order.ts';
import { chainCreation, changeHash, documentDigest, type Link } from '../chain.ts';
import type { SealedRow } from '../order-row.ts';
import type { CommitRow, CreationRow, Place } from './change-rows.ts';
import type { CountedLists } from './counted-lists.ts';
import type { prepareStatements } from './statements.ts';
import type { Transaction } from './transaction.ts';

/** A creation; `rows` are its orders. */
export interface Creation extends Pick<CreateRequest, 'existing' | 'once' | 'now'> {
  readonly rows: readonly CreationRow[];
}

/** Writes changes of orders within a work, on the only writing connection. */
export class OrderChanges {
  readonly #s: ReturnType<typeof prepareStatements>;
  readonly #lists: CountedLists;

  constructor(statements: ReturnType<typeof prepareStatements>, lists: CountedLists) {
    this.#s = statements;
    this.#lists = lists;
  }

  commit(tx: Transaction, change: CommitRow): Committed {
    const s = this.#s;
    const place = change.place ?? s.find.get(change.orderId, change.platform);
    if (!place) return tx.undo('stale' satisfies Committed);
    const { row: id, lastChange: previous, state } = place;
    const seq = tx.nextSeq;
    const { version } = change;
    const { document, hash } = chainChange(change, place);
    const row = [version, change.at, change.attributes, change.lines, seq, hash] as const;
    const updated =
      change.state === state
        ? s.keepState.run(...row, id, version - 1)
        : s.changeState.run(change.state, ...row, id, version - 1);
    if (updated.changes === 0) return tx.undo('stale' satisfies Committed);
    tx.noteChange(place.createdAt, hash);
    if (change.completes) {
      const { deadlineId, leaseUntil } = change.completes;
      const ended = s.endDeadline.run(deadlineId, leaseUntil);
      if (ended.changes === 0) return tx.undo('lease-lost' satisfies Committed);
    }
    const { at, action, line, from, to, actor, note, requestId, once } = change;
    if (once) this.#keepReply(tx, once, null, at);
    const what = [at, action, line, from, to, actor, note, requestId] as const;
    s.history.run(seq, id, previous, version, ...what, document, hash);
    s.event.run(seq, change.eventType, change.eventPayload);
    for (const { kind, dueAt } of change.deadlines ?? []) {
      if (dueAt === null) s.clearDeadline.run(id, kind);
      else s.setDeadline.run(id, kind, dueAt);
    }
    for (const text of change.sealed ?? []) this.#seal(tx, id, text);
    return 'committed';
  }

  create(tx: Transaction, { rows, existing: mode, once, now }: Creation): Created {
    if (once) {
      const kept = this.#s.kept.get(once.key, now);
      if (kept && kept.fingerprint !== once.fingerprint)
        return tx.undo({ result: 'key-reused' } satisfies Created);
      if (kept) {
        const created = JSON.parse(kept.reply) as number;
        return tx.undo({ result: 'replayed', created } satisfies Created);
      }
    }
    const existing: OrderId[] = [];
    for (const row of rows) {
      const there = this.#insert(tx, row, now);
      if (there !== null) existing.push(there);
    }
    if (existing.length > 0 && mode === 'refuse')
      return tx.undo({ result: 'exists', existing } satisfies Created);
    const created = rows.length - existing.length;
    if (once) {
      const { key, expiresAt, fingerprint } = once;
      this.#keepReply(tx, { key, expiresAt, reply: JSON.stringify(created) }, fingerprint, now);
    }
    return { result: 'created', created, existing };
  }

  /** Returns the id of the existing order; it is another order's id if a unique key exists. */
  #insert(tx: Transaction, row: CreationRow, now: number): OrderId | null {
    const s = this.#s;
    for (const [name, value] of row.uniqueKeys) {
      const holder = s.uniqueHolder.get(row.platform, row.owner, name, value);
      if (holder) return holder.orderId;
    }
    const seq = tx.nextSeq;
    const { document, hash } = chainCreation(row, now);
    const { platform, owner, orderId, state, createdAt, attributes, lines } = row;
    const whole = [orderId, platform, owner, state, createdAt, now, attributes, lines] as const;
    const inserted = s.insert.run(...whole, seq, hash);
    if (inserted.changes === 0) return orderId;
    tx.noteChange(createdAt, hash);
    const id = Number(inserted.lastInsertRowid);
    for (const [name, value] of row.keys) {
      if (value === '' || s.key.run(value, name, id).changes === 0) continue;
      tx.noteRow('order_keys', value, name, id);
    }
    const what = [now, 'created', null, null, state, row.actor, row.note, row.requestId] as const;
    s.history.run(seq, id, null, 1, ...what, document, hash);
    s.event.run(seq, 'order.created', null);
    for (const { kind, dueAt } of row.deadlines) s.setDeadline.run(id, kind, dueAt);
    for (const [name, value] of row.uniqueKeys) {
      s.uniqueKey.run(platform, owner, name, value, id);
      tx.noteRow('unique_keys', platform, owner, name, value, id);
    }
    for (const list of row.lists)
      this.#lists.add(tx, platform, owner, list, { createdAt, orderId, row: id });
    return null;
  }

  #seal(tx: Transaction, orderRow: number, { name, sealed, mask }: SealedRow): void {
    const added = this.#s.seal.run(orderRow, name, sealed, mask);
    if (added.changes === 0) {
      this.#s.sealAgain.run(sealed, mask, orderRow, name);
      return;
    }
    // What is sealed is base64, which needs no escape; a thousand cards have 70,000 characters.
    const place = `${added.lastInsertRowid},${orderRow},${JSON.stringify(name)}`;
    tx.noteJson('sealed_texts', `${place},"${sealed}",${JSON.stringify(mask)}]`);
  }

  #keepReply(
    tx: Transaction,
    { key, reply, expiresAt }: NonNullable<CommitRow['once']>,
    fingerprint: string | null,
    now: number,
  ): void {
    const row = [key, reply, fingerprint, expiresAt] as const;
    if (this.#s.keep.run(...row).changes === 1) return tx.noteRow('kept_replies', ...row);
    const kept = this.#s.keepAgain.run(reply, fingerprint, expiresAt, key, now);
    if (kept.changes === 0) tx.undo('stale' satisfies Committed);
  }
}

/** The hashes that are stored with a change. */
function chainChange(change: CommitRow, { owner, createdAt, head }: Place): Link {
  const { platform, orderId, state, version, at: updatedAt, attributes, lines } = change;
  const document = documentDigest({
    platform,
    owner,
    orderId,
    createdAt,
    state,
    version,
    updatedAt,
    attributes,
    lines,
  });
  return { document, hash: changeHash(head, change, change, document) };
}
