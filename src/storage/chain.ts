// The chain of an order: each change carries a hash over itself, the document after it, and the change before.
import { createHash, type Hash, hash } from 'node:crypto';

/** An order's row, in the order of its columns. */
export interface ChainedOrder {
  readonly platform: string;
  readonly owner: string;
  readonly orderId: string;
  readonly createdAt: number;
  readonly state: string;
  readonly version: number;
  readonly updatedAt: number;
  /** JSON, as it is kept. */
  readonly attributes: string;
  readonly lines: string | null;
}

/** A history row with its event. */
export interface ChainedChange {
  readonly version: number;
  readonly at: number;
  readonly action: string;
  readonly line: string | null;
  readonly from: string | null;
  readonly to: string;
  readonly actor: string;
  readonly note: string | null;
  readonly requestId: number | null;
  readonly eventType: string | null;
  readonly eventPayload: string | null;
}

/** What stands for the document after a change, so that earlier ones need not be kept to be checked. */
export function documentDigest(o: ChainedOrder): string {
  const { platform, owner, orderId, createdAt, state, version, updatedAt, attributes, lines } = o;
  const identity = [platform, owner, orderId, createdAt, state, version, updatedAt];
  // JSON already, and most of the bytes: behind their length they stand as they are, and are not escaped again.
  const head = JSON.stringify([...identity, attributes.length, lines === null]);
  return hash('sha256', `${head}${attributes}${lines ?? ''}`, 'base64');
}

/**
 * What a change's hash is made of, behind the hash of the change before: PostgreSQL puts that one in front
 * itself, since only the order's row knows it, and the node would need a round trip to ask.
 *
 * @param document null for a change from before there was a chain, of which the document is not known
 */
export function changeText(
  order: Pick<ChainedOrder, 'platform' | 'orderId'>,
  c: ChainedChange,
  document: string | null,
): string {
  const values = [
    order.platform,
    order.orderId,
    c.version,
    c.at,
    c.action,
    c.line,
    c.from,
    c.to,
    c.actor,
    // As PostgreSQL can hold it, so that a ledger that is transferred keeps its hashes.
    c.note === null ? null : c.note.toWellFormed().replaceAll('\0', '\u2400'),
    c.requestId,
    c.eventType,
    c.eventPayload,
    document,
  ];
  return JSON.stringify(values).slice(1);
}

/** @param previous the hash of the change before; null for an order's first @param document see {@link changeText} */
export function changeHash(
  previous: string | null,
  order: Pick<ChainedOrder, 'platform' | 'orderId'>,
  c: ChainedChange,
  document: string | null,
): string {
  const text = `[${JSON.stringify(previous)},${changeText(order, c, document)}`;
  // 32 bytes as base64. No key is in it: whoever may read the ledger may check it.
  return hash('sha256', text, 'base64');
}

/** What is kept beside a change. */
export interface Link {
  /** See {@link documentDigest}. */
  readonly document: string;
  readonly hash: string;
}

/** Of the change that makes an order. */
export function chainCreation(
  row: Omit<ChainedOrder, 'version' | 'updatedAt'> &
    Pick<ChainedChange, 'actor' | 'note' | 'requestId'>,
  now: number,
): Link {
  const document = documentDigest({ ...row, version: 1, updatedAt: now });
  const { state: to, actor, note, requestId } = row;
  const change = {
    ...{ version: 1, at: now, action: 'created', line: null, from: null, to, actor, note },
    ...{ requestId, eventType: 'order.created', eventPayload: null },
  };
  return { document, hash: changeHash(null, row, change, document) };
}

/** A run of changes in the order of their numbers, under one hash; see {@link groupHash}. */
export interface ChainGroup {
  /** From 1. */
  readonly number: number;
  /** The number of its last change. */
  readonly lastSeq: number;
  readonly changes: number;
  readonly parts: readonly ChainPart[];
  readonly hash: string;
}

/** What a group holds of the orders of one month. It stays when the month is detached, so that the group can still be checked. */
export type ChainPart = readonly [month: number, changes: number, digest: string];

/** As 202601, of an order's making, in UTC. */
export function monthOf(createdAt: number): number {
  const date = new Date(createdAt);
  return date.getUTCFullYear() * 100 + date.getUTCMonth() + 1;
}

/** When the month begins, and when the next one does. */
function boundsOf(month: number): readonly [from: number, to: number] {
  const [year, index] = [Math.floor(month / 100), (month % 100) - 1];
  return [Date.UTC(year, index), Date.UTC(year, index + 1)];
}

/** Text that a month collects before it is hashed: one call for many changes. */
const HASHED_CHARACTERS = 32 * 1024;

/** What a group holds of one month while it is collected. */
interface MonthPart {
  readonly month: number;
  /** Orders of the month were made from here to before `to`. */
  readonly from: number;
  readonly to: number;
  changes: number;
  text: string;
  digest: Hash | undefined;
}

/** @param previous the hash of the group before; empty for the first */
export function groupHash(
  previous: string,
  { number, lastSeq, parts }: Omit<ChainGroup, 'hash' | 'changes'>,
): string {
  return hash('sha256', JSON.stringify([previous, number, lastSeq, parts]));
}

/** Collects changes in the order of their numbers; however many they are, it holds a hash for each month. */
export class GroupParts {
  readonly #months = new Map<number, MonthPart>();
  /** That of the last change: the next one is mostly of the same month. */
  #last: MonthPart | undefined;
  #changes = 0;

  add(seq: number, createdAt: number, changeDigest: string | null): void {
    let its = this.#last;
    if (its === undefined || createdAt < its.from || createdAt >= its.to) {
      its = this.#monthAt(createdAt);
      this.#last = its;
    }
    its.text += its.changes === 0 ? `${seq} ${changeDigest}` : `\n${seq} ${changeDigest}`;
    its.changes++;
    this.#changes++;
    if (its.text.length < HASHED_CHARACTERS) return;
    its.digest ??= createHash('sha256');
    its.digest.update(its.text);
    its.text = '';
  }

  #monthAt(createdAt: number): MonthPart {
    const month = monthOf(createdAt);
    let its = this.#months.get(month);
    if (its === undefined) {
      const [from, to] = boundsOf(month);
      its = { month, from, to, changes: 0, text: '', digest: undefined };
      this.#months.set(month, its);
    }
    return its;
  }

  get changes(): number {
    return this.#changes;
  }

  /** Once, at the end. */
  parts(): ChainPart[] {
    return [...this.#months.values()]
      .sort((a, b) => a.month - b.month)
      .map(({ month, changes, text, digest }) => [
        month,
        changes,
        digest === undefined ? hash('sha256', text) : digest.update(text).digest('hex'),
      ]);
  }
}

/** The newest head of a ledger: all changes up to `seq`. */
export interface LedgerHead {
  /** Of the last group that is whole. */
  readonly group: number;
  readonly seq: number;
  readonly hash: string;
}

export const headText = ({ group, seq, hash }: LedgerHead): string => `${group}.${seq}.${hash}`;

/** Null where the text is no head. */
export function readHead(text: string): LedgerHead | null {
  const found = /^(\d{1,15})\.(\d{1,16})\.([0-9a-f]{64})$/.exec(text.trim());
  return found && { group: Number(found[1]), seq: Number(found[2]), hash: found[3]! };
}
