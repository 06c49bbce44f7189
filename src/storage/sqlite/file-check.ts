// Reads the whole ledger file repeatedly, a few rows at a time, to find a damaged page before it is
// needed.
import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import { isDamage } from './errors.ts';
import { query, tuples } from './query.ts';

/**
 * Rows per transaction: one or two milliseconds. A longer read would prevent the write-ahead log
 * from restarting.
 */
const ROWS = 500;
/**
 * The check pauses this many times as long as it reads, so that it uses about 0.5 % of a core. At 2
 * % it cost each of 5,000 calls per second 2 to 3 µs, most of the price that safety adds to a read.
 */
const REST = 200;
const LEAST_REST_MS = 20;
/** The pause between two readings of the file. */
const PAUSE_MS = 10 * 60 * 1000;

/** One B-tree of the file: a table, or an index of a table. */
interface Tree {
  readonly name: string;
  /** Reads the rows after a key; returns the last row's key, or undefined at the end. */
  next(after: SQLInputValue[] | undefined): SQLInputValue[] | undefined;
}

/**
 * Repeats as long as the process lives.
 *
 * @param onDamage called with the damage and its place; the check continues with the next table
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

/** Reads the whole file at once, for `verify`. */
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

/** Indexes with nullable columns are omitted, because null has no place in the walked sequence. */
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
  // length() reads a value completely, including overflow pages.
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
