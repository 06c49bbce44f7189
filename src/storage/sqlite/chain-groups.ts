// The head of the ledger over all changes, in groups. A group's hash includes the previous group's
// hash.
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { type ChainGroup, GroupParts, groupHash, type LedgerHead } from '../chain.ts';
import { type Query, tuples } from './query.ts';

/** Changes per group: reading them takes some milliseconds, and a thousand changes cost one row. */
export const GROUP_CHANGES = 1000;

const ROWS = `SELECT h.seq, o.created_at, h.hash FROM history AS h
  LEFT JOIN orders AS o ON o.id = h.order_row WHERE h.seq > ? AND h.seq <= ? ORDER BY h.seq LIMIT ?`;

type Row = [seq: number, createdAt: number | null, hash: string | null];

/** Closes groups, on the writing connection. */
export class ChainGroups {
  readonly #rows: Query<Row>;
  readonly #add: StatementSync;
  #last: Pick<ChainGroup, 'number' | 'lastSeq' | 'hash'>;
  /** The changes after `#knownFrom` in memory, so that closing a group need not read them. */
  #known: Row[] = [];
  #knownFrom: number;

  /** @param seq the number of the newest change */
  constructor(db: DatabaseSync, seq: number) {
    this.#rows = tuples<Row>(db, ROWS);
    this.#add = db.prepare('INSERT INTO chain_groups VALUES (?, ?, ?, ?, ?)');
    this.#last = lastGroup(db);
    this.#knownFrom = seq;
  }

  /**
   * Call it after changes or a group were rolled back; the newest change now has the number `seq`.
   */
  reload(db: DatabaseSync, seq: number): void {
    this.#last = lastGroup(db);
    this.#known = [];
    this.#knownFrom = seq;
  }

  /** Call it for each written change. */
  add(seq: number, createdAt: number, changeHash: string): void {
    this.#known.push([seq, createdAt, changeHash]);
  }

  /** The number of the newest change in a group. */
  get lastSeq(): number {
    return this.#last.lastSeq;
  }

  /**
   * Closes the next group of at most a thousand changes; returns false if there is none to close.
   */
  seal(): boolean {
    const { number, lastSeq, hash } = this.#last;
    const rows = lastSeq >= this.#knownFrom ? this.#takeKnown() : this.#read(lastSeq);
    if (rows.length === 0) return false;
    const group = groupOf(number + 1, rows[rows.length - 1]![0], rows, hash);
    const { changes, parts } = group;
    this.#add.run(group.number, group.lastSeq, changes, group.hash, JSON.stringify(parts));
    this.#last = group;
    return true;
  }

  #takeKnown(): Row[] {
    const rows = this.#known.splice(0, GROUP_CHANGES);
    if (rows.length > 0) this.#knownFrom = rows[rows.length - 1]![0];
    return rows;
  }

  /** Changes from before this process, or from before a rollback. */
  #read(after: number): Row[] {
    const rows = this.#rows.all(after, Number.MAX_SAFE_INTEGER, GROUP_CHANGES);
    const last = rows[rows.length - 1]?.[0] ?? after;
    this.#known = this.#known.filter(([seq]) => seq > last);
    return rows;
  }
}

function groupOf(number: number, lastSeq: number, rows: Iterable<Row>, before: string): ChainGroup {
  const collected = new GroupParts();
  for (const [seq, createdAt, hash] of rows) collected.add(seq, createdAt ?? 0, hash);
  const group = { number, lastSeq, changes: collected.changes, parts: collected.parts() };
  return { ...group, hash: groupHash(before, group) };
}

function lastGroup(db: DatabaseSync): Pick<ChainGroup, 'number' | 'lastSeq' | 'hash'> {
  const row = db
    .prepare('SELECT number, last_seq, hash FROM chain_groups ORDER BY number DESC LIMIT 1')
    .get();
  if (!row) return { number: 0, lastSeq: 0, hash: '' };
  return { number: Number(row.number), lastSeq: Number(row.last_seq), hash: String(row.hash) };
}

/** The current head: the last group, and the later changes as if they formed a group. */
export function ledgerHead(db: DatabaseSync): LedgerHead {
  const { number, lastSeq, hash } = lastGroup(db);
  const newest = Number(db.prepare('SELECT coalesce(max(seq), 0) AS seq FROM history').get()!.seq);
  return headAt(db, { number, lastSeq, hash }, newest);
}

function headAt(
  db: DatabaseSync,
  { number, lastSeq, hash }: Pick<ChainGroup, 'number' | 'lastSeq' | 'hash'>,
  seq: number,
): LedgerHead {
  if (seq <= lastSeq) return { group: number, seq: lastSeq, hash };
  return {
    group: number,
    seq,
    hash: groupOf(number + 1, seq, rowsOf(db, lastSeq, seq), hash).hash,
  };
}

const rowsOf = (db: DatabaseSync, after: number, to: number): Iterable<Row> =>
  tuples<Row>(db, ROWS).iterate(after, to, -1);

/**
 * Recomputes every group from the existing changes.
 *
 * @param wanted an earlier head; the ledger must still contain what it covers
 * @returns the errors in words
 */
export function auditGroups(db: DatabaseSync, wanted?: LedgerHead): string[] {
  const found: string[] = [];
  const groups = db.prepare('SELECT * FROM chain_groups ORDER BY number').all();
  let before = { number: 0, lastSeq: 0, hash: '' };
  let isFound = wanted === undefined;
  const compare = (): void => {
    if (wanted === undefined || wanted.group !== before.number) return;
    isFound = true;
    if (wanted.seq < before.lastSeq || headAt(db, before, wanted.seq).hash !== wanted.hash) {
      found.push(
        `head ${wanted.group}.${wanted.seq}: the changes up to number ${wanted.seq} are not those that the head stood for: changes were removed at the end, or the past was rewritten. Compare with a backup`,
      );
    }
  };
  compare();
  for (const row of groups) {
    const lastSeq = Number(row.last_seq);
    const number = before.number + 1;
    const now = groupOf(number, lastSeq, rowsOf(db, before.lastSeq, lastSeq), before.hash);
    const where = `group ${number} (changes ${before.lastSeq + 1} to ${lastSeq} of the ledger)`;
    if (Number(row.number) !== number) found.push(`${where}: it is missing from chain_groups`);
    else if (now.changes !== Number(row.changes)) {
      found.push(
        `${where}: it holds ${now.changes} changes, and ${row.changes} were written: changes were ${now.changes < Number(row.changes) ? 'removed' : 'put in'}`,
      );
    } else if (JSON.stringify(now.parts) !== row.parts || now.hash !== row.hash)
      found.push(`${where}: its changes are not those that were written`);
    before = { number, lastSeq, hash: now.hash };
    compare();
    // Continues with the stored hash, because otherwise one wrong group would make all later ones
    // wrong.
    before = { number, lastSeq, hash: wanted === undefined ? String(row.hash) : now.hash };
  }
  if (!isFound)
    found.push(
      `head ${wanted!.group}.${wanted!.seq}: the ledger has only ${before.number} groups: changes were removed at the end`,
    );
  return found;
}
