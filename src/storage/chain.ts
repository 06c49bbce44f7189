// The chain of an order: each change carries a hash over itself, the document after it, and the change before.
import { hash } from 'node:crypto';

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

/** 32 bytes as base64. No key is in it: whoever may read the ledger may check it. */
const digest = (values: readonly unknown[]): string =>
  hash('sha256', JSON.stringify(values), 'base64');

/** What stands for the document after a change, so that earlier ones need not be kept to be checked. */
export function documentDigest(o: ChainedOrder): string {
  const { platform, owner, orderId, createdAt, state, version, updatedAt, attributes, lines } = o;
  const identity = [platform, owner, orderId, createdAt, state, version, updatedAt];
  // JSON already, and most of the bytes: behind their length they stand as they are, and are not escaped again.
  const head = JSON.stringify([...identity, attributes.length, lines === null]);
  return hash('sha256', `${head}${attributes}${lines ?? ''}`, 'base64');
}

/**
 * @param previous the hash of the change before; null for an order's first
 * @param document null for a change from before there was a chain, of which the document is not known
 */
export function changeHash(
  previous: string | null,
  order: Pick<ChainedOrder, 'platform' | 'orderId'>,
  c: ChainedChange,
  document: string | null,
): string {
  return digest([
    previous,
    order.platform,
    order.orderId,
    c.version,
    c.at,
    c.action,
    c.line,
    c.from,
    c.to,
    c.actor,
    // As PostgreSQL can hold it, so that a ledger that moves keeps its hashes.
    c.note === null ? null : c.note.toWellFormed().replaceAll('\0', '\u2400'),
    c.requestId,
    c.eventType,
    c.eventPayload,
    document,
  ]);
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

/** @param previous the hash of the group before; empty for the first */
export function groupHash(
  previous: string,
  { number, lastSeq, parts }: Omit<ChainGroup, 'hash' | 'changes'>,
): string {
  return hash('sha256', JSON.stringify([previous, number, lastSeq, parts]));
}

/** Collects changes in the order of their numbers. */
export class GroupParts {
  readonly #months = new Map<number, string[]>();
  #changes = 0;

  add(seq: number, createdAt: number, changeDigest: string | null): void {
    const month = monthOf(createdAt);
    const rows = this.#months.get(month);
    const row = `${seq} ${changeDigest}`;
    if (rows) rows.push(row);
    else this.#months.set(month, [row]);
    this.#changes++;
  }

  get changes(): number {
    return this.#changes;
  }

  parts(): ChainPart[] {
    return [...this.#months]
      .sort(([a], [b]) => a - b)
      .map(([month, rows]) => [month, rows.length, hash('sha256', rows.join('\n'))] as const);
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
