// Reads the whole ledger file again and again, a few rows at a time, so that a damaged page is found before somebody needs it.
import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import { isDamage } from './errors.ts';
import { query, tuples } from './query.ts';

/** Rows a transaction: a millisecond or two. A longer read would keep the write-ahead log from beginning anew. */
const ROWS = 500;
/**
 * The check rests this many times as long as it reads, so that it takes about 0.5 % of a core. With 2 % it was
 * 2 to 3 µs of each call where 5,000 come in a second, the greatest part of what safety cost a read.
 */
const REST = 200;
const LEAST_REST_MS = 20;
/** Between the end of one reading and the next. */
const PAUSE_MS = 10 * 60 * 1000;

/** One tree of the file: a table, or an index of one. */
interface Tree {
  readonly name: string;
  /** Reads the next rows after a key; returns the last row's key, or undefined at the end. */
  next(after: SQLInputValue[] | undefined): SQLInputValue[] | undefined;
}

/**
 * Goes round for as long as the process lives.
 *
 * @param onDamage called with what is broken and where; the check goes on with the next table
 */
export function checkFile(db: DatabaseSync, onDamage: (problem: string) => void): void {
  let trees: Tree[] = [];
  let after: SQLInputValue[] | undefined;
  const later = (ms: number): void => {
    setTimeout(step, ms).unref();
  };
  const step = (): void => {
    const started = performance.now();
    try {
      if (!db.isOpen) return;
      if (trees.length === 0) trees = treesOf(db);
      after = trees[0]!.next(after);
    } catch (error) {
      if (isDamage(error)) onDamage(`${trees[0]?.name ?? 'schema'}: ${(error as Error).message}`);
      after = undefined;
    }
    if (after === undefined) trees.shift();
    const took = performance.now() - started;
    later(trees.length === 0 ? PAUSE_MS : Math.max(LEAST_REST_MS, REST * took));
  };
  later(LEAST_REST_MS);
}

/** Reads all of it at once, for `verify`. */
export function readWholeFile(db: DatabaseSync, onDamage: (problem: string) => void): void {
  for (const tree of treesOf(db)) {
    try {
      for (let after = tree.next(undefined); after !== undefined; ) after = tree.next(after);
    } catch (error) {
      if (!isDamage(error)) throw error;
      onDamage(`${tree.name}: ${(error as Error).message}`);
    }
  }
}

interface Column {
  readonly name: string;
  readonly notnull: number;
  readonly pk: number;
}

interface Index {
  readonly name: string;
  readonly origin: string;
  readonly partial: number;
}

function treesOf(db: DatabaseSync): Tree[] {
  const tables = query<{ name: string; sql: string }>(
    db,
    "SELECT name, sql FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'",
  );
  return tables.all().flatMap(({ name, sql }) => {
    const columns = query<Column>(db, `PRAGMA table_info("${name}")`).all();
    const keys = columns.filter(({ pk }) => pk > 0).sort((a, b) => a.pk - b.pk);
    const key = /WITHOUT ROWID/.test(sql) ? keys.map((column) => column.name) : ['rowid'];
    const all = columns.map((column) => column.name);
    return [tree(db, name, name, key, all), ...indexesOf(db, name, columns, key)];
  });
}

/** Indexes whose columns may be empty are left out: an empty value has no place in the order that is walked. */
function indexesOf(
  db: DatabaseSync,
  table: string,
  columns: readonly Column[],
  key: readonly string[],
): Tree[] {
  const indexes = query<Index>(db, `PRAGMA index_list("${table}")`).all();
  const isFull = new Set(columns.filter((c) => c.notnull === 1 || c.pk > 0).map((c) => c.name));
  return indexes
    .filter(({ origin, partial }) => partial === 0 && !(origin === 'pk' && key[0] !== 'rowid'))
    .flatMap(({ name }) => {
      const parts = query<{ name: string }>(db, `PRAGMA index_info("${name}")`);
      const its = parts.all().map((part) => part.name);
      if (!its.every((column) => isFull.has(column))) return [];
      const whole = [...its, ...key.filter((column) => !its.includes(column))];
      return [tree(db, name, `${table} INDEXED BY "${name}"`, whole, [])];
    });
}

function tree(
  db: DatabaseSync,
  name: string,
  from: string,
  key: readonly string[],
  columns: readonly string[],
): Tree {
  const by = key.join(', ');
  // length() reads a value to its end, also where it goes on in pages of its own.
  const whole = columns.map((column) => `length("${column}")`).join(', ');
  const select = `SELECT ${by}${whole === '' ? '' : `, ${whole}`} FROM ${from}`;
  const first = tuples<SQLInputValue[]>(db, `${select} ORDER BY ${by} LIMIT ${ROWS}`);
  const marks = key.map(() => '?').join(', ');
  const next = tuples<SQLInputValue[]>(
    db,
    `${select} WHERE (${by}) > (${marks}) ORDER BY ${by} LIMIT ${ROWS}`,
  );
  return {
    name,
    next(after) {
      const rows = after === undefined ? first.all() : next.all(...after);
      return rows.length < ROWS ? undefined : rows.at(-1)!.slice(0, key.length);
    },
  };
}
