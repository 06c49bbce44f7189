// The hash chain of an order: each change has a hash over itself, the document after it, and the
// previous change's hash.
import { createHash, type Hash, hash } from 'node:crypto';

/** An order's row; the fields are in the sequence of its columns. */
export interface ChainedOrder {
  readonly platform: string;
  readonly owner: string;
  readonly orderId: string;
  readonly createdAt: number;
  readonly state: string;
  readonly version: number;
  readonly updatedAt: number;
  /** The stored JSON. */
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

/**
 * A digest that represents the document after a change, so that earlier documents need not be
 * stored.
 */
export function documentDigest(o: ChainedOrder): string {
  const { platform, owner, orderId, createdAt, state, version, updatedAt, attributes, lines } = o;
  const identity = [platform, owner, orderId, createdAt, state, version, updatedAt];
  // The attributes are already JSON and most of the bytes. They follow their length unescaped.
  const head = JSON.stringify([...identity, attributes.length, lines === null]);
  return hash('sha256', `${head}${attributes}${lines ?? ''}`, 'base64');
}

/**
 * The input of a change's hash, without the previous hash. PostgreSQL prepends the previous hash,
 * because only the order's row has it, and asking for it would cost the node a round trip.
 *
 * @param document null for a change from before the chain existed, whose document is unknown
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
    // As PostgreSQL can store it, so that a transferred ledger keeps its hashes.
    c.note === null ? null : c.note.toWellFormed().replaceAll('\0', '\u2400'),
    c.requestId,
    c.eventType,
    c.eventPayload,
    document,
  ];
  return JSON.stringify(values).slice(1);
}

/**
 * @param previous the hash of the previous change; null for an order's first
 * @param document see {@link changeText}
 */
export function changeHash(
  previous: string | null,
  order: Pick<ChainedOrder, 'platform' | 'orderId'>,
  c: ChainedChange,
  document: string | null,
): string {
  const text = `[${JSON.stringify(previous)},${changeText(order, c, document)}`;
  // 32 bytes as base64. The hash uses no key, so that every reader of the ledger can check it.
  return hash('sha256', text, 'base64');
}

/** The values stored with a change. */
export interface Link {
  /** See {@link documentDigest}. */
  readonly document: string;
  readonly hash: string;
}

/** The link of an order's first change. */
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

/**
 * A run of changes in the sequence of their numbers, covered by one hash; see {@link groupHash}.
 */
export interface ChainGroup {
  /** Numbers start at 1. */
  readonly number: number;
  /** The number of its last change. */
  readonly lastSeq: number;
  readonly changes: number;
  readonly parts: readonly ChainPart[];
  readonly hash: string;
}

/**
 * The part of a group that covers the orders of one month. It stays when the month is detached, so
 * that the group can still be checked.
 */
export type ChainPart = readonly [month: number, changes: number, digest: string];

/** The month in which the order was created, in UTC, such as 202601. */
export function monthOf(createdAt: number): number {
  const date = new Date(createdAt);
  return date.getUTCFullYear() * 100 + date.getUTCMonth() + 1;
}

/** The beginning of the month, and of the next month. */
export function boundsOf(month: number): readonly [from: number, to: number] {
  const [year, index] = [Math.floor(month / 100), (month % 100) - 1];
  return [Date.UTC(year, index), Date.UTC(year, index + 1)];
}

/** A month's text is hashed in pieces of this size, which saves calls. */
const HASHED_CHARACTERS = 32 * 1024;

/** The data that a group collects for one month. */
interface MonthPart {
  readonly month: number;
  /** The part covers orders created from `from` to before `to`. */
  readonly from: number;
  readonly to: number;
  changes: number;
  text: string;
  digest: Hash | undefined;
}

/** @param previous the hash of the previous group; empty for the first */
export function groupHash(
  previous: string,
  { number, lastSeq, parts }: Omit<ChainGroup, 'hash' | 'changes'>,
): string {
  return hash('sha256', JSON.stringify([previous, number, lastSeq, parts]));
}

/**
 * Collects changes in the sequence of their numbers. It holds one hash per month, whatever the
 * number of changes.
 */
export class GroupParts {
  readonly #months = new Map<number, MonthPart>();
  /** The part of the last change; the next change usually belongs to the same month. */
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

  /** Call it once, at the end. */
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

/** The head of a ledger: covers all changes up to `seq`. */
export interface LedgerHead {
  /** The number of the last complete group. */
  readonly group: number;
  readonly seq: number;
  readonly hash: string;
  /** The newest entry of the audit log; absent from a head of a version before, or without entries. */
  readonly audit?: AuditHead;
}

/** Covers all entries of the audit log up to `number`. */
export interface AuditHead {
  readonly number: number;
  /** 64 hex digits */
  readonly hash: string;
}

export const headText = ({ group, seq, hash, audit }: LedgerHead): string =>
  [group, seq, hash, ...(audit ? [audit.number, audit.hash] : [])].join('.');

/** Returns null if the text is not a head. The hash of a ledger without changes is empty. */
export function readHead(text: string): LedgerHead | null {
  const form =
    /^(\d{1,15})\.(\d{1,16})\.([0-9a-f]{64}|(?<=^0\.0\.))(?:\.(\d{1,16})\.([0-9a-f]{64}))?$/;
  const found = form.exec(text.trim());
  if (!found) return null;
  const [, group, seq, hash, number, ofAudit] = found;
  const audit = ofAudit === undefined ? {} : { audit: { number: Number(number), hash: ofAudit } };
  return { group: Number(group), seq: Number(seq), hash: hash!, ...audit };
}
