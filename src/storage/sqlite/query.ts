// Prepared statements whose rows have a type, given once, beside the text that names the columns.
import type { DatabaseSync, SQLInputValue } from 'node:sqlite';

type Values = readonly (SQLInputValue | Record<string, SQLInputValue>)[];

/** A statement that gives rows. `Row` is what its text selects; SQLite itself checks no types. */
export interface Query<Row> {
  get(...values: Values): Row | undefined;
  all(...values: Values): Row[];
  iterate(...values: Values): IterableIterator<Row>;
}

/** Rows are objects, with a field for each column. */
export function query<Row extends object>(db: DatabaseSync, text: string): Query<Row> {
  // The only place where a row gets its type: node:sqlite knows none.
  return db.prepare(text) as unknown as Query<Row>;
}

/** Rows are arrays, with the columns in the order of the text: they cost half as much to read. */
export function tuples<Row extends readonly unknown[]>(db: DatabaseSync, text: string): Query<Row> {
  const statement = db.prepare(text);
  statement.setReturnArrays(true);
  return statement as unknown as Query<Row>;
}
