// Counted lists: entries by time and id, with stored counts of runs, so that any position is found
// at once.
import type { DatabaseSync } from 'node:sqlite';
import type { ListPage, ListQuery } from '../../core/ledger.ts';
import type { ListWindows, Place, Window } from './list-windows.ts';
import { ORDER_COLUMNS, type OrderRow, toOrder } from './queries.ts';
import { tuples } from './query.ts';
import type { Transaction } from './transaction.ts';

/**
 * Maximum children per run before it is split. A search adds up the runs of runs, then the runs of
 * one of them, then its entries: for a million entries at most 60 + 256 + 256 short rows, for a
 * hundred million 6,000 + 256 + 256.
 */
const MAX_CHILDREN = 256;
const TOP = 1;

type RunRow = [at: number, id: string, children: number, entries: number];

/** Sorts before every place: the beginning of a list's first run. */
const START: Place = [Number.MIN_SAFE_INTEGER, ''];

/** Adds entries to lists, on the writing connection. */
export class CountedLists {
  readonly #s: ReturnType<typeof prepareWriting>;
  readonly #windows: ListWindows;

  constructor(db: DatabaseSync, windows: ListWindows) {
    this.#s = prepareWriting(db);
    this.#windows = windows;
  }

  add(
    tx: Pick<Transaction, 'noteRow'>,
    platform: string,
    owner: string,
    name: string,
    entry: { readonly createdAt: number; readonly orderId: string; readonly row: number },
  ): void {
    const list = this.#listId(platform, owner, name);
    const place: Place = [entry.createdAt, entry.orderId];
    this.#windows.forget(list);
    this.#s.addEntry.run(list, ...place, entry.row);
    tx.noteRow('list_entries', list, ...place, entry.row);
    this.#count(list, 0, place, 1);
  }

  #listId(platform: string, owner: string, name: string): number {
    const found = this.#s.findList.get(platform, owner, name);
    if (found) return found[0];
    const id = Number(this.#s.addList.run(platform, owner, name).lastInsertRowid);
    for (let level = 0; level <= TOP; level++) {
      this.#s.addRun.run(id, level, ...START, level === 0 ? 0 : 1, 0);
    }
    return id;
  }

  /**
   * Counts one more entry at `place`, and `children` more on the next level, from this level
   * upwards.
   */
  #count(list: number, level: number, place: Place, children: number): void {
    const [at, id, before] = this.#s.runAt.get(list, level, ...place)!;
    this.#s.grow.run(children, 1, list, level, at, id);
    const isFull = before + children > MAX_CHILDREN;
    if (isFull) this.#split(list, level, [at, id], before + children);
    if (level < TOP) this.#count(list, level + 1, place, isFull ? 1 : 0);
  }

  /** Turns the upper half of the run at `first` into a run of its own. */
  #split(list: number, level: number, first: Place, children: number): void {
    const lower = children >> 1;
    const end = this.#s.runAfter.get(list, level, ...first) ?? null;
    const below =
      level === 0
        ? this.#s.entriesFrom.all(list, ...first, children)
        : this.#s.runsFrom.all(list, level - 1, ...first, children);
    const upper = below.slice(lower);
    if (upper.length !== children - lower || (end && !isBefore(upper.at(-1)!, end))) {
      throw new Error(`counted list ${list}: the run at ${first.join()} does not hold ${children}`);
    }
    const entries = level === 0 ? upper.length : upper.reduce((sum, run) => sum + run[3], 0);
    const [at, id] = upper[0]!;
    this.#s.addRun.run(list, level, at, id, upper.length, entries);
    this.#s.grow.run(-upper.length, -entries, list, level, ...first);
  }
}

function isBefore(
  [at, id]: readonly [number, string, ...unknown[]],
  [otherAt, otherId]: Place,
): boolean {
  return at < otherAt || (at === otherAt && id < otherId);
}

/** Reads pages on a reading connection, within the caller's transaction. */
export class CountedPages {
  readonly #s: ReturnType<typeof prepareReading>;
  readonly #windows: ListWindows;

  constructor(db: DatabaseSync, windows: ListWindows) {
    this.#s = prepareReading(db);
    this.#windows = windows;
  }

  read({ platform, owner, list: name, from, to, offset, limit }: ListQuery): ListPage {
    const found = this.#s.findList.get(platform, owner, name);
    if (!found) return { total: 0, orders: [] };
    const list = found[0];
    const window = this.#windows.find(list, from, to) ?? this.#measure(list, from, to);
    const { total } = window;
    const count = Math.min(limit, total - offset);
    if (count <= 0) return { total, orders: [] };
    const start = window.starts.get(offset);
    const { at, id, skip } = start
      ? { at: start[0], id: start[1], skip: 0 }
      : this.#seek(list, window.first + offset);
    const orders = this.#s.page.all(list, at, id, count, skip).map(toOrder);
    const [head, last] = [orders[0], orders.at(-1)];
    if (head && last) {
      this.#windows.keepStart(window, offset, [head.createdAt, head.orderId]);
      // The next page begins at whatever comes after this entry.
      this.#windows.keepStart(window, offset + count, [last.createdAt, `${last.orderId}\0`]);
    }
    return { total, orders };
  }

  #measure(list: number, from: number, to: number): Window {
    const first = this.#rank(list, from);
    const total = Math.max(0, this.#rank(list, to) - first);
    return this.#windows.keep(list, from, to, { first, total });
  }

  /** The number of entries before `time`. */
  #rank(list: number, time: number): number {
    const place: Place = [time, ''];
    let rank = 0;
    let from = START;
    for (let level = TOP; level >= 0; level--) {
      const run = this.#s.runAt.get(list, level, ...place)!;
      const runs = this.#s.sum.get(list, level, ...from, run[0], run[1])!;
      rank += runs[0];
      from = [run[0], run[1]];
    }
    const rest = this.#s.countEntries.get(list, ...from, ...place)!;
    return rank + rest[0];
  }

  /** The run that contains the entry at `position`, and the number of its entries before it. */
  #seek(list: number, position: number): { at: number; id: string; skip: number } {
    let skip = position;
    let [at, id] = START;
    for (let level = TOP; level >= 0; level--) {
      const most = level === TOP ? -1 : MAX_CHILDREN;
      for (const run of this.#s.runsFrom.all(list, level, at, id, most)) {
        [at, id] = run;
        if (skip < run[3]) break;
        skip -= run[3];
      }
    }
    return { at, id, skip };
  }
}

const RUN_COLUMNS = 'first_at, first_id, children, entries';
const RUN_AT = `SELECT ${RUN_COLUMNS} FROM list_counts
  WHERE list = ? AND level = ? AND (first_at, first_id) <= (?, ?)
  ORDER BY first_at DESC, first_id DESC LIMIT 1`;
const RUNS_FROM = `SELECT ${RUN_COLUMNS} FROM list_counts
  WHERE list = ? AND level = ? AND (first_at, first_id) >= (?, ?)
  ORDER BY first_at, first_id LIMIT ?`;
const FIND_LIST = 'SELECT id FROM lists WHERE platform = ? AND owner = ? AND name = ?';

function prepareWriting(db: DatabaseSync) {
  return {
    findList: tuples<[id: number]>(db, FIND_LIST),
    addList: db.prepare('INSERT INTO lists (platform, owner, name) VALUES (?, ?, ?)'),
    addEntry: db.prepare('INSERT INTO list_entries VALUES (?, ?, ?, ?)'),
    addRun: db.prepare('INSERT INTO list_counts VALUES (?, ?, ?, ?, ?, ?)'),
    runAt: tuples<RunRow>(db, RUN_AT),
    runAfter: tuples<Place>(
      db,
      `SELECT first_at, first_id FROM list_counts
       WHERE list = ? AND level = ? AND (first_at, first_id) > (?, ?)
       ORDER BY first_at, first_id LIMIT 1`,
    ),
    grow: db.prepare(
      `UPDATE list_counts SET children = children + ?, entries = entries + ?
       WHERE list = ? AND level = ? AND first_at = ? AND first_id = ?`,
    ),
    entriesFrom: tuples<RunRow>(
      db,
      `SELECT created_at, order_id, 0, 1 FROM list_entries
       WHERE list = ? AND (created_at, order_id) >= (?, ?)
       ORDER BY created_at, order_id LIMIT ?`,
    ),
    runsFrom: tuples<RunRow>(db, RUNS_FROM),
  };
}

function prepareReading(db: DatabaseSync) {
  return {
    findList: tuples<[id: number]>(db, FIND_LIST),
    runAt: tuples<RunRow>(db, RUN_AT),
    /** The number of entries in the runs from one (included) to another (excluded). */
    sum: tuples<[entries: number]>(
      db,
      `SELECT coalesce(sum(entries), 0) FROM list_counts
       WHERE list = ? AND level = ? AND (first_at, first_id) >= (?, ?) AND (first_at, first_id) < (?, ?)`,
    ),
    countEntries: tuples<[entries: number]>(
      db,
      `SELECT count(*) FROM list_entries
       WHERE list = ? AND (created_at, order_id) >= (?, ?) AND (created_at, order_id) < (?, ?)`,
    ),
    runsFrom: tuples<RunRow>(db, RUNS_FROM),
    page: tuples<OrderRow>(
      db,
      `SELECT ${ORDER_COLUMNS.split(', ')
        .map((column) => `orders.${column}`)
        .join(', ')}
       FROM (SELECT order_row, created_at AS at, order_id AS oid FROM list_entries
             WHERE list = ? AND (created_at, order_id) >= (?, ?)
             ORDER BY created_at, order_id LIMIT ? OFFSET ?) AS entry
       JOIN orders ON orders.id = entry.order_row
       ORDER BY entry.at, entry.oid`,
    ),
  };
}
